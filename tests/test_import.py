"""Reports that exist as documents come in: every figure right or doubted, every doubt with a place."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, Ran, Sandbox
from documents import (
    FORMATS,
    as_pdf,
    as_word,
)
from gongkai.importing.draft import read_draft
from gongkai.importing.formats.documents import read_document
from gongkai.report.places import Place, parse_place
from gongkai.report.reader import load_report
from import_helpers import (
    YEARS,
    doubts,
    drafted,
    imported_into,
    report,
    texts,
)


@pytest.mark.parametrize("edition", YEARS)
@pytest.mark.parametrize("kind", FORMATS)
def test_an_official_report_comes_in_whole_from_every_format(
    tmp_path: Path, kind: str, edition: str
) -> None:
    """All figures, all parts, the date; nothing doubted."""
    content, values = report(edition)
    draft = drafted(tmp_path, f"x.{kind}", FORMATS[kind](content), YEARS[edition])
    assert texts(draft) == values
    assert [len(text) for text in draft.prose.sections.values()] == [1] * len(draft.form.parts)
    assert str(draft.prose.signed) == f"{YEARS[edition] + 1}-01-20"
    assert doubts(draft) == []


def test_each_figure_has_the_place_where_it_was_printed(tmp_path: Path) -> None:
    """A cell of a sheet, a row and column of a table, a page of a PDF."""
    content, _ = report("2021")
    for kind, place in {
        "xlsx": "Sheet1!D26",
        "docx": "table 2, row 3, column 4",
        "html": "table 2, row 3, column 4",
    }.items():
        draft = drafted(tmp_path, f"x.{kind}", FORMATS[kind](content), 2023)
        assert str(draft.cells["3.1.natural_person"].place) == place
    draft = drafted(tmp_path, "x.pdf", as_pdf(content), 2023)
    assert str(draft.cells["3.1.natural_person"].place).startswith("p. ")


@pytest.mark.parametrize(
    "place",
    [Place(page=4, table=1, row=7, column=6), Place(line=812), Place(cell="Sheet1!E12"), Place(paragraph=3), Place()],
)  # fmt: skip
def test_a_place_that_was_written_down_is_read_back(place: Place) -> None:
    """The source file says places in one form."""
    assert parse_place(str(place)) == place


@pytest.mark.parametrize(
    "said",
    ["p. 4, table 1, row 7, column 6", "p. 4, table 1", "table 2, row 7, column 6", "table 2", "p. 4, line 12", "line 12", "paragraph 3", "p. 4", "Sheet1!E12"],
)  # fmt: skip
def test_a_place_is_said_as_far_as_its_format_counts(said: str) -> None:
    """A line of a PDF is one of a page."""
    place = parse_place(said).said()
    assert (place if isinstance(place, str) else place.text("en")) == said


def test_of_many_mutations_no_figure_is_wrong_without_a_doubt() -> None:
    """Some of those that `python tests/mutations.py` counts."""
    import mutations

    wrong = [ended for ended in mutations.run(64, seed=5) if ended.wrong]
    assert wrong == []


def test_a_review_copy_is_not_taken_for_a_report(
    all_built: Path, project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Its findings would become sentences of the report."""
    page = (all_built / "shuyang-county" / "2025.review.html").read_bytes()
    (project.folder / "x.html").write_bytes(page)
    ran = gongkai("import", "x.html", "--agency", "yunxiu-justice")
    assert ran.status == 1
    assert "this is a review copy" in ran.err


def test_our_own_pages_come_back_as_they_were(all_built: Path, tmp_path: Path) -> None:
    """Every figure, every sentence and every key that a page prints, of every example."""
    from gongkai.compare.content import report_content
    from gongkai.compare.reports import compare

    for page in sorted(all_built.glob("*/[0-9][0-9][0-9][0-9].html")):
        slug, year = page.parent.name, int(page.stem)
        imported = imported_into(tmp_path, page, agency=slug)
        ours, theirs = (
            report_content(load_report(slug, year, folder), ())
            for folder in (ROOT / "params", tmp_path / "params")
        )
        found = compare(ours, theirs)
        assert (found.figures, found.text, imported.unplaced) == ((), (), ()), page
        lost = {item.name.partition(".")[0] for item in found.particulars}
        assert lost <= {"facts", "breakdowns", "accepted", "period", "year_on_year"}, page


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["doc", "rtf", "odt"])
def test_the_files_of_other_programs_are_read_through_libreoffice(
    tmp_path: Path, kind: str, libreoffice: Callable[..., None]
) -> None:
    """Every figure, also where the program has left a stripe between two columns."""
    content, values = report("2021")
    (tmp_path / "x.docx").write_bytes(as_word(content))
    libreoffice(tmp_path, kind, "x.docx")
    draft = read_draft(read_document(tmp_path / f"x.{kind}").source, 2023)
    assert (texts(draft), doubts(draft)) == (values, [])


@pytest.mark.skipif(os.name == "nt", reason="a program is another kind of file on Windows")
@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("", "rtf files are read with LibreOffice, which is not installed; save it as docx"),
        ("exit 1", "LibreOffice could not read it; save it as docx"),
        ("exit 0", "LibreOffice could not read it; save it as docx"),
    ],
)  # fmt: skip
def test_where_libreoffice_is_missing_or_writes_nothing_the_document_is_named(
    project: Sandbox,
    gongkai: Callable[..., Ran],
    monkeypatch: pytest.MonkeyPatch,
    program: str,
    said: str,
) -> None:
    """And what to do instead; nothing is written."""
    (project.folder / "x.rtf").write_bytes(b"{\\rtf1 x}")
    monkeypatch.setenv("PATH", str(project.folder))
    if program:
        (project.folder / "soffice").write_text(f"#!/bin/sh\n{program}\n", "utf-8")
        (project.folder / "soffice").chmod(0o755)
    ran = gongkai("import", "x.rtf", "--agency", "yunxiu-justice")
    assert (ran.status, ran.err.splitlines()[0]) == (1, f"x.rtf: {said}")
    assert not (project.params / "yunxiu-justice").exists()

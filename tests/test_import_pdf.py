"""PDFs as programs print and people edit them: cut, painted over, scanned."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pdfplumber
import pikepdf
import pytest
from pikepdf import Name

from documents import (
    as_pdf,
)
from gongkai.importing.draft import read_draft
from gongkai.importing.formats.documents import read_document
from import_helpers import (
    NAME,
    change,
    doubts,
    drafted,
    report,
    texts,
)


def test_a_picture_in_a_cell_of_a_pdf_is_doubted_with_its_cell(tmp_path: Path) -> None:
    """Also on a page that the table only goes on to."""
    content, values = report("2021")
    letters = values["3.4.total"].encode("utf-16-be").hex().encode()
    picture = rb"q 5 0 0 5 \1 cm BI /W 1 /H 1 /CS /G /BPC 8 ID 0 EI Q"
    data, count = re.subn(
        rb"BT /F1 7 Tf ([0-9. ]+) Td <" + letters + rb"> Tj ET",
        lambda found: found.expand(picture).ljust(len(found[0])),
        as_pdf(content, breaks=(30,)),
    )
    draft = drafted(tmp_path, "x.pdf", data, 2023)
    assert count == 1
    assert [(item.id, item.codes) for item in draft.doubts] == [
        ("import-picture-in-cell", ("3.4.total",))
    ]


@pytest.mark.parametrize("unit", ["", "件"])
def test_a_figure_that_a_ruling_line_of_a_pdf_cuts_is_doubted_whole(
    tmp_path: Path, unit: str
) -> None:
    """It may be the figures of two cells; neither piece of it becomes a figure."""
    content, values = report("2021")
    figure = values["3.1.total"]
    letters = f"<{figure.encode('utf-16-be').hex()}>"

    def cut(item: str) -> str:
        if letters not in item:
            return item
        x, y = (float(number) for number in item.partition(" Td")[0].split()[-2:])
        item = item.replace(letters, f"<{(figure + unit).encode('utf-16-be').hex()}>")
        return f"{item}\n{x + 7} {y - 6} m {x + 7} {y + 12} l S"

    draft = drafted(tmp_path, "x.pdf", as_pdf(content, edit=cut), 2023)
    assert texts(draft) == values | {"3.1.total": ""}
    said = {item.id: item.problem().text("en") for item in draft.doubts}
    assert set(said) == {"import-figure-cut", "import-figure-unplaced", "import-cell-missing"}
    assert said["import-figure-cut"].startswith(f"a ruled line goes through “{figure}{unit}”")


DRAWN = {
    "not painted": ("BT", "BT 3 Tr"),
    "white": ("BT", "1 1 1 rg BT"),
    "1 pt": (" 7 Tf", " 1 Tf"),
}


@pytest.mark.parametrize("look", DRAWN)
def test_invisible_digits_of_a_pdf_join_no_figure(tmp_path: Path, look: str) -> None:
    """They are left out and quoted, and their page's figures doubted; white on a colour is read."""
    content, values = report("2021")
    figure = values["3.1.total"]
    letters = f"<{'79'.encode('utf-16-be').hex()}>"

    def drawn(item: str) -> str:
        return f"q {item.replace(*DRAWN[look])} Q" if letters in item else item

    changed = change(content, figure, f"{figure}\n79")
    draft = drafted(tmp_path, "x.pdf", as_pdf(changed, edit=drawn), 2023)
    assert texts(draft) == values
    [doubt] = draft.doubts
    assert (doubt.id, doubt.details["text"], "3.1.total" in doubt.codes) == (
        "import-invisible",
        "79",
        True,
    )
    white = as_pdf(content, edit=lambda item: f"0 0 .5 rg 0 0 595 842 re f 1 g {item}")
    assert texts(drafted(tmp_path, "x.pdf", white, 2023)) == values


def _state(**state: Any) -> Callable[[pikepdf.Pdf, pikepdf.Page], None]:
    """Return what gives a page a graphics state that is called G."""

    def add(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        made = pdf.make_indirect(pikepdf.Dictionary(**state))
        page.add_resource(made, Name.ExtGState, Name.G)

    return add


def _soft_mask(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Add a graphics state that lets nothing through."""
    group = pikepdf.Dictionary(S=Name.Transparency, CS=Name.DeviceGray)
    form = {"Type": Name.XObject, "Subtype": Name.Form, "Group": group}
    mask = pdf.make_stream(b"", BBox=pikepdf.Array([0, 0, 595, 842]), **form)
    state = {"/SMask": pikepdf.Dictionary(S=Name.Luminosity, G=mask)}
    made = pdf.make_indirect(pikepdf.Dictionary(state))
    page.add_resource(made, Name.ExtGState, Name.G)


def _layer(state: str, **together: Any) -> Callable[[pikepdf.Pdf, pikepdf.Page], None]:
    """Return what gives a document a layer that is ON or OFF, perhaps as one of several."""

    def add(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
        group = pikepdf.Dictionary(Type=Name.OCG, Name="x")
        layer = pdf.make_indirect(group)
        layers = pikepdf.Array([layer])
        default = pikepdf.Dictionary({f"/{state}": layers})
        pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=layers, D=default)
        if together:
            whole = pikepdf.Dictionary(Type=Name.OCMD, OCGs=layers, **together)
            layer = pdf.make_indirect(whole)
        page.add_resource(layer, Name.Properties, Name.L)

    return add


def _nothing(pdf: pikepdf.Pdf, page: pikepdf.Page) -> None:
    """Add nothing to a page."""


# What is drawn before and after some digits, what the page has for it, whether they are shown.
SHOWN_OR_NOT: dict[str, tuple[str, str, Callable[[pikepdf.Pdf, pikepdf.Page], None], bool]] = {
    "a layer that is off": ("/OC /L BDC", "EMC", _layer("OFF"), False),
    "a layer that is on": ("/OC /L BDC", "EMC", _layer("ON"), True),
    "layers of which none is on": ("/OC /L BDC", "EMC", _layer("OFF", P=Name.AnyOn), False),
    "shown while a layer is off": ("/OC /L BDC", "EMC", _layer("OFF", P=Name.AllOff), True),
    "after a layer": ("/OC /L BDC EMC", "", _layer("OFF"), True),
    "no opacity": ("/G gs", "", _state(ca=0), False),
    "half opacity": ("/G gs", "", _state(ca=0.5), True),
    "a soft mask": ("/G gs", "", _soft_mask, False),
    "no soft mask": ("/G gs", "", _state(SMask=Name("/None")), True),
    "outside a clipping path": ("0 0 1 1 re W n", "", _nothing, False),
    "inside a clipping path": ("0 0 595 842 re W* n", "", _nothing, True),
    "after a clipping path": ("q 0 0 1 1 re W n Q", "", _nothing, True),
}


@pytest.mark.parametrize("name", SHOWN_OR_NOT)
def test_digits_that_no_viewer_shows_join_no_figure(tmp_path: Path, name: str) -> None:
    """They are left out and quoted; what is shown is read."""
    before, after, add, is_shown = SHOWN_OR_NOT[name]
    content, values = report("2021")
    figure = values["3.1.total"]
    letters = f"<{'79'.encode('utf-16-be').hex()}>"

    def drawn(item: str) -> str:
        return f"q {before} {item} {after} Q" if letters in item else item

    changed = change(content, figure, f"{figure}\n79")
    with pikepdf.open(io.BytesIO(as_pdf(changed, edit=drawn))) as pdf:
        add(pdf, pdf.pages[0])
        pdf.save(tmp_path / "x.pdf")
    draft = read_draft(read_document(tmp_path / "x.pdf").source, 2023)
    said = [(item.id, item.details.get("text")) for item in draft.doubts]
    if is_shown:
        assert ("import-invisible", "79") not in said
        assert texts(draft)["3.1.total"] != figure
    else:
        assert (texts(draft), said) == (values, [("import-invisible", "79")])


@pytest.mark.parametrize(("box", "group"), [([0, 0, 1, 1], False), ([0, 0, 595, 842], True)])
def test_digits_in_a_drawing_that_is_not_shown_join_no_figure(
    tmp_path: Path, box: list[int], group: bool
) -> None:
    """It is drawn outside its own box, or as a whole without opacity."""
    content, values = report("2021")
    data = as_pdf(content)
    with pikepdf.open(io.BytesIO(data)) as pdf, pdfplumber.open(io.BytesIO(data)) as read:
        [(page, word)] = [
            (page, word)
            for page, found in zip(pdf.pages, read.pages, strict=True)
            for word in found.extract_words()
            if word["text"] == values["3.1.total"]
        ][:1]
        font = next(iter(page.Resources.Font.keys()))
        x, y = word["x1"] + 0.3, 842 - word["bottom"] + 1.5
        show = f"/G gs BT {font} 7 Tf {x} {y} Td <{'79'.encode('utf-16-be').hex()}> Tj ET"
        form = pdf.make_stream(
            show.encode(), Type=Name.XObject, Subtype=Name.Form, BBox=pikepdf.Array(box)
        )
        opaque = pikepdf.Dictionary(G=pikepdf.Dictionary(ca=1))
        form.Resources = pikepdf.Dictionary(Font=page.Resources.Font, ExtGState=opaque)
        if group:
            form.Group = pikepdf.Dictionary(S=Name.Transparency)
        _state(ca=0 if group else 1)(pdf, page)
        page.add_resource(form, Name.XObject, Name.F)
        page.contents_add(pdf.make_stream(b"q /G gs /F Do Q"))
        pdf.save(tmp_path / "x.pdf")
    draft = read_draft(read_document(tmp_path / "x.pdf").source, 2023)
    said = [(item.id, item.details.get("text")) for item in draft.doubts]
    assert (texts(draft), said) == (values, [("import-invisible", "79")])


def test_a_figure_of_a_pdf_that_was_painted_over_is_not_read(tmp_path: Path) -> None:
    """An editor covers it and types another; a mark in colour behind a figure covers nothing."""
    content, values = report("2021")
    old, new = "79", values["3.1.total"]
    letters = f"<{old.encode('utf-16-be').hex()}>"

    def corrected(item: str) -> str:
        if letters not in item:
            return item
        x, y = map(float, item.split()[4:6])
        anew = item.replace(old.encode("utf-16-be").hex(), new.encode("utf-16-be").hex())
        area = f"{x - 1} {y - 2} 20 10 re f"
        return f"1 0 0 rg {area} 0 g {item} q 1 1 1 rg {area} Q {anew}"

    covered = change(content, new, old)
    draft = drafted(tmp_path, "x.pdf", as_pdf(covered, edit=corrected), 2023)
    assert texts(draft) == values
    [doubt] = draft.doubts
    assert (doubt.id, doubt.details["text"], "3.1.total" in doubt.codes) == (
        "import-invisible",
        old,
        True,
    )
    marked = as_pdf(content, edit=lambda item: f"1 1 0 rg 70 60 400 12 re f 0 g {item}")
    assert texts(drafted(tmp_path, "x.pdf", marked, 2023)) == values


@pytest.mark.parametrize("state", [{}, {"ca": 0.4}, {"BM": pikepdf.Name.Multiply}])
def test_what_shows_through_a_highlighter_is_read(tmp_path: Path, state: dict[str, Any]) -> None:
    """A mark that is not opaque covers no figure; one that is does."""
    content, values = report("2021")
    figure = values["3.1.total"]
    letters = f"<{figure.encode('utf-16-be').hex()}>"

    def marked(item: str) -> str:
        if letters not in item:
            return item
        x, y = map(float, item.split()[4:6])
        return f"{item} q /G gs 1 1 0 rg {x - 1} {y - 2} 20 10 re f Q"

    with pikepdf.open(io.BytesIO(as_pdf(content, edit=marked))) as pdf:
        for page in pdf.pages:
            page.add_resource(pikepdf.Dictionary(**state), pikepdf.Name.ExtGState, pikepdf.Name.G)
        pdf.save(tmp_path / "marked.pdf")
    draft = read_draft(read_document(tmp_path / "marked.pdf").source, 2023)
    read = texts(draft)["3.1.total"]
    assert (read, [item.id for item in draft.doubts]) == (
        (figure, []) if state else ("", ["import-invisible"])
    )


def test_the_text_of_a_scan_that_a_program_recognised_is_doubted_whole(tmp_path: Path) -> None:
    """Each figure, page by page, though a program has printed the pages' numbers."""
    content, values = report("2021")
    running = [(20, "第 # 页，共 4 页")]
    data = as_pdf(
        content, edit=lambda item: f"q {item.replace('BT', 'BT 3 Tr')} Q", running=running
    )
    draft = drafted(tmp_path, "x.pdf", data, 2023)
    assert {item.id for item in draft.doubts} == {"import-text-layer"}
    assert {code for item in draft.doubts for code in item.codes} == set(values)


def test_a_running_title_of_a_pdf_lands_in_no_text(tmp_path: Path) -> None:
    """Nor does a page number between words; the title is named once. A table goes on below it."""
    content, values = report("2021")
    running = [(815, f"{NAME}政府信息公开"), (20, "第 # 页，共 4 页")]
    data = as_pdf(content, breaks=(22,), running=running)
    draft = drafted(tmp_path, "x.pdf", data, 2023)
    assert texts(draft) == values
    assert (draft.prose.name, draft.prose.unplaced) == (NAME, [])
    assert [len(text) for text in draft.prose.sections.values()] == [1] * len(draft.form.parts)
    assert doubts(draft) == [("import-page-edge", "p. 1")]
    # Where only the running title names the agency and the year, it is the title.
    data = as_pdf(content[1:], running=[(815, str(content[0]))])
    draft = drafted(tmp_path, "x.pdf", data, 2023)
    assert (draft.prose.name, draft.prose.stated_year) == (NAME, 2023)

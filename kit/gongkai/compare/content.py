"""The contents of one version of a report, read from its parameters or its manifest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.checks import check_in_context
from gongkai.checks.findings import Finding
from gongkai.errors import KitError, Problem
from gongkai.forms.editions import load_form
from gongkai.forms.form import Form
from gongkai.forms.tables import Cell, Code
from gongkai.manifest import FindingRow, Manifest, PartWords, read_manifest
from gongkai.project import MANIFEST, Target
from gongkai.report import history
from gongkai.report.model import INTRODUCTION, Past, Report
from gongkai.report.provenance import digest, digest_of
from gongkai.text.agency_names import Names
from gongkai.text.markdown import MarkdownText, Piece
from gongkai.text.numbers import parse_number, without_remark
from gongkai.text.sentence_diff import split_sentences

REPLACED = ("highlights", "charts")  # keys of the texts that replace computed sentences


class Amount(NamedTuple):
    """A figure: what it is called, its unit, its number, and how it is printed."""

    name: str
    unit: str
    number: Decimal | None
    printed: str


@dataclass(frozen=True)
class VersionContent:
    """What one version of a report says, ready to be compared.

    `series` has those followed across editions, each with the codes that it is the sum of,
    and the sum. `parts` are by their ids. `files` are hashes by the names of the files: for a
    build, those of all its inputs and outputs; for parameters, of those that the YAML names.
    """

    title: str
    edition: str
    figures: Mapping[Code, Amount]
    series: Mapping[str, tuple[tuple[Code, ...], Amount]]
    findings: tuple[FindingRow, ...]
    parts: Mapping[str, PartWords]
    particulars: Mapping[str, str]
    files: Mapping[str, str]


def report_content(report: Report, findings: Iterable[Finding]) -> VersionContent:
    """Return what a report says, as it was read from its parameters."""
    cells = report.form.cells
    return VersionContent(
        title=report.title,
        edition=report.form.edition,
        figures={
            code: Amount(cells[code].full_name, cells[code].unit, value.number, value.as_printed)
            for code, value in report.values.items()
        },
        series={
            key: (codes, _series_amount(report, key, codes))
            for key in history.crosswalk()
            if (codes := report.form.expanded(report.form.series.get(key, ())))
        },
        findings=tuple(finding.row() for finding in findings),
        parts=_parts(report),
        particulars={key: text for key, text in _particulars(report) if text},
        files=_files(report),
    )


def checked_content(report: Report, past: Past, names: Names) -> VersionContent:
    """Return what a report says, with what the checks find in it."""
    return report_content(report, check_in_context(report, past, names))


def as_prose(content: VersionContent, report: Report) -> VersionContent:
    """Return the content of a report without the tables, pictures and files of its text.

    A document that is imported has lost them.
    """
    return replace(content, parts=_parts(report, prose=True), files={})


def count_beside_prose(report: Report) -> int:
    """Return how many tables and pictures the texts of a report have."""
    return sum(text.count_beside_prose() for text in _texts(report).values())


def with_links(content: VersionContent, report: Report) -> VersionContent:
    """Return the content of a report with the addresses of its links, which no sentence has.

    Documents that are imported may have lost them.
    """
    links = {f"{part}.links": " ".join(them) for part, them in links_of(report).items() if them}
    return replace(content, particulars={**content.particulars, **links})


def links_of(report: Report) -> dict[str, list[str]]:
    """Return where the links of each part lead, in order."""
    return {part: text.links() for part, text in _texts(report).items()}


def _texts(report: Report) -> dict[str, MarkdownText]:
    """Return each part's text as the page prints it; for an empty part, its standard text."""
    texts = {INTRODUCTION: report.filled(INTRODUCTION).text}
    for part in report.headings:
        text = report.filled(part).text
        texts[part] = text if text.strip() else report.standard_sentence(part)
    return {part: MarkdownText([Piece(text)]) for part, text in texts.items()}


def _series_amount(report: Report, key: str, codes: tuple[Code, ...]) -> Amount:
    series = history.crosswalk()[key]
    stated = history.series_figures(report)[key]  # as the manifest of a built report has it
    return Amount(series.label, series.unit, report.exact(codes), stated)


def _parts(report: Report, *, prose: bool = False) -> dict[str, PartWords]:
    """Return the sentences of each part; with `prose`, without tables and pictures."""
    headings = {INTRODUCTION: "引言", **report.headings}
    found = {}
    for part, text in _texts(report).items():
        lines = text.prose_lines() if prose else text.lines()
        sentences = tuple(sentence for line in lines for sentence in split_sentences(line))
        found[part] = PartWords(heading=headings[part], sentences=sentences)
    return found


def _particulars(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what is neither a figure of the form nor text, by its key in the YAML files."""
    excluded = {"sections", "edition", "year", *REPLACED}
    stated = {
        **report.agency.model_dump(mode="json"),
        **report.parameters.model_dump(mode="json", exclude=excluded),
    }
    yield from _flat("", stated)
    for key in REPLACED:
        for name, text in getattr(report.parameters, key).items():
            yield f"{key}.{name}", text or '""'  # an empty one leaves the computed sentence out


def _files(report: Report) -> dict[str, str]:
    """Return the hashes of the files that the year's YAML names: pictures, and data for cells."""
    folder = report.files["year"].parent
    pictures = {name: digest(data) for name, data in report.pictures.items()}
    return pictures | {name: digest_of(folder / name) for name in report.parameters.files}


def _flat(key: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield each value of nested lists and mappings, by its path."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _flat(f"{key}.{name}" if key else str(name), item)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value, start=1):
            yield from _flat(f"{key}.{number}", item)
    else:
        yield key, "" if value is None else str(value)


# --- from a manifest --------------------------------------------------------------


def built_content(folder: Path, target: Target, forms: Path | None = None) -> VersionContent:
    """Return the content of a built report; `forms` is a folder of further editions of the form.

    Raises KitError if its manifest is missing or damaged.
    """
    manifest = read_manifest(folder, target)
    if manifest is None:
        path = folder / f"{target}{MANIFEST}"
        raise KitError(Problem("diff-built-unreadable", path.as_posix()))
    try:
        form = load_form(manifest.edition, forms)
    except KitError:  # an edition that is not known here
        form = None
    return _content(manifest, form)


def _content(manifest: Manifest, form: Form | None) -> VersionContent:
    known: Mapping[Code, Cell] = form.cells if form else {}
    stated = manifest.cells  # not in the order of the form
    codes = [
        *(code for code in known if code in stated),
        *(code for code in stated if code not in known),
    ]
    return VersionContent(
        title=manifest.title,
        edition=manifest.edition,
        figures={code: _amount(known.get(code), code, stated[code]) for code in codes},
        series=_series(form, manifest.figures) if form else {},
        findings=manifest.findings,
        parts=_in_order(manifest, form),
        particulars={"title": manifest.title},
        files={**manifest.execute, **manifest.export.named(), **manifest.outputs},
    )


def _in_order(manifest: Manifest, form: Form | None) -> dict[str, PartWords]:
    """Return the text of each part, in the order of the form if that is known."""
    order = [INTRODUCTION, *(part.id for part in form.parts)] if form else []
    texts = manifest.sentences
    return {
        part: texts[part]
        for part in (*order, *(part for part in texts if part not in order))
        if part in texts
    }


def _amount(cell: Cell | None, code: Code, text: str) -> Amount:
    """Return a figure as it was printed; an extra line of the agency is named by its code."""
    stated, _ = without_remark(text)
    number, _, _ = parse_number(stated, cell.kind if cell else "amount")
    return Amount(cell.full_name if cell else code, cell.unit if cell else "", number, text)


def _series(form: Form, figures: Mapping[str, str]) -> dict[str, tuple[tuple[Code, ...], Amount]]:
    """Return the series for which a form has the codes."""
    found = {}
    for key, named in history.crosswalk().items():
        codes = form.expanded(form.series.get(key, ()))
        if codes:
            text = figures.get(key, "")
            number, _, _ = parse_number(text, "signed")
            found[key] = (codes, Amount(named.label, named.unit, number, text))
    return found

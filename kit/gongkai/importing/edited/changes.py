"""Edits made in a document that was exported from a report: written back, or asked about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.forms.tables import Code, Table, cells_of
from gongkai.importing.blocks import Paragraph
from gongkai.importing.edited.merge import Figures, Question, merged
from gongkai.importing.edited.tokens import NotPlaced
from gongkai.importing.run import Imported
from gongkai.importing.texts.markdown import markdown_of
from gongkai.importing.texts.prose import is_generated
from gongkai.report.csv_file import with_values
from gongkai.report.model import INTRODUCTION, Report, Value
from gongkai.report.provenance import digest_of
from gongkai.text.characters import Origin, has_hidden, reveal_hidden, without_entities
from gongkai.text.encoding import encoded_as
from gongkai.text.files import read_bytes, read_text
from gongkai.text.yaml_edit import with_texts

_NO_TABLE = ("import-table-missing", "import-table-picture")


@dataclass(frozen=True)
class Edited:
    """The edits in a document: figures by their codes, texts by their parts, as typed.

    `questions` are the edits that a person has to decide about, each with its place and both
    values; they are not written into any file.
    """

    values: Mapping[Code, str]
    texts: Mapping[str, str]
    questions: tuple[Problem, ...]


class Read(NamedTuple):
    """A document that was read: as a report, and with the place of everything in it."""

    report: Report
    imported: Imported


def edited(ours: Report, document: Read, made: Read | None) -> Edited:
    """Return the edits that a document makes to a report.

    `made` is the document as the kit made it: anything changed since then only in the report
    is kept.
    """
    theirs, imported = document
    if ours.form.edition != theirs.form.edition:
        about = {"ours": ours.form.edition, "theirs": theirs.form.edition}
        return Edited({}, {}, (Problem("import-apply-edition", ours.file("year"), **about),))
    missing = _missing_tables(ours, imported)
    values, doubts = _figures(ours, document, made, missing)
    now = replace(ours, values={**ours.values, **{code: theirs.values[code] for code in values}})
    texts: dict[str, str] = {}
    questions = [
        Problem("import-apply-table", ours.file("indicators"), caption=table.caption)
        for table in missing
    ]
    questions += _missing_headings(ours, imported)
    figures = Figures(ours.says, now.says)
    for part in () if questions else (INTRODUCTION, *ours.headings):
        try:
            text, asked = _text(part, ours, figures, imported, made and made.imported)
        except NotPlaced:
            file, heading = ours.file("year"), ours.headings.get(part, part)
            line = ours.line_of(part)
            questions.append(Problem("import-apply-by-hand", file, line, part=heading))
            continue
        questions += asked
        if text is not None:
            texts[part] = text
    return Edited(values, texts, (*doubts, *questions))


# --- figures ----------------------------------------------------------------------


def _figures(
    ours: Report, document: Read, made: Read | None, missing: Iterable[Table]
) -> tuple[dict[Code, str], list[Problem]]:
    """Return the figures that a document changes, and problems for the doubtful ones.

    A table that is missing from the document changes nothing.
    """
    theirs, imported = document
    lost = {cell.code for table in missing for cell in cells_of(table)}
    values, doubts = {}, []
    for code, value in _changed(ours, theirs):
        before = made.report.values[code].as_printed if made else ours.values[code].as_printed
        if code in lost or before == value.as_printed:
            continue
        if code in imported.doubtful or before != ours.values[code].as_printed:
            doubts.append(_doubted(code, value, ours, imported))
        else:
            values[code] = value.as_printed
    return values, doubts


def _changed(ours: Report, theirs: Report) -> Iterator[tuple[Code, Value]]:
    for code, value in theirs.values.items():
        there = ours.values.get(code)
        if there and (there.number, there.as_printed) != (value.number, value.as_printed):
            yield code, value


def _doubted(code: Code, value: Value, ours: Report, imported: Imported) -> Problem:
    about = {
        "place": imported.places[code].said(),
        "code": code,
        "name": ours.form.cells[code].full_name,
        "ours": ours.values[code].as_printed or "—",
        "theirs": value.as_printed or "—",
    }
    return Problem("import-apply-doubt", ours.file("indicators"), ours.values[code].line, **about)


def _missing_tables(ours: Report, imported: Imported) -> list[Table]:
    """Return the tables missing from a document: their captions may be mistaken for text."""
    captions = [doubt.details["caption"] for doubt in imported.doubts if doubt.id in _NO_TABLE]
    return [table for table in ours.form.tables if table.caption in captions]


# --- texts ------------------------------------------------------------------------


def _missing_headings(ours: Report, imported: Imported) -> Iterator[Problem]:
    """Yield missing headings: the text of such a part may be in the part before it."""
    for part, heading in ours.headings.items():
        if part not in imported.paragraphs:
            about = {"heading": heading}
            yield Problem("import-apply-heading", ours.file("year"), ours.line_of(part), **about)


def _text(
    part: str, ours: Report, figures: Figures, imported: Imported, made: Imported | None
) -> tuple[str | None, list[Problem]]:
    """Return a part's text with the document's edits, None if there are none, and questions.

    Raises NotPlaced if it has to be changed by hand.
    """
    paragraphs = _paragraphs_of(part, imported)
    before = None if made is None else _paragraphs_of(part, made)
    source = without_entities(ours.parameters.sections.get(part, ""))
    if not source.strip():
        return _new_text(part, ours, paragraphs, before)
    found = merged(source, paragraphs, figures, before)
    questions = [_typed_over(part, item, source, ours) for item in found.questions]
    if found.text != source and has_hidden(found.text):
        raise NotPlaced
    return (None if found.text.strip("\n") == source.strip("\n") else found.text), questions


def _new_text(
    part: str, ours: Report, paragraphs: list[Paragraph], made: list[Paragraph] | None
) -> tuple[str | None, list[Problem]]:
    """Return the text that a document adds to a part without one, None for none, and questions.

    Raises NotPlaced if it has to be written by hand.
    """
    if part == INTRODUCTION:
        others = [item for item in paragraphs if not is_generated(item.text)]
        return None, [_introduction(item, ours) for item in others]
    standard = "".join(ours.standard_sentence(part).split())  # what a part without text prints
    said = any("".join(item.text.split()) != standard for item in paragraphs)
    same = made is not None and [it.text for it in made] == [it.text for it in paragraphs]
    text = markdown_of(paragraphs)[0] if said and not same else None
    if text and has_hidden(text):
        raise NotPlaced
    return text, []


def _paragraphs_of(part: str, imported: Imported) -> list[Paragraph]:
    return [_visible(item) for item in imported.paragraphs.get(part, ())]


def _visible(paragraph: Paragraph) -> Paragraph:
    """Return a paragraph without invisible characters, unless one of them alters a number."""
    place = Origin("", 0, ())
    text, found = reveal_hidden(paragraph.text, place, alone=False)
    return paragraph if found is None or found.grave else replace(paragraph, text=text)


def _introduction(typed: Paragraph, ours: Report) -> Problem:
    about = {"place": typed.place.said(), "text": typed.text}
    line = ours.line_of(INTRODUCTION)
    return Problem("import-apply-introduction", ours.file("year"), line, **about)


def _typed_over(part: str, item: Question, source: str, ours: Report) -> Problem:
    about = {
        "place": item.paragraph.place.said() if item.paragraph else ours.headings.get(part, part),
        "placeholder": item.placeholder,
        "ours": item.before or "—",
        "theirs": item.after or "—",
    }
    line = ours.line_of(part) + source.count("\n", 0, item.start)
    message = "import-typed-over" if item.placeholder else "import-apply-both"
    return Problem(message, ours.file("year"), line, **about)


# --- the files --------------------------------------------------------------------


def hashes_of(folder: Path, year: int) -> dict[Path, str]:
    """Return the hashes of the files that edits of a year are written into.

    Call it before the report is read, and `refuse_changed` before its files are written: the
    lines to change are those of the report as it was read.
    """
    return {path: digest_of(path) for path in (folder / f"{year}.csv", folder / f"{year}.yaml")}


def refuse_changed(hashes: Mapping[Path, str]) -> None:
    """Raise KitError if one of the files was changed since its hash was taken."""
    changed = [path for path, known in hashes.items() if digest_of(path) != known]
    if changed:
        raise KitError(*(Problem("file-changed-meanwhile", path.as_posix()) for path in changed))


def files_with(edits: Edited, ours: Report) -> dict[str, bytes]:
    """Return the report's files with the edits applied: bytes by the names of the files.

    Encodings and line ends are kept. Raises KitError if a file cannot be changed.
    """
    found: dict[str, bytes] = {}
    if edits.values:
        path = ours.files["indicators"]
        rows = {ours.values[code].line: text for code, text in edits.values.items()}
        found[path.name] = _encoded(with_values(read_text(path), rows), path)
    if edits.texts:
        path = ours.files["year"]
        text = with_texts(read_text(path), path.as_posix(), "sections", edits.texts)
        found[path.name] = _encoded(text, path)
    return found


def _encoded(text: str, path: Path) -> bytes:
    try:
        return encoded_as(text, read_bytes(path))
    except UnicodeEncodeError as error:
        about = {"text": error.object[error.start : error.end]}
        raise KitError(Problem("import-apply-encoding", path.as_posix(), **about)) from None

"""Read a document by the form: its figures, its text, and all doubts about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gongkai.errors import KitError, Problem
from gongkai.forms import editions
from gongkai.forms.form import Form
from gongkai.forms.local import collapsed, collapsible, with_extra_lines
from gongkai.forms.tables import Code, all_rows, blocks_of
from gongkai.importing.blocks import Doubt, Grid, Paragraph, Picture, Source, with_text
from gongkai.importing.labels import bare, key
from gongkai.importing.tables.assign import Assigned, Item, assigned, edition_of, has_codes
from gongkai.importing.tables.beside import doubt_units, doubt_years
from gongkai.importing.tables.copies import Copies, apart_from_copies
from gongkai.importing.tables.figures import ExtraRow, Found, Reading
from gongkai.importing.tables.layout import Layout, layouts
from gongkai.importing.tables.notes import with_notes
from gongkai.importing.tables.own import read_own
from gongkai.importing.tables.table import read_table
from gongkai.importing.texts.markdown import markdown_of
from gongkai.importing.texts.prose import (
    Prose,
    left_out_of_title,
    read_prose,
    stated_title,
    titled_years,
)
from gongkai.importing.texts.volume import first_report
from gongkai.report.model import INTRODUCTION
from gongkai.report.parameters import Agency
from gongkai.report.places import Place

_OF_PAGES = {"import-text-layer", "import-invisible"}  # doubts about a whole page


@dataclass
class Draft:
    """The content of a document as a report. `edition` is '' if it is the usual one of the year.

    `texts` are the parts as Markdown, by their ids, with the introduction if there is one.
    """

    year: int
    form: Form
    edition: str
    prose: Prose
    cells: dict[Code, Found] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    extra: list[ExtraRow] = field(default_factory=list)


def stated_by(source: Source) -> tuple[str, int]:
    """Return the agency and the year that a document's title names; '' and 0 if it names none."""
    return stated_title(list(_lines_of(first_report(source))))


def _lines_of(source: Source) -> Iterator[Paragraph]:
    """Yield the paragraphs, and as paragraphs the rows of tables that have a single text."""
    for block in source.blocks:
        if isinstance(block, Paragraph):
            yield block
        elif isinstance(block, Grid):
            rows = map(with_text, block.matrix()[:40])
            yield from (
                Paragraph(row[0].text.strip(), row[0].place) for row in rows if len(row) == 1
            )


def _paragraphs(items: Sequence[Item]) -> tuple[list[Paragraph], frozenset[int]]:
    """Return the paragraphs, and the indices of those directly above a table."""
    found: list[Paragraph] = []
    above = set()
    for item in items:
        if isinstance(item, Paragraph):
            found.append(item)
        elif not isinstance(item, Picture):
            above.add(len(found) - 1)
    return found, frozenset(above)


def read_draft(
    source: Source,
    year: int,
    agency: Agency | None = None,
    column: str = "",
    forms: Path | None = None,
) -> Draft:
    """Return a document as a report of a year; `agency` has the extra lines that it may print.

    Raises KitError if no form is known for the year, or a list has several columns.
    """
    source = first_report(source)
    usual = editions.edition_for(year, forms)
    edition = edition_of(source.blocks, usual.edition, forms)
    form = editions.load_form(edition, forms) if edition else usual
    if agency:
        form, _ = with_extra_lines(form, agency.extra_lines, year)
    items = assigned(source.blocks, form)
    form = _as_printed(form, items)
    items = with_notes(assigned(source.blocks, form))
    places = (item.grid.place for item in items if isinstance(item, Assigned))
    draft = blank_draft(year, form, usual, next(places, Place()))
    draft.doubts[:0] = source.doubts
    _read_figures(items, column, draft)
    draft.doubts = [_with_codes(doubt, draft) for doubt in draft.doubts]
    paragraphs, above = _paragraphs(items)
    draft.prose = read_prose(paragraphs, form, year, above)
    draft.prose.published_by = source.published_by
    draft.doubts += draft.prose.doubts
    if not draft.prose.name and not draft.prose.signed_by:
        draft.prose.name, draft.prose.stated_year = stated_by(source)
        draft.doubts += left_out_of_title(list(_lines_of(source)))
    _write_texts(draft)
    _doubt_years(paragraphs, draft)
    draft.doubts += doubt_years(items, year)
    draft.doubts += doubt_units(items, form)
    _doubt_unknown_tables(items, draft)
    _doubt_pictures(items, draft)
    # A page may have thousands: duplicates are found by their repr, not by comparing all pairs.
    draft.doubts = list({repr(item): item for item in reversed(draft.doubts)}.values())[::-1]
    return draft


def blank_draft(year: int, form: Form, usual: Form, place: Place) -> Draft:
    """Return a draft without content, with a doubt if its form is not the usual one of the year."""
    draft = Draft(year, form, "" if form.edition == usual.edition else form.edition, Prose())
    if draft.edition:
        about = {"edition": form.edition, "expected": usual.edition, "year": year}
        draft.doubts.append(Doubt("import-edition-differs", place, **about))
    return draft


def _as_printed(form: Form, items: Sequence[Item]) -> Form:
    """Return the form, with the groups collapsed that the document prints as one row."""
    labels = {
        form_of(cell.text)
        for item in items
        if isinstance(item, Assigned)
        for cell in item.grid.cells
        for form_of in (key, bare)
    }
    known = {
        row.code: row.label for block in blocks_of(form.tables) for row in all_rows(block.rows)
    }
    for group, rows in collapsible(form).items():
        if bare(known[group]) in labels and not any(key(known[code]) in labels for code in rows):
            form = collapsed(form, group)
    return form


# --- figures ----------------------------------------------------------------------


def _read_figures(items: Sequence[Item], column: str, draft: Draft) -> None:
    """Read all tables of the form, and doubt the missing ones."""
    own = [item for item in items if isinstance(item, Grid) and has_codes(item)]
    if own:
        reading = read_own(own, draft.form, draft.year)
        draft.cells |= reading.cells
        draft.doubts += reading.doubts
        return
    if column and not any(isinstance(item, Assigned) and item.layout.is_list for item in items):
        raise KitError(Problem("import-column-without-list", column=column))
    for layout in layouts(draft.form):
        grids = [
            item.grid
            for item in items
            if isinstance(item, Assigned) and item.layout.table.id == layout.table.id
        ]
        if grids:
            grids, again = apart_from_copies(layout, grids)
            reading = read_table(layout, grids, column)
            _doubt_copy(layout, reading, again, grids[0].place, column)
            draft.cells |= reading.cells
            draft.doubts += reading.doubts
            draft.extra += reading.extra
        else:
            _doubt_missing_table(layout, items, draft)


def _doubt_copy(layout: Layout, reading: Reading, again: Copies, first: Place, column: str) -> None:
    """Doubt a table that appears again, per sheet, with the cells whose figure differs there."""
    about: dict[str, object] = {"caption": layout.table.caption, "first": first.said()}
    if again.blank:
        reading.doubt("import-table-blank", again.blank[0].place, (), **about)
    sheets: dict[str, list[Grid]] = {}  # those of a document without sheets are under ""
    for grid in again.filled:
        sheets.setdefault(grid.place.cell.rpartition("!")[0], []).append(grid)
    for grids in sheets.values():
        copy = read_table(layout, grids, column).cells
        codes = [code for code, found in reading.cells.items() if copy[code].text != found.text]
        reading.doubt("import-table-twice", grids[0].place, codes, **about, count=len(codes))


def _doubt_missing_table(layout: Layout, items: Sequence[Item], draft: Draft) -> None:
    """Leave a table's cells blank, with a doubt; a picture in the document may be the table."""
    pictures = [item for item in items if isinstance(item, Picture)]
    place = pictures[0].place if pictures else Place()
    codes = [code for entry in layout.entries for code in layout.codes(entry)]
    draft.cells |= {code: Found("", "", place) for code in codes}
    doubt = "import-table-picture" if pictures else "import-table-missing"
    about = {"caption": layout.table.caption, "count": len(pictures)}
    draft.doubts.append(Doubt(doubt, place, tuple(codes), **about))


def _write_texts(draft: Draft) -> None:
    """Write the introduction and each part as Markdown."""
    prose = draft.prose
    parts = {INTRODUCTION: prose.introduction} if prose.introduction else {}
    parts |= {part.id: prose.sections.get(part.id, []) for part in draft.form.parts}
    for part, paragraphs in parts.items():
        draft.texts[part], doubts = markdown_of(paragraphs)
        draft.doubts += doubts


def _doubt_years(paragraphs: Sequence[Paragraph], draft: Draft) -> None:
    """Doubt each year named by a title other than the report's.

    All titles count if repeated tables differ from those read before: such a document has several
    reports, and its first tables and its last text may be of different years.
    """
    stated = {draft.prose.stated_year: Place()}
    if any(doubt.id == "import-table-twice" and doubt.codes for doubt in draft.doubts):
        stated = titled_years(paragraphs) | stated
    for year, place in stated.items():
        if year not in (0, draft.year):
            draft.doubts.append(Doubt("import-year-differs", place, stated=year, year=draft.year))


def _with_codes(doubt: Doubt, draft: Draft) -> Doubt:
    """Return a doubt of the document's reader with the codes of the cells read at its place."""
    if doubt.codes or not (doubt.place.row or doubt.place.cell or doubt.place.page):
        return doubt
    places = ((code, found.place) for code, found in draft.cells.items())
    page = doubt.place.page if doubt.id in _OF_PAGES else 0
    codes = (code for code, at in places if doubt.place.covers(at) or (page and at.page == page))
    return doubt.about(tuple(codes))


def _doubt_pictures(items: Sequence[Item], draft: Draft) -> None:
    """Doubt each picture in a cell of a table of the form, and together those in the text."""
    root = draft.prose.path
    cells = {cell.place for item in items if isinstance(item, Assigned) for cell in item.grid.cells}
    pictures = [item for item in items if isinstance(item, Picture)]
    for picture in pictures:
        if picture.place in cells:
            draft.doubts.append(_with_codes(Doubt("import-picture-in-cell", picture.place), draft))
    inside = [item for item in pictures if not item.place.row and item.path[: len(root)] == root]
    if inside and "import-table-picture" not in {doubt.id for doubt in draft.doubts}:
        draft.doubts.append(Doubt("import-picture-left-out", inside[0].place, count=len(inside)))


def _doubt_unknown_tables(items: Sequence[Item], draft: Draft) -> None:
    """Doubt tables that were not read; outside the report's element they belong to the website."""
    root = draft.prose.path
    for item in items:
        if isinstance(item, Grid) and not has_codes(item):
            words = " ".join(cell.text.strip() for cell in item.cells if cell.text.strip())
            if words and item.path[: len(root)] != root:
                draft.prose.unplaced.append(Paragraph(words, item.place, path=item.path))
            elif words:
                draft.doubts.append(Doubt("import-table-unknown", item.place, text=words[:60]))

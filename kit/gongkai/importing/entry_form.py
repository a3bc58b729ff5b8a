"""Read a filled-in entry form: each cell is found by its name, so nothing is guessed.

`kit/gongkai/office/entry_form.py` writes these forms, `kit/gongkai/report/entry_form.py` has the
names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path

from gongkai.errors import KitError, Problem
from gongkai.forms import editions
from gongkai.forms.form import Form
from gongkai.forms.local import collapsed, collapsible, printed_as_one_row, with_extra_lines
from gongkai.forms.tables import Code
from gongkai.importing.blocks import Cell, Doubt, Grid, Names, Paragraph, Source
from gongkai.importing.draft import Draft, blank_draft, read_draft
from gongkai.importing.labels import key
from gongkai.importing.lines import shortened
from gongkai.importing.tables.figures import Found, read_figure
from gongkai.importing.tables.layout import layouts
from gongkai.importing.texts.prose import stated_title
from gongkai.project import Target
from gongkai.report.entry_form import (
    AGENCY,
    CELL,
    EDITION,
    HINTS,
    MARK,
    PLUS,
    RIGHT,
    SUM,
    TITLE,
    TOTAL,
    WRONG,
    YEAR,
    last_year_of,
    name_of,
    texts_beside,
)
from gongkai.report.parameters import Agency, YearParameters
from gongkai.report.places import Place
from gongkai.text.models import read_model

_YEAR = re.compile("[1-9][0-9]{3}")
_OF_TEXT = ("import-part-missing", "import-parts-missing")  # doubts about the headings of a text
_LAID_ON = ("import-note", "import-text-box-in-cell", "import-picture-in-cell")
_FORMULAS = ("import-formula", "import-formula-without-value")
_SUMS = re.compile(r"[一二三四五六七八九十0-9（）()＋]*")  # the numbers of the rows that are added


def is_entry_form(names: Names) -> bool:
    """Whether the defined names of a workbook are those of an entry form."""
    return {AGENCY, YEAR, EDITION} <= names.keys() and bool(_YEAR.fullmatch(names[YEAR]))


def has_lost_names(source: Source) -> bool:
    """Whether a workbook is an entry form that was saved by a program or format without names."""
    return not is_entry_form(source.names) and any(
        cell.text.endswith((RIGHT, WRONG[1]))
        or (cell.place.cell == f"{HINTS}!A1" and cell.text.endswith(HINTS))
        for grid in source.grids
        for cell in grid.cells
    )


def without_text(draft: Draft) -> None:
    """Leave out the text of an entry form that was read as a report: it explains the form."""
    prose = draft.prose
    prose.unplaced += [paragraph for texts in prose.parts.values() for paragraph in texts]
    prose.introduction, prose.sections = [], {}
    draft.texts = {part.id: "" for part in draft.form.parts}
    others = [doubt for doubt in draft.doubts if doubt.id not in _OF_TEXT]
    draft.doubts = [Doubt("import-form-without-names", Place()), *others]


def printed_title(source: Source) -> tuple[str, int]:
    """Return the agency's name and the year that a form prints; '' and 0 if it prints none."""
    cell = _cells_of(source).get(source.names.get(TITLE, ""))
    return stated_title([Paragraph(cell.text, cell.place)]) if cell else ("", 0)


def read_entry_form(
    source: Source, title: tuple[str, int], agency: Agency | None, forms: Path | None
) -> Draft:
    """Return the figures of a form, which has no text; `title` is the printed name and year.

    Raises KitError with every cell that contains something other than a figure.
    """
    names = source.names
    year = int(names[YEAR])
    usual = editions.edition_for(year, forms)
    form = editions.load_form(names[EDITION], forms)
    if agency:
        form, _ = with_extra_lines(form, agency.extra_lines, year)
    form = _as_printed(form, names)
    draft = blank_draft(year, form, usual, Place())
    draft.prose.name, draft.prose.stated_year = title
    draft.texts = {part.id: "" for part in form.parts}
    cells = _cells_of(source)
    _read_cells(cells, names, draft)
    draft.doubts += _unknown(names, form)
    codes = {found.place.cell: code for code, found in draft.cells.items()}
    draft.doubts += _otherwise_labelled(source, draft, agency, forms)
    draft.doubts += _copied(source, cells, draft)
    draft.doubts += _written_beside(source, cells, draft, codes)
    draft.doubts += _doubts_about(source.doubts, codes)
    return draft


def refuse_other(path: Path, names: Names, title_year: int, wanted: Target, params: Path) -> None:
    """Raise KitError if a form is for another report than `wanted`, or than its title says."""
    stated = Target(names[AGENCY], int(names[YEAR]))
    if stated != wanted:
        place = (params / wanted.slug).resolve() / f"{wanted.year}{path.suffix}"
        kind = "import-form-misplaced" if path.resolve() == place else "import-form-of-other"
        about = {
            "stated": str(stated),
            "expected": str(wanted),
            "command": _command(wanted, params),
        }
        raise KitError(Problem(kind, path.as_posix(), **about))
    if title_year and title_year != stated.year:
        about = {"stated": str(stated), "printed": str(title_year)}
        raise KitError(Problem("import-form-reused", path.as_posix(), **about))


def refuse_other_edition(path: Path, draft: Draft, year_file: Path, forms: Path | None) -> None:
    """Raise KitError if the year's YAML exists and uses another edition of the form."""
    if not year_file.exists():
        return
    parameters, _ = read_model(year_file, YearParameters)
    expected = parameters.edition or editions.edition_for(draft.year, forms).edition
    if expected != draft.form.edition:
        target = Target(year_file.parent.name, draft.year)
        about = {
            "edition": draft.form.edition,
            "expected": expected,
            "year_file": year_file.as_posix(),
            "command": _command(target, year_file.parent.parent, parameters.edition),
        }
        raise KitError(Problem("import-form-edition", path.as_posix(), **about))


def _command(target: Target, params: Path, edition: str = "") -> str:
    """Return the command that writes the form for a report, whose CSV there may be."""
    if (params / target.slug / f"{target.year}.csv").exists():
        return f"gongkai export --to xlsx --form {target}"
    option = f" --edition {edition}" if edition else ""
    return f"gongkai new {target.slug} {target.year} --xlsx{option}"


def _as_printed(form: Form, names: Names) -> Form:
    """Return the form, with the groups collapsed that the workbook has as one row."""
    columns = {code.rpartition(".")[2] for code in form.cells}
    groups = [f"{group}.{column}" for group in collapsible(form) for column in columns]
    codes = [code for code in (*form.cells, *groups) if name_of(code) in names]
    for group in printed_as_one_row(form, codes):
        form = collapsed(form, group)
    return form


def _read_cells(cells: Mapping[str, Cell], names: Names, draft: Draft) -> None:
    """Read each figure from the cell with its name. Raises KitError if one contains text."""
    problems, missing = [], []
    for code, cell in draft.form.cells.items():
        found = cells.get(names.get(name_of(code), ""))
        if found is None:
            draft.cells[code] = Found("", "", Place())
            missing.append(code)
            continue
        printed = found.text.strip()
        text, doubt = read_figure(found.text, cell.kind)
        draft.cells[code] = Found(text, printed, found.place)
        about = {"place": found.place.said(), "text": printed, "label": cell.full_name}
        if doubt == "import-not-a-figure":
            problems.append(Problem("import-form-text", **about))
        elif doubt:
            draft.doubts.append(Doubt(doubt, found.place, (code,), text=printed, read=text or "—"))
    if problems:
        raise KitError(*problems)
    if missing:
        said = {"codes": missing[:6], "count": len(missing)}
        draft.doubts.append(Doubt("import-form-cells-missing", Place(), tuple(missing), **said))


def _unknown(names: Names, form: Form) -> Iterator[Doubt]:
    """Yield a doubt for each cell that the form does not have, such as an abandoned extra line."""
    known = set(map(name_of, form.cells))
    for name, place in names.items():
        if name.startswith(CELL) and name[1:2].isdecimal() and name not in known:
            about = {"label": name.removeprefix(CELL), "values": "—"}
            yield Doubt("import-row-extra", Place(cell=place), **about)


def _otherwise_labelled(
    source: Source, draft: Draft, agency: Agency | None, forms: Path | None
) -> Iterator[Doubt]:
    """Yield a doubt for each figure whose row and column are labelled as those of another one.

    Also for one with another unit than the form's; none if the labels cannot be read.
    """
    try:
        labelled = read_draft(source, draft.year, agency, forms=forms)
    except KitError:
        return
    yield from _moved(draft, labelled.cells)
    there = {found.place for found in draft.cells.values()}
    for doubt in labelled.doubts:
        if doubt.id == "import-unit-differs" and doubt.place in there:
            yield doubt


def _moved(draft: Draft, labelled: Mapping[Code, Found]) -> Iterator[Doubt]:
    """Yield a doubt for each figure that is in the row or column of another one.

    If a cell is dragged to another place, Excel moves its name too.
    """
    codes = {found.place.cell: code for code, found in labelled.items() if found.place.cell}
    for code, found in draft.cells.items():
        other = codes.get(found.place.cell, code)
        if other != code and found.text and other in draft.form.cells:
            cells = draft.form.cells
            about = {
                "text": found.printed,
                "name": cells[code].full_name,
                "label": cells[other].full_name,
            }
            yield Doubt("import-form-cell-moved", found.place, (code, other), **about)


def _copied(source: Source, cells: Mapping[str, Cell], draft: Draft) -> Iterator[Doubt]:
    """Yield a doubt for each copy of a sheet that has other figures than the sheet itself.

    Which of the two was filled in cannot be known.
    """
    codes = {name_of(code): code for code in draft.form.cells}
    differing: dict[tuple[str, str], list[Code]] = {}
    for name, place in source.names_again:
        cell, code = cells.get(place), codes.get(name, "")
        if cell and code and cell.text.strip() != draft.cells[code].printed:
            sheets = place.rpartition("!")[0], source.names[name].rpartition("!")[0]
            differing.setdefault(sheets, []).append(code)
    for (copy, sheet), found in differing.items():
        about = {"sheet": sheet, "count": len(found), "codes": found[:6]}
        yield Doubt("import-form-sheet-copied", Place(cell=copy), tuple(found), **about)


def _written_beside(
    source: Source, cells: Mapping[str, Cell], draft: Draft, codes: Mapping[str, Code]
) -> Iterator[Doubt]:
    """Yield a doubt for each row with texts or figures that the kit does not write there.

    They are not imported. It is about the figures of the row, given by their places: they may be
    called otherwise, or be corrected beside.
    """
    own = {*source.names.values(), *(place for _, place in source.names_again)}
    title = cells.get(source.names.get(TITLE, ""))
    printed = _printed(draft.form, draft.year) | ({key(title.text)} if title else set())
    formulas = {doubt.place.cell for doubt in source.doubts if doubt.id in _FORMULAS}
    for grid in source.grids:
        own |= formulas & _computed(grid)
        others: dict[int, list[Cell]] = {}
        last = _last_year(grid, own, draft.year)
        for cell in grid.cells:
            if not (cell.place.cell in own or cell in last or _is_printed(cell, grid, printed)):
                others.setdefault(cell.row, []).append(cell)
        for row, beside in others.items():
            places = (cell.place.cell for cell in grid.cells if cell.row == row)
            about = tuple(codes[place] for place in places if place in codes)
            texts = [shortened(cell.text) for cell in beside]
            yield Doubt("import-form-beside", beside[0].place, about, texts=texts)


def _computed(grid: Grid) -> set[str]:
    """Return the places of a sheet where the kit writes formulas: sums, marks, what they say."""
    rows = {cell.row for cell in grid.cells if not cell.column and _is_computed(cell.text)}
    columns = {cell.column for cell in grid.cells if cell.column and _is_computed(cell.text)}
    return {
        cell.place.cell
        for cell in grid.cells
        if cell.row in rows
        or cell.column in columns
        or any(said in cell.text for said in (RIGHT, WRONG[0]))
    }


def _is_computed(head: str) -> bool:
    """Whether the head of a row or column is that of sums or marks: 自动合计, 核对, 一＋二."""
    return head.endswith(SUM) or head == MARK or (PLUS in head and bool(_SUMS.fullmatch(head)))


def _printed(form: Form, year: int) -> set[str]:
    """Return the keys of the texts that a form prints, apart from those that are computed."""
    labels = (label for layout in layouts(form) for label in layout.known | layout.headers)
    return {"", *map(key, texts_beside(form, year)), *labels}


def _is_printed(cell: Cell, grid: Grid, printed: Set[str]) -> bool:
    """Whether a text is one that a form prints, or is of its hints."""
    if key(cell.text) in printed or (cell.column == 0 and grid.cells[0].text.endswith(HINTS)):
        return True
    if cell.text.endswith(SUM) or PLUS in cell.text:
        return bool(_SUMS.fullmatch(cell.text.removesuffix(SUM).removesuffix(TOTAL)))
    return all(key(unit) in printed for unit in cell.text.split("、"))


def _last_year(grid: Grid, own: Set[str], year: int) -> set[Cell]:
    """Return the cells with last year's figures: below their header, or beside it in one row."""
    end = max((cell.row for cell in grid.cells if cell.place.cell in own), default=0)
    found: set[Cell] = set()
    for head in (cell for cell in grid.cells if cell.text == last_year_of(year)):
        columns = range(head.column, head.column + head.columns)
        for cell in grid.cells:
            below = cell.column in columns and head.row < cell.row <= end
            if below if head.column else cell.row == head.row:
                found.add(cell)
    return found


def _cells_of(source: Source) -> dict[str, Cell]:
    """Return the cells of all sheets by their addresses."""
    return {cell.place.cell: cell for grid in source.grids for cell in grid.cells}


def _doubts_about(doubts: Iterable[Doubt], codes: dict[str, Code]) -> Iterable[Doubt]:
    """Yield the doubts about input cells, and about whole rows, columns, sheets or the file.

    Also those about comments, text boxes and pictures anywhere: the kit writes none. All other
    cells belong to the form itself, such as its sums, which are formulas, or are named by
    `_written_beside`.
    """
    for doubt in doubts:
        _, exclamation, cell = doubt.place.cell.rpartition("!")
        if doubt.place.cell in codes:
            yield Doubt(doubt.id, doubt.place, (codes[doubt.place.cell],), **doubt.details)
        elif not exclamation or ":" in cell or doubt.id in _LAID_ON:
            yield doubt

"""Reading a report's files against the form in force: a whole report, or every problem at once."""

from __future__ import annotations

import csv
import io
import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from gongkai.errors import KitError, Problem, nearest, rules, say, unreadable
from gongkai.forms import editions
from gongkai.forms.form import Cell, Code, Form
from gongkai.forms.local import collapsed, collapsible, parents, with_extra_line
from gongkai.report.model import (
    COLUMNS,
    INTRODUCTION,
    Agency,
    Breakdown,
    BreakdownParameters,
    Past,
    Report,
    Value,
    YearParameters,
)
from gongkai.text.documents import SHOWN, Document, read_text, shown
from gongkai.text.files import ModelT, read_model
from gongkai.text.formulas import unguarded
from gongkai.text.names import SLUG
from gongkai.text.numbers import NO_NUMBER, parse_number, without_remark
from gongkai.text.placeholders import Fact, Figure, Segment, Share, parse_text
from gongkai.text.quantities import half_width
from gongkai.text.signs import Place, Unseen, revealed, without_entities

MOST_ABOVE = 5  # lines: a title may stand above the header
FEW_CODES = 5  # so many are named when they are missing; more are only counted off by code
LONGEST_CELL = 1_000  # characters; the longest label of a form has 54
MOST_ALIKE = 20  # problems of one kind that are said of a file; more are only counted


def load_report(slug: str, year: int, params: Path) -> Report:
    """Read a report's three files against the form that is in force.

    Raises KitError with every problem of all three files at once, and where the system does not
    let a file or a folder be looked at.
    """
    try:
        return _Reader(slug, year, params).read()
    except OSError as error:
        raise KitError(unreadable(error)) from None


Kept = dict[int, Report | KitError]  # the reports of an agency that were read already, by year


def load_past(report: Report, kept: Kept | None = None) -> Past:
    """Read every earlier report of the same agency; one that cannot be read is a gap.

    What is in `kept` is not read again, and what is read is put there.
    """
    params = report.files["year"].parent.parent
    kept = {} if kept is None else kept
    found = [
        load_kept(report.slug, year, params, kept)
        for year in earlier_years(params, report.slug, report.year)
    ]
    return Past(
        tuple(item for item in found if isinstance(item, Report)),
        tuple(item.problems[0] for item in found if isinstance(item, KitError)),
    )


def load_kept(slug: str, year: int, params: Path, kept: Kept) -> Report | KitError:
    """Return a report, or why it cannot be read, of an agency whose reports are kept."""
    if year not in kept:
        try:
            kept[year] = load_report(slug, year, params)
        except KitError as error:
            kept[year] = error
    return kept[year]


def earlier_years(params: Path, slug: str, year: int) -> list[int]:
    """Return the years before `year` that an agency has parameters of."""
    stems = [path.stem for path in (params / slug).glob("[0-9][0-9][0-9][0-9].yaml")]
    return sorted(int(stem) for stem in stems if int(stem) < year)


class _Reader:
    """Reads the files of one report and keeps every problem that it meets."""

    def __init__(self, slug: str, year: int, params: Path) -> None:
        self.slug = slug
        self.year = year
        self.params = params
        folder = params / slug
        self.files = {
            "agency": folder / "agency.yaml",
            "year": folder / f"{year}.yaml",
            "indicators": folder / f"{year}.csv",
        }
        self.problems: list[Problem] = []
        self.rewritten: list[Problem] = []
        self.unseen: list[Unseen] = []
        self.document = Document(str(self.files["year"]))
        self.agency_document = Document(str(self.files["agency"]))

    def read(self) -> Report:
        self._find()
        agency = self._model("agency", Agency)
        parameters = self._model("year", YearParameters)
        form = self._form(parameters)
        if form and agency:
            form = self._with_local_lines(form, agency)
        form, values = self._indicators(form) if form else (None, {})
        sections = self._sections(parameters, form) if parameters and form else {}
        breakdowns = self._breakdowns(parameters, form, values) if parameters and form else ()
        if parameters:
            self._accepted(parameters)
        if self.problems or not (agency and parameters and form):
            raise KitError(*_summed_up(self.problems))
        return Report(
            slug=self.slug,
            year=self.year,
            agency=agency,
            parameters=parameters,
            form=form,
            values=values,
            sections=sections,
            breakdowns=breakdowns,
            rewritten=tuple(self.rewritten),
            files=self.files,
            lines=self._lines(),
            unseen=tuple(self.unseen),
        )

    def _find(self) -> None:
        """Refuse a slug that is none, and an agency or a year that there is nothing of."""
        if not SLUG.fullmatch(self.slug):
            raise KitError(Problem("agency-slug", details={"agency": self.slug}))
        folder = self.params / self.slug
        if not folder.is_dir():
            known = sorted(path.parent.name for path in self.params.glob("*/agency.yaml"))
            details: dict[str, object] = {
                "agency": self.slug,
                "folder": self.params.as_posix(),
                "known": known[:20] or "—",
            }
            meant = nearest(self.slug, known)
            problem = "agency-meant" if meant else "agency-unknown"
            raise KitError(Problem(problem, details={**details, "meant": meant}))
        if not (self.files["year"].exists() or self.files["indicators"].exists()):
            years = sorted(path.stem for path in folder.glob("[0-9][0-9][0-9][0-9].yaml"))
            asked = {"agency": self.slug, "year": self.year, "known": years or "—"}
            raise KitError(Problem("year-unknown", folder.as_posix(), details=asked))

    def _refuse(self, problem: str, kind: str, line: int, **details: object) -> None:
        """Note a problem and go on reading; what it quotes is cut short."""
        quoted = {
            key: shown(value) if isinstance(value, str) else value for key, value in details.items()
        }
        self.problems.append(Problem(problem, self.files[kind].as_posix(), line, quoted))

    def _refuse_link(self, kind: str) -> None:
        """Raise KitError where a link leads out of the folder of parameters."""
        path, folder = (Path(os.path.realpath(item)) for item in (self.files[kind], self.params))
        if not path.is_relative_to(folder):
            details = {"folder": self.params.as_posix()}
            raise KitError(Problem("file-leads-out", self.files[kind].as_posix(), details=details))

    def _model(self, kind: str, model: type[ModelT]) -> ModelT | None:
        try:
            self._refuse_link(kind)
            found, document = read_model(self.files[kind], model)
        except KitError as error:
            self.problems.extend(error.problems)
            return None
        self.unseen.extend(document.unseen)
        if document.indented:
            details: dict[str, object] = {"count": len(document.indented), "code": ""}
            path = self.files[kind].as_posix()
            self.rewritten.append(Problem("yaml-indented", path, document.indented[0], details))
        if kind == "year":
            self.document = document
        else:
            self.agency_document = document
        return found

    def _form(self, parameters: YearParameters | None) -> Form | None:
        """Return the form in force; an edition that the year's YAML names comes first."""
        if parameters and parameters.year != self.year:
            line = self.document.line(("year",))
            self._refuse("year-differs", "year", line, stated=parameters.year, expected=self.year)
        try:
            if parameters and parameters.edition:
                return editions.load_form(parameters.edition)
            return editions.edition_for(self.year)
        except KitError as error:
            line = self.document.line(("edition",))
            for problem in error.problems:
                place = problem.file or self.files["year"].as_posix()
                self.problems.append(
                    Problem(problem.id, place, problem.line or line, problem.details)
                )
            return None

    def _with_local_lines(self, form: Form, agency: Agency) -> Form:
        """Return the form with the agency's local lines of this edition."""
        for number, extra in enumerate(agency.extra_lines):
            if not extra.holds_for(form, self.year):
                continue
            line = self.agency_document.line(("extra_lines", number, "parent"))
            details: dict[str, object] = {"code": extra.code, "parent": extra.parent}
            details |= {"edition": form.edition, "known": list(parents(form))}
            if extra.parent not in parents(form):
                self._refuse("extra-line-parent", "agency", line, **details)
            elif extra.code in (*parents(form), *form.entries):
                self._refuse("extra-line-code", "agency", line, **details)
            else:
                form = with_extra_line(form, extra)
        return form

    def _lines(self) -> dict[str, int]:
        return {".".join(map(str, key)): line for key, line in self.document.lines.items()}

    # the narrative

    def _sections(self, parameters: YearParameters, form: Form) -> dict[str, tuple[Segment, ...]]:
        known = [INTRODUCTION, *(part.id for part in form.parts)]
        sections = {}
        for name, typed in parameters.sections.items():
            line = self.document.line(("sections", name))
            text = self._revealed(without_entities(typed), "year", line, ("sections", name))
            if name not in known:
                details = {"name": name, "known": known, "edition": form.edition}
                self._refuse("section-unknown", "year", line, **details)
                continue
            segments, problems = parse_text(text, self.files["year"].as_posix(), line)
            self.problems.extend(problems)
            self.problems.extend(self._unknown_figures(segments, parameters, form))
            sections[name] = segments
        return sections

    def _unknown_figures(
        self, segments: tuple[Segment, ...], parameters: YearParameters, form: Form
    ) -> Iterator[Problem]:
        file = self.files["year"].as_posix()
        names = [shown(name) for name in parameters.facts]
        known = [*names[:MOST_ALIKE], *(["…"] if len(names) > MOST_ALIKE else [])] or "—"
        for segment in segments:
            match segment:
                case Figure(codes=codes, line=line) | Share(codes=codes, line=line):
                    of = (segment.of,) if isinstance(segment, Share) else ()
                    for code in (*codes, *of):
                        if not form.expanded((code,)):
                            details = {"code": shown(code), "edition": form.edition}
                            yield Problem("text-no-such-code", file, line, details)
                case Fact(name=name, line=line) if name not in parameters.facts:
                    about = {"name": shown(name), "known": known}
                    yield Problem("text-no-such-fact", file, line, about)

    def _breakdowns(
        self, parameters: YearParameters, form: Form, values: Mapping[Code, Value]
    ) -> tuple[Breakdown, ...]:
        found = []
        for index, stated in enumerate(parameters.breakdowns):
            key = ("breakdowns", index)
            line = self.document.line((*key, "total"))
            if stated.part not in [part.id for part in form.parts]:
                details = {
                    "name": stated.part,
                    "known": [part.id for part in form.parts],
                    "edition": form.edition,
                }
                self._refuse(
                    "section-unknown", "year", self.document.line((*key, "part")), **details
                )
            total = self._stated_total(stated, parameters, form, values, line)
            items = {
                label: self._stated_number(text, self.document.line((*key, "parts", label)))
                for label, text in stated.parts.items()
            }
            unit = stated.unit
            if stated.total in form.cells:
                unit = unit or form.cells[stated.total].unit
            found.append(
                Breakdown(stated.title, stated.part, unit, stated.total, total, items, line)
            )
        return tuple(found)

    def _stated_total(
        self,
        stated: BreakdownParameters,
        parameters: YearParameters,
        form: Form,
        values: Mapping[Code, Value],
        line: int,
    ) -> Decimal | None:
        if stated.total in form.cells:
            value = values.get(stated.total)
            return value.number if value else None
        if stated.total in parameters.facts:
            fact_line = self.document.line(("facts", stated.total))
            return self._stated_number(parameters.facts[stated.total], fact_line)
        self._refuse("breakdown-total", "year", line, total=stated.total, edition=form.edition)
        return Decimal(0)

    def _stated_number(self, text: str, line: int) -> Decimal:
        """Return a number of the year's YAML, read by the rules of the CSV."""
        number, _, problem = parse_number(text, "amount")
        if number is None or problem:
            self._refuse("yaml-number", "year", line, value=text)
        return number or Decimal(0)

    # what was accepted

    def _accepted(self, parameters: YearParameters) -> None:
        """Refuse to accept a kind of finding that there is none of."""
        for index, entry in enumerate(parameters.accepted):
            if entry.finding not in rules():
                line = self.document.line(("accepted", index, "finding"))
                meant = nearest(entry.finding, rules())
                problem = "accepted-meant" if meant else "accepted-unknown"
                self._refuse(problem, "year", line, finding=entry.finding, meant=meant)

    # the indicators

    def _indicators(self, form: Form) -> tuple[Form, dict[Code, Value]]:
        """Return the form as this report prints it, and its values."""
        values: dict[Code, Value] = {}
        malformed: set[str] = set()
        try:
            rows = list(self._rows())
        except KitError as error:
            self.problems.extend(error.problems)
            return form, {}
        codes = {cells[0] for _, cells in rows}
        form = _as_printed(form, codes)
        other = _other_edition(form, codes)
        if other:
            editions_named = {"edition": form.edition, "other": other}
            self._refuse("csv-other-edition", "indicators", 0, **editions_named)
            return form, {}
        if self._is_misread(rows, form):
            return form, {}
        for line, cells in rows:
            if self._is_whole(line, cells):
                self._row(line, cells, form, values)
            else:
                malformed.add(cells[0])
        missing = [code for code in form.cells if code not in values and code not in malformed]
        if missing:
            if len(missing) <= FEW_CODES:
                missing = [f"{code} {form.cells[code].name}" for code in missing]
            about = {"codes": missing, "count": len(missing), "edition": form.edition}
            self._refuse("csv-codes-missing", "indicators", 0, **about)
        return form, values

    def _is_whole(self, line: int, cells: list[str]) -> bool:
        """Refuse a line of too few or too many cells, or of one without end."""
        if len(cells) != len(COLUMNS):
            details = {"expected": len(COLUMNS), "found": len(cells)}
            self._refuse("csv-columns", "indicators", line, **details)
        elif any(len(cell) > LONGEST_CELL for cell in cells):
            self._refuse("csv-cell-too-long", "indicators", line, limit=LONGEST_CELL)
        else:
            return True
        return False

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each line below the header with its number, its cells stripped."""
        path = self.files["indicators"]
        self._refuse_link("indicators")
        text = read_text(path)
        above = "\n".join(text.split("\n", MOST_ABOVE)[:MOST_ABOVE])
        separator = max(",;\t", key=above.count)
        reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
        line, width, columns = 1, 0, None
        first: list[str] = []
        try:
            for row in reader:
                cells = [cell.strip() for cell in row]
                if columns is None:
                    columns = _columns(cells)
                    first = first or _without_empty_tail(cells)
                    if columns is None and line >= MOST_ABOVE:
                        self._refuse_header(first)
                    elif columns is not None:
                        width = len(_without_empty_tail(cells))
                        self._laid_out(line, cells, columns)
                elif any(cells) and not self._is_footer(line, cells):
                    yield line, self._revealed_cells(_in_order(cells, columns, width), line)
                line = reader.line_num + 1
            if columns is None:
                self._refuse_header(first)
        except csv.Error as error:
            details = {"reason": str(error)}
            raise KitError(Problem("csv-syntax", path.as_posix(), line, details)) from None

    def _laid_out(self, line: int, header: list[str], columns: tuple[int, ...]) -> None:
        """Note what stands above the header or beside the four columns, and is not read."""
        beside = [name for place, name in enumerate(header) if place not in columns and name]
        if line > 1:
            self._left_out(1, say("csv-above-header"))
        if beside:
            self._left_out(line, "、".join(map(shown, beside)))

    def _is_footer(self, line: int, cells: list[str]) -> bool:
        """Whether a line signs the table or explains it, and has no figure; it is noted."""
        text = "".join(cells)
        if not _FOOTER.match(text) or any(cell.isdigit() for cell in cells[1:]):
            return False
        self._left_out(line, shown(text))
        return True

    def _left_out(self, line: int, what: str) -> None:
        file = self.files["indicators"].as_posix()
        details: dict[str, object] = {"what": what, "code": ""}
        self.rewritten.append(Problem("csv-left-out", file, line, details))

    def _refuse_header(self, cells: list[str]) -> None:
        """Raise KitError unless it is ours; what resembles it in nothing is not quoted."""
        if tuple(cells) == COLUMNS:
            return
        place = Place(self.files["indicators"].as_posix(), 1, ())
        found = [revealed(cell[:SHOWN], place)[0] for cell in cells]
        details = {"expected": ",".join(COLUMNS), "found": shown(",".join(found[:SHOWN]))}
        if not any(name in cell for cell in found for name in COLUMNS):
            raise KitError(
                Problem("csv-header-other", place.file, 1, {**details, "found": len(cells)})
            )
        raise KitError(Problem("csv-header", place.file, 1, details))

    def _revealed_cells(self, cells: list[str], line: int) -> list[str]:
        """Return the cells as they are to be read: nothing hidden, nothing guarded."""
        found = [self._revealed(cell, "indicators", line, (cells[0],)) for cell in cells]
        return [*map(unguarded, found[:-1]), *found[-1:]]

    def _revealed(self, text: str, kind: str, line: int, key: tuple[str | int, ...]) -> str:
        """Return a text without signs that cannot be seen, and note them."""
        place = Place(self.files[kind].as_posix(), line, key)
        clean, unseen = revealed(text, place, alone=kind == "indicators")
        if unseen:
            self.unseen.append(unseen)
        return clean

    def _row(self, line: int, cells: list[str], form: Form, values: dict[Code, Value]) -> None:
        code, _, unit, text = cells
        official = form.entries.get(code)
        if official is None:
            few = len(self.problems) < MOST_ALIKE  # of more, none is worth a guess
            meant = nearest(shown(code), form.cells) if few else ""
            details = {"code": code, "edition": form.edition, "meant": meant}
            problem = "csv-code-meant" if meant else "csv-code-unknown"
            if code.rpartition(".")[0] in collapsible(form):
                problem = "csv-group-twice"
            self._refuse(problem, "indicators", line, **details)
            return
        if unit != official.unit:
            details = {"code": code, "found": unit, "expected": official.unit}
            self._refuse("csv-unit", "indicators", line, **details)
        if official.kind == "heading":
            if text not in ("", "—", "——"):
                self._refuse("csv-heading-value", "indicators", line, code=code, value=text)
            return
        if code in values:
            first = values[code].line
            self._refuse("csv-code-twice", "indicators", line, code=code, first=first)
            return
        values[code] = self._value(line, official, text, form)

    def _is_misread(self, rows: list[tuple[int, list[str]]], form: Form) -> bool:
        """Refuse labels that differ from the form; say whether most do, and the rest is noise."""
        labels = [(line, cells[0], cells[1]) for line, cells in rows if len(cells) == len(COLUMNS)]
        known = [item for item in labels if item[1] in form.entries]
        differ = [item for item in known if not _alike(item[2], form.entries[item[1]].label)]
        misread = len(differ) > max(len(known) // 2, FEW_CODES)
        for line, code, label in differ[:1] if misread else differ:
            expected = form.entries[code].label
            details = {"code": code, "found": label, "expected": expected, "count": len(differ)}
            self._refuse("csv-labels" if misread else "csv-label", "indicators", line, **details)
        return misread

    def _value(self, line: int, official: Cell, text: str, form: Form) -> Value:
        units = form.same_unit(official.unit)
        text, remark = without_remark(text, units)
        number, printed, problem = parse_number(text, official.kind, official.unit, units)
        if problem:
            details = {"code": official.code, "value": text, "unit": official.unit}
            self._refuse(problem, "indicators", line, **details)
        elif printed != text and text not in NO_NUMBER:
            details = {"code": official.code, "value": shown(text), "number": printed}
            file = self.files["indicators"].as_posix()
            self.rewritten.append(Problem("csv-number-rewritten", file, line, details))
        return Value(number, printed, line, remark)


# What a column may be called beside its own name, in the order of COLUMNS.
_CALLED = (
    ("code", "代码", "编码", "指标代码"),
    ("indicator", "指标", "指标名称", "统计指标", "项目", "信息内容"),
    ("unit", "单位", "计量单位"),
    ("value", "数量", "数值", "统计数", "数据", "值"),
)
# What may stand beside them and is not read.
_BESIDE = ("", "备注", "序号", "说明", "注")
_FOOTER = re.compile(
    r"(?:单位负责人|负责人|审核人|填报人|填表人|制表人|联系电话|填报日期|填报单位|注[:：]|备注[:：]|说明[:：])"
)


def _columns(header: list[str]) -> tuple[int, ...] | None:
    """Return where the four columns stand; None where a line does not name just these."""
    names = [half_width(name).replace(" ", "") for name in header]
    places = [[place for place, name in enumerate(names) if name in called] for called in _CALLED]
    if any(len(found) != 1 for found in places):
        return None
    columns = tuple(found[0] for found in places)
    others = [name for place, name in enumerate(names) if place not in columns]
    return columns if all(name in _BESIDE for name in others) else None


def _in_order(cells: list[str], columns: tuple[int, ...], width: int) -> list[str]:
    """Return the cells of the four columns; a line longer or shorter than the header as it is."""
    if any(cells[width:]):
        return _without_empty_tail(cells)
    if len(cells) <= max(columns):
        return cells[: len(COLUMNS) - 1]
    return [cells[place] for place in columns]


def _alike(label: str, official: str) -> bool:
    """Whether a label is the official one, however wide its signs are."""
    return label == official or _bare(label) == _bare(official)


def _bare(label: str) -> str:
    return half_width(label).replace(" ", "").replace('"', "“").replace("”", "“")


def _summed_up(problems: list[Problem]) -> Iterator[Problem]:
    """Yield the problems; of one kind in one file only the first, and how many more there are."""
    seen: Counter[tuple[str, str]] = Counter()
    for problem in problems:
        seen[problem.id, problem.file] += 1
        if seen[problem.id, problem.file] <= MOST_ALIKE:
            yield problem
    for (kind, file), count in seen.items():
        if count > MOST_ALIKE:
            yield Problem("problems-more", file, 0, {"count": count - MOST_ALIKE, "kind": kind})


def _as_printed(form: Form, codes: set[str]) -> Form:
    """Return the form with those groups as one row that a report prints as one row."""
    for group, rows in collapsible(form).items():
        alone = {code for code in codes if code.rpartition(".")[0] == group}
        inside = {code for code in codes if code.rpartition(".")[0] in rows}
        if alone - inside and not inside:
            form = collapsed(form, group)
    return form


def _other_edition(form: Form, codes: set[str]) -> str:
    """Return the edition whose codes a CSV has, where they are not those of this form."""
    if codes >= form.cells.keys():
        return ""
    others = [edition for edition in editions.editions() if edition != form.edition]
    return next((name for name in others if codes == editions.load_form(name).cells.keys()), "")


def _without_empty_tail(cells: list[str]) -> list[str]:
    """Return a row without the empty columns that Excel may leave behind its last one."""
    while len(cells) > len(COLUMNS) and not cells[-1]:
        cells = cells[:-1]
    return cells

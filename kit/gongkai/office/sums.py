"""What a form to fill in works out by itself: the rules of a table as formulas of a spreadsheet.

Each formula comes with its value for the figures that the form is written with, so that a program
that does not calculate shows it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xlsxwriter.utility import xl_rowcol_to_cell

from gongkai.forms.form import Form, Identity, written_out
from gongkai.forms.tables import Code, all_rows, blocks_of
from gongkai.office.printed import Box, Printed
from gongkai.text.numbers import parse_number

Numbers = Mapping[Box, Decimal]  # of the cells that have one
DIFFERS, UNLIKE_LAST_YEAR = "不符", "与上年不符"
_NUMBERING = re.compile(r"([一二三四五六七八九十]+)、|（[一二三四五六七八九十]+）|[0-9]+\.")
_BEFORE_REMARK = re.compile(r"((?:（[一二三四五六七八九十]+）)?[^（]+)")


class Sum(NamedTuple):
    """A formula that adds cells up, what it comes to, and '' where none of them has a number."""

    formula: str
    value: Decimal | str


@dataclass(frozen=True)
class Condition:
    """When something is wrong: a formula, whether it is so now, what is said, how bad it is."""

    formula: str
    holds: bool
    text: str
    severity: str


class Rule(NamedTuple):
    """A rule of a table between cells of its sheet, and how the form states it."""

    left: tuple[Box, ...]
    relation: str
    right: tuple[Box, ...]
    previous: tuple[Box, ...]
    severity: str
    words: str
    names: tuple[str, str]


def number_in(text: str, kind: str) -> Decimal | None:
    """Return the number that a cell holds as such; None for a blank, a sign or a remark."""
    number, _, problem = parse_number(text, kind)
    return None if problem else number


def cell(box: Box) -> str:
    """Return the name of a cell's place: E12."""
    return str(xl_rowcol_to_cell(box.row, box.column))


def references(boxes: Iterable[Box]) -> str:
    """Return cells as a formula names them, those below or beside each other as one range."""
    runs: list[list[Box]] = []
    for box in boxes:
        if runs and _continues(runs[-1], box):
            runs[-1].append(box)
        else:
            runs.append([box])
    return ",".join(
        cell(run[0]) if len(run) == 1 else f"{cell(run[0])}:{cell(run[-1])}" for run in runs
    )


def _continues(run: Sequence[Box], box: Box) -> bool:
    """Whether a cell goes on in the direction of the cells before it."""
    steps = [
        (two.row - one.row, two.column - one.column)
        for one, two in zip(run, [*run[1:], box], strict=True)
    ]
    return len(set(steps)) == 1 and steps[0] in ((0, 1), (1, 0))


def sum_of(boxes: Sequence[Box], numbers: Numbers) -> Sum:
    """Return the sum of cells; blank until one of them has a number."""
    names = references(boxes)
    found = [numbers[box] for box in boxes if box in numbers]
    return Sum(f'=IF(COUNT({names})=0,"",SUM({names}))', sum(found, Decimal(0)) if found else "")


def differ(typed: str, sums: str, one: object, other: object, severity: str) -> Condition:
    """Return the condition that two cells have numbers, and not the same."""
    formula = f"AND(ISNUMBER({typed}),ISNUMBER({sums}),ROUND(N({typed})-N({sums}),4)<>0)"
    known = isinstance(one, Decimal) and isinstance(other, Decimal)
    return Condition(formula, known and one != other, DIFFERS, severity)


def exceeds(rule: Rule, numbers: Numbers) -> Condition:
    """Return the condition that a cell is more than others together."""
    typed, names = cell(rule.left[0]), references(rule.right)
    formula = f"AND(ISNUMBER({typed}),COUNT({names})>0,ROUND(N({typed})-SUM({names}),4)>0)"
    parts = [numbers[box] for box in rule.right if box in numbers]
    number = numbers.get(rule.left[0])
    holds = number is not None and bool(parts) and number > sum(parts)
    return Condition(formula, holds, f"超过{rule.names[1]}", rule.severity)


def unlike_last_year(rule: Rule, numbers: Numbers) -> Condition:
    """Return the condition that cells are not what last year's figures and others make them."""
    before = [numbers.get(box, Decimal(0)) for box in (*rule.right, *rule.previous)]
    here = [numbers.get(box, Decimal(0)) for box in rule.left]
    typed = cell(rule.left[0])
    sides = f"SUM({references(rule.left)})-SUM({references((*rule.right, *rule.previous))})"
    holds = rule.left[0] in numbers and sum(here) != sum(before)
    formula = f"AND(ISNUMBER({typed}),ROUND({sides},4)<>0)"
    return Condition(formula, holds, UNLIKE_LAST_YEAR, rule.severity)


# --- the rules of a sheet ---------------------------------------------------------


def rules_of(form: Form, printed: Printed, last: Mapping[Code, Box]) -> Iterator[Rule]:
    """Yield each rule all cells of which are on a sheet, `last` those of last year."""
    for identity in form.identities:
        words, names = in_words(form, identity), _names(form, identity)
        for rule in written_out(identity, form.tables):
            left, right, previous = map(form.expanded, (rule.left, rule.right, rule.previous))
            if {*left, *right} <= printed.cells.keys() and set(previous) <= last.keys():
                yield Rule(
                    tuple(printed.cells[code] for code in left),
                    rule.relation,
                    tuple(printed.cells[code] for code in right),
                    tuple(last[code] for code in previous),
                    rule.severity,
                    words,
                    names,
                )


def in_words(form: Form, identity: Identity) -> str:
    """Return a rule as a sentence: what has to be equal to what, or not more."""
    left, right = _names(form, identity)
    captions = {table.id: table.caption for table in form.tables}
    every = {"row": "每一行，", "column": "每一列，"}.get(identity.each, "")
    where = f"“{captions[identity.table]}”表" if every else ""
    relation = "等于" if identity.relation == "=" else "不大于"
    return f"{where}{every}{left}应当{relation}{right}。"


def _names(form: Form, identity: Identity) -> tuple[str, str]:
    """Return what stands on the two sides of a rule, by the labels of the form."""
    labels = _labels(form, identity)
    left, right, previous = (
        [labels[code] for code in codes]
        for codes in (identity.left, identity.right, identity.previous)
    )
    return "＋".join(left), "＋".join([*right, *(f"上年的{name}" for name in previous)])


def _labels(form: Form, identity: Identity) -> dict[Code, str]:
    blocks = blocks_of(form.tables, identity.table)
    if identity.each == "row":
        return {path[-1].id: path[-1].label for block in blocks for path in block.column_paths}
    if not identity.each:
        return {code: cell.name for code, cell in form.cells.items()}
    return {row.code: _short(row.label) for block in blocks for row in all_rows(block.rows)}


def _short(label: str) -> str:
    """Return a label without the remark in brackets that ends it."""
    found = _BEFORE_REMARK.match(label)
    return found[1] if found else label


def numbering(labels: Sequence[str]) -> str:
    """Return how a row is numbered: 三（七） for 三、本年度办理结果, （七）总计."""
    found = [_NUMBERING.match(label) for label in labels]
    return "".join(item[1] or item[0] for item in found if item)

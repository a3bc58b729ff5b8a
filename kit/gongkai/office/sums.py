"""The calculations of an entry form: the rules of a table as spreadsheet formulas.

Each formula comes with its value for the figures written into the form, so that a program
that does not calculate shows it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from gongkai.forms.form import Form, Identity, written_out
from gongkai.forms.tables import Code, all_rows, blocks_of
from gongkai.office.printed import Box, Printed
from gongkai.text.numbers import parse_number

Numbers = Mapping[Box, Decimal]  # of the cells that have a number
DIFFERS, UNLIKE_LAST_YEAR = "不符", "与上年不符"
_NUMBERING = re.compile(r"([一二三四五六七八九十]+)、|（[一二三四五六七八九十]+）|[0-9]+\.")
_BEFORE_REMARK = re.compile(r"((?:（[一二三四五六七八九十]+）)?[^（]+)")


@dataclass(frozen=True)
class Condition:
    """An error condition: its formula, whether it holds now, the message, the severity."""

    formula: str
    holds: bool
    text: str
    severity: str


class Rule(NamedTuple):
    """A rule between cells of a table's sheet, with the form's wording."""

    left: tuple[Box, ...]
    relation: str
    right: tuple[Box, ...]
    previous: tuple[Box, ...]
    severity: str
    words: str
    names: tuple[str, str]


def number_in(text: str, kind: str) -> Decimal | None:
    """Return a text as a number; None for a blank, a sign such as —, or a remark."""
    number, _, problem = parse_number(text, kind)
    return None if problem else number


def address(box: Box) -> str:
    """Return the address of a cell: E12."""
    return str(xl_rowcol_to_cell(box.row, box.column))


def references(boxes: Iterable[Box]) -> str:
    """Return the references to cells in a formula, adjacent ones as one range."""
    runs: list[list[Box]] = []
    for box in boxes:
        if runs and _continues(runs[-1], box):
            runs[-1].append(box)
        else:
            runs.append([box])
    return ",".join(xl_range(*run[0][:2], *run[-1][:2]) for run in runs)


def _continues(run: Sequence[Box], box: Box) -> bool:
    """Whether a cell continues the run of cells before it in the same direction."""
    steps = [
        (two.row - one.row, two.column - one.column)
        for one, two in zip(run, [*run[1:], box], strict=True)
    ]
    return len(set(steps)) == 1 and steps[0] in ((0, 1), (1, 0))


def sum_of(boxes: Sequence[Box], numbers: Numbers) -> tuple[str, Decimal | str]:
    """Return a formula that adds up cells, and its value; '' until one of them has a number."""
    names = references(boxes)
    found = [numbers[box] for box in boxes if box in numbers]
    return f'=IF(COUNT({names})=0,"",SUM({names}))', sum(found, Decimal(0)) if found else ""


def differ(typed: str, sums: str, one: object, other: object, severity: str) -> Condition:
    """Return the condition that two cells have different numbers."""
    formula = f"AND(ISNUMBER({typed}),ISNUMBER({sums}),ROUND(N({typed})-N({sums}),4)<>0)"
    known = isinstance(one, Decimal) and isinstance(other, Decimal)
    return Condition(formula, known and one != other, DIFFERS, severity)


def exceeds(rule: Rule, numbers: Numbers) -> Condition:
    """Return the condition that a cell exceeds the sum of others."""
    typed, names = address(rule.left[0]), references(rule.right)
    formula = f"AND(ISNUMBER({typed}),COUNT({names})>0,ROUND(N({typed})-SUM({names}),4)>0)"
    parts = [numbers[box] for box in rule.right if box in numbers]
    number = numbers.get(rule.left[0])
    holds = number is not None and bool(parts) and number > sum(parts)
    return Condition(formula, holds, f"超过{rule.names[1]}", rule.severity)


def unlike_last_year(rule: Rule, numbers: Numbers) -> Condition:
    """Return the condition that cells differ from the sum of last year's figures and others."""
    before = [numbers.get(box, Decimal(0)) for box in (*rule.right, *rule.previous)]
    here = [numbers.get(box, Decimal(0)) for box in rule.left]
    typed = address(rule.left[0])
    sides = f"SUM({references(rule.left)})-SUM({references((*rule.right, *rule.previous))})"
    holds = rule.left[0] in numbers and sum(here) != sum(before)
    formula = f"AND(ISNUMBER({typed}),ROUND({sides},4)<>0)"
    return Condition(formula, holds, UNLIKE_LAST_YEAR, rule.severity)


# --- the rules of a sheet ---------------------------------------------------------


def rules_of(form: Form, printed: Printed, last: Mapping[Code, Box]) -> Iterator[Rule]:
    """Yield the rules whose cells are all on a sheet; `last` are those of last year."""
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
    """Return a rule as a sentence: which sums have to be equal, or not greater."""
    left, right = _names(form, identity)
    captions = {table.id: table.caption for table in form.tables}
    every = {"row": "每一行，", "column": "每一列，"}.get(identity.each, "")
    where = f"“{captions[identity.table]}”表" if every else ""
    relation = "等于" if identity.relation == "=" else "不大于"
    return f"{where}{every}{left}应当{relation}{right}。"


def _names(form: Form, identity: Identity) -> tuple[str, str]:
    """Return the two sides of a rule, in the labels of the form."""
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
    """Return a label without the remark in brackets at its end."""
    found = _BEFORE_REMARK.match(label)
    return found[1] if found else label


def numbering(labels: Sequence[str]) -> str:
    """Return the number of a row: 三（七） for 三、本年度办理结果, （七）总计."""
    found = [_NUMBERING.match(label) for label in labels]
    return "".join(item[1] or item[0] for item in found if item)

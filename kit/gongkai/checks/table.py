"""Check that the table is filled in, and that its figures agree."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gongkai.checks.findings import Context, Finding
from gongkai.checks.rolled_up import cause
from gongkai.errors import Problem, Severity
from gongkai.forms.form import Identity
from gongkai.forms.tables import Code, has_letters
from gongkai.messages import first_few
from gongkai.report.model import Report
from gongkai.report.provenance import SOURCE
from gongkai.report.source_file import damaged_lines
from gongkai.text.numbers import plain

SHOWN = 3  # blank cells, or parts of a sum, in a message; the review copy lists them all
TIMES = 1_000  # an amount this many times last year's may be in 元 instead of 万元


def rewritten_numbers(report: Report, _: Context) -> Iterator[Finding]:
    """Report the figures that were written unusually, but could be read."""
    for problem in report.rewritten:
        code = str(problem.details["code"])
        yield Finding("note", problem, (code,) if code else ())


def identities(report: Report, context: Context) -> Iterator[Finding]:
    """Check the identities of the form (勾稽关系), within a year and across two."""
    for rule in report.form.rules:
        if not _is_stated(rule, report, context.previous):
            continue
        left, right = report.total(rule.left), _right(rule, report, context.previous)
        holds = left == right if rule.relation == "=" else left <= right
        if not holds:
            message = "identity-sum" if rule.relation == "=" else "identity-at-most"
            if rule.previous:
                message = "identity-stock" if rule.right else "identity-carried"
            yield _rule_finding(report, rule, rule.severity, message, right)
        elif rule.when_equal and left == right and _several(report, rule.right):
            yield _rule_finding(report, rule, "note", rule.when_equal, right)


def _is_stated(rule: Identity, report: Report, previous: Report | None) -> bool:
    """Whether both sides of a rule have figures.

    A blank total states nothing, and neither does a sum whose parts are all blank, or of which
    a part could not be added up. A rule across years needs last year's figures, from a
    form that has them.
    """
    if report.not_added.intersection((*rule.left, *rule.right)):
        return False
    sides = [[report.values[code].number for code in rule.left]]
    if rule.right and not rule.previous:
        sides.append([report.known(code) for code in rule.right])
    if rule.previous:
        if previous is None or any(code not in previous.values for code in rule.previous):
            return False
        sides.append([previous.known(code) for code in rule.previous])
    return all(any(number is not None for number in side) for side in sides)


def _right(rule: Identity, report: Report, previous: Report | None) -> Decimal:
    carried = previous.total(rule.previous) if previous and rule.previous else Decimal(0)
    return report.total(rule.right) + carried


def _several(report: Report, codes: tuple[Code, ...]) -> bool:
    """Whether more than one figure is not 0: otherwise the equation is trivial."""
    return sum(report.number(code) != 0 for code in codes) > 1


def _rule_finding(
    report: Report, rule: Identity, severity: Severity, message: str, right: Decimal
) -> Finding:
    details = {
        **_sides(report, rule),
        "cause": cause(rule, report.roll_up),
        "left": plain(report.total(rule.left)),
        "right": plain(right),
        "own": plain(report.total(rule.right)),
        "carried": plain(right - report.total(rule.right)),
    }
    line = report.values[rule.left[0]].line
    problem = Problem(message, report.file("indicators"), line, **details)
    document = report.form.source
    source = "，".join(text for text in (document.number or document.document, rule.source) if text)
    return Finding(severity, problem, (*rule.left, *rule.right), source=source)


def _sides(report: Report, rule: Identity) -> dict[str, object]:
    """Return what a rule is about, and its sides: by names, and in the wording for the message.

    The names omit the row or column that all cells share; a long side has only the first and the
    last: 规章＋…＋其他. The message puts them after what the cells share, or, if the form prints
    numbers for its cells, uses these numbers.
    """
    cells = report.form.cells
    sides = {"left": rule.left, "right": rule.right, "previous": rule.previous}
    paths = {code: cells[code].full_name.split(" / ") for side in sides.values() for code in side}
    shared = set.intersection(*map(set, paths.values()))
    named = {
        code: " / ".join(step for step in path if step not in shared) or path[0]
        for code, path in paths.items()
    }
    first = paths[rule.left[0]]
    about: object = " / ".join(
        step for step in first if step in shared and step not in named.values()
    )
    names = {side: _joined([named[code] for code in codes]) for side, codes in sides.items()}
    wording = names
    if not about or not any(map(has_letters, paths)):
        about = [cells[code].name for code in rule.left]
        wording = {side: " + ".join(cells[code].called for code in sides[side]) for side in sides}
    return {
        "names": about,
        **{f"{side}_names": text for side, text in names.items()},
        **{f"{side}_said": text for side, text in wording.items()},
    }


def _joined(names: list[str]) -> str:
    return "＋".join(names if len(names) <= SHOWN else [names[0], "…", names[-1]])


def blank_cells(report: Report, _: Context) -> Iterator[Finding]:
    """Find the cells without a number, in a single finding."""
    codes = tuple(code for code, value in report.values.items() if value.number is None)
    if codes:
        line = report.values[codes[0]].line
        names = (report.form.cells[code].called for code in codes)
        details: dict[str, object] = {"count": len(codes), "codes": first_few(names, SHOWN)}
        details["cells"] = list(codes)
        problem = Problem("blank-cells", report.file("indicators"), line, **details)
        yield Finding("warning", problem, codes)


def damaged_source(report: Report, _: Context) -> Iterator[Finding]:
    """Find a source file of an imported report that was changed after the import."""
    lines = damaged_lines(report)
    if lines:
        file = report.files["year"].with_suffix(SOURCE).as_posix()
        yield Finding("warning", Problem("source-damaged", file, lines[0], lines=lines))


def odd_amounts(report: Report, context: Context) -> Iterator[Finding]:
    """Find implausibly large amounts of money, and those a thousand times last year's."""
    for code, cell in report.form.cells.items():
        if cell.kind != "amount":
            continue
        number, before = report.number(code), Decimal(0)
        if context.previous and code in context.previous.values:
            before = context.previous.number(code)
        beyond = cell.odd_above and number > cell.odd_above
        if beyond or (before and number >= TIMES * before):
            details = {"name": cell.name, "code": code, "unit": cell.unit, "number": plain(number)}
            line = report.values[code].line
            problem = Problem("odd-amount", report.file("indicators"), line, **details)
            yield Finding("note", problem, (code,))

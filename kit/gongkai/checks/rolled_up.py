"""Compare a report with the sum of the reports below it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gongkai.checks.findings import Context, Finding
from gongkai.errors import Problem, Severity
from gongkai.forms.editions import load_form
from gongkai.forms.form import Identity
from gongkai.forms.tables import Code
from gongkai.messages import first_few
from gongkai.report.model import CLOSING, Report
from gongkai.report.rollup import Numbers, ReportFigures, RollUp, added, as_printed
from gongkai.text.numbers import plain

SHOWN = 3  # cells and names in a message; the review copy has them all
NAMED = 10  # names of bodies in a message; somebody has to call them


def sums_below(report: Report, _: Context) -> Iterator[Finding]:
    """Compare each figure with the sum of the reports below: at least that, or equal if all are in.

    If several bodies may count the same thing, a difference is only a warning.
    """
    roll_up = report.roll_up
    if roll_up is None:
        return
    stated = _on_its_form(report, roll_up)
    for code in roll_up.form.cells:
        area, total = stated.get(code), roll_up.sums.get(code)
        if area is None or total is None or area == total:
            continue
        if total > area:
            yield _differs(report, roll_up, code, "rollup-more", area)
        elif roll_up.made or not roll_up.lacking:
            yield _differs(report, roll_up, code, "rollup-less", area)


def cause(rule: Identity, roll_up: RollUp | None) -> Problem | str:
    """Return which bodies make a rule fail for their sum; '' if that is unknown.

    They are the bodies whose own figures break it, if the report was made by adding these up. For
    a rule across years, it is unknown, since it would need their figures of last year.
    """
    if roll_up is None or not roll_up.made or rule.previous:
        return ""
    keys = [key for key, numbers in roll_up.figures.items() if _breaks(rule, numbers)]
    return _from(keys, roll_up)


def _breaks(rule: Identity, numbers: Numbers) -> bool:
    left, right = (sum(numbers.get(code) or 0 for code in side) for side in (rule.left, rule.right))
    return left > right or (rule.relation == "=" and left != right)


def _from(keys: list[str], roll_up: RollUp) -> Problem | str:
    named = {body.key: body.name for body in roll_up.listed.bodies}
    names = first_few([named[key] for key in keys], NAMED)
    return Problem("rollup-from", names=names) if names else ""


def _on_its_form(report: Report, roll_up: RollUp) -> dict[Code, Decimal | None]:
    numbers = {code: value.number for code, value in report.values.items()}
    form = as_printed(load_form(report.form.edition, report.forms), numbers)
    return dict(added(ReportFigures(form, numbers), roll_up.form).numbers)


def _differs(report: Report, roll_up: RollUp, code: Code, message: str, area: Decimal) -> Finding:
    cell = roll_up.form.cells[code]
    own, below = roll_up.shares(code)
    alone = [body.key for body, number in roll_up.apart(code) if number > area]
    details = {
        "name": cell.full_name,
        "code": code,
        "sum": plain(own + below),
        "terms": f"{plain(own)} + {plain(below)} = " if own else "",
        "area": plain(area),
        "cause": _from(alone, roll_up),
    }
    here = report.values.get(code)
    problem = Problem(message, report.file("indicators"), here.line if here else 0, **details)
    reason = roll_up.form.repeatable.get(code, "")
    codes = (code,) if here else ()
    return Finding("warning" if reason else "error", problem, codes, source=reason)


def unsigned_sum(report: Report, _: Context) -> Iterator[Finding]:
    """Find a sum that nobody has signed: a command wrote it, so it is a draft."""
    roll_up = report.roll_up
    if roll_up and roll_up.made and not report.parameters.signed:
        problem = Problem("unsigned-sum", report.file("year"), report.line("signed"))
        yield Finding("error", problem, part=CLOSING)


def missing_below(report: Report, _: Context) -> Iterator[Finding]:
    """Find the bodies whose reports are missing from the sums, at every level."""
    roll_up = report.roll_up
    if roll_up is None:
        return
    lacking = [(body.key, body.name) for body in roll_up.lacking]
    lacking += [
        (f"{body.key} {name}", f"{body.name}：{name}")
        for body in roll_up.listed.bodies
        for name in body.lacking
    ]
    if lacking:
        names = first_few([name for _, name in lacking], NAMED)
        details: dict[str, object] = {"count": len(lacking), "names": names}
        details["all"] = [key for key, _ in lacking]
        severity: Severity = "warning" if roll_up.made else "note"
        yield Finding(severity, Problem("rollup-incomplete", roll_up.file, **details))


def parts_of_year_below(report: Report, _: Context) -> Iterator[Finding]:
    """Find reports in a sum that cover another period than the sum: half a year."""
    roll_up = report.roll_up
    if roll_up is None:
        return
    own, whole = "–".join(map(str, report.period)), f"{report.year}-01-01–{report.year}-12-31"
    bodies = [it for it in roll_up.listed.bodies if it.state == "in"]
    stated = {body.name: body.period or whole for body in bodies}
    every = [f"{name}（{period}）" for name, period in stated.items() if period != own]
    every += [name for body in bodies for name in body.partial if f"（{own}）" not in name]
    if every:
        details = {"names": first_few(every, SHOWN), "all": every, "count": len(every)}
        yield Finding("warning", Problem("rollup-period", roll_up.file, **details))


def other_bodies_before(report: Report, context: Context) -> Iterator[Finding]:
    """Find bodies that only one of this year's sum and last year's has: the page compares both."""
    roll_up, previous = report.roll_up, context.previous
    before = previous.roll_up if previous else None
    if previous is None or roll_up is None or before is None or not (roll_up.made and before.made):
        return
    now, then = _added(roll_up), _added(before)
    formerly = {body.key: body.formerly for body in roll_up.listed.bodies}
    gone_into = {key for keys in formerly.values() for key in keys}
    follows = {key for key, keys in formerly.items() if {*keys} & then.keys()}
    only = [
        *(f"＋{name}" for key, name in now.items() if key not in then.keys() | follows),
        *(f"－{name}" for key, name in then.items() if key not in now.keys() | gone_into),
    ]
    if only:
        details = {"year": previous.year, "names": first_few(only, NAMED), "all": only}
        yield Finding("warning", Problem("rollup-bodies-differ", roll_up.file, **details))


def _added(roll_up: RollUp) -> dict[str, str]:
    """Return the names of the bodies in a sum at every level, by key where that is known."""
    own = [body for body in roll_up.listed.bodies if body.state == "in"]
    return {body.key: body.name for body in own} | {it: it for body in own for it in body.added}


def joined_below(report: Report, _: Context) -> Iterator[Finding]:
    """Find what was added up despite errors, and what could not be added up."""
    roll_up = report.roll_up
    if roll_up is None:
        return
    wrong = [body for body in roll_up.listed.bodies if body.errors and body.state == "in"]
    if wrong:
        names = first_few([body.name for body in wrong], NAMED)
        details: dict[str, object] = {"count": len(wrong), "names": names}
        details["all"] = [f"{body.name}（{body.errors}）" for body in wrong]
        yield Finding("warning", Problem("rollup-errors", roll_up.file, **details))
    listed = roll_up.listed
    others = [body for body in listed.bodies if body.edition not in ("", listed.edition)]
    if others:
        every = [f"{body.name}（{body.edition}）" for body in others]
        details = {"names": first_few(every, SHOWN), "all": every}
        details |= {"edition": listed.edition, "count": len(listed.left_blank)}
        problem = Problem("rollup-edition", roll_up.file, **details)
        yield Finding("warning", problem, _printed(report, listed.left_blank))
    if listed.left_out:
        codes = list(listed.left_out)
        details = {"codes": first_few(codes, SHOWN), "all": codes}
        yield Finding("warning", Problem("rollup-local-lines", roll_up.file, **details))


def facts_of_sum(report: Report, _: Context) -> Iterator[Finding]:
    """Compare the numbers of added and missing reports in the facts with the actual numbers.

    The first roll-up writes the year's file, and later ones do not change it.
    """
    roll_up = report.roll_up
    if roll_up is None or not roll_up.made:
        return
    counted = {"reports": len(roll_up.figures), "lacking": len(roll_up.lacking)}
    for name, number in counted.items():
        stated = report.parameters.facts.get(name)
        if stated is not None and stated != str(number):
            line = report.line(f"facts.{name}")
            details = {"key": f"facts.{name}", "stated": stated, "number": number}
            yield Finding("warning", Problem("rollup-facts", report.file("year"), line, **details))


def repeated_below(report: Report, _: Context) -> Iterator[Finding]:
    """Find the sums in which several bodies may have counted the same thing."""
    roll_up = report.roll_up
    if roll_up is None or not roll_up.made:
        return
    by_reason: dict[str, list[Code]] = {}
    for code, reason in roll_up.form.repeatable.items():
        if len(roll_up.apart(code)) > 1:
            by_reason.setdefault(reason, []).append(code)
    for reason, codes in by_reason.items():
        names = [roll_up.form.cells[code].called for code in codes]
        details = {"count": len(codes), "codes": first_few(names, SHOWN), "all": names}
        details["quote"] = codes[0]
        problem = Problem("rollup-repeated", roll_up.file, **details)
        yield Finding("warning", problem, _printed(report, codes), source=reason)


def blanks_below(report: Report, _: Context) -> Iterator[Finding]:
    """Find the bodies that left cells blank, which count as 0 in the sums."""
    roll_up = report.roll_up
    if roll_up is None:
        return
    named = {body.key: body.name for body in roll_up.listed.bodies}
    whole = roll_up.form.cells.keys() - set(roll_up.listed.left_blank)
    names = [
        named[key]
        for key, numbers in roll_up.figures.items()
        if any(numbers.get(code) is None for code in whole)
    ]
    if names:
        details = {"count": len(names), "names": first_few(names, SHOWN), "all": names}
        yield Finding("note", Problem("rollup-blanks", roll_up.file, **details))


def _printed(report: Report, codes: tuple[Code, ...] | list[Code]) -> tuple[Code, ...]:
    return tuple(code for code in codes if code in report.values)

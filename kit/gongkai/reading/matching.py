"""Find the figures of a form that a set of features identifies."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product

from gongkai.forms.form import Form, Measure
from gongkai.forms.tables import Code
from gongkai.forms.vocabulary import FOREIGN, vocabulary
from gongkai.reading.phrases import ENTERPRISES, Features
from gongkai.report.model import Report
from gongkai.text.quantities import Quantity


def measures_of(form: Form, features: Features, quantity: Quantity) -> tuple[Measure, ...]:
    """Return the figures that features identify, the plainest reading first."""
    objects = features.get("object", ())
    if not objects or FOREIGN in objects:
        return ()
    found: dict[tuple[Code, ...], None] = {}
    for of_them in _of_enterprises(features):
        for acts in _readings(form, of_them):
            codes = _codes(form, of_them, acts)
            if codes and all(_counted(form, code, quantity) for code in codes):
                found.setdefault(codes)
    return tuple(form.called(codes) for codes in found)


def _of_enterprises(features: Features) -> Iterator[Features]:
    """Yield features with each of the meanings that 企业 may have."""
    if features.get("organisation") == ENTERPRISES:
        yield {**features, "organisation": ("commercial_enterprise",)}
        yield {name: values for name, values in features.items() if name != "organisation"}
    else:
        yield features


def _readings(form: Form, features: Features) -> Iterator[tuple[str, ...]]:
    """Yield the sums of acts that the acts in features may stand for; () for no act."""
    first = features["object"][0]
    known = vocabulary().readings.get(first, {})
    if "added" in features.get("act", ()) and "added" not in known:
        return  # 其中新增1人: the form has no figure for additions
    acts = features.get("act", ()) if form.meanings.acts(first) else ()
    if "outcome" in features and first == "application":
        acts = ("answered",)
        known = {}
    if len(acts) > 1:
        yield acts
        yield from (sums for act in acts for sums in known.get(act, ((act,),)))
    elif acts:
        yield from known.get(acts[0], (acts,))
        if first == "information":
            yield ()
    else:
        yield ()
        yield from known[""] if "" in known else _any_act(form, features)


def _any_act(form: Form, features: Features) -> Iterator[tuple[str, ...]]:
    return ((act,) for item in features["object"] for act in form.meanings.acts(item))


def _codes(form: Form, features: Features, acts: tuple[str, ...]) -> tuple[Code, ...]:
    """Return the cells of all combinations of feature values; () if one has no cell."""
    rest = {name: values for name, values in features.items() if name != "act"}
    if set(rest.get("applicant", ())) == {"natural_person", "legal_person"}:
        del rest["applicant"]
    codes: list[Code] = []
    for act in acts or ("",):
        for values in product(*rest.values()):
            wanted = dict(zip(rest, values, strict=True)) | ({"act": act} if act else {})
            found = form.meanings.codes(wanted)
            if not found:
                return ()
            codes += [code for code in found if code not in codes]
    return tuple(codes)


def _counted(form: Form, code: Code, quantity: Quantity) -> bool:
    """Whether the unit of a cell means the same as the measure word of a number."""
    unit = form.cells[code].unit
    if quantity.kind == "money":
        return unit.endswith("元")
    return not quantity.unit or quantity.unit in form.same_unit(unit)


def figure_of(report: Report, measure: Measure, quantity: Quantity) -> Decimal | None:
    """Return a figure in the unit of a number in the text; None if it is unknown."""
    number = report.figure(measure.codes)
    if number is not None and quantity.kind == "money" and measure.unit == "万元":
        return number * 10_000
    return number

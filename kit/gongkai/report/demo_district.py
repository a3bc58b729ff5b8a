"""Make up a county with its bodies and their reports of one year, as an office finds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from random import Random

from gongkai.forms.editions import edition_for
from gongkai.forms.form import Form
from gongkai.forms.local import collapsible
from gongkai.forms.tables import Code
from gongkai.report.demo import (
    Figures,
    address,
    agency_text,
    csv_text,
    figures,
    load_words,
    unused_params,
    year_text,
)
from gongkai.report.rollup import with_one_row
from gongkai.text.agency_names import BODIES
from gongkai.text.models import Model, read_model
from gongkai.text.templates import render_text

COUNTY = "yunxiu"  # the key of the county, and the prefix of all other keys


class County(Model):
    """`demo_district.yaml`: the bodies by the ends of their keys, and which reports are faulty."""

    year: int
    county: str
    departments: tuple[tuple[str, str], ...]
    offices: tuple[tuple[str, str, str], ...]
    townships: tuple[tuple[str, str], ...]
    township_offices: tuple[tuple[str, str], ...]
    merged: tuple[str, str, str]
    exempt: dict[str, str]
    missing: tuple[str, ...]
    unreadable_figures: str
    unreadable_text: str
    wrong: str
    late: tuple[str, ...]
    one_row: str


def write_district(folder: Path) -> tuple[Path, int]:
    """Write the county's parameters below a folder; return their folder and the number of bodies.

    The same bytes each time. Raises KitError if the folder has parameters already.
    """
    params = unused_params(folder)
    county, _ = read_model(Path(__file__).with_suffix(".yaml"), County)
    writer = _Writer(params, county)
    writer.write()
    return params, len(writer.bodies) - 1


class _Writer:
    """Writes the files of a county."""

    def __init__(self, params: Path, county: County) -> None:
        self._params = params
        self._county = county
        self._words = load_words()
        self._form = edition_for(county.year)
        self._figures: dict[str, Figures] = {}

    @cached_property
    def bodies(self) -> dict[str, dict[str, str]]:
        """The lines of bodies.yaml by the ends of the keys; '' is the county itself."""
        county, found = self._county, dict[str, dict[str, str]]()
        place = county.county
        found[""] = {"name": f"{place}人民政府", "kind": "government", "covers": "area"}
        for key, name in county.departments:
            found[key] = {"name": place + name, "parent": ""}
        key, name, into = county.merged
        years = {"to": str(county.year - 1), "into": into}
        found[key] = {"name": place + name, "parent": "", **years}
        for parent, key, name in county.offices:
            found[key] = {"name": place + name, "parent": parent}
        for township, called in county.townships:
            of_township = {"name": f"{place}{called}人民政府", "parent": "", "kind": "乡镇"}
            found[township] = {**of_township, "covers": "area"}
            for key, name in county.township_offices:
                below = {"name": f"{place}{called}{name}", "parent": township, "kind": "乡镇"}
                found[f"{township}-{key}"] = below
        for key, reason in county.exempt.items():
            found[key]["exempt"] = reason
        for key in found:
            if key not in ("", county.merged[0]):
                found[key] |= {"contact": "办公室", "telephone": "0000-0000000"}
        return found

    def write(self) -> None:
        """Write the tree, and the report of each body that has one."""
        self._params.mkdir(parents=True, exist_ok=True)
        text = render_text(
            "new/bodies.yaml.j2",
            year=self._county.year,
            county=self._county.county,
            bodies={_key(end): self._line(body) for end, body in self.bodies.items()},
        )
        self._file(BODIES, text)
        for end, body in self._reporting():
            self._report(end, body["name"])
        for end in self._county.late:
            signed = f"signed: {self._county.year + 1}-01-15"
            late = f"signed: {self._county.year + 1}-02-06"
            self._change(end, ".yaml", signed, late)
        self._break()

    def _line(self, body: Mapping[str, str]) -> dict[str, str]:
        parent = {"parent": _key(body["parent"])} if "parent" in body else {}
        into = {"into": _key(body["into"])} if "into" in body else {}
        return {**body, **parent, **into}

    def _reporting(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Yield the bodies that have a report; a body for an area comes after those below it."""
        missing = self._county.missing
        there = [
            (end, body)
            for end, body in self.bodies.items()
            if end and "into" not in body and "exempt" not in body
        ]
        for end, body in sorted(there, key=lambda item: "covers" in item[1]):
            self._figures[end] = self._figures_of(end, whole="covers" in body)
            if end not in missing:
                yield end, body

    def _form_of(self, end: str) -> Form:
        one_row = end == self._county.one_row
        return with_one_row(self._form, collapsible(self._form) if one_row else ())

    def _figures_of(self, end: str, *, whole: bool) -> Figures:
        """Return the figures of a body; for an area, the sums over the bodies below it."""
        if whole:
            below = [self._figures[f"{end}-{key}"] for key, _ in self._county.township_offices]
            return {code: sum(one[code] for one in below) for code in self._form.cells}
        random = Random(f"{COUNTY} {end}")  # noqa: S311 - nothing is secret here
        return figures(self._form_of(end), random, {})

    def _report(self, end: str, name: str) -> None:
        year, form = self._county.year, self._form_of(end)
        random = Random(f"{COUNTY} {end} text")  # noqa: S311
        self._file(f"{_key(end)}/agency.yaml", agency_text(name, address(random, self._words)))
        self._file(f"{_key(end)}/{year}.csv", csv_text(form, self._figures[end]))
        self._file(f"{_key(end)}/{year}.yaml", year_text(form, year, random, self._words))

    def _break(self) -> None:
        """Make two reports unreadable, and give a third a total that its parts do not add up to."""
        county = self._county
        total: Code = "3.1.total"
        label = f"{total},{self._form.cells[total].label},件,"
        for end, text in ((county.unreadable_figures, "一百"), (county.wrong, "9999")):
            self._change(end, ".csv", f"{label}{self._figures[end][total]}\n", f"{label}{text}\n")
        self._change(county.unreadable_text, ".yaml", "year: ", "year:")

    def _change(self, end: str, suffix: str, old: str, new: str) -> None:
        name = f"{_key(end)}/{self._county.year}{suffix}"
        text = (self._params / name).read_bytes().decode()
        self._file(name, text.replace(old, new, 1))

    def _file(self, name: str, text: str) -> None:
        path = self._params / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())


def _key(end: str) -> str:
    return f"{COUNTY}-{end}" if end else COUNTY

"""Make up agencies with valid, varied reports of every edition, to try things out at scale."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.forms.editions import edition_for
from gongkai.forms.form import Form, Identity, Measure
from gongkai.forms.tables import Code
from gongkai.report.csv_file import csv_of_cells
from gongkai.text.models import Model, read_model
from gongkai.text.templates import render_text

YEARS = 4  # consecutive reports that an agency has
FIRST, LAST = 2015, 2022  # the range of years in which these begin
ROUNDS = 20  # attempts to make figures agree; a form with contradictory rules needs more
SENTENCES = 12

Figures = dict[Code, int]


class Words(Model):
    """`demo.yaml`: the names and sentences from which reports are made up."""

    places: tuple[str, ...]
    kinds: tuple[str, ...]
    departments: tuple[tuple[str, str], ...]
    roads: tuple[str, ...]
    themes: tuple[str, ...]
    openings: tuple[str, ...]
    closings: tuple[str, ...]
    other: str


class _Agency(NamedTuple):
    slug: str
    name: str
    road: str
    first_year: int


def unused_params(folder: Path) -> Path:
    """Return the folder for parameters in a folder.

    Raises KitError if it has anything but what `gongkai init` puts there.
    """
    params = folder / "params"
    is_used = os.path.lexists(params)
    if params.is_dir():
        is_used = any(path.name != ".gitkeep" for path in params.iterdir())
    if is_used:
        raise KitError(Problem("new-exists", params.as_posix()))
    return params


def write_demo(count: int, folder: Path) -> Path:
    """Write the parameters of `count` reports below a folder; return the parameters folder.

    The same count gives the same bytes. Raises KitError if the folder has parameters already.
    """
    params = unused_params(folder)
    words = load_words()
    left = count
    for agency in _agencies(math.ceil(count / YEARS), words):
        _write_agency(params / agency.slug, agency, min(left, YEARS), words)
        left -= YEARS
    return params


def load_words() -> Words:
    """Return the words from which reports are made up."""
    return read_model(Path(__file__).with_name("demo.yaml"), Words)[0]


def _agencies(count: int, words: Words) -> Iterator[_Agency]:
    for number in range(count):
        random = Random(f"agency {number}")  # noqa: S311 - nothing is secret here
        county, kind = divmod(number, len(words.departments))
        slug, department = words.departments[kind]
        place = words.places[county % len(words.places)]
        nth = county // len(words.places)
        name = f"{place}{_ordinal(nth, words)}{random.choice(words.kinds)}{department}"
        road = address(random, words)
        first = random.randint(FIRST, LAST)
        yield _Agency(f"demo-{county:04}-{slug}", name, road, first)


def _ordinal(number: int, words: Words) -> str:
    """Return what distinguishes a place from its namesakes: '', then a second name, and so on."""
    name = ""
    while number:
        number, place = divmod(number - 1, len(words.places))
        name += words.places[place]
    return name


def _write_agency(folder: Path, agency: _Agency, years: int, words: Words) -> None:
    folder.mkdir(parents=True)
    (folder / "agency.yaml").write_bytes(agency_text(agency.name, agency.road).encode())
    previous: Figures = {}
    for year in range(agency.first_year, agency.first_year + years):
        random = Random(f"{agency.slug}/{year}")  # noqa: S311
        form = edition_for(year)
        previous = figures(form, random, previous)
        (folder / f"{year}.csv").write_bytes(csv_text(form, previous).encode())
        (folder / f"{year}.yaml").write_bytes(year_text(form, year, random, words).encode())


# --- figures that agree -----------------------------------------------------------


def figures(form: Form, random: Random, previous: Mapping[Code, int]) -> Figures:
    """Return a figure for each cell of a form, such that all its rules hold.

    `previous` are last year's figures, from any form.
    """
    found = {code: _amount(random, previous.get(code)) for code in form.cells}
    for _ in range(ROUNDS):
        before = dict(found)
        for rule in form.rules:
            _make_true(rule, form, found, previous)
        if found == before:
            return found
    raise ValueError(form.edition)


def _amount(random: Random, before: int | None) -> int:
    """Return a number near last year's, or a small one, often 0, if there is none."""
    if before is not None:
        return round(before * random.uniform(0.5, 1.8))
    return 0 if random.random() < 0.4 else int(random.paretovariate(0.9)) % 400


def _make_true(rule: Identity, form: Form, found: Figures, carried: Mapping[Code, int]) -> None:
    """Change a figure or two so that a rule holds."""
    left, right = form.expanded(rule.left), form.expanded(rule.right)
    if not all(code in carried for code in form.expanded(rule.previous)):
        return
    total = sum(found[code] for code in right)
    total += sum(carried[code] for code in form.expanded(rule.previous))
    first, *others = left
    rest = sum(found[code] for code in others)
    if rule.relation == "=":
        found[first] = max(total - rest, 0)
        if total < rest:  # the others alone are too much, so increase what they are a part of
            found[right[-1]] += rest - total
    elif found[first] + rest > total and len(right) == 1 and form.cells[first].channel:
        found[right[0]] = found[first]
    else:
        found[first] = min(found[first], total)


# --- files ------------------------------------------------------------------------


def address(random: Random, words: Words) -> str:
    """Return an address: a road and a number."""
    return f"{random.choice(words.roads)}{random.randint(1, 400)}号"


def agency_text(name: str, road: str) -> str:
    """Return the YAML of an agency."""
    lines = [f"name: {name}", f"office: {name}办公室", f"address: {road}"]
    lines += ["telephone: 0000-0000000", "website: www.example.gov.cn"]
    return "\n".join(lines) + "\n"


def csv_text(form: Form, values: Figures) -> str:
    """Return the CSV of a report."""
    texts = {code: str(number) for code, number in values.items()}
    return csv_of_cells(form.cells.values(), texts)


def year_text(form: Form, year: int, random: Random, words: Words) -> str:
    """Return the YAML of a report, with a text that takes its figures from the table."""
    parts = random.sample(words.themes, random.randint(3, 6))
    counts = {part: random.randint(1, 90) for part in parts}
    total = sum(counts.values())
    return render_text(
        "new/demo.yaml.j2",
        form=form,
        year=year,
        total=total,
        counts=counts,
        opening=random.choice(words.openings),
        closing=random.choice(words.closings),
        other=words.other,
        spoken=_spoken(form),
    )


def _spoken(form: Form) -> list[Measure]:
    """Return the figures that the text names: every channel, or else those shown first."""
    channels = [form.called((cell.code,)) for cell in form.cells.values() if cell.channel]
    return channels or [measure for measure, _ in form.key_measures][:SENTENCES]

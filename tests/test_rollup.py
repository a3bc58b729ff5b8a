"""Reports are added up: what adds, what does not, what is found, and how a total is taken apart."""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import NOTEBOOK, ROOT, Ran, Sandbox
from gongkai.errors import KitError
from gongkai.forms.editions import edition_for, load_form
from gongkai.forms.form import Form
from gongkai.forms.local import ExtraLine, collapsed, with_extra_line
from gongkai.forms.tables import Code
from gongkai.page.review import provenance
from gongkai.pipeline.intake import Collector
from gongkai.pipeline.rolling import Rolled, roll_up, write
from gongkai.project import Project
from gongkai.report.bodies import load_bodies
from gongkai.report.csv_file import csv_of
from gongkai.report.demo import figures
from gongkai.report.provenance import digest_of
from gongkai.report.reader import load_report
from gongkai.report.rollup import ReportFigures, added
from gongkai.text.agency_names import Names

FOIA = ROOT.parent / "shared" / "foia-2024.csv"
FORMS = ROOT / "tests" / "foia"
YEAR = 2021  # in which bodies used either of two editions
Numbers = Mapping[Code, Decimal | None]

# --- a district of any shape ------------------------------------------------------


@dataclass(frozen=True)
class Node:
    """A body of an invented district; its parent is the place of another one, -1 for the root."""

    parent: int
    covers: str
    kind: str  # an edition, `one-row`, or `missing`
    seed: int
    blanks: int

    @property
    def edition(self) -> str:
        """The edition that it used."""
        return "2019" if self.kind == "2019" else "2021"


@cache
def form_of(kind: str) -> Form:
    form = load_form("2019" if kind == "2019" else "2021")
    return collapsed(form, "3.3.6") if kind == "one-row" else form


def write_body(params: Path, key: str, node: Node) -> None:
    """Write the report of a body: figures that agree, some of them left blank."""
    random = Random(node.seed)  # noqa: S311 - nothing is secret here
    form = form_of(node.kind)
    found = {code: str(number) for code, number in figures(form, random, {}).items()}
    for code in random.sample(sorted(found), node.blanks):
        found[code] = ""
    folder = params / key
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "agency.yaml").write_text(f"name: 机关{key}\n", "utf-8")
    (folder / f"{YEAR}.yaml").write_text(f"year: {YEAR}\nedition: {node.edition}\n", "utf-8")
    rows = ((code, cell.label, cell.unit, found[code]) for code, cell in form.cells.items())
    (folder / f"{YEAR}.csv").write_text(csv_of(rows), "utf-8")


def write_tree(params: Path, nodes: Sequence[Node]) -> None:
    """Write a district: body n has the key `n<n>`; its reports, and who reports to whom."""
    params.mkdir(exist_ok=True)
    lines = ["bodies:"]
    for place, node in enumerate(nodes):
        parent = f", parent: n{node.parent}" if node.parent >= 0 else ""
        lines.append(f"  - {{key: n{place}, name: 机关{place}, covers: {node.covers}{parent}}}")
        if node.kind != "missing":
            write_body(params, f"n{place}", node)
    (params / "bodies.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def collector_of(params: Path, year: int = YEAR, forms: Path | None = None) -> Collector:
    """Look at the reports of a year, as their files are now."""
    project = Project(params, params.parent / "outputs", NOTEBOOK, forms)
    return Collector(project, load_bodies(params), year, Names({}), digest_of)


def rolled(params: Path, key: str) -> Rolled:
    """Add up what is below a body, from the files as they are."""
    return roll_up(collector_of(params), key, "sum" if key == "n0" else "")


@st.composite
def districts(draw: st.DrawFn, kinds: Sequence[str]) -> list[Node]:
    """Draw a tree in which each body reports to an earlier one, and the root has a report."""
    count = draw(st.integers(2, 9))
    nodes = [Node(-1, "own", "2021", draw(st.integers(0, 99)), 0)]
    others = (
        Node(
            parent=draw(st.integers(0, place - 1)),
            covers=draw(st.sampled_from(("own", "own", "area"))),
            kind=draw(st.sampled_from(kinds)),
            seed=draw(st.integers(0, 99)),
            blanks=draw(st.sampled_from((0, 0, 3, 40))),
        )
        for place in range(1, count)
    )
    return [*nodes, *others]


def speaking(nodes: Sequence[Node]) -> Iterator[int]:
    """Yield the bodies whose reports are to be added up, told from the tree by itself.

    A report counts unless one above it, that came in, speaks for its area.
    """
    for place, node in enumerate(nodes):
        above, silenced = node.parent, False
        while above >= 0:
            own = any(other.parent == above for other in nodes)
            silenced |= own and nodes[above].covers == "area" and nodes[above].kind != "missing"
            above = nodes[above].parent
        if not silenced and node.kind != "missing":
            yield place


def figures_of(params: Path, place: int, one_row: bool) -> Numbers | None:
    """Return what a report says of each cell of the form of the sums; None on another edition."""
    report = load_report(f"n{place}", YEAR, params)
    if report.form.edition != "2021":
        return None
    found: dict[Code, Decimal | None] = {code: report.known(code) for code in report.form.cells}
    if one_row and "3.3.6.total" not in found:
        for code in form_of("one-row").cells:
            if code.startswith("3.3.6."):
                column = code.removeprefix("3.3.6.")
                rows = [found[f"3.3.6.{row}.{column}"] for row in "123"]
                known = [number for number in rows if number is not None]
                found[code] = sum(known, Decimal(0)) if known else None
    return found


def expected(params: Path, nodes: Sequence[Node], form: Form) -> dict[Code, Decimal | None]:
    """Return the sums by another way: cell by cell over the files, one body after the other."""
    sums: dict[Code, Decimal | None] = dict.fromkeys(form.cells)
    lost: set[Code] = set()
    for place in speaking(nodes):
        found = figures_of(params, place, "3.3.6.total" in form.cells)
        if found is None:
            report = load_report(f"n{place}", YEAR, params)
            joined = {
                codes[0]: report.figure(report.form.series[name])
                for name, codes in form.series.items()
                if len(codes) == 1 and codes[0] in form.cells and name in report.form.series
            }
            lost |= form.cells.keys() - joined.keys()
            found = joined
        for code in form.cells:
            number = found.get(code)
            if number is not None:
                sums[code] = (sums[code] or Decimal(0)) + number
    return {code: None if code in lost else number for code, number in sums.items()}


any_district = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@any_district
@given(districts(("2021", "2021", "2021", "2019", "one-row", "missing")))
def test_a_sum_is_that_of_the_reports_that_speak(nodes: list[Node]) -> None:
    """Of any tree, with editions, blanks and missing reports; its parts are those of each total."""
    with tempfile.TemporaryDirectory() as folder:
        params = Path(folder) / "params"
        write_tree(params, nodes)
        found = rolled(params, "n0").roll_up
        assert set(found.figures) == {f"n{place}" for place in speaking(nodes)}
        assert dict(found.sums) == expected(params, nodes, found.form)
        for code, total in found.sums.items():
            parts = sum((number for _, number in found.apart(code)), Decimal(0))
            assert total is None or parts == total
            assert total is None or sum(found.shares(code)) == total


@any_district
@given(districts(("2021", "2021", "missing")), st.data())
def test_taking_a_body_away_moves_exactly_its_figures(
    nodes: list[Node], data: st.DataObject
) -> None:
    """Where it speaks for itself alone; no other figure moves."""
    alone = [
        place
        for place in speaking(nodes)
        if nodes[place].covers == "own" or all(node.parent != place for node in nodes)
    ]
    gone = data.draw(st.sampled_from(alone))
    if len(list(speaking(nodes))) == 1:
        return
    with tempfile.TemporaryDirectory() as folder:
        params = Path(folder) / "params"
        write_tree(params, nodes)
        before = rolled(params, "n0").roll_up.sums
        theirs = figures_of(params, gone, one_row=False) or {}
        for path in (params / f"n{gone}").iterdir():
            path.unlink()
        after = rolled(params, "n0").roll_up.sums
        for code, number in before.items():
            assert (number or 0) - (after[code] or 0) == (theirs[code] or 0), code


@any_district
@given(districts(("2021", "one-row", "missing")))
def test_the_sum_of_the_sums_is_the_sum(nodes: list[Node]) -> None:
    """Areas that are added up first, and then together, come to what all reports come to."""
    for place, node in enumerate(nodes):
        below = any(other.parent == place for other in nodes)
        if place and below and node.parent == 0:
            nodes[place] = Node(0, "area", "missing", node.seed, 0)
    with tempfile.TemporaryDirectory() as folder:
        params = Path(folder) / "params"
        write_tree(params, nodes)
        at_once = rolled(params, "n0").roll_up
        for place, node in enumerate(nodes):
            if node.parent == 0 and any(other.parent == place for other in nodes):
                try:
                    write(rolled(params, f"n{place}"))
                except KitError as error:  # nothing below it has come in
                    assert {problem.id for problem in error.problems} == {"rollup-nothing"}
        stepwise = rolled(params, "n0").roll_up
        assert dict(stepwise.sums) == dict(at_once.sums)


# --- the components and totals of US agencies -------------------------------------


def write_foia(params: Path) -> dict[str, list[str]]:
    """Write each agency as a report of its area, with its components below; return these by agency."""
    form = load_form("foia", FORMS)
    children: dict[str, list[str]] = {}
    lines = ["bodies:"]
    params.mkdir()
    with FOIA.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            agency, component = row["agency"], row["component"]
            whole = component == "overall"
            key = agency if whole else f"{agency}-{len(children.setdefault(agency, []))}"
            more = "covers: area" if whole else f"parent: {agency}"
            lines.append(f"  - {{key: {key}, name: '{agency} {component}', {more}}}")
            children[agency].extend([] if whole else [key])
            (params / key).mkdir()
            (params / key / "agency.yaml").write_text(f"name: '{agency} {component}'\n")
            (params / key / "2024.yaml").write_text("year: 2024\nedition: foia\n")
            cells = ((code, cell.label, cell.unit, row[code]) for code, cell in form.cells.items())
            (params / key / "2024.csv").write_text(csv_of(cells), "utf-8")
    (params / "bodies.yaml").write_text("\n".join(lines) + "\n")
    return children


@pytest.mark.skipif(
    not FOIA.exists(),
    reason="../shared/foia-2024.csv is not there: US reports were not added up",
)
def test_the_components_of_the_us_agencies_add_up_to_their_totals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gongkai: Callable[..., Ran]
) -> None:
    """27 agencies, 302 components, four figures each; one planted error is found, and no other."""
    monkeypatch.chdir(tmp_path)
    params = Path("params")
    children = write_foia(params)
    assert (len(children), sum(map(len, children.values()))) == (27, 302)
    assert differing(params, children) == []
    noaa = params / "doc-8" / "2024.csv"
    assert cell_of(noaa, "received") == "815"
    set_cell(noaa, "received", "825")
    assert differing(params, children) == ["doc received"]
    ran = gongkai("rollup", "doc", "2024", "--forms", str(FORMS), "--dry-run")
    assert [line for line in ran.lines if "[rollup-" in line] == [
        "params/doc/2024.csv:3: error: 收到 (received): the reports below add up to 4058, more "
        "than the 4048 stated for all of them [rollup-more]"
    ]


def differing(params: Path, agencies: Iterable[str]) -> list[str]:
    """Return the figures of agencies that are not what their components add up to."""
    collector = collector_of(params, 2024, FORMS)
    found = []
    for agency in agencies:
        sums = roll_up(collector, agency).roll_up.sums
        stated = load_report(agency, 2024, params, FORMS).values
        found += [f"{agency} {code}" for code in stated if stated[code].number != sums[code]]
    return found


# --- the command ------------------------------------------------------------------


def set_cell(path: Path, code: str, value: str) -> None:
    """Give a cell of a CSV another value."""
    text, count = re.subn(
        rf"(?m)^({re.escape(code)},.*,)[^,]*$", rf"\g<1>{value}", path.read_text("utf-8")
    )
    assert count == 1
    path.write_text(text, "utf-8")


def cell_of(path: Path, code: str) -> str:
    """Return the value of a cell of a CSV."""
    found = re.search(rf"(?m)^{re.escape(code)},.*,([^,\n]*)$", path.read_text("utf-8"))
    assert found
    return found[1]


def findings(ran: Ran) -> list[str]:
    """Return the ids of the findings that were printed."""
    return [line.rpartition("[")[2].rstrip("]") for line in ran.lines if line.endswith("]")]


def test_a_roll_up_is_a_report_that_says_what_it_was_made_of(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Figures, a text that takes them from the table, the list, a row a body; twice the same."""
    ran = gongkai("rollup", "云岫县人民政府", "2025")
    assert ran.status == 1  # a report that was added up has errors, and so has the sum
    assert (
        ran.lines[0]
        == "云岫县人民政府 2025: 38 reports added up, 5 missing or unreadable, 2 exempt"
    )
    home = county / "yunxiu"
    names = ["2025.csv", "2025.rollup.csv", "2025.rollup.yaml", "2025.yaml", "agency.yaml"]
    assert sorted(path.name for path in home.iterdir()) == names
    rows = list(csv.reader((home / "2025.rollup.csv").read_text("utf-8-sig").splitlines()))
    column = rows[0].index("3.1.total")
    total = sum(int(row[column]) for row in rows[2:])
    assert cell_of(home / "2025.csv", "3.1.total") == str(total)
    assert '{"key": "yunxiu-water", "name": "云岫县水利局", "state": "missing"}' in (
        home / "2025.rollup.yaml"
    ).read_text("utf-8")
    assert findings(ran)[-5:] == [
        "identity-sum", "rollup-incomplete", "rollup-errors", "rollup-repeated", "rollup-repeated",
    ]  # fmt: skip
    before = {path: path.read_bytes() for path in home.iterdir()}
    gongkai("rollup", "yunxiu", "2025")
    assert {path: path.read_bytes() for path in home.iterdir()} == before
    for path in home.iterdir():  # as git writes them on Windows
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert "damaged" not in gongkai("check", "yunxiu").out
    assert gongkai("rollup", "yunxiu", "2025").status == 1


def test_the_review_copy_takes_a_total_apart(county: Path, gongkai: Callable[..., Ran]) -> None:
    """Each sum opens into its bodies, the largest first; no public page has any of it."""
    set_cell(county / "yunxiu-transport" / "2025.csv", "3.1.total", "0")
    gongkai("rollup", "yunxiu-songpo", "2025")
    gongkai("rollup", "yunxiu", "2025")
    gongkai("build", "yunxiu", "--no-index")
    page = BeautifulSoup(Path("outputs/yunxiu/2025.review.html").read_text("utf-8"), "html.parser")
    apart = page.select_one("#rolled-up")
    assert apart
    opened = next(
        item for item in apart.select("details") if item.code and item.code.text == "3.1.total"
    )
    assert opened.summary
    assert opened.p
    assert opened.summary.b
    parts = [int(number.text) for number in opened.p.select("b")]
    assert (
        sum(parts)
        == int(opened.summary.b.text)
        == int(cell_of(county / "yunxiu" / "2025.csv", "3.1.total"))
    )
    assert parts == sorted(parts, reverse=True)
    assert "云岫县水利局" in apart.text
    assert page.select_one("nav a[href='#rolled-up']")
    place = page.select_one("#findings a[href='#at-sum-3.1.total']")
    assert place
    assert page.find(id="at-sum-3.1.total") == opened.p


def test_the_review_copy_of_a_sum_without_any_figure_still_names_its_bodies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gongkai: Callable[..., Ran]
) -> None:
    """In a year without a single application, who reported is what there is to review."""
    monkeypatch.chdir(tmp_path)
    below = [Node(0, "own", kind, 1, 0) for kind in ("2021", "2021", "missing")]
    write_tree(Path("params"), [Node(-1, "area", "missing", 0, 0), *below])
    rows = [(code, it.label, it.unit, "0") for code, it in form_of("2021").cells.items()]
    for name in ("n1", "n2"):
        (Path("params") / name / f"{YEAR}.csv").write_text(csv_of(rows), "utf-8")
    gongkai("rollup", "n0", str(YEAR))
    page = BeautifulSoup(provenance(load_report("n0", YEAR, Path("params")), {}), "html.parser")
    apart = page.select_one("#rolled-up")
    assert apart
    assert [row.code.text for row in apart.select("tbody tr") if row.code] == ["n1", "n2", "n3"]
    assert "由2份报告相加而成，缺1份" in apart.text


def test_a_report_of_a_folder_that_no_body_has_is_not_left_out_of_a_sum_without_a_word(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """A body begun with `gongkai new`, and forgotten in the list."""
    said = "not in bodies.yaml: 1 agency in params: yunxiu-tea"
    assert said not in gongkai("rollup", "yunxiu", "2025", "--dry-run").err
    shutil.copytree(county / "yunxiu-transport", county / "yunxiu-tea")
    assert said in gongkai("rollup", "yunxiu", "2025").err
    assert said in gongkai("status", "2025").err


def test_a_sum_is_a_draft_until_somebody_signs_it(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """It has no public page, however right its figures are; adding up itself is no failure."""
    set_cell(county / "yunxiu-transport" / "2025.csv", "3.1.total", "406")
    ran = gongkai("rollup", "yunxiu", "2025")
    assert (ran.status, "unsigned-sum" in findings(ran)) == (0, False)
    assert "fill in signed: in params/yunxiu/2025.yaml" in ran.lines[-1]
    assert gongkai("build", "yunxiu", "--no-index").status == 1
    page = Path("outputs/yunxiu/2025.html")
    assert not page.exists()
    said = next(line for line in gongkai("status", "2025").lines if "(yunxiu)" in line)
    assert "1 error, the first: added up but not signed yet, so it is a draft" in said
    text = county / "yunxiu" / "2025.yaml"
    text.write_text(re.sub("signed: .*", "signed: 2026-03-20", text.read_text("utf-8")), "utf-8")
    assert "unsigned-sum" not in findings(gongkai("check", "yunxiu"))
    assert gongkai("build", "yunxiu", "--no-index").status == 0
    assert page.exists()


def test_an_error_of_a_sum_names_the_bodies_that_it_comes_from(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Those whose own figures do not add up; nobody, where the sum itself was edited."""
    (wrong,) = [line for line in gongkai("rollup", "yunxiu", "2025").lines if "新收" in line][:1]
    assert "总计 = 36579, but 自然人＋…＋" in wrong
    assert "they must be equal; caused by 云岫县交通运输局 [" in wrong
    set_cell(county / "yunxiu-transport" / "2025.csv", "3.1.total", "406")
    assert "identity-sum" not in findings(gongkai("rollup", "yunxiu", "2025"))
    set_cell(county / "yunxiu" / "2025.csv", "3.1.total", "7")
    said = [line for line in gongkai("check", "yunxiu").lines if "identity-sum" in line]
    assert said
    assert not any("comes from" in line for line in said)


def test_a_body_that_alone_has_more_than_the_area_is_named(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """What all of them come to may be too much for several reasons; this is one that is certain."""
    row = "3.2.total"
    set_cell(county / "yunxiu-songpo" / "2025.csv", row, "0")
    set_cell(county / "yunxiu-songpo-office" / "2025.csv", row, "5")
    ran = gongkai("rollup", "yunxiu-songpo", "2025")
    (said,) = [line for line in ran.lines if "[rollup-more]" in line and row in line]
    assert "stated for all of them; caused by 云岫县松陂镇党政综合办公室 [" in said


@pytest.mark.parametrize("fact", ["reports", "lacking"])
def test_a_text_that_counts_the_reports_of_an_earlier_sum_is_found(
    county: Path, gongkai: Callable[..., Ran], fact: str
) -> None:
    """The year's file is kept when the reports are added up again."""
    gongkai("rollup", "yunxiu", "2025")
    path = county / "yunxiu" / "2025.yaml"
    text = path.read_text("utf-8")
    path.write_text(re.sub(rf"  {fact}: \d+", f"  {fact}: 2", text), "utf-8")
    said = f"facts.{fact} says 2, but after the reports were added up again it is "
    (line,) = (line for line in gongkai("check", "yunxiu/2025").lines if said in line)
    assert f"2025.yaml:{text[: text.index(f'  {fact}:')].count(chr(10)) + 1}: warning: " in line


def test_what_somebody_wrote_stays_and_is_compared(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """A report of an area that says less than those below it is wrong, however many are missing."""
    home = county / "yunxiu-songpo"
    before = {path.name: path.read_bytes() for path in home.iterdir()}
    ran = gongkai("rollup", "yunxiu-songpo", "2025")
    assert (ran.status, findings(ran)) == (0, ["rollup-incomplete"])
    assert (
        ran.lines[1]
        == "yunxiu-songpo/2025 was not written by a roll-up, and was left unchanged; it was compared with the sums"
    )
    assert {name: (home / name).read_bytes() for name in before} == before
    below = cell_of(county / "yunxiu-songpo-office" / "2025.csv", "3.1.total")
    set_cell(home / "2025.csv", "3.1.total", str(int(below) - 1))
    assert "rollup-more" in findings(gongkai("check", "yunxiu-songpo"))
    set_cell(home / "2025.csv", "3.1.total", str(int(below) + 999))
    assert "rollup-more" not in findings(gongkai("check", "yunxiu-songpo"))


def test_where_all_are_in_both_must_be_equal(county: Path, gongkai: Callable[..., Ran]) -> None:
    """An error; a warning where several bodies may count the same thing."""
    home = county / "yunxiu-beixing"
    assert findings(gongkai("rollup", "yunxiu-beixing", "2025")) == []
    for code in ("2.licences.decisions", "2.rules.valid"):
        set_cell(home / "2025.csv", code, str(int(cell_of(home / "2025.csv", code)) + 1))
    said = [line for line in gongkai("check", "yunxiu-beixing").lines if "rollup-less" in line]
    assert [line.split(": ")[1] for line in said] == ["error", "warning"]


def test_own_and_below_make_the_area(county: Path, gongkai: Callable[..., Ran]) -> None:
    """A body that speaks for itself is one of the terms, and is named as such."""
    own, below = (
        int(cell_of(county / f"yunxiu-{end}" / "2025.csv", "3.1.total"))
        for end in ("police", "traffic")
    )
    ran = gongkai("rollup", "yunxiu-police", "2025")
    assert "written: params/yunxiu-police-area/2025.csv" in ran.lines
    area = county / "yunxiu-police-area" / "2025.csv"
    assert cell_of(area, "3.1.total") == str(own + below)
    set_cell(area, "3.1.total", str(own + below - 1))
    said = gongkai("check", "yunxiu-police-area").out
    assert (
        f"add up to {own} + {below} = {own + below}, more than the {own + below - 1} stated" in said
    )


def test_a_sum_has_the_name_that_its_body_has_in_its_year(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """`agency.yaml` has the name of another year; the page of the sum would have it too."""
    tree = county / "bodies.yaml"
    entry = next(line for line in tree.read_text("utf-8").splitlines() if "{key: yunxiu," in line)
    earlier = entry.replace("云岫县人民政府", "云岫区人民政府").replace("}", ", to: 2024}")
    both = earlier + "\n" + entry.replace("}", ", from: 2025}")
    tree.write_text(tree.read_text("utf-8").replace(entry, both), "utf-8")
    (county / "yunxiu").mkdir()
    (county / "yunxiu" / "agency.yaml").write_text("name: 云岫区人民政府\n", "utf-8")
    gongkai("rollup", "yunxiu", "2025")
    assert load_report("yunxiu", 2025, county).title.startswith("云岫县人民政府2025年")
    assert "name: 云岫区" in (county / "yunxiu" / "agency.yaml").read_text("utf-8")


def test_a_sum_of_sums_says_which_of_them_are_out_of_date(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """What changed two levels down is in neither of them, and the lower one is added up first."""
    home = county / "yunxiu-songpo"
    for path in home.glob("2025.*"):
        path.unlink()
    gongkai("rollup", "yunxiu-songpo", "2025")
    text = home / "2025.yaml"
    text.write_text(text.read_text("utf-8").replace("signed: ", "signed: 2026-01-20 "), "utf-8")
    gongkai("rollup", "yunxiu", "2025")
    set_cell(county / "yunxiu-songpo-office" / "2025.csv", "2.licences.decisions", "77777")
    said = "report differs from what was added up (云岫县松陂镇党政综合办公室)"
    ran = gongkai("rollup", "yunxiu", "2025")
    assert f"  yunxiu-songpo/2025 is out of date: 1 {said}; gongkai rollup yunxiu-songpo 2025" in (
        ran.lines
    )
    checked = [line for line in gongkai("check", "yunxiu/2025").lines if said in line]
    assert len(checked) == 1
    assert checked[0].startswith("params/yunxiu-songpo/2025.rollup.yaml: warning: ")
    gongkai("rollup", "yunxiu-songpo", "2025")
    gongkai("rollup", "yunxiu", "2025")
    assert "from what was added up" not in gongkai("check", "yunxiu/2025").out


def test_of_the_bodies_that_changed_below_a_sum_the_first_three_are_named(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """And that there are more, where there are."""
    gongkai("rollup", "yunxiu", "2025")
    for key in ("civil", "justice", "finance"):
        set_cell(county / f"yunxiu-{key}" / "2025.csv", "2.licences.decisions", "77777")
    named = "云岫县民政局, 云岫县司法局, 云岫县财政局"
    said = f"3 reports differ from what was added up ({named});"
    assert said in gongkai("check", "yunxiu/2025").out
    set_cell(county / "yunxiu-labour" / "2025.csv", "2.licences.decisions", "77777")
    said = f"4 reports differ from what was added up ({named}, …);"
    assert said in gongkai("check", "yunxiu/2025").out


def test_a_roll_up_that_was_edited_is_overwritten_only_by_force(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """The text stays with whoever wrote it; edited figures stop the command."""
    gongkai("rollup", "yunxiu", "2025")
    text, table = county / "yunxiu" / "2025.yaml", county / "yunxiu" / "2025.csv"
    text.write_text(
        text.read_text("utf-8").replace("  problems: |\n", "  problems: |\n    自己写的话。\n"),
        "utf-8",
    )
    set_cell(county / "yunxiu-audit" / "2025.csv", "2.licences.decisions", "77777")
    said = "yunxiu/2025 is out of date: 1 report differs from what was added up (云岫县审计局)"
    assert said in gongkai("status", "yunxiu", "2025").out
    ran = gongkai("rollup", "yunxiu", "2025")
    assert any(line.startswith("params/yunxiu/2025.yaml was changed since") for line in ran.lines)
    assert ran.lines[-1].startswith(
        "If it was signed, it may have to be signed again: check signed:"
    )
    assert "自己写的话" in text.read_text("utf-8")
    assert int(cell_of(table, "2.licences.decisions")) > 77777
    set_cell(table, "2.licences.decisions", "1")
    ran = gongkai("rollup", "yunxiu", "2025")
    assert (ran.status, ran.err) == (
        2,
        "params/yunxiu/2025.csv: this was changed since the roll-up wrote it, and was left unchanged; --force overwrites it\n",
    )
    ran = gongkai("rollup", "yunxiu", "2025", "--force")
    assert any(line.startswith("params/yunxiu/2025.yaml was changed since") for line in ran.lines)
    assert int(cell_of(table, "2.licences.decisions")) > 77777
    assert "自己写的话" in text.read_text("utf-8")


def test_a_body_on_another_edition_adds_only_what_counts_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gongkai: Callable[..., Ran]
) -> None:
    """All other cells are blank, and said; no rule of the form is broken by that."""
    monkeypatch.chdir(tmp_path)
    nodes = [
        Node(-1, "area", "missing", 0, 0),
        Node(0, "own", "2021", 1, 0),
        Node(0, "own", "2019", 2, 0),
    ]
    write_tree(Path("params"), nodes)
    ran = gongkai("rollup", "n0", str(YEAR))
    assert ran.status == 0
    assert (
        "on an edition other than 2021: 机关2（2019）; 194 cells without a counterpart" in ran.out
    )
    sums = Path("params/n0") / f"{YEAR}.csv"
    parts = [cell_of(Path(f"params/n{place}") / f"{YEAR}.csv", "3.1.total") for place in (1, 2)]
    assert cell_of(sums, "3.1.total") == str(sum(map(int, parts)))
    assert cell_of(sums, "3.1.natural_person") == ""
    assert "identity-sum" not in gongkai("check", "n0").out


def test_who_left_a_cell_blank_is_named_beside_the_sum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gongkai: Callable[..., Ran]
) -> None:
    """One blank is enough; who filled in every cell is not named."""
    monkeypatch.chdir(tmp_path)
    below = [Node(0, "own", "2021", place, 0) for place in (1, 2)]
    write_tree(Path("params"), [Node(-1, "area", "missing", 0, 0), *below])
    set_cell(Path("params/n2") / f"{YEAR}.csv", "2.rules.issued", "")
    ran = gongkai("rollup", "n0", str(YEAR))
    assert [line.partition(": note: ")[2] for line in ran.lines if "[rollup-blanks]" in line] == [
        "1 report has blank cells, which count as 0 in the sums: 机关2 [rollup-blanks]"
    ]


def test_what_a_sum_lacks_warns_whoever_is_to_publish_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gongkai: Callable[..., Ran]
) -> None:
    """A report that is missing, one with errors, one on another edition, and a extra line."""
    monkeypatch.chdir(tmp_path)
    below = [Node(0, "own", kind, 1, 0) for kind in ("2021", "2019", "missing")]
    write_tree(Path("params"), [Node(-1, "area", "missing", 0, 0), *below])
    extra = ExtraLine(edition="2021", code="3.3.5.6", label="6.本地情形", parent="3.3.5")
    cells = with_extra_line(form_of("2021"), extra).cells
    rows = ((code, cell.label, cell.unit, "2") for code, cell in cells.items())
    (Path("params/n1") / f"{YEAR}.csv").write_text(csv_of(rows), "utf-8")
    with Path("params/n1/agency.yaml").open("a", encoding="utf-8") as agency:
        agency.write(f"extra_lines: [{json.dumps(extra.model_dump(exclude_defaults=True))}]\n")
    gongkai("rollup", "n0", str(YEAR))
    lines = gongkai("check", "n0", "--format", "json").lines
    found = {row["id"]: row["severity"] for row in map(json.loads, lines)}
    assert {name: found[name] for name in found if name.startswith("rollup-")} == dict.fromkeys(
        (
            "rollup-incomplete",
            "rollup-errors",
            "rollup-edition",
            "rollup-local-lines",
            "rollup-repeated",
        ),
        "warning",
    )


def test_a_sum_beside_last_years_sum_of_other_bodies_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gongkai: Callable[..., Ran]
) -> None:
    """What the page says of both years is partly about who reported."""
    monkeypatch.chdir(tmp_path)
    below = [Node(0, "own", "2021", number, 0) for number in range(3)]
    write_tree(Path("params"), [Node(-1, "area", "missing", 0, 0), *below])
    for name in ("n1", "n2", "n3"):
        for file in Path("params", name).glob(f"{YEAR}.*"):
            text = file.read_text("utf-8").replace(f"year: {YEAR}", f"year: {YEAR + 1}")
            file.with_name(f"{YEAR + 1}{file.suffix}").write_text(text, "utf-8")
            if name == "n3":
                file.unlink()
    for year in (YEAR, YEAR + 1):
        gongkai("rollup", "n0", str(year))
    said = "the sum of 2021 is of other bodies (＋ this year only, － last year only): ＋机关3; "
    assert said in gongkai("check", f"n0/{YEAR + 1}").out
    for file in Path("params", "n3").glob(f"{YEAR + 1}.*"):
        file.unlink()
    gongkai("rollup", "n0", str(YEAR + 1))
    assert "rollup-bodies-differ" not in gongkai("check", f"n0/{YEAR + 1}").out


def test_what_a_sum_below_lacks_is_lacking_in_the_sum_above_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gongkai: Callable[..., Ran]
) -> None:
    """A county adds up the sum of a town, which lacks a village: both say so, by its name."""
    monkeypatch.chdir(tmp_path)
    town = [Node(1, "own", "2021", 1, 0), Node(1, "own", "missing", 2, 0)]
    write_tree(Path("params"), [Node(-1, "area", "missing", 0, 0), Node(0, "area", "missing", 0, 0), *town])  # fmt: skip
    gongkai("rollup", "n1", str(YEAR))
    gongkai("rollup", "n0", str(YEAR))
    assert "1 report is not in the sums (missing or unreadable): 机关1：机关3" in gongkai("check", "n0").out  # fmt: skip


def test_a_report_of_half_a_year_in_a_sum_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gongkai: Callable[..., Ran]
) -> None:
    """The sum says that it covers the whole year."""
    monkeypatch.chdir(tmp_path)
    below = [Node(0, "own", "2021", number, 0) for number in range(2)]
    write_tree(Path("params"), [Node(-1, "area", "missing", 0, 0), *below])
    with Path("params", "n2", f"{YEAR}.yaml").open("a", encoding="utf-8") as file:
        file.write(f"period: {{from: {YEAR}-07-01, to: {YEAR}-12-31}}\n")
    gongkai("rollup", "n0", str(YEAR))
    said = "1 report covers another period than the sum: 机关2（2021-07-01–2021-12-31）"
    assert said in gongkai("check", "n0").out
    with Path("params", "n0", f"{YEAR}.yaml").open("a", encoding="utf-8") as file:
        file.write(f"period: {{from: {YEAR}-07-01, to: {YEAR}-12-31}}\n")
    said = "1 report covers another period than the sum: 机关1（2021-01-01–2021-12-31）"
    assert said in gongkai("check", "n0").out


def test_a_period_that_is_stated_after_the_reports_were_added_up_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gongkai: Callable[..., Ran]
) -> None:
    """Also two levels below, once the sums are made again."""
    monkeypatch.chdir(tmp_path)
    nodes = [Node(-1, "area", "missing", 0, 0), Node(0, "area", "missing", 0, 0)]
    write_tree(Path("params"), [*nodes, Node(1, "own", "2021", 1, 0)])
    for key in ("n1", "n0"):
        gongkai("rollup", key, str(YEAR))
    assert not re.search("rollup-(?!errors)", gongkai("check", "n0").out)
    with Path("params", "n2", f"{YEAR}.yaml").open("a", encoding="utf-8") as file:
        file.write(f"period: {{from: {YEAR}-07-01, to: {YEAR}-12-31}}\n")
    assert "1 report differs from what was added up (机关2)" in gongkai("check", "n1").out
    for key in ("n1", "n0"):
        gongkai("rollup", key, str(YEAR))
    assert "1 report covers another period than the sum: 机关2（" in gongkai("check", "n0").out


def test_a_body_that_was_merged_into_another_is_no_difference_between_two_sums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gongkai: Callable[..., Ran]
) -> None:
    """Its figures of last year are compared with those of the body that it went into."""
    monkeypatch.chdir(tmp_path)
    below = [Node(0, "own", "2021", number, 0) for number in range(2)]
    write_tree(Path("params"), [Node(-1, "area", "missing", 0, 0), *below])
    for file in Path("params", "n1").glob(f"{YEAR}.*"):
        text = file.read_text("utf-8").replace(f"year: {YEAR}", f"year: {YEAR + 1}")
        file.with_name(f"{YEAR + 1}{file.suffix}").write_text(text, "utf-8")
    bodies = Path("params", "bodies.yaml")
    text = bodies.read_text("utf-8")
    bodies.write_text(text.replace("机关2, ", f"机关2, to: {YEAR}, into: n1, "), "utf-8")
    for year in (YEAR, YEAR + 1):
        gongkai("rollup", "n0", str(year))
    assert "rollup-bodies-differ" not in gongkai("check", f"n0/{YEAR + 1}").out
    bodies.write_text(text.replace("机关2, ", f"机关2, to: {YEAR}, "), "utf-8")
    gongkai("rollup", "n0", str(YEAR + 1))
    assert "－机关2" in gongkai("check", f"n0/{YEAR + 1}").out


def test_what_is_accepted_of_a_sum_is_every_body_and_not_those_named_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gongkai: Callable[..., Ran]
) -> None:
    """The message names ten bodies and …; with an error more, or another body, it is another one."""
    monkeypatch.chdir(tmp_path)
    below = [Node(0, "own", "2021", number, 0) for number in range(12)]
    write_tree(Path("params"), [Node(-1, "area", "missing", 0, 0), *below])

    def break_sum(body: str, code: str = "3.1.natural_person", number: str = "99999") -> None:
        path = Path("params") / body / f"{YEAR}.csv"
        row = re.compile(rf"(?m)^({re.escape(code)},.*),[^,\n]*$")
        path.write_text(row.sub(rf"\1,{number}", path.read_text("utf-8")), "utf-8")

    def seen() -> tuple[str, ...]:
        """Return the values to accept after the sum was made again."""
        gongkai("rollup", "n0", str(YEAR))
        rows = map(json.loads, gongkai("check", "n0", "--format", "json").lines)
        return next(tuple(row["values"]) for row in rows if row["id"] == "rollup-errors")

    right = cell_of(Path("params/n11") / f"{YEAR}.csv", "3.1.natural_person")
    for place in range(1, 12):
        break_sum(f"n{place}")
    before = seen()
    break_sum("n11", number=right)
    break_sum("n12")
    another = seen()
    break_sum("n1", "4.reconsideration.upheld")
    assert len({before, another, seen()}) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["yunxiu-audit", "2025"], "no body reports to 云岫县审计局 (yunxiu-audit) in 2025; there is nothing to add up"),
        (["nowhere", "2025"], "there is no body nowhere in 2025"),
        (["yunxiu", "2024"], "none of the bodies below 云岫县人民政府 has a readable report for 2024"),
        (["yunxiu", "2025", "--into", "yunxiu-audit"], "yunxiu-audit is the folder of another body; choose another one with --into"),
        (["yunxiu", "2025", "--into", "../x"], "../x is not a valid name for an agency's folder"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_up_is_said(
    district: Path,
    monkeypatch: pytest.MonkeyPatch,
    gongkai: Callable[..., Ran],
    words: list[str],
    said: str,
) -> None:
    """In a sentence, with exit status 2; nothing is written."""
    monkeypatch.chdir(district)
    ran = gongkai("rollup", *words)
    assert ran.status == 2
    assert ran.err.startswith(said)
    assert not (district / "params" / "yunxiu").exists()


@pytest.mark.parametrize("name", ["", "2025.rollup.yml"])
def test_figures_below_without_their_list_stop_the_report(
    county: Path, gongkai: Callable[..., Ran], name: str
) -> None:
    """Its figures were compared with theirs, and would not be any more."""
    assert gongkai("rollup", "yunxiu-beixing", "2025").status == 0
    listed = county / "yunxiu-beixing" / "2025.rollup.yaml"
    if name:
        listed.rename(listed.with_name(name))
    else:
        listed.unlink()
    ran = gongkai("check", "yunxiu-beixing/2025")
    said = "2025.rollup.yaml: error: this file is missing, but 2025.rollup.csv"
    assert (ran.status, said in ran.out) == (1, True), ran.out


@pytest.mark.parametrize("file", ["2025.yaml", "agency.yaml"])
def test_a_sum_is_out_of_date_where_a_report_in_it_cannot_be_read_any_more(
    county: Path, gongkai: Callable[..., Ran], file: str
) -> None:
    """Its figures are as they were, and it is no report now."""
    assert gongkai("rollup", "yunxiu-beixing", "2025").status == 0
    assert "rollup-outdated" not in gongkai("check", "yunxiu-beixing/2025").out
    listed = (county / "yunxiu-beixing" / "2025.rollup.yaml").read_text("utf-8")
    below = next(
        key for key in re.findall(r'"key": "([a-z-]+)"', listed) if (county / key / file).exists()
    )
    (county / below / file).unlink()
    assert "rollup-outdated" in gongkai("check", "yunxiu-beixing/2025").out


def test_a_workbook_beside_a_report_that_was_added_up_stops_the_sum_too(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """The figures of the sum are those of its CSV; `rollup` names the workbook."""
    assert gongkai("rollup", "yunxiu-beixing", "2025").status == 0
    listed = (county / "yunxiu-beixing" / "2025.rollup.yaml").read_text("utf-8")
    keys = re.findall(r'"key": "([a-z-]+)"', listed)
    below = next(key for key in keys if (county / key / "2025.csv").exists())
    (county / below / "2025.xlsx").write_bytes(b"damaged")
    said = f"{below}/2025.xlsx is not read"
    assert said in gongkai("rollup", "yunxiu-beixing", "2025").err
    for command in ("check", "build"):
        ran = gongkai(command, "--strict", "yunxiu-beixing/2025")
        assert (ran.status, said in ran.err) == (1, True)


def test_a_sum_is_out_of_date_where_a_report_that_it_lacks_can_be_read_now(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Otherwise the county would publish a sum without it."""
    keys = [path.name for path in county.iterdir() if (path / "2025.csv").exists()]
    assert gongkai("rollup", "yunxiu-beixing", "2025").status == 0
    listed = (county / "yunxiu-beixing" / "2025.rollup.yaml").read_text("utf-8")
    below = next(key for key in re.findall(r'"key": "([a-z-]+)"', listed) if key in keys)
    table = county / below / "2025.csv"
    text = table.read_text("utf-8")
    table.write_text(text.replace("件,", "件,一百", 1), "utf-8")
    gongkai("rollup", "yunxiu-beixing", "2025")
    assert "rollup-outdated" not in gongkai("check", "yunxiu-beixing/2025").out
    table.write_text(text, "utf-8")
    assert "rollup-outdated" in gongkai("check", "yunxiu-beixing/2025").out


# Runs the command, and ends its process when it is about to write a file after so many others.
KILLED_AFTER = """
import os, signal
from gongkai.cli import main
from gongkai.pipeline import rolling
write_whole, left = rolling.write_whole, {moment}
def counted(path, data):
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    write_whole(path, data)
rolling.write_whole = counted
main()
"""


@pytest.mark.parametrize("moment", range(1, 6))
@pytest.mark.parametrize("again", [False, True], ids=["first time", "again"])
def test_a_roll_up_that_is_killed_is_no_report_and_can_be_repeated(
    county: Path, gongkai: Callable[..., Ran], moment: int, again: bool
) -> None:
    """After each file: what is there never becomes public, and the same command completes it."""
    home = county / "yunxiu"
    if again:
        assert gongkai("rollup", "yunxiu", "2025").status in {0, 1}
        set_cell(county / "yunxiu-transport" / "2025.csv", "2.fees.amount", "4321")
    code = KILLED_AFTER.format(moment=moment)
    words = [sys.executable, "-P", "-c", code, "rollup", "yunxiu", "2025"]
    killed = subprocess.run(words, capture_output=True, check=False)
    assert (home / "2025.rollup.yaml").exists()
    if killed.returncode == -signal.SIGKILL:
        assert gongkai("build", "yunxiu/2025").status != 0
        assert not Path("outputs/yunxiu/2025.html").exists()
    assert gongkai("rollup", "yunxiu", "2025").status in {0, 1}
    files = {path.name: path.read_bytes() for path in home.iterdir()}
    shutil.rmtree(home)
    assert gongkai("rollup", "yunxiu", "2025").status in {0, 1}
    assert files == {path.name: path.read_bytes() for path in home.iterdir()}


def test_extra_lines_of_one_code_that_count_other_things_are_not_added_up(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """Visitors and videos are no sum; the line that is left out is named."""
    line = (
        "extra_lines:\n  - {edition: '2014', code: '1.2.9', parent: '1.2', label: %s, unit: %s}\n"
    )
    lines = {"b1": ("9.接待来访", "人次"), "b2": ("9.短视频", "条"), "area": ("9.接待来访", "人次")}
    for key, (label, unit) in lines.items():
        folder = project.params / key
        folder.mkdir()
        text = f"name: 云岫县{key}局\n{line % (label, unit)}"
        (folder / "agency.yaml").write_text(text, "utf-8")
        if key != "area":
            shutil.copy(project.example / "2017.yaml", folder)
            figures = (project.example / "2017.csv").read_text("utf-8")
            (folder / "2017.csv").write_text(f"{figures}1.2.9,{label},{unit},500\n", "utf-8")
    listed = [
        "bodies:",
        "  - {key: area, name: 云岫县area局, covers: area}",
        *(f"  - {{key: {key}, name: 云岫县{key}局, parent: area}}" for key in ("b1", "b2")),
    ]
    (project.params / "bodies.yaml").write_text("\n".join(listed) + "\n", "utf-8")
    ran = gongkai("rollup", "area", "2017")
    assert cell_of(project.params / "area" / "2017.csv", "1.2.9") == "500"
    assert "extra lines that were not added up: 1.2.9" in ran.out


def test_extra_lines_of_a_report_on_another_form_are_named_too() -> None:
    """Its figures go through the series of both forms, which no extra line is in."""
    line = {"3.3.3.9.total": ("接待来访", "件"), "3.3.3.8.total": ("答复函件", "件")}
    numbers = {"3.3.3.9.total": Decimal(73), "3.3.3.8.total": Decimal(0)}
    report = ReportFigures(load_form("2019"), numbers, line)
    assert added(report, load_form("2021")).left_out == ("3.3.3.9.total",)


@pytest.mark.parametrize("folder", ["county-health", "yunxiu-beixing-office"])
def test_a_sum_is_not_written_into_the_folder_of_another_body(
    county: Path, gongkai: Callable[..., Ran], folder: str
) -> None:
    """Not of one that is not listed, either: its name would stand above the figures of all."""
    if not (county / folder).exists():
        (county / folder).mkdir()
        (county / folder / "agency.yaml").write_text("name: 云岫县卫生局\n", "utf-8")
    before = {path.name: path.read_bytes() for path in (county / folder).iterdir()}
    ran = gongkai("rollup", "yunxiu", "2025", "--into", folder)
    assert (ran.status, f"{folder} is the folder of another body" in ran.err) == (2, True)
    assert before == {path.name: path.read_bytes() for path in (county / folder).iterdir()}


def test_figures_are_added_up_from_the_parameters_and_not_from_what_was_built(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """A figure that was changed in a manifest would move into other parameters."""
    body = "yunxiu-civil"
    set_cell(county / body / "2025.csv", "2.fees.amount", "777")
    assert gongkai("build", f"{body}/2025").status == 0
    manifest = Path("outputs", body, "2025.json")
    manifest.write_text(manifest.read_text("utf-8").replace('"777"', '"999"'), "utf-8")
    assert f"{body}/2025: fresh" in gongkai("list", body).out
    gongkai("rollup", "yunxiu", "2025")
    rows = (county / "yunxiu" / "2025.rollup.csv").read_text("utf-8-sig").splitlines()
    row = next(line for line in rows if line.startswith(body))
    assert ",777," in row
    assert ",999," not in row


def test_a_report_that_was_begun_and_is_exempt_is_not_missing(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Nobody is reminded of it."""
    listed = county / "bodies.yaml"
    text = listed.read_text("utf-8")
    key = "key: yunxiu-transport, "
    listed.write_text(text.replace(key, f"{key}exempt: 已并入, "), "utf-8")
    shutil.rmtree(county / "yunxiu-transport")
    name = "云岫县交通运输局"
    assert gongkai("new", "yunxiu-transport", "2025", "--name", name).status == 0
    rows = [json.loads(line) for line in gongkai("status", "--format", "json").lines]
    assert [row["state"] for row in rows if row["body"] == "yunxiu-transport"] == ["exempt"]


OFFICE = "key: yunxiu-beixing-office, name: 云岫县北杏镇党政综合办公室, parent: yunxiu-beixing"


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        (OFFICE, OFFICE.removesuffix("-beixing"), "党政综合办公室"),
        (OFFICE, f"{OFFICE}, to: 2024", "党政综合办公室"),
        (OFFICE, OFFICE.replace("党政综合办公室", "综合办"), "党政综合办公室"),
        ("民政局, parent: yunxiu", "民政局, parent: yunxiu-beixing", "民政局"),
        ("parent: yunxiu, kind: 乡镇, covers: area", "parent: yunxiu, kind: 乡镇", "北杏镇"),
    ],
    ids=["moved", "ended", "renamed", "added", "reports on itself alone"],
)
def test_a_sum_is_out_of_date_if_only_the_list_of_bodies_was_edited(
    county: Path, gongkai: Callable[..., Ran], before: str, after: str, named: str
) -> None:
    """What is added up changed, though no figure did: check, list and site say so."""
    assert gongkai("rollup", "yunxiu-beixing", "2025").status == 0
    gongkai("build", "yunxiu-beixing/2025")
    listed = county / "bodies.yaml"
    text = listed.read_text("utf-8")
    assert before in text
    assert "from what was added up" not in gongkai("list", "yunxiu-beixing").err
    listed.write_text(text.replace(before, after), "utf-8")
    found = {"check": gongkai("check", "yunxiu-beixing/2025").out}
    found["list"] = gongkai("list", "yunxiu-beixing").err
    found["site"] = gongkai("site", "public").err
    for text in found.values():
        assert re.search(f"from what was added up .*{named}", text), found


def test_a_strict_site_does_not_pass_with_a_sum_that_is_out_of_date(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Its figures would be published as those of bodies that no longer belong to it."""
    assert gongkai("rollup", "yunxiu-beixing", "2025").status == 0
    listed = county / "bodies.yaml"
    lines = listed.read_text("utf-8").splitlines(keepends=True)
    text = "".join(line for line in lines if "key:" not in line or "key: yunxiu-beixing" in line)
    text = text.replace("parent: yunxiu,", "")
    listed.write_text(text, "utf-8")
    for folder in county.glob("*/"):
        if folder.is_dir() and not folder.name.startswith("yunxiu-beixing"):
            shutil.rmtree(folder)
    gongkai("build")
    assert gongkai("site", "public", "--strict").status == 0
    listed.write_text(text.replace(OFFICE, f"{OFFICE}, to: 2024"), "utf-8")
    assert gongkai("site", "public").status == 0
    assert gongkai("site", "public", "--strict").status == 1
    built = gongkai("build")
    assert (built.status, "no longer what" in built.err or "differ" in built.err) == (0, True)
    assert gongkai("build", "--strict").status == 1


def test_a_sum_is_as_it_was_if_the_list_of_bodies_says_more_of_a_telephone(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Only who is added up matters, and a reason for an exemption of one that reported does not."""
    assert gongkai("rollup", "yunxiu-beixing", "2025").status == 0
    listed = county / "bodies.yaml"
    text = listed.read_text("utf-8").replace("0000-0000000", "0000-1111111")
    listed.write_text(text.replace(OFFICE, f"{OFFICE}, exempt: 新设立"), "utf-8")
    assert "rollup-outdated" not in gongkai("check", "yunxiu-beixing/2025").out


def test_a_list_that_was_damaged_makes_its_report_unreadable(
    county: Path, gongkai: Callable[..., Ran]
) -> None:
    """Whose figures these are would be a guess."""
    gongkai("rollup", "yunxiu-beixing", "2025")
    path = county / "yunxiu-beixing" / "2025.rollup.csv"
    path.write_text(path.read_text("utf-8").replace(",1,", ",2,", 1), "utf-8")
    ran = gongkai("check", "yunxiu-beixing")
    assert ran.status == 1
    assert (
        "this was changed or damaged, or belongs to another form; run gongkai rollup again"
        in ran.out
    )
    gongkai("rollup", "yunxiu-beixing", "2025", "--force")
    assert "damaged" not in gongkai("check", "yunxiu-beixing").out


def test_every_form_says_what_may_be_counted_twice() -> None:
    """Documents issued jointly and cases with several defendants, in each edition; nothing asked of one body."""
    for year in (2018, 2019, 2021):
        form = edition_for(year)
        asked = form.series["applications_received"][0]
        assert form.repeatable
        assert asked not in form.repeatable
        for series in ("litigations", "reconsiderations", "normative_documents"):
            assert set(form.expanded(form.series[series])) <= form.repeatable.keys()

"""Whatever bytes stand in a file that the kit reads: a result or a sentence, never another error."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import NOTEBOOK, ROOT, Sandbox
from gongkai import locks
from gongkai.checks import check_in_context
from gongkai.compare.content import built_content, report_content
from gongkai.compare.reports import compare
from gongkai.engine import run
from gongkai.errors import KitError
from gongkai.export import pages
from gongkai.forms import editions
from gongkai.manifest import read_manifest
from gongkai.pipeline import stale
from gongkai.pipeline.batch import LOG, BuildRecord, Log
from gongkai.pipeline.build import Result
from gongkai.pipeline.hashes import CACHE_FILE as HASHES
from gongkai.pipeline.hashes import Hashes
from gongkai.project import Project, Target
from gongkai.report.provenance import inputs
from gongkai.report.reader import load_past, load_report
from gongkai.show import lab
from gongkai.show.index import CACHE_FILE, fresh_pages, write_index
from gongkai.show.pdf import read_sheets
from gongkai.text.agency_names import agency_names, names_in

TARGET = Target("xixia-justice", 2017)
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None
)

# --- bytes ------------------------------------------------------------------------

PIECES = [
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b"\n\n",
    b"\t",
    b"  ",
    b",",
    b'"',
    b"'",
]
PIECES += [
    b":",
    b"- ",
    b"|",
    b">",
    b"{",
    b"}",
    b"[",
    b"]",
    b"&a",
    b"*a",
    b"!!x ",
    b"---\n",
    b"%",
    b"#",
]
PIECES += [
    b"~",
    b"null",
    b"0",
    b"-1",
    b"9" * 40,
    b"1e999",
    b".nan",
    b"{{",
    b"}}",
    b'{{ v("1.1") }}',
]
PIECES += [
    "\u202e".encode(),
    "\u200b".encode(),
    "甲".encode(),
    b"\xd2\xf8",
    b"\xed\xa0\x80",
    b"a" * 300,
]
EDIT = st.tuples(
    st.floats(0, 1), st.integers(0, 60), st.sampled_from(PIECES) | st.binary(max_size=6)
)


def changed(base: bytes) -> st.SearchStrategy[bytes]:
    """Return what a file may become: some places of it cut out and written over; or any bytes."""

    def edited(edits: list[tuple[float, int, bytes]]) -> bytes:
        data = base
        for place, length, piece in edits:
            start = int(place * len(data))
            data = data[:start] + piece + data[start + length :]
        return data

    return st.lists(EDIT, min_size=1, max_size=4).map(edited) | st.binary(max_size=80)


ODD: list[Any] = [None, True, 0, -1, 10**30, 1.5, float("nan"), float("inf"), "", "甲", "\ud800"]
ODD += ["../../x", "/dev/zero", "\0", "9" * 60, [], [[]], ["a"], [None], {}, {"a": {}}, {"": [1]}]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to each value inside another."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def with_odd(base: Any) -> st.SearchStrategy[bytes]:
    """Return JSON of which one value is another, or is missing; or any bytes in its place."""
    ways = list(places(base))

    def written(way: tuple[Any, ...], odd: Any, *, without: bool) -> bytes:
        if not way:
            return json.dumps(odd).encode()
        copy = deepcopy(base)
        inner = copy
        for key in way[:-1]:
            inner = inner[key]
        if without:
            del inner[way[-1]]
        else:
            inner[way[-1]] = odd
        return json.dumps(copy).encode()

    one = st.builds(written, st.sampled_from(ways), st.sampled_from(ODD), without=st.booleans())
    return one | changed(json.dumps(base, indent=1).encode())


def of(path: Path) -> bytes:
    return path.read_bytes()


# --- what people write ------------------------------------------------------------


@pytest.fixture(scope="module")
def params(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the example's parameters, one for all examples of a test."""
    folder = tmp_path_factory.mktemp("bytes") / "params"
    shutil.copytree(ROOT / "params" / TARGET.slug, folder / TARGET.slug)
    return folder


EXAMPLE = ROOT / "params" / TARGET.slug


@pytest.mark.parametrize("name", ["agency.yaml", "2017.yaml", "2017.csv"])
def test_a_file_of_parameters(params: Path, name: str) -> None:
    """It is read and checked, compared and hashed, or refused in sentences."""
    path = params / TARGET.slug / name
    whole = report_content(load_report(*TARGET, EXAMPLE.parent), [])

    @quick
    @given(changed(of(EXAMPLE / name)))
    def holds(data: bytes) -> None:
        path.write_bytes(data)
        names = agency_names(params)
        assert all(isinstance(it, str) for it in inputs(params, *TARGET, names).values())
        names_in(path)
        try:
            report = load_report(*TARGET, params)
        except KitError as error:
            assert error.problems
            assert str(error)
            return
        findings = check_in_context(report, load_past(report), names)
        assert all(finding.text(lang) for finding in findings for lang in ("zh", "en"))
        compare(whole, report_content(report, findings))

    try:
        holds()
    finally:
        shutil.copy(EXAMPLE / name, path)


@pytest.mark.parametrize("edition", ["2014", "2021"])
def test_a_form(
    params: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edition: str
) -> None:
    """A form that is read serves a report, or refuses it."""
    path = tmp_path / f"{edition}.yaml"
    monkeypatch.setattr(editions, "read_form", editions._read_form.__wrapped__)

    @quick
    @given(changed(of(editions.FORMS / path.name)))
    def holds(data: bytes) -> None:
        path.write_bytes(data)
        try:
            editions.load_form(edition, tmp_path)
            report = load_report(*TARGET, params, tmp_path)
            check_in_context(report, load_past(report), agency_names(params))
        except KitError as error:
            assert str(error)

    holds()


@pytest.mark.parametrize("base", ["bytes", "json"])
def test_a_notebook_that_is_to_be_run(tmp_path: Path, base: str) -> None:
    """By papermill's steps, or in JupyterLab."""
    path = tmp_path / "a.ipynb"
    kinds = {"bytes": changed(of(NOTEBOOK)), "json": with_odd(json.loads(of(NOTEBOOK)))}

    @quick
    @given(kinds[base])
    def holds(data: bytes) -> None:
        path.write_bytes(data)
        run._read_once.cache_clear()
        readers: tuple[Callable[[], object], ...] = (
            lambda: run._refuse_unknown(path, {"agency": "a", "year": 2017}),
            lambda: run._prepared(path, {"agency": "a", "year": 2017}),
            lambda: run.cell_number(path, 3),
            lambda: lab.write_copy(path, {"agency": "a"}, tmp_path / "lab" / "a.ipynb"),
        )
        for read in readers:
            try:
                read()
            except KitError as error:
                assert str(error)
        shutil.rmtree(tmp_path / "lab", ignore_errors=True)

    holds()


# --- what a build left ------------------------------------------------------------


@pytest.fixture
def outputs(built: Sandbox, tmp_path: Path) -> Path:
    """The outputs of the example, and its pages."""
    shutil.copytree(built.outputs, tmp_path / "outputs")
    write_index(tmp_path / "outputs")
    return tmp_path / "outputs"


def test_a_manifest(outputs: Path, built: Sandbox) -> None:
    """All who read one read it, or take it for none."""
    path = outputs / TARGET.slug / "2017.json"
    project = Project(built.params, outputs, NOTEBOOK)
    names = agency_names(built.params)

    @quick
    @given(with_odd(json.loads(of(path))))
    def holds(data: bytes) -> None:
        path.write_bytes(data)
        read_manifest(outputs, TARGET)
        for reason in stale.state_of(project, TARGET, names).reasons:
            assert isinstance(reason.name, str)
        for _, text in fresh_pages(outputs):
            text.encode()
        try:
            built_content(outputs, TARGET)
        except KitError as error:
            assert str(error)

    holds()


@pytest.mark.parametrize("name", [CACHE_FILE, HASHES])
def test_what_is_remembered(outputs: Path, name: str) -> None:
    """A memory is only ever a memory: pages are written, files are hashed, nothing else is touched."""
    path = outputs / name
    page = outputs / TARGET.slug / "2017.html"
    with Hashes(outputs) as hashes:
        hashes.record({str(page): ([1, 2, 3, 4, 5], "0" * 64)})
    outside = outputs.parent / "outside"

    @quick
    @given(with_odd(json.loads(of(path))))
    def holds(data: bytes) -> None:
        path.write_bytes(data)
        write_index(outputs)
        with Hashes(outputs) as hashes:
            assert len(hashes.of(page)) == len("0" * 64)
        path.unlink()
        assert not outside.exists()
        assert page.exists()
        assert {it.name for it in outputs.parent.iterdir()} == {"outputs"}

    holds()


def test_the_log_and_the_lock(tmp_path: Path) -> None:
    """A line is written after whatever stands there; whoever waits names whoever holds it."""

    @quick
    @given(st.binary(max_size=200))
    def holds(data: bytes) -> None:
        (tmp_path / LOG).write_bytes(data)
        Log(tmp_path).write(BuildRecord(Result(TARGET, "failed")))
        last = (tmp_path / LOG).read_bytes().splitlines()[-1]
        assert json.loads(last)["report"] == str(TARGET)
        (tmp_path / ".lock").write_bytes(data)
        assert locks._holder(tmp_path / ".lock").text()

    holds()


def test_a_notebook_that_was_run(outputs: Path) -> None:
    """Pages come of it, or a sentence: for the exporters, for `build` and for `diff`."""
    path = outputs / TARGET.slug / "2017.ipynb"

    @settings(quick, max_examples=40)
    @given(with_odd(json.loads(of(path))))
    def holds(data: bytes) -> None:
        path.write_bytes(data)
        try:
            built_content(outputs, TARGET)
        except KitError as error:
            assert str(error)
        try:
            notebook = run.parsed(data.decode())
            nbformat.validate(notebook, relax_add_props=True)  # as both exporters do it
        except Exception:
            return
        for make in (pages.public_page, pages.review_copy, pages.use_current_style):
            try:
                make(notebook)
            except KitError as error:
                assert str(error)

    holds()


def test_a_pdf(outputs: Path) -> None:
    """It is that of the page, or it is printed again."""
    from io import BytesIO

    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_metadata({"/Creator": "x", "/PageSHA256": "y"})
    whole = BytesIO()
    writer.write(whole)
    page, paper = (outputs / TARGET.slug / f"2017{suffix}" for suffix in (".html", ".pdf"))

    @quick
    @given(changed(whole.getvalue()))
    def holds(data: bytes) -> None:
        paper.write_bytes(data)
        assert read_sheets(page, paper) is None

    holds()

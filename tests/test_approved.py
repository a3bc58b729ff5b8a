"""What the kit makes comes out as it was approved: pages, copies, what commands print, imports.

Each line of `tests/approved/` is a thing that was looked at, with a digest of it. Whoever changes
one wants to: look at what is named, then `make approve` writes down that it is as it should be.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from random import Random

import pytest

import mutations
from conftest import NOTEBOOK, ROOT, Shared, elsewhere
from documents import FORMATS, figures, pieces
from gongkai.errors import KitError
from gongkai.forms.editions import load_form
from gongkai.importing.run import Options, import_document
from gongkai.reading.mentions import mentions
from truth.measure import corpus, findings_in, report_with, tables

APPROVED = ROOT / "tests" / "approved"
SPECIMEN = ROOT / "tests" / "specimen" / "params"
SHARED = ROOT.parent / "shared" / "published"
TO_APPROVE = "GONGKAI_APPROVE" in os.environ
SHOWN = 20  # of the things that differ


def _locked() -> bool:
    """Whether the libraries that make pages are those of the lock file."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    pinned = dict(line.split(" ")[0].split("==") for line in lines if "==" in line)
    return all(
        version(name) == pinned[name]
        for name in ("matplotlib", "markdown-it-py", "jinja2", "pandas")
    )


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not _locked() or sys.platform != "linux",
        reason="other libraries than those of the lock file, or another system: nothing was compared",
    ),
]


def approve(group: str, things: Mapping[str, bytes]) -> None:
    """Fail where things differ from those that were approved, by name; or write these down."""
    path = APPROVED / f"{group}.txt"
    now = {name: hashlib.sha256(data).hexdigest()[:16] for name, data in things.items()}
    if TO_APPROVE:
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{digest}  {name}\n" for name, digest in now.items()), "utf-8")
    lines = path.read_text("utf-8").splitlines()
    before = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    other = [name for name in {**before, **now} if before.get(name) != now.get(name)]
    assert other == [], f"{len(other)} differ from what was approved: {other[:SHOWN]}"


def content_of(path: Path) -> bytes:
    """Return the bytes of a file; of an archive what is in it, however well it was packed."""
    data = path.read_bytes()
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return b"".join(name.encode() + archive.read(name) for name in archive.namelist())


def files_in(folder: Path, *suffixes: str) -> dict[str, bytes]:
    """Return the files below a folder that end so, by their paths."""
    paths = sorted(path for path in folder.rglob("*") if path.name.endswith(suffixes))
    return {path.relative_to(folder).as_posix(): content_of(path) for path in paths}


@pytest.fixture(scope="module")
def specimen(shared: Shared) -> Path:
    """A project of the invented bureau, built and copied; nothing is to be changed in it."""

    def fill(folder: Path) -> None:
        shutil.copytree(SPECIMEN, folder / "params")
        (folder / "notebooks").mkdir()
        shutil.copy(NOTEBOOK, folder / "notebooks")
        for words in (
            ("build",),
            ("export", "--to", "docx,xlsx,csv,json"),
            ("export", "--to", "docx", "--review"),
            ("export", "--to", "xlsx", "--form", "--into", "forms", "yunxiu-water"),
            ("site", "site", "--url", "https://www.example.gov.cn/nb/"),
        ):
            ran = elsewhere(folder, "gongkai", *words)
            assert ran.returncode == 0, ran.stderr

    return shared("specimen", fill)


def test_the_examples_and_the_page_of_all_reports(all_built: Path) -> None:
    """Public pages, review copies, lists."""
    approve("examples", files_in(all_built, ".html"))


def test_a_bureau_that_uses_what_there_is(specimen: Path) -> None:
    """Eight years in three editions: pages, copies, forms to fill in, and the site."""
    kinds = (
        ".html",
        ".docx",
        ".xlsx",
        ".csv",
        ".data.json",
        ".xml",
        "datapackage.json",
        ".txt",
        ".js",
    )
    folders = ("outputs", "site", "forms")
    made = {
        f"{folder}/{name}": data
        for folder in folders
        for name, data in files_in(specimen / folder, *kinds).items()
    }
    approve("specimen", made)


WATER = "yunxiu-water"
OF_SPECIMEN = [
    *(f"check --format {style}" for style in (
        "text", "json", "github", "gitlab", "junit", "sarif", "markdown",
    )),
    "check --lang zh", "check --strict", "list", "list --format json", "list --lang zh",
    f"diff {WATER}/2022 {WATER}/2023", f"diff {WATER}/2016 {WATER}/2018 --lang zh",
    f"diff {WATER}/2020 {WATER}/2021 --format json", f"diff {WATER}/2022 {WATER}/2023 --format html",
    f"diff outputs/{WATER}/2017 {WATER}/2018", "status 2023", "status 2016 --lang zh",
    f"verify {WATER}/2017 --signed 0000", f"new {WATER} 2017", f"new {WATER} 1999",
    f"export --to docx {WATER}/2015", "rap", "build --dry-run", "index",
]  # fmt: skip
OF_COUNTY = [
    "status --on 2026-02-10", "status yunxiu 2025 --on 2026-02-10 --lang zh",
    "status yunxiu-songpi 2025 --on 2026-02-10 --format json", "rollup yunxiu 2025 --dry-run",
    "rollup yunxiu-songpi 2025 --dry-run --lang zh", "rollup yunxiu-water 2025", "rollup nowhere 2025",
    "check", "check --format json 2025",
]  # fmt: skip


def printed(folder: Path, commands: list[str]) -> dict[str, bytes]:
    """Return what commands print and how they end, by the words that are typed."""
    found = {}
    for command in commands:
        ran = elsewhere(folder, "gongkai", *command.split(), GONGKAI_LANG="en")
        said = f"{ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        found[f"gongkai {command}"] = said.replace(str(folder), "").encode()
    return found


def test_what_commands_print_of_a_bureau(specimen: Path, tmp_path: Path) -> None:
    """On the screen, for machines, in both languages; also where they refuse."""
    shutil.copytree(specimen, tmp_path, dirs_exist_ok=True)
    approve("printed", printed(tmp_path, OF_SPECIMEN))


def test_what_commands_print_of_a_district(county: Path, tmp_path: Path) -> None:
    """Who has reported, and what it adds up to."""
    approve("district", printed(tmp_path, OF_COUNTY))


def test_what_is_said_of_each_sentence() -> None:
    """Word for word, with its place, of all sentences of `tests/truth/`."""
    beside = tables()
    said = {}
    for sentence in corpus():
        found = findings_in(sentence, beside[sentence.table])
        lines = [f"{item.severity} {item.text('zh')} {item.text('en')}" for item in found]
        said[f"{sentence.table}: {sentence.text}"] = "\n".join(lines).encode()
    approve("sentences", _by_digest(said))


def test_what_each_number_of_a_sentence_is_read_as() -> None:
    """Which figures it may mean, or that it is of something else: as the review copy marks it."""
    beside = tables()
    said = {}
    for sentence in corpus():
        report = report_with(sentence, beside[sentence.table])
        lines = [
            f"{item.quantity} {item.features} {[measure.codes for measure in item.measures]} "
            f"{item.change} {item.comparable} {item.counted.share}"
            for item in mentions(report)
        ]
        said[f"{sentence.table}: {sentence.text}"] = "\n".join(lines).encode()
    approve("readings", _by_digest(said))


def _by_digest(said: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return things by the beginning of their names and a digest of the whole."""
    digests = {name: hashlib.sha256(name.encode()).hexdigest()[:6] for name in said}
    return {f"{digests[name]} {' '.join(name[:24].split())}": data for name, data in said.items()}


def imported(path: Path, params: Path, name: str = "") -> bytes:
    """Return what an import makes of a document: files, doubts and counts, or why it refuses."""
    try:
        made = import_document(path, params, Options("some-bureau", name))
    except KitError as error:
        return "\n".join(problem.text("en") for problem in error.problems).encode()
    texts = [
        text.replace(hashlib.sha256(path.read_bytes()).hexdigest(), "")
        for text in made.files.values()
    ]
    said = [*texts, *(doubt.text("en") for doubt in made.doubts)]
    counts = f"{made.slug} {made.year} {made.figures} {made.cells} {made.unplaced} {made.has_text}"
    return "\n".join((counts, *said)).replace(path.parent.as_posix(), "").encode()


def test_what_documents_are_imported_as(specimen: Path, tmp_path: Path) -> None:
    """Our own copies, official reports in every format, and such as were damaged in an office."""
    copies = sorted((specimen / "outputs" / WATER).glob("20[0-9][0-9].*"))
    ours = [path for path in copies if path.suffix in (".html", ".docx", ".xlsx")]
    found = {}
    for path in chain(ours, _documents(tmp_path)):
        found[path.name] = imported(path, tmp_path)
    approve("imports", found)


def _documents(folder: Path) -> Iterator[Path]:
    """Yield official reports in every format, and what mutations make of them."""
    for edition, year in mutations.YEARS.items():
        form = load_form(edition)
        values = figures(form, Random(7))  # noqa: S311
        content = pieces(form, values, "云岫县司法局", year)
        for kind, write in FORMATS.items():
            yield _written(folder / f"{edition}.{kind}", write(content))
    for number, (case, kind) in enumerate(mutations.cases(96, seed=3)):
        yield _written(folder / f"{number}-{case.name}.{kind}", mutations.written(case, kind))


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published documents are not on this machine")
def test_what_published_documents_are_imported_as(tmp_path: Path) -> None:
    """A form of Word that was left blank, a PDF and a text."""
    said = {path.name: imported(path, tmp_path, "某局") for path in sorted(SHARED.iterdir())}
    approve("published", said)

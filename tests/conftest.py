"""What the tests share: a project to break, the command, and the example report built once."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from commands import How, run_program
from gongkai import cli
from gongkai.cli.deferred import defer_grammar
from gongkai.pipeline.batch import LOG
from gongkai.pipeline.hashes import CACHE_FILE as HASHES
from gongkai.project import INDEX, OUTPUTS_LOCK
from gongkai.show.index import CACHE_FILE, INDEX_LOCK

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parent.parent
NOTEBOOK = ROOT / "notebooks" / "annual_report.ipynb"
SPECIMEN = ROOT / "tests" / "specimen" / "params"
BIN = Path(sys.executable).parent
# The reports of params/: one of each form, with and without blanks.
EXAMPLES = (
    "shanghai-office/2019",
    "shanghai-office/2025",
    "shuyang-county/2025",
    "shuyang-ndrc/2023",
    "xixia-justice/2017",
)

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# CI installs the browser, and must not pass without it.
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and "GONGKAI_BROWSER" not in os.environ,
    reason="no Chromium on this machine: nothing was opened or printed in a browser",
)

# What axe is run with: width, colour scheme, options. Most of its time goes to contrasts: these are
# computed apart, of texts that look different. GONGKAI_AXE=all runs everything everywhere.
# axe leaves out the rules of WCAG 2.2 unless they are asked for.
TARGETS = "'target-size': {enabled: true}"
ALL_RULES = f"rules: {{{TARGETS}}}"
LAYOUT = f"rules: {{{TARGETS}, 'color-contrast': {{enabled: false}}}}"
CONTRAST = "runOnly: ['color-contrast']"
LINKS = "runOnly: ['link-in-text-block']"
SCHEMES = ("light", "dark", "forced")
AXE_RUNS = (
    [(width, scheme, ALL_RULES) for width in (1280, 768, 390, 320) for scheme in SCHEMES]
    if os.environ.get("GONGKAI_AXE") == "all"
    else [
        (1280, "light", LAYOUT),
        (1280, "light", CONTRAST),
        (1280, "dark", CONTRAST),
        (1280, "dark", LINKS),
        (320, "light", LAYOUT),
        (320, "light", CONTRAST),
        (320, "dark", CONTRAST),
        (320, "dark", LINKS),
        (390, "light", LAYOUT),
    ]
)
# One text of each look: colours of itself and of all that is behind it, opacity, size and weight. A
# table has hundreds of one.
ONE_OF_EACH = """() => {
  const looks = new Map([[document.documentElement, '']]), kept = new Map();
  for (const element of document.body.parentElement.querySelectorAll('body, body *')) {
    const style = getComputedStyle(element);
    const behind = looks.get(element.parentElement) + (style.backgroundColor === 'rgba(0, 0, 0, 0)'
      && style.backgroundImage === 'none' && style.opacity === '1' ? ''
      : ['', style.backgroundColor, style.backgroundImage, style.opacity].join(' '));
    looks.set(element, behind);
    const look = [behind, style.color, style.fontSize, style.fontWeight, style.textShadow];
    const own = [...element.childNodes].filter(it => it.nodeType === Node.TEXT_NODE);
    const says = own.map(it => it.data.trim()).join('');
    // Of a single character axe says nothing.
    if (says.length > 1 && element.checkVisibility() && !kept.has(look.join()))
      kept.set(look.join(), element);
  }
  return [...kept.values()];
}"""


os.environ["GONGKAI_LANG"] = "en"
defer_grammar()  # as the command does, before a test imports nbformat
# What is compiled is kept: each process that a test starts would compile the kit again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A shell that runs `make test` in the background lets all that it starts ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What `make check` leaves out: fixtures that build reports, and modules whose tests mostly open a
# browser, start kernels or commands, or read and write documents. Modules are fast unless listed
# here.
SLOW_FIXTURES = {"all_built", "whole"}
SLOW_MODULES = {
    "test_batch",
    "test_browser",
    "test_build",
    "test_cluster",
    "test_copies",
    "test_dataset",
    "test_docs",
    "test_edited",
    "test_engine",
    "test_entry_form",
    "test_export",
    "test_export_copies",
    "test_hashes",
    "test_hostile_printing",
    "test_hostile_state",
    "test_hostile_system",
    "test_hostile_text",
    "test_hostile_unreadable",
    "test_hostile_words",
    "test_import",
    "test_import_command",
    "test_import_hostile",
    "test_import_pages",
    "test_import_pdf",
    "test_import_printed",
    "test_import_real",
    "test_import_tables",
    "test_import_texts",
    "test_import_word",
    "test_import_workbooks",
    "test_killed",
    "test_lab",
    "test_locks",
    "test_misplaced",
    "test_moved_inputs",
    "test_notebook",
    "test_own_cells",
    "test_package",
    "test_pdf",
    "test_publish",
    "test_rollup",
    "test_site",
    "test_unbreakable",
    "test_verify",
    "test_watch",
    "test_word_comments",
    "test_word_copies",
    "test_workbook_copies",
}


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: kernels and browsers are often waited for."""
    return 1 + (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that are too slow for the inner loop."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.path.stem in SLOW_MODULES or fixtures & SLOW_FIXTURES:
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of standard output."""
        return self.out.splitlines()


@dataclass(frozen=True)
class Sandbox:
    """A project in a folder of its own, with the example's parameters."""

    folder: Path

    @property
    def params(self) -> Path:
        """The folder of the parameters."""
        return self.folder / "params"

    @property
    def example(self) -> Path:
        """The folder of the example agency's parameters."""
        return self.params / "xixia-justice"

    @property
    def outputs(self) -> Path:
        """The folder of the results."""
        return self.folder / "outputs"

    def output(self, suffix: str) -> Path:
        """One of the example's outputs."""
        return self.outputs / "xixia-justice" / f"2017{suffix}"

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace a text that stands in a file of the example."""
        path = self.example / name
        text = path.read_text("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), "utf-8")

    def set_value(self, code: str, value: str) -> None:
        """Give an indicator of the example another value."""
        path = self.example / "2017.csv"
        lines = path.read_text("utf-8").splitlines()
        number = next(i for i, line in enumerate(lines) if line.startswith(f"{code},"))
        lines[number] = lines[number].rpartition(",")[0] + "," + value
        path.write_text("\n".join(lines) + "\n", "utf-8")

    def write_section(self, part: str, text: str) -> None:
        """Put a text in the place of a part of the example's narrative."""
        path = self.example / "2017.yaml"
        lines = path.read_text("utf-8").splitlines()
        start = lines.index(f"  {part}: |") + 1
        end = next(
            (
                i
                for i in range(start, len(lines))
                if lines[i].startswith("  ") and lines[i][2] != " "
            ),
            len(lines),
        )
        lines[start:end] = [f"    {line}" for line in text.splitlines()]
        path.write_text("\n".join(lines) + "\n", "utf-8")


def copy_example(folder: Path) -> None:
    """Copy the parameters of the first example, and of no other agency, into a folder."""
    shutil.copytree(ROOT / "params" / "xixia-justice", folder / "params" / "xixia-justice")


def make_signed_demo(gongkai: Callable[..., Ran]) -> None:
    """Make an invented report that is signed and has no findings, in the folder x."""
    assert gongkai("demo", "1", "x").status == 0
    signed = "{head: 甲, reviewer: 乙, compiler: 丙, telephone: 1, date: 2017-01-15}"
    with Path("x/params/demo-0000-justice/2016.yaml").open("a", encoding="utf-8") as file:
        file.write(f"signatures: {signed}\n")


# What Python reads when it starts, so that a process that was started before knows nothing of it.
READ_AT_THE_START = ("LANG", "LC_", "PYTHON", "TZ")


def elsewhere(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the environment in a folder, in a process of its own."""
    cold = any(name.startswith(READ_AT_THE_START) for name in environment)
    if not cold and words[0] in ("gongkai", "jupyter", "papermill"):
        return run_program(folder, *words, how=How(environment=environment))
    return subprocess.run(
        [BIN / words[0], *words[1:]],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def hashes(folder: Path) -> dict[str, bytes]:
    """Return every output below a folder: no lock, no log, no index."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.name not in (OUTPUTS_LOCK, LOG, HASHES, CACHE_FILE, INDEX, INDEX_LOCK)
    }


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., None]:
    """What lets LibreOffice convert files of a folder; its settings are made once."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not on this machine")
    settings = f"-env:UserInstallation=file://{tmp_path_factory.mktemp('libreoffice')}"

    def convert(folder: Path, kind: str, *names: str, to: str = ".") -> None:
        words = [program, settings, "--headless", "--convert-to", kind, "--outdir", to, *names]
        subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=240)

    return convert


COUNT = 12  # invented reports


_WINDOWS: dict[Browser, tuple[Page, list[str]]] = {}


@contextmanager
def launched() -> Iterator[Browser]:
    """Debian's Chromium, without the network that it would like to use."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    arguments += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for a module."""
    with launched() as started:
        yield started
        _WINDOWS.pop(started, None)


@pytest.fixture
def own_browser() -> Iterator[Browser]:
    """A browser for a test alone: no event loop of it is left to the next one."""
    with launched() as started:
        yield started


@pytest.fixture
def browser(chromium: Browser) -> Iterator[Browser]:
    """The browser of the module; what a test has opened is closed after it, but for the one window."""
    yield chromium
    kept = [page.context for page, _ in _WINDOWS.values()]
    for context in chromium.contexts:
        if context not in kept:
            context.close()


def opened(
    browser: Browser, path: Path, width: int = 1280, scheme: str = "light"
) -> tuple[Page, list[str]]:
    """Open a page with the network off; return it, and everything it asked for or said.

    It is in the one window that a browser has for this, in the place of what was open there: a
    window and a process for each page take twice the time of the page.
    """
    if browser not in _WINDOWS:
        page, heard = browser.new_context(offline=True).new_page(), []
        page.on("request", lambda request: heard.append(request.url))
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        _WINDOWS[browser] = page, heard
    page, heard = _WINDOWS[browser]
    page.goto("about:blank")
    page.mouse.move(0, 0)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(
        media="null",
        color_scheme="dark" if scheme == "dark" else "light",
        forced_colors="null",
        contrast="null",
    )
    heard.clear()
    page.goto(path.as_uri())
    return page, heard


def axe_finds(page: Page) -> list[tuple[int, str, str, str]]:
    """Return what axe finds on an open page, all unfolded: width, scheme, rule and element.

    WCAG 2.2 A and AA, and axe's own advice, on each screen and in each scheme of AXE_RUNS.
    """
    from axe_playwright_python.sync_playwright import Axe

    page.evaluate(Axe().axe_script)
    page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    found = []
    for width, scheme, options in AXE_RUNS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(
            color_scheme="dark" if scheme == "dark" else "light",
            forced_colors="active" if scheme == "forced" else "none",
        )
        place = f"({ONE_OF_EACH})()" if options == CONTRAST else "document"
        ran = f"axe.run({place}, {{resultTypes: ['violations'], {options}}})"
        rules = page.evaluate(ran)["violations"]
        found += [(width, scheme, rule["id"], rule["nodes"][0]["html"]) for rule in rules]
    print(f"axe: {len(AXE_RUNS)} runs, {len(found)} violations: {page.url}")
    return found


Shared = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """What all workers use and none changes: a folder that the first who asks for it fills."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent

    def once(name: str, fill: Callable[[Path], object]) -> Path:
        folder, filled = base / f"shared-{name}", base / f"shared-{name}.filled"
        with FileLock(base / f"shared-{name}.lock"):
            if not filled.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                fill(folder)
                filled.touch()
        return folder

    return once


@pytest.fixture(scope="session")
def province(shared: Shared) -> Path:
    """A folder with the parameters of invented agencies; nothing is to be changed in it."""
    from gongkai.report.demo import write_demo

    return shared("province", lambda folder: write_demo(COUNT, folder))


@pytest.fixture(scope="session")
def district(shared: Shared) -> Path:
    """A folder with the parameters of an invented county; nothing is to be changed in it."""
    from gongkai.report.demo_district import write_district

    return shared("district", write_district)


@pytest.fixture
def county(district: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An invented county as the working directory; the folder of its parameters."""
    shutil.copytree(district / "params", tmp_path / "params")
    monkeypatch.chdir(tmp_path)
    return Path("params")


def build_words(outputs: Path, *words: str) -> list[str]:
    """Return the command that builds the invented reports of a folder into another."""
    folders = ["--params", "params", "--outputs", str(outputs), "--notebook", str(NOTEBOOK)]
    return ["gongkai", "build", *folders, *words]


def build_province(province: Path, outputs: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Build the invented reports into a folder."""
    return elsewhere(province, *build_words(outputs, *words))


@pytest.fixture(scope="session")
def whole(province: Path, shared: Shared) -> Path:
    """All the invented reports, built one after the other; nothing is to be changed in them."""

    def fill(outputs: Path) -> None:
        ran = build_province(province, outputs, "--jobs", "1")
        assert (ran.returncode, ran.stdout) == (
            0,
            f"{COUNT} built, 0 up to date, 0 without a public page, 0 failed\n",
        ), ran.stderr

    return shared("whole", fill)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A project with the example's parameters, and its folder as the working directory."""
    copy_example(tmp_path)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(NOTEBOOK, tmp_path / "notebooks")
    monkeypatch.chdir(tmp_path)
    return Sandbox(tmp_path)


@pytest.fixture
def gongkai(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Ran]:
    """Run the command as a person types it: the same entry point, the same exit status."""
    monkeypatch.setenv("GONGKAI_FORMS", "")

    def run(*words: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["gongkai", *words])
        monkeypatch.setenv("GONGKAI_LANG", "en")
        capsys.readouterr()
        try:
            cli.main()
            status = 0
        except SystemExit as end:
            status = int(end.code or 0)
        printed = capsys.readouterr()
        return Ran(status, printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def all_built(shared: Shared) -> Path:
    """Every report of the repository, built as a person would; nothing is to be changed in them."""

    def fill(folder: Path) -> None:
        outputs = folder / "outputs"
        folders = ["--params", ROOT / "params", "--outputs", outputs, "--notebook", NOTEBOOK]
        ran = elsewhere(ROOT, "gongkai", "build", *map(str, folders))
        assert ran.returncode == 0, ran.stderr

    return shared("all", fill) / "outputs"


@pytest.fixture(scope="module", params=EXAMPLES)
def page(request: pytest.FixtureRequest, all_built: Path) -> bytes:
    """The public page of an example."""
    return (all_built / f"{request.param}.html").read_bytes()


@pytest.fixture
def examples(all_built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The outputs of a project with the examples built."""
    shutil.copytree(ROOT / "params", tmp_path / "params")
    shutil.copytree(all_built, tmp_path / "outputs")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "outputs"


@pytest.fixture(scope="session")
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


@pytest.fixture(scope="session")
def built(shared: Shared) -> Sandbox:
    """The example, built once with a real kernel; nothing is to be changed in it."""

    def fill(folder: Path) -> None:
        from gongkai.pipeline.build import BuildOptions, build
        from gongkai.project import Project, Target
        from gongkai.text.agency_names import agency_names

        copy_example(folder)
        project = Project(folder / "params", folder / "outputs", NOTEBOOK)
        names = agency_names(project.params)
        result = build(project, Target("xixia-justice", 2017), names, BuildOptions(engine="kernel"))
        (project.outputs / OUTPUTS_LOCK).unlink()
        assert result.status == "built", result.problems

    return Sandbox(shared("built", fill))


@pytest.fixture
def fresh(project: Sandbox, built: Sandbox) -> Sandbox:
    """A project whose one report is built."""
    shutil.copytree(built.outputs, project.outputs)
    return project


@pytest.fixture
def document(project: Sandbox) -> Path:
    """A Word file of an agency that the project does not know."""
    from documents import as_word
    from import_helpers import report

    path = project.folder / "report.docx"
    path.write_bytes(as_word(report("2021")[0]))
    return path


@dataclass
class CountedCalls:
    """How many functions were called and left."""

    total: int = 0


@contextmanager
def counted_calls() -> Iterator[CountedCalls]:
    """Count the calls of all functions: how much work something is, whatever else is running."""
    counted = CountedCalls()

    def count_call(*_: object) -> None:
        counted.total += 1

    sys.setprofile(count_call)
    try:
        yield counted
    finally:
        sys.setprofile(None)

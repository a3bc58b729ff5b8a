"""The package by itself: the wheel in a fresh environment, and a folder that has nothing of ours."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from dataclasses import dataclass
from importlib.metadata import requires, version
from pathlib import Path

import pytest
import yaml

from conftest import BIN, NOTEBOOK, ROOT, elsewhere, hashes
from documents import word_for_the_readme
from gongkai.cli.command import COMMANDS, load
from gongkai.extras import packages_of
from gongkai.messages import LANGUAGES, say

LOCKS = ("requirements.lock", "requirements-dev.lock")
# Each extra, and the message that names its packages.
EXTRAS = {
    "pdf": "pdf-extra-missing",
    "cluster": "cluster-extra",
    "lab": "lab-extra-missing",
    "import": "import-package",
    "office": "office-extra-missing",
}
REPORT = "demo-0000-justice/2016"  # what the package's page builds
INIT = ROOT / "kit" / "gongkai" / "templates" / "init"
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *INIT.iterdir()]


@pytest.fixture(scope="module")
def built_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, and the wheel that was built from it, without a network."""
    folder = tmp_path_factory.mktemp("dist")
    words = ["build", "--quiet", "--offline", "--no-build-isolation", "--python", sys.executable]
    ran = elsewhere(folder, "uv", *words, "--out-dir", str(folder), str(ROOT))
    assert ran.returncode == 0, ran.stderr
    return folder


@dataclass(frozen=True)
class Environment:
    """An environment that has the wheel."""

    folder: Path

    def run(self, where: Path, words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of it, as a person types it, in a folder."""
        paths = [str(self.folder / "bin"), os.environ["PATH"]]
        environment = {**os.environ, "PATH": os.pathsep.join(paths), "GONGKAI_FORMS": ""}
        return subprocess.run(  # noqa: S602
            words,
            shell=True,
            cwd=where,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def wheel(built_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A fresh environment with the wheel; the packages it needs are those of this one."""
    folder = tmp_path_factory.mktemp("wheel") / "environment"
    (file,) = built_files.glob("*.whl")
    python = str(folder / "bin" / "python")
    for words in (
        ["venv", "--offline", "--python", sys.executable, str(folder)],
        ["pip", "install", "--offline", "--no-deps", "--python", python, str(file)],
    ):
        ran = elsewhere(folder.parent, "uv", *words)
        assert ran.returncode == 0, ran.stderr
    # A line of a .pth file adds a folder, but not what .pth files in it add: no checkout.
    site = next((folder / "lib").glob("python*/site-packages"))
    (site / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    for name, module in (("papermill", "papermill"), ("jupyter-nbconvert", "nbconvert")):
        script = folder / "bin" / name
        script.write_text(f'#!/bin/sh\nexec "{python}" -m {module} "$@"\n', "utf-8")
        script.chmod(0o755)
    shutil.copy(BIN / "jupyter", folder / "bin")  # it only looks for jupyter-nbconvert
    return Environment(folder)


@pytest.fixture(scope="module")
def begun(wheel: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that was empty, in which somebody did what the package's page shows."""
    folder = tmp_path_factory.mktemp("begun")
    page = (ROOT / "docs" / "package.md").read_text("utf-8")
    for block in re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            words, *written = example.splitlines()
            ran = wheel.run(folder, words)
            assert ran.returncode == 0, ran.stderr
            printed = (ran.stderr + ran.stdout).splitlines()
            assert written in (printed, ["…"]), "\n".join([words, *printed])
    return folder


def test_the_wheel_alone_makes_the_report_that_the_checkout_makes(
    begun: Path, tmp_path: Path
) -> None:
    """Begun in an empty folder, built, and made by hand: every byte the same, manifest and all."""
    built = begun / "outputs" / "demo-0000-justice"
    assert (begun / "x.html").read_bytes() == (built / "2016.html").read_bytes()
    assert (begun / "notebooks" / NOTEBOOK.name).read_bytes() == NOTEBOOK.read_bytes()
    outputs = str(tmp_path / "outputs")
    ran = elsewhere(
        begun, "gongkai", "build", "--notebook", str(NOTEBOOK), "--outputs", outputs, REPORT
    )
    assert ran.returncode == 0, ran.stderr
    assert hashes(tmp_path / "outputs") == hashes(begun / "outputs")


def test_it_makes_no_difference_which_copy_of_the_template_is_used(
    wheel: Environment, begun: Path, tmp_path: Path
) -> None:
    """Built with the package's copy, looked at with the project's own, and without it again."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    fresh = f"{REPORT}: fresh\n"
    assert wheel.run(tmp_path, f"gongkai list {REPORT}").stdout == fresh
    ran = wheel.run(tmp_path, f"gongkai verify {REPORT}")
    assert ran.stdout.startswith("1 reproduced, 0 different")
    shutil.rmtree(tmp_path / "notebooks")
    assert wheel.run(tmp_path, f"gongkai list {REPORT}").stdout == fresh


def test_a_project_s_own_template_comes_before_the_package_s(
    wheel: Environment, begun: Path, tmp_path: Path
) -> None:
    """One that was changed is used; a name that leads nowhere is not passed over in silence."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    own = tmp_path / "notebooks" / NOTEBOOK.name
    own.write_text(own.read_text("utf-8").replace("政府", "政 府"), "utf-8")
    stale = f"{REPORT}: stale: annual_report.ipynb (notebook) changed\n"
    assert wheel.run(tmp_path, f"gongkai list {REPORT}").stdout == stale
    own.unlink()
    own.symlink_to("nowhere.ipynb")
    ran = wheel.run(tmp_path, f"gongkai list {REPORT}")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("the notebook notebooks/annual_report.ipynb, named by ")


def test_invented_reports_in_an_empty_folder_build_as_the_command_says(
    wheel: Environment, tmp_path: Path
) -> None:
    """The last line of `gongkai demo` is a command that works."""
    last = wheel.run(tmp_path, "gongkai demo 2 province").stdout.splitlines()[-1]
    ran = wheel.run(tmp_path, last.removeprefix("Build them: "))
    assert ran.stdout == "2 built, 0 up to date, 0 without a public page, 0 failed\n", ran.stderr


def test_names_in_somebody_s_folder_do_not_stand_before_the_package(
    wheel: Environment, begun: Path, tmp_path: Path
) -> None:
    """A module kit.py, and folders that are called kit and gongkai: the cells import ours."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    (tmp_path / "kit.py").write_text("raise RuntimeError('this is no kit of ours')\n", "utf-8")
    for name in ("kit", "gongkai"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "notes.txt").write_text("notes", "utf-8")
    hand = (
        "papermill notebooks/annual_report.ipynb y.ipynb -p agency demo-0000-justice -p year 2016"
    )
    ran = wheel.run(tmp_path, f"{hand} && jupyter nbconvert --to gongkai y.ipynb")
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "y.html").read_bytes() == (begun / "x.html").read_bytes()


@pytest.fixture(scope="module")
def project_of_the_wheel(wheel: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder, in which `gongkai init` was run with nothing but the wheel."""
    folder = tmp_path_factory.mktemp("project")
    ran = wheel.run(folder, "gongkai init . && gongkai doctor")
    assert ran.returncode == 0, ran.stderr
    assert "0 reports in this project" in ran.stdout
    return folder


def test_with_the_wheel_alone_a_project_goes_from_nothing_to_its_site(
    wheel: Environment, project_of_the_wheel: Path, tmp_path: Path
) -> None:
    """Begun, one report new, one imported, checked, built and published."""
    shutil.copytree(project_of_the_wheel, tmp_path, dirs_exist_ok=True)
    (tmp_path / "report.docx").write_bytes(word_for_the_readme())
    for words, said in (
        ("gongkai new my-bureau 2024 --name 某某市某某局", "Fill in these files"),
        ("gongkai import report.docx --agency yunxiu-justice", "1 imported with 1 doubt"),
        ("gongkai check yunxiu-justice", ""),
        ("gongkai build yunxiu-justice", "1 built, 0 up to date"),
        ("gongkai site site", "site: 1 report; 7 files written, 0 removed"),
    ):
        ran = wheel.run(tmp_path, words)
        assert ran.returncode == 0, ran.stderr
        assert said in ran.stdout, ran.stdout
    assert not (tmp_path / "notebooks" / NOTEBOOK.name).exists()
    page = (tmp_path / "outputs" / "yunxiu-justice" / "2023.html").read_bytes()
    assert (tmp_path / "site" / "yunxiu-justice" / "2023.html").read_bytes() == page


def test_a_project_is_begun_beside_what_is_there(
    wheel: Environment, project_of_the_wheel: Path, tmp_path: Path
) -> None:
    """Files stay as they are, and it is said which; the names of the wheel are those of the kit."""
    (tmp_path / "README.md").write_text("ours", "utf-8")
    ran = wheel.run(tmp_path, "gongkai init .")
    assert (ran.returncode, ran.stderr) == (0, "README.md: already exists and was left unchanged\n")
    assert (tmp_path / "README.md").read_text("utf-8") == "ours"
    written = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    begun = {
        path.relative_to(project_of_the_wheel)
        for path in project_of_the_wheel.rglob("*")
        if path.is_file()
    }
    assert written == begun
    named = f"gongkai_kit-{version('gongkai-kit')}-py3-none-any.whl"
    for name in (".github/workflows/reports.yml", ".gitlab-ci.yml", ".workflow/reports.yml"):
        assert named in (tmp_path / name).read_text("utf-8")
    readme = (project_of_the_wheel / "README.md").read_text("utf-8")
    for command in re.findall(r"`gongkai ([a-z]+)", readme):
        assert command in COMMANDS


def test_the_workflow_works_where_there_are_only_parameters(
    wheel: Environment, project_of_the_wheel: Path, tmp_path: Path
) -> None:
    """What it runs after the installation, in its order, in a repository that has params/ alone."""
    file = project_of_the_wheel / ".github" / "workflows" / "reports.yml"
    workflow = yaml.safe_load(file.read_text("utf-8"))
    (job,) = workflow["jobs"].values()
    steps = [step for step in job["steps"] if "run" in step]
    always = [step["run"] for step in steps if "pull_request" not in step.get("if", "")]
    install, *rest = always
    assert install == 'pip install "$GONGKAI"'
    assert "GONGKAI" in workflow["env"]
    assert [words.split()[1] for words in rest] == ["check", "build", "verify", "site"]
    shutil.copytree(ROOT / "params" / "xixia-justice", tmp_path / "params" / "xixia-justice")
    for words in rest:
        ran = wheel.run(tmp_path, words)
        assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("site: 1 report; ")


def test_the_wheel_holds_the_package_and_the_template_alone(built_files: Path) -> None:
    """No tests, no parameters; the sdist, from which it was built, has all that the checkout has."""
    (file,) = built_files.glob("*.whl")
    with zipfile.ZipFile(file) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        assert wheel.read("gongkai/annual_report.ipynb") == NOTEBOOK.read_bytes()
    package = {
        path.relative_to(ROOT / "kit").as_posix()
        for path in (ROOT / "kit").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    # What answers `jupyter nbconvert --template gongkai` lies where nbconvert looks for templates.
    data = "gongkai_kit-0.1.0.data/data/share/jupyter/nbconvert/templates/gongkai"
    package = {name.replace("share/nbconvert/gongkai", data) for name in package}
    assert names == {*package, "gongkai/annual_report.ipynb"}
    assert "gongkai/py.typed" in names


def test_the_sdist_holds_the_whole_checkout(built_files: Path) -> None:
    """Whoever has it can build, test and change all of it."""
    (file,) = built_files.glob("*.tar.gz")
    with tarfile.open(file) as sdist:
        held = {name.partition("/")[2] for name in sdist.getnames()}
    folders = ("kit", "docs", "notebooks", "params", "tests", ".ci")
    files = [path for name in folders for path in (ROOT / name).rglob("*") if path.is_file()]
    files += [*ROOT.glob("*.md"), *map(ROOT.joinpath, ("Makefile", "LICENSE", *LOCKS))]
    left_out = ("__pycache__", ".ipynb_checkpoints")
    wanted = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if not any(name in path.parts for name in left_out)
    }
    assert wanted <= held


def test_the_page_of_the_package_stands_by_itself(built_files: Path) -> None:
    """No picture and no link that would lead nowhere from the page of an index."""
    (file,) = built_files.glob("*.whl")
    with zipfile.ZipFile(file) as wheel:
        (name,) = [name for name in wheel.namelist() if name.endswith("/METADATA")]
        text = wheel.read(name).decode().partition("\n\n")[2]
    assert text == (ROOT / "docs" / "package.md").read_text("utf-8")
    assert not re.search(r"\]\((?!https?://)|<img|<a ", text)


def test_what_is_to_be_installed_is_named_by_its_own_name() -> None:
    """The kit is on no index: nobody is sent there for it, and each extra is named as it is."""
    declared = "\n".join(requires("gongkai-kit") or ())
    for extra, message in EXTRAS.items():
        packages = packages_of(extra)
        assert packages
        assert all(part.strip('"') in declared for part in packages.split())
        for lang in LANGUAGES:
            assert f"pip install {packages}" in say(message, lang, packages=packages)
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        assert "gongkai-kit[" not in text, path.name
        for named in re.findall(r"`pip install (\".+?)`", text):
            assert all(part.strip('"') in declared for part in named.split()), path.name
    for name in ("guide.md", "guide.zh-CN.md"):
        assert f"`pip install {packages_of('pdf')}`" in (ROOT / "docs" / name).read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="a shell closes streams otherwise on Windows")
def test_streams_that_the_shell_has_closed_stop_nothing(
    wheel: Environment, begun: Path, tmp_path: Path
) -> None:
    """Built as ever, and nothing that was printed is in a file."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    for words in ("build --force <&- >&- 2>&-", "list >&-", "check 2>&-"):
        command, *redirected = words.split(" ", 1)
        ran = wheel.run(tmp_path, f"gongkai {command} {REPORT} {redirected[0]}")
        assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr
    assert hashes(tmp_path / "outputs") == hashes(begun / "outputs")


def test_the_help_says_which_template_is_used_by_default() -> None:
    """For every command that takes --notebook."""
    for name in COMMANDS:
        options = {option: param for param in load(name).params for option in param.opts}
        assert ("--notebook" in options) == (name not in ("demo", "init"))
        if "--notebook" in options:
            said = getattr(options["--notebook"], "help", "")
            assert said == say("help-option-notebook")


def test_a_fresh_machine_hears_what_make_is_waiting_for() -> None:
    """The first thing that `make reports` prints, before minutes of installing."""
    words = ["make", "--no-print-directory", "--dry-run", "--always-make", ".venv/ready"]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith('echo "Setting up .venv: ')

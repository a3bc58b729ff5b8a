"""Report which programs and libraries this machine has, and what built a project's reports."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.extras import packages_of
from gongkai.forms.editions import editions, load_form
from gongkai.importing.formats.documents import find_libreoffice
from gongkai.manifest import read_manifest
from gongkai.project import Project, Target, all_targets
from gongkai.report import provenance
from gongkai.show.printer import find_browser

PATIENCE = 20.0  # seconds for a program to print its version
# The typefaces that GB/T 9704 requires, with the family names under which they are installed.
TYPEFACES = {
    "仿宋": ("FangSong", "仿宋", "STFangsong", "华文仿宋"),
    "小标宋": ("FZXiaoBiaoSong", "小标宋", "STZhongsong", "华文中宋"),
    "楷体": ("KaiTi", "楷体", "STKaiti", "Kaiti SC", "LXGW WenKai"),
    "黑体": ("SimHei", "黑体", "Heiti SC", "STHeiti", "Noto Sans CJK SC", "Source Han Sans SC"),
}
_BEFORE_VERSION = re.compile("[<>=]")
EXTRAS = {
    "import": "import",
    "office": "export",
    "pdf": "export --to pdf",
    "lab": "lab",
    "cluster": "build --scheduler",
}

Mark = Literal["ok", "note"]


class Said(NamedTuple):
    """A line about the machine or the project: whether all is well, and the message."""

    mark: Mark
    problem: Problem


def surroundings(browser: str) -> Iterator[Said]:
    """Yield lines about this machine; `browser` is the path of a Chromium, or ''."""
    versions = {"kit": version("gongkai-kit"), "python": platform.python_version()}
    yield Said("ok", Problem("doctor-versions", **versions, system=platform.platform()))
    yield from _extras()
    yield _browser(browser)
    yield from _fonts()
    for there, lacking, program in (
        ("doctor-libreoffice", "doctor-no-libreoffice", find_libreoffice()),
        ("doctor-git", "doctor-no-git", shutil.which("git")),
    ):
        found = Said("ok", Problem(there, file=program))
        yield found if program else Said("note", Problem(lacking))


def _extras() -> Iterator[Said]:
    for extra, command in EXTRAS.items():
        packages = packages_of(extra)
        names = [_BEFORE_VERSION.split(package.strip('"'))[0] for package in packages.split()]
        if all(map(_is_installed, names)):
            yield Said("ok", Problem("doctor-extra", command=command))
        else:
            yield Said("note", Problem("doctor-no-extra", command=command, packages=packages))


def _is_installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def _browser(named: str) -> Said:
    try:
        file = find_browser(named)
    except KitError as error:
        return Said("note", error.problems[0])
    return Said("ok", Problem("doctor-browser", file=file, version=_output_of(file, "--version")))


def _fonts() -> Iterator[Said]:
    """Yield which typefaces a print will have, if the system can tell."""
    if not shutil.which("fc-list"):
        yield Said("note", Problem("doctor-fonts-unknown"))
        return
    families = _output_of("fc-list", ":", "family")
    found = [face for face, names in TYPEFACES.items() if any(name in families for name in names)]
    lacking = [face for face in TYPEFACES if face not in found]
    if found:
        yield Said("ok", Problem("doctor-fonts", names=found))
    if lacking:
        yield Said("note", Problem("doctor-no-fonts", names=lacking))


def _output_of(*words: str) -> str:
    """Return the output of a program, or '' if it does not run."""
    try:
        ran = subprocess.run(words, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return ""
    return ran.stdout.decode(errors="replace").strip()


# --- the project ------------------------------------------------------------------


def forms_in_force(project: Project) -> Iterator[Said]:
    """Yield the years of each edition of the form. Raises KitError if a form is invalid."""
    for edition in editions(project.forms):
        form = load_form(edition, project.forms)
        details = {"edition": edition, "first": form.first_year, "last": form.last_year or ""}
        yield Said("ok", Problem("doctor-form" if form.last_year else "doctor-form-now", **details))


def built_otherwise(project: Project) -> Iterator[Said]:
    """Yield what the reports were built with, if that is not what is installed here."""
    if not os.path.isdir(project.params):
        yield Said("note", Problem("doctor-no-project", folder=project.params.as_posix()))
        return
    targets = all_targets(project.params)
    yield Said("ok", Problem("doctor-reports", count=len(targets)))
    others = _other_versions(project, targets)
    for (name, before, now), count in sorted(others.items()):
        details = {"name": name, "before": before, "now": now, "count": count}
        message = "doctor-built-same" if before == now else "doctor-built"
        yield Said("note", Problem(message, **details))
    if others:
        yield Said("note", Problem("doctor-upgrade", outputs=project.outputs.as_posix()))


def _other_versions(project: Project, targets: Iterable[Target]) -> Counter[tuple[str, str, str]]:
    """Count the reports that were built with another version of a package."""
    now, found = provenance.versions(), Counter[tuple[str, str, str]]()
    kit = provenance.kit_digest()
    for target in targets:
        manifest = read_manifest(project.outputs, target)
        if manifest is None:
            continue
        built = manifest.execute
        changed = {name: built[name] for name in now if built.get(name, now[name]) != now[name]}
        found.update((name, before, now[name]) for name, before in changed.items())
        if "gongkai-kit" not in changed and built.get("kit") != kit:
            found["gongkai-kit", now["gongkai-kit"], now["gongkai-kit"]] += 1
    return found

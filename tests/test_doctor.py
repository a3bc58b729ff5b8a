"""What `gongkai doctor` says of a machine and a project: what is there, and what is lacking."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from conftest import Ran, Sandbox
from gongkai.extras import packages_of
from gongkai.project import MANIFEST
from gongkai.report.provenance import versions

Gongkai = Callable[..., Ran]
UPGRADE = "– to see what that changes: copy outputs to old, then run gongkai build, then gongkai diff old outputs"  # fmt: skip


@pytest.mark.parametrize("lacking", [{"lxml"}, {"python-docx", "pdfplumber"}], ids=len)
def test_a_command_whose_packages_are_not_all_installed_is_named(
    gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch, lacking: set[str]
) -> None:
    """One that is lacking is enough, and what is to be installed is said."""

    def installed(name: str) -> str:
        if name in lacking:
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr("gongkai.show.surroundings.version", installed)
    lines = gongkai("doctor").lines
    assert f"– gongkai import needs more packages: pip install {packages_of('import')}" in lines
    assert "✓ gongkai lab: its packages are installed" in lines


def test_programs_that_are_not_there_are_said_with_what_cannot_be_done(
    gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nothing fails: most projects need none of them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GONGKAI_BROWSER", raising=False)
    ran = gongkai("doctor", "--format", "json")
    assert (ran.status, ran.err) == (0, "")
    assert [row["id"] for row in map(json.loads, ran.lines) if row["mark"] == "note"] == [
        "pdf-browser-missing",
        "doctor-fonts-unknown",
        "doctor-no-libreoffice",
        "doctor-no-git",
        "doctor-no-project",
    ]


def test_a_program_that_is_there_is_said_with_its_place(
    gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Of several versions of git it is the one that would be called."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "git").touch(0o755)
    assert f"✓ git, for comparing revisions: {tmp_path / 'git'}" in gongkai("doctor").lines


@pytest.mark.parametrize("family", ["FangSong", "华文仿宋"])
def test_a_typeface_is_known_by_any_of_its_names(
    gongkai: Gongkai, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, family: str
) -> None:
    """Of the four that the standard requires; the others are said to be lacking."""
    program = tmp_path / "fc-list"
    program.write_text(f"#!/bin/sh\necho '{family}'\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    lines = gongkai("doctor").lines
    assert "✓ GB/T 9704 typefaces installed: 仿宋" in lines
    assert any(
        line.startswith("– GB/T 9704 typefaces not installed: 小标宋, 楷体, 黑体;")
        for line in lines
    )


def test_reports_that_another_version_built_are_counted(fresh: Sandbox, gongkai: Gongkai) -> None:
    """By package, with the versions then and now, and the way to see what that changes."""
    lines = gongkai("doctor").lines
    assert lines[-1] == "✓ 1 report in this project"

    path = fresh.output(MANIFEST)
    manifest = json.loads(path.read_text("utf-8"))
    now = versions()["pandas"]
    manifest["execute"] |= {"pandas": "1.0", "kit": "0" * 64}
    path.write_text(json.dumps(manifest), "utf-8")
    assert gongkai("doctor").lines[len(lines) :] == [
        "– 1 report was built by different code of gongkai-kit 0.1.0",
        f"– 1 report was built with pandas 1.0; {now} is installed",
        UPGRADE,
    ]

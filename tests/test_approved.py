"""Pages, copies, lists and what commands print come out as they were approved."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from approval import APPROVED, WATER, approve, files_in, printed, where_bytes_are_the_same
from conftest import NOTEBOOK, SPECIMEN
from gongkai.cli.command import cli

pytestmark = [pytest.mark.slow, where_bytes_are_the_same]
COMMANDS = yaml.safe_load((APPROVED / "commands.yaml").read_text("utf-8"))


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


def test_what_commands_print_of_a_bureau(specimen: Path, tmp_path: Path) -> None:
    """On the screen, for machines, in both languages; also where they refuse."""
    shutil.copytree(specimen, tmp_path, dirs_exist_ok=True)
    approve("printed", printed(tmp_path, COMMANDS["bureau"]))


def test_what_commands_print_of_what_is_broken(specimen: Path, tmp_path: Path) -> None:
    """Files that are lost, damaged or edited by hand: what is said, and what is left afterwards."""
    shutil.copytree(specimen, tmp_path, dirs_exist_ok=True)
    params, outputs = tmp_path / "params" / WATER, tmp_path / "outputs" / WATER
    (params / "2016.csv").unlink()
    for name in ("2019.yaml", "2019.csv"):
        (params / name).unlink()
    _replaced(params / "2017.yaml", "signed:", "signet:")
    _replaced(params / "2018.csv", ",条,", ",件,")
    _replaced(params / "2023.csv", "3.1.total,一、本年新收政府信息公开申请数量 / 总计,件,", "&9")
    _replaced(outputs / "2022.html", "件", "条")
    (outputs / "2021.json").write_text("{", "utf-8")
    (outputs / "2020.html").unlink()
    approve("broken", {**printed(tmp_path, COMMANDS["broken"]), "left": _names(tmp_path)})


def _replaced(path: Path, old: str, new: str) -> None:
    """Replace a word of a file; & stands for the word itself."""
    path.write_text(path.read_text("utf-8").replace(old, new.replace("&", old)), "utf-8")


def _names(folder: Path) -> bytes:
    """Return the names of the files below a folder, a line each; no lock and no log."""
    names = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")))
    return "\n".join(name for name in names if "/." not in name and "log" not in name).encode()


def test_what_imports_print(specimen: Path, tmp_path: Path) -> None:
    """Of our own copies: what is written, compared, doubted and refused; and how a year begins."""
    shutil.copytree(specimen, tmp_path, dirs_exist_ok=True)
    said = printed(tmp_path, COMMANDS["imports"])
    written = files_in(tmp_path / "params", ".yaml", ".csv", ".xlsx").items()
    approve("imported", said | {name: data for name, data in written if WATER not in name})


def test_what_help_says_and_what_misuse_is_answered_with(tmp_path: Path) -> None:
    """Of every command, in both languages."""
    shutil.copytree(SPECIMEN, tmp_path / "params")
    (tmp_path / "notebooks").mkdir()
    shutil.copy(NOTEBOOK, tmp_path / "notebooks")
    names = ["", *cli.commands]
    helps = [f"{name} --help --lang {lang}".strip() for name in names for lang in ("en", "zh")]
    approve("help", printed(tmp_path, [*helps, *COMMANDS["misuses"]]))


def test_what_commands_print_of_a_district(county: Path, tmp_path: Path) -> None:
    """Who has reported, and what it adds up to."""
    approve("district", printed(tmp_path, COMMANDS["district"]))

"""`gongkai rap`: the 18 items of the NHS's levels, answered from what is in a project."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from conftest import Ran, Sandbox

Gongkai = Callable[..., Ran]
REASONS = """declared:
  peer-review: {reason: 每次改动由另一人审阅, by: 张三}
  published: {reason: 代码仓库公开, by: 张三}
"""


def states(gongkai: Gongkai) -> dict[str, str]:
    rows = [json.loads(line) for line in gongkai("rap", "--format", "json").lines]
    return {row["id"]: row["state"] for row in rows}


def begin(folder: Path, gongkai: Gongkai) -> None:
    """Make the folder a project as `gongkai init` begins one, in git."""
    assert gongkai("init", ".").status == 0
    names = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    for words in (["init"], ["add", "."], [*names, "commit", "-m", "x"]):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def test_each_item_has_evidence_a_declared_reason_or_is_open(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """As a project goes from bare files to one that is built, checked and declared."""
    found = states(gongkai)
    assert len(found) == 18
    levels = Counter(json.loads(line)["level"] for line in gongkai("rap", "--format", "json").lines)
    assert levels == {"baseline": 5, "silver": 9, "gold": 4}
    assert {name for name, state in found.items() if state == "met"} == {
        "open-language", "documented", "layout", "functions", "standards", "tidy-data", "packaged",
    }  # fmt: skip
    begin(project.folder, gongkai)
    assert gongkai("build").status == 0
    found = states(gongkai)
    assert [name for name, state in found.items() if state == "open"] == [
        "peer-review", "published", "changes",
    ]  # fmt: skip
    assert gongkai("rap").lines[-1] == "Level reached: none yet"
    (project.folder / "rap.yaml").write_text(REASONS, "utf-8")
    ran = gongkai("rap", "--level", "silver")
    assert (ran.status, ran.lines[-1]) == (0, "Level reached: Silver")
    assert (
        "◦ Baseline: The code was reviewed by a peer [peer-review]: "
        "declared by 张三: 每次改动由另一人审阅" in ran.lines
    )
    assert ran.err.startswith("without evidence: changes; ")
    assert gongkai("rap", "--level", "gold").status == 1
    (project.folder / "CHANGELOG.md").write_text("# 变更", "utf-8")
    assert gongkai("rap", "--level", "gold").lines[-1] == "Level reached: Gold"


def test_a_declaration_of_what_is_no_item_is_refused_with_its_line(
    project: Sandbox, gongkai: Gongkai
) -> None:
    """And one without a name."""
    (project.folder / "rap.yaml").write_text("declared:\n  review: {reason: x, by: y}\n", "utf-8")
    ran = gongkai("rap")
    assert ran.status == 1
    assert ran.err.startswith("rap.yaml:2: there is no item review; known items: open-language, ")
    more = "declared:\n  review: {reason: x, by: y}\n  speed: {reason: x, by: y}\n"
    (project.folder / "rap.yaml").write_text(more, "utf-8")
    assert [line[:36] for line in gongkai("rap").err.splitlines()] == [
        "rap.yaml:2: there is no item review;",
        "rap.yaml:3: there is no item speed; ",
    ]
    (project.folder / "rap.yaml").write_text("declared:\n  changes: {reason: x}\n", "utf-8")
    assert "declared.changes.by is missing" in gongkai("rap").err

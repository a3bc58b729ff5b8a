"""What the checks say of an imported figure: where it was printed, and whether it was doubted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from conftest import Ran, Sandbox
from documents import (
    as_word,
)
from import_helpers import (
    change,
    report,
)


def test_a_finding_says_where_an_imported_figure_was_printed(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Until the cell is edited."""
    gongkai("import", "report.docx", "--agency", "yunxiu-justice")
    printed = "一、本年新收政府信息公开申请数量 / 总计: table 2, row 3, column 10"
    lines = gongkai("check", "yunxiu-justice").lines
    assert any("(printed like this in the document: " in line and printed in line for line in lines)
    path = project.params / "yunxiu-justice" / "2023.csv"
    rows = path.read_text("utf-8").split("\n")
    number = next(i for i, row in enumerate(rows) if row.startswith("3.1.total,"))
    rows[number] = rows[number].rpartition(",")[0] + ",1"
    path.write_text("\n".join(rows), "utf-8")
    assert printed not in gongkai("check", "yunxiu-justice").out


def test_the_review_copy_tells_printed_contradictions_from_doubts_of_reading(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """It names the place of either, and is built anew when the source file changes."""
    label = "（七）总计"
    content = change(report("2021")[0], label, "（七）总数")
    (project.folder / "report.docx").write_bytes(as_word(content))
    assert gongkai("import", "report.docx", "--agency", "yunxiu-justice").status == 0
    found = gongkai("check", "yunxiu-justice").lines
    said = "(reading uncertain; compare the document: "
    assert any(said in line and f"{label} / " in line for line in found)
    gongkai("build", "yunxiu-justice")
    page = (project.outputs / "yunxiu-justice" / "2023.review.html").read_text("utf-8")
    assert "原文即如此：一、本年新收政府信息公开申请数量 / 总计：" in page
    doubted = f"（“（七）总数”这一行按所在位置读作“{label}”）"
    assert re.search(rf"读入存疑，请核对原件：[^<]*{label} / 总计：[^<]*{doubted}", page)
    assert "up to date" in gongkai("list", "yunxiu-justice").out
    source = project.params / "yunxiu-justice" / "2023.source.yaml"
    source.write_text(source.read_text("utf-8").replace("table 2", "table 9"), "utf-8")
    assert "2023.source.yaml" in gongkai("list", "yunxiu-justice").out


def test_the_review_copy_has_the_first_four_doubts_of_a_finding(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Any others are only in the source file, which lists all of them."""
    gongkai("import", "report.docx", "--agency", "yunxiu-justice")
    source = project.params / "yunxiu-justice" / "2023.source.yaml"
    doubts = "".join(
        f'  - {{"codes": ["3.1.total"], "zh": "第{number}处存疑"}}\n' for number in range(1, 6)
    )
    text = source.read_text("utf-8")
    source.write_text(text.partition("\ndoubts:")[0] + f"\ndoubts:\n{doubts}", "utf-8")
    gongkai("build", "yunxiu-justice")
    page = (project.outputs / "yunxiu-justice" / "2023.review.html").read_text("utf-8")
    found = re.search(r"读入存疑，请核对原件：[^<]*", page)
    assert found
    assert re.findall("第.处存疑", found[0]) == [f"第{number}处存疑" for number in range(1, 5)]


def test_a_finding_of_an_edited_cell_is_not_said_to_be_printed_so(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """The other cells of the sum are the document's still, the contradiction is not."""
    gongkai("import", "report.docx", "--agency", "yunxiu-justice")
    row = "一、本年新收政府信息公开申请数量"
    total = f"document: {row} / 总计: table 2, row 3, column 10, "
    assert f"{total}{row} / 自然人: " in gongkai("check", "yunxiu-justice").out
    path = project.params / "yunxiu-justice" / "2023.csv"
    text = re.sub(r"(3\.1\.natural_person,.*),.*", r"\1,1", path.read_text("utf-8"))
    path.write_text(text, "utf-8")
    assert f"{total}{row}" not in gongkai("check", "yunxiu-justice").out


def test_a_source_file_that_was_damaged_is_said_with_its_line(
    project: Sandbox, gongkai: Callable[..., Ran], document: Path
) -> None:
    """Else places and doubts would be missing from the findings, without a word of why."""
    gongkai("import", "report.docx", "--agency", "yunxiu-justice")
    source = project.params / "yunxiu-justice" / "2023.source.yaml"
    written = source.read_text("utf-8")
    said = "is not as the import wrote it"
    assert said not in gongkai("check", "yunxiu-justice").out
    lines = written.splitlines()
    for line in ("<<<<<<< ours", "  1.1: {"):
        source.write_text("\n".join([*lines[:9], line, *lines[9:]]), "utf-8")
        ran = gongkai("check", "yunxiu-justice")
        assert f"params/yunxiu-justice/2023.source.yaml:10: warning: this {said}" in ran.out
    for damaged in (written.partition("\ncells:")[0], "\x00"):
        source.write_text(damaged, "utf-8")
        ran = gongkai("check", "yunxiu-justice")
        assert f"params/yunxiu-justice/2023.source.yaml: warning: this {said}" in ran.out
    source.write_bytes(written.replace("\n", "\r\n").encode())
    assert said not in gongkai("check", "yunxiu-justice").out

"""Documents are imported, counted and taken back as it was approved."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from random import Random

import docx
import pytest

import mutations
from approval import WATER, approve, files_in, printed, where_bytes_are_the_same
from conftest import ROOT
from documents import FORMATS, figures, pieces
from gongkai.errors import KitError
from gongkai.forms.editions import load_form
from gongkai.importing.run import Options, import_document

pytestmark = [pytest.mark.slow, where_bytes_are_the_same]
SHARED = ROOT.parent / "shared" / "published"


# --- imports ----------------------------------------------------------------------


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
    counts = (
        f"{made.slug} {made.year} {made.figures} {made.cells} {len(made.unplaced)} {made.has_text}"
    )
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
    for number, (case, kind) in enumerate(mutations.cases(64, seed=3)):
        yield _written(folder / f"{number}-{case.name}.{kind}", mutations.written(case, kind))


def _written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published documents are not on this machine")
def test_what_published_documents_are_imported_as(tmp_path: Path) -> None:
    """A form of Word that was left blank, a PDF and a text."""
    said = {path.name: imported(path, tmp_path, "某局") for path in sorted(SHARED.iterdir())}
    approve("published", said)


# --- lists of requests ------------------------------------------------------------


def test_what_is_counted_in_lists_of_requests(specimen: Path, tmp_path: Path) -> None:
    """Of all outcomes and applicants; of rows that an office left unclear."""
    shutil.copytree(specimen / "params", tmp_path / "params")
    commands = []
    for number in range(6):
        (tmp_path / f"{number}.csv").write_bytes(_requests(number))
        commands.append(f"count {number}.csv {WATER} {(2023, 2020, 2022)[number % 3]}")
    commands += [f"{commands[0]} --explain 3.3.7.total", f"{commands[1]} --disputes --lang zh"]
    commands += [f"{commands[3]} --write", f"count 4.csv {WATER} 2017", f"check {WATER}/2020"]
    approve("counted", {**printed(tmp_path, commands), **files_in(tmp_path / "params", "0.csv")})


KINDS = (
    "自然人",
    "公民",
    "商业企业",
    "科研机构",
    "社会公益组织",
    "律师事务所",
    "其他",
    "",
    "企业",
    "张某",
)
OUTCOMES = (
    "予以公开", "公开", "部分公开", "不予公开", "国家秘密", "属于过程性信息", "本机关不掌握", "信息不存在",
    "没有现成信息", "补正后仍不明确", "信访", "重复申请", "要求提供公开出版物", "逾期不补正", "其他", "结转", "办理中",
    "", "撤回", "已答复", "不予处理", "危及三安全一稳定", "保护第三方合法权益",
)  # fmt: skip


def _requests(seed: int) -> bytes:
    """Return a list of requests as an office keeps it: in most rows all is clear."""
    random = Random(seed)  # noqa: S311
    lines = ["序号,申请人类型,收到日期,办理结果,理由,答复日期"]
    for number in range(60):
        year = random.choice((2019, 2020, 2022, 2023))
        received = random.choice(
            (f"{year}-03-0{number % 9 + 1}", f"{year}年11月2日", f"{year}.5.6", "")
        )
        replied = random.choice((f"{year}/12/30", f"{year + 1}-01-08", "", f"{year}年12月"))
        outcome, ground = random.choice(OUTCOMES), random.choice((*OUTCOMES, "", "", ""))
        lines.append(f"{number + 1},{random.choice(KINDS)},{received},{outcome},{ground},{replied}")
    return "\n".join(lines).encode(random.choice(("utf-8", "gb18030", "utf-8-sig")))


# --- what comes back in Word ------------------------------------------------------


def test_what_edited_documents_are_taken_for(specimen: Path, tmp_path: Path) -> None:
    """Sentences and figures that somebody changed in Word, each in a document of its own."""
    shutil.copytree(specimen, tmp_path, dirs_exist_ok=True)
    commands = []
    for number in range(12):
        year = (2023, 2017, 2022)[number % 3]
        name = f"{number}.docx"
        _edited(specimen / "outputs" / WATER / f"{year}.docx", tmp_path / name, Random(number))  # noqa: S311
        commands.append(f"import {name} --against {WATER}/{year} --apply --dry-run")
    commands += [command.replace(" --dry-run", "") for command in commands[:3]]
    said = printed(tmp_path, commands)
    approve("edited", {**said, **files_in(tmp_path / "params", ".yaml", ".csv")})


def _edited(source: Path, target: Path, random: Random) -> None:
    """Write a document with some changes of a reader: words, figures, paragraphs."""
    document = docx.Document(str(source))
    texts = [item for item in document.paragraphs if len(item.text) > _LONG]
    cells = [cell for table in document.tables for row in table.rows for cell in row.cells]
    figures_ = [cell for cell in cells if cell.text.strip().isdigit()]
    for paragraph in random.sample(texts, 3):
        change = random.choice(("add", "cut", "digits", "drop", "split"))
        words = paragraph.text
        at = random.randrange(1, len(words) - 1)
        if change == "drop":
            paragraph.text = ""
        elif change == "split":
            paragraph.insert_paragraph_before(words[:at])
            paragraph.text = words[at:]
        else:
            digits = words.translate(str.maketrans("0123456789", "1234567890"))
            new = {"add": f"{words[:at]}认真{words[at:]}", "cut": words[:at], "digits": digits}
            paragraph.text = new[change]
    for cell in random.sample(figures_, min(2, len(figures_))):
        cell.text = random.choice((str(int(cell.text) + 1), "", "若干", "１２"))
    document.save(str(target))


_LONG = 12  # characters of a paragraph that is no heading

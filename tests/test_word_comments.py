"""The Word document for review: each finding is a comment at its place."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import docx
from bs4 import BeautifulSoup
from docx.oxml.ns import qn

from gongkai.export.pages import MarkedPage, page_with_marks
from gongkai.importing.formats.word import texts_beside
from gongkai.manifest import Acceptance
from gongkai.office.copies import copy_of, review_of


def marked(target: str, outputs: Path) -> MarkedPage:
    """A report's page with the marks of its findings."""
    return page_with_marks(json.loads((outputs / f"{target}.ipynb").read_text("utf-8")))


def commented(document: Any) -> dict[str, str]:
    """The words that each comment is about, by the beginning of the comment."""
    found = {}
    for comment in document.comments:
        body = document.element.body
        mark = next(
            it
            for it in body.iter(qn("w:commentRangeStart"))
            if int(it.get(qn("w:id"))) == comment.comment_id
        )
        words = ""
        for following in mark.itersiblings():
            if following.tag == qn("w:commentRangeEnd"):
                break
            words += "".join(text.text or "" for text in following.iter(qn("w:t")))
        found[comment.text.partition(" ")[0]] = words
    return found


def test_each_finding_is_a_comment_at_its_number(all_built: Path) -> None:
    """The document is the public one word by word; what has no place stands at the title."""
    found = marked("shanghai-office/2019", all_built)
    made = review_of(found.page, found.marked, found.findings)
    public = copy_of("docx", found.page.encode())
    assert [text for text, _ in texts_beside(made)] == [text for text, _ in texts_beside(public)]
    assert made == review_of(found.page, found.marked, found.findings)
    document = docx.Document(io.BytesIO(made))
    about = commented(document)
    assert set(about) == {f"※{number}" for number in range(1, len(found.findings) + 1)}
    assert [about[f"※{number}"] for number in (1, 2)] == ["258", "265"]
    assert about["※7"] == document.paragraphs[0].text.replace("\n", "")
    # Word shows no comment without a reference to it.
    shown = {int(it.get(qn("w:id"))) for it in document.element.iter(qn("w:commentReference"))}
    assert shown == {comment.comment_id for comment in document.comments}
    said = next(it.text for it in document.comments if it.text.startswith("※1 "))
    assert said.startswith(f"※1 警告：{found.findings[0].zh}\n规则：")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert b"w:date" not in archive.read("word/comments.xml")


def test_accepted_findings_are_resolved_and_say_by_whom(all_built: Path) -> None:
    """In Word, and in programs that do not show it, in words."""
    found = marked("xixia-justice/2017", all_built)
    accepted = Acceptance(reason="原件如此", by="张三")
    findings = (found.findings[0].model_copy(update={"accepted": accepted}), *found.findings[1:])
    made = review_of(found.page, found.marked, findings)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        rows = BeautifulSoup(archive.read("word/commentsExtended.xml"), "xml").find_all("commentEx")
        comments = BeautifulSoup(archive.read("word/comments.xml"), "xml").find_all("comment")
    done = {row["w15:paraId"]: row["w15:done"] for row in rows}
    resolved = [item for item in comments if done[item.find_all("p")[-1]["w14:paraId"]] == "1"]
    assert [item.text.partition("）")[0] for item in resolved] == ["已认可：原件如此（张三"]
    assert len(comments) == len(findings) > 1

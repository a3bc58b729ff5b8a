"""Findings as comments of a Word document: at their numbers, accepted ones resolved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn

from gongkai.errors import say
from gongkai.manifest import FindingRow
from gongkai.office.styles import element

if TYPE_CHECKING:
    from docx.document import Document

AUTHOR, INITIALS = "gongkai-kit", "校验"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"
_EXTENDED = "application/vnd.openxmlformats-officedocument.wordprocessingml.commentsExtended+xml"
_RELATION = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"


class Comments:
    """The findings of a document, each a comment at the first of its places; they have no date."""

    def __init__(self, document: Document, findings: Iterable[FindingRow]) -> None:
        self._document = document
        self._waiting: dict[int, FindingRow] = dict(enumerate(findings, start=1))
        self._resolved: dict[str, bool] = {}  # by the id of the comment's last paragraph

    def around(self, made: Any, numbers: Iterable[int]) -> Iterator[Any]:
        """Yield a run with what marks it as commented, once for each finding."""
        ids = [
            self._add(number, self._waiting.pop(number))
            for number in numbers
            if number in self._waiting
        ]
        yield from (element("commentRangeStart", id=it) for it in ids)
        yield made
        for it in ids:
            yield element("commentRangeEnd", id=it)
            reference = element("r")
            reference.append(element("commentReference", id=it))
            yield reference

    @property
    def waiting(self) -> tuple[int, ...]:
        """The numbers of the findings that have no comment yet."""
        return tuple(self._waiting)

    def _add(self, number: int, finding: FindingRow) -> int:
        lines = _lines(number, finding)
        comment = self._document.comments.add_comment("\n".join(lines), AUTHOR, INITIALS)
        made: Any = comment._comment_elm
        made.attrib.pop(qn("w:date"), None)
        for style in [*made.iter(qn("w:pStyle")), *made.iter(qn("w:rStyle"))]:
            style.getparent().remove(style)  # of the empty document, which an official one has not
        paragraph = f"{number:08X}"
        made.findall(qn("w:p"))[-1].set(f"{{{W14}}}paraId", paragraph)
        self._resolved[paragraph] = finding.accepted is not None
        return comment.comment_id

    def finish(self) -> None:
        """Say which comments are resolved, in the part that Word has for it."""
        if not self._resolved:
            return
        self._document.comments._comments_elm.set(f"{{{MC}}}Ignorable", "w14")
        rows = "".join(
            f'<w15:commentEx w15:paraId="{paragraph}" w15:done="{int(done)}"/>'
            for paragraph, done in self._resolved.items()
        )
        data = f'{_HEAD}<w15:commentsEx xmlns:w15="{W15}">{rows}</w15:commentsEx>'
        package = self._document.part.package
        part = Part(PackURI("/word/commentsExtended.xml"), _EXTENDED, data.encode(), package)
        self._document.part.relate_to(part, _RELATION)


def _lines(number: int, finding: FindingRow) -> list[str]:
    """Return what a comment says: the finding, its rule, who accepted it and why."""
    name = say(f"severity-{finding.severity}", "zh")
    accepted = finding.accepted
    about: Mapping[str, object] = {"number": number, "name": name, "text": finding.zh}
    lines = [say("comment-finding", "zh", **about)]
    lines.append(say("comment-rule", "zh", rule=say(f"rule-{finding.id}", "zh"), id=finding.id))
    if accepted:
        said = {"reason": accepted.reason, "by": accepted.by}
        lines.insert(0, say("comment-accepted", "zh", **said))
    return lines

"""Write findings as comments in a Word document; accepted ones are marked as resolved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import qn

from gongkai.manifest import FindingRow
from gongkai.messages import say
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
    """Writes each finding once, as a comment on the first run of text that it is about.

    The findings are numbered from 1 in the order given. A comment has no date, so that the same
    findings give the same bytes.
    """

    def __init__(self, document: Document, findings: Iterable[FindingRow]) -> None:
        self._document = document
        self._pending: dict[int, FindingRow] = dict(enumerate(findings, start=1))
        self._resolved: dict[str, bool] = {}  # by the id of the comment's last paragraph

    def around(self, run: Any, numbers: Iterable[int]) -> Iterator[Any]:
        """Yield a run of text between the elements that attach comments to it.

        `numbers` are those of the findings that are about it; one that already has its comment
        does not get another.
        """
        ids = [
            self._add(number, self._pending.pop(number))
            for number in numbers
            if number in self._pending
        ]
        yield from (element("commentRangeStart", id=comment) for comment in ids)
        yield run
        for comment in ids:
            yield element("commentRangeEnd", id=comment)
            yield element("r", element("commentReference", id=comment))

    @property
    def pending(self) -> tuple[int, ...]:
        """The numbers of the findings that have no comment yet."""
        return tuple(self._pending)

    def _add(self, number: int, finding: FindingRow) -> int:
        """Add the comment of a finding to the document, and return the comment's id."""
        lines = _lines(number, finding)
        comment = self._document.comments.add_comment("\n".join(lines), AUTHOR, INITIALS)
        added: Any = comment._comment_elm
        added.attrib.pop(qn("w:date"), None)
        # The styles belong to python-docx's template, not to this document.
        for style in [*added.iter(qn("w:pStyle")), *added.iter(qn("w:rStyle"))]:
            style.getparent().remove(style)
        paragraph = f"{number:08X}"
        added.findall(qn("w:p"))[-1].set(f"{{{W14}}}paraId", paragraph)
        self._resolved[paragraph] = finding.accepted is not None
        return comment.comment_id

    def finish(self) -> None:
        """Add the part `commentsExtended.xml`, which states which comments are resolved."""
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
    """Return the paragraphs of a comment: any acceptance with its reason, the finding, its rule."""
    name = say(f"severity-{finding.severity}", "zh")
    rule = say(f"rule-{finding.id}", "zh")
    lines = [
        say("comment-finding", "zh", number=number, name=name, text=finding.zh),
        say("comment-rule", "zh", rule=rule, id=finding.id),
    ]
    if accepted := finding.accepted:
        lines.insert(0, say("comment-accepted", "zh", reason=accepted.reason, by=accepted.by))
    return lines

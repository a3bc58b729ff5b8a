"""Select the outputs that a copy of an executed notebook shows, and name those left out.

Only what is marked public enters the public page: the kit's own pieces by their
metadata, an analyst's own cells by the tag `public` (`kit/gongkai/export/own.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from gongkai.errors import Problem
from gongkai.export.own import Own, own_label, own_output, own_words
from gongkai.manifest import LeftOutRow
from gongkai.outputs import Mark, NotAReport, Stated, html_of, is_made_after, stated
from gongkai.text.sanitizer import is_of_the_kit

INJECTED = "injected-parameters"  # papermill's cell, absent from the template's file
# The copies of a report. "findings" is the public page with marks, of which a document for review
# is made.
Copy = Literal["public", "findings", "review"]
# The tags that keep a cell out of a copy, whatever it shows.
HIDDEN: Mapping[Copy, tuple[str, ...]] = {
    "public": ("notebook", "remove_cell", "review"),
    "findings": ("notebook", "remove_cell", "review"),
    "review": ("notebook", "remove_cell"),
}
SHOWN = 60  # characters of what is refused
SHOWN_OF_CELL = 30  # characters quoted from a cell to identify it
# What the kit's own HTML consists of, as its templates and Markdown write it: names in lower
# case, values in double quotes, "<" only to open a tag. Anything else is rejected.
_ELEMENTS = """a aside b blockquote br caption code dd del details div dl dt em figcaption figure
footer h1 h2 h3 h4 h5 h6 header hr i img ins li nav ol p path pre section small span strong
summary sup svg table tbody td text tfoot th thead tr ul wbr"""
_ATTRIBUTES = """alt aria-describedby aria-hidden aria-label aria-labelledby class colspan d
data-code data-name data-note download headers href id lang preserveAspectRatio role rowspan scope
src start style tabindex title viewBox x y"""


def _any_of(names: str) -> str:
    """Return a pattern for any of some names; of two that begin alike, the longer one first."""
    return "|".join(sorted(names.split(), key=len, reverse=True))


_TAG_OF_THE_KIT = re.compile(
    rf"</(?:{_any_of(_ELEMENTS)})>"
    rf"|<(?:{_any_of(_ELEMENTS)})(?:[ ](?:{_any_of(_ATTRIBUTES)})(?:=\"[^\"<]*\")?)*[ ]?/?>"
)
# Attributes that link elsewhere, load or overlay something; anchors and marks of the review.
_UNFIT = re.compile(
    r"""[ ]src="(?!data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*")[^"]*"
    |[ ]href="(?!\#|https?://|mailto:|data:text/csv[;,]|[1-9][0-9]{3}\.(?:html|pdf)")[^"]*"
    |[ ]style="(?!(?:(?:--[a-z]+|font-size|text-(?:align|anchor)|fill|stroke(?:-[a-z]+)?|opacity)
        :[ ]?(?:var\(--[a-z-]+\)|[\w.,%#-]+);?)*")[^"]*"
    |[ ]class="(?:mark|from)[" ]
    |[ ]id="(?:finding-|at-|(?:findings|accepted|since|wording|numbers|sign-off|rolled-up
        |provenance)")""",
    re.VERBOSE,
)


class Cell(NamedTuple):
    """A cell as a copy has it: the HTML of each output, and its source."""

    outputs: tuple[str, ...]
    source: str


class LeftOut(NamedTuple):
    """An output that is on no page: its cell's number, its MIME types, the reason, its source."""

    cell: int
    types: tuple[str, ...]
    reason: Problem
    source: str = ""

    @property
    def problem(self) -> Problem:
        """The complete message, with the cell and the reason."""
        first = next((line.strip() for line in self.source.splitlines() if line.strip()), "")
        shown = first if len(first) <= SHOWN_OF_CELL else first[: SHOWN_OF_CELL - 1] + "…"
        details = {"cell": self.cell, "source": shown, "types": list(self.types)}
        return Problem("left-out", **details, reason=self.reason)

    def row(self) -> LeftOutRow:
        """Return it as plain data, in both languages."""
        zh, en = (self.problem.text(language) for language in ("zh", "en"))
        return LeftOutRow(cell=self.cell, types=self.types, zh=zh, en=en)


class CopyContent(NamedTuple):
    """What a copy of a notebook shows, and what it leaves out."""

    cells: tuple[Cell, ...]
    left_out: tuple[LeftOut, ...]


def content_of(notebook: Mapping[str, Any], copy: Copy, report: str) -> CopyContent:
    """Return what a copy shows of a notebook, cell by cell; `report` is the digest of its facts.

    Raises NotAReport where an output of the kit does not say who may see it, or where the copy
    would show one of another report.
    """
    cells, left_out = [], []
    for number, cell in _numbered(notebook):
        pieces = list(_pieces(cell, number, copy, report))
        html = tuple(piece for piece in pieces if isinstance(piece, str))
        lost = (piece for piece in pieces if isinstance(piece, LeftOut))
        left_out += [piece._replace(source=cell["source"]) for piece in lost]
        if html:
            cells.append(Cell(html, cell["source"]))
    return CopyContent(tuple(cells), tuple(left_out))


def _numbered(notebook: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield each cell with its number in the template's file, from 1."""
    number = 0
    for cell in notebook["cells"]:
        number += INJECTED not in _tags(cell, number + 1)
        yield number, cell


def _tags(cell: Mapping[str, Any], number: int) -> list[str]:
    """Return a cell's normalised tags. Raises NotAReport if they are not a list of strings."""
    tags = cell.get("metadata", {}).get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise NotAReport(Problem("cell-tags", cell=number))
    return [word.strip().casefold() for tag in tags for word in tag.split(",")]


def _pieces(
    cell: Mapping[str, Any], number: int, copy: Copy, report: str
) -> Iterator[str | LeftOut]:
    """Yield, for each output of a cell, its HTML or, if the copy omits it, a LeftOut."""
    tags = _tags(cell, number)
    tag = next((tag for tag in HIDDEN[copy] if tag in tags), "")
    if cell["cell_type"] != "code":
        if not tag:
            yield from _own_piece(own_words(cell), number, copy, tags)
        return
    for output in cell.get("outputs", ()):
        said = stated(output, number)
        if said is not None:
            yield from _stated_piece(said, number, copy, tag, report)
        else:
            _refuse_unmarked(output, number)
            if not tag:
                own = own_output(output, cell)
                if own and not own.flaws and not is_made_after(output, report):
                    own = own._replace(flaws=(Problem("left-out-outdated"),))
                yield from _own_piece(own, number, copy, tags)


def _stated_piece(
    said: Stated, number: int, copy: Copy, tag: str, report: str
) -> Iterator[str | LeftOut]:
    """Yield what a copy shows of one of the kit's outputs; a tag can only exclude it.

    Raises NotAReport if it would show one of another report.
    """
    if said.audience == "public":
        _refuse_unfit(said.html, number)
        if tag:
            yield LeftOut(number, ("text/html",), Problem("left-out-tag", tag=tag))
            return
    if said.audience in ("public", copy):
        if said.report != report:
            raise NotAReport(Problem("output-other-report", cell=number))
        yield said.html if copy == "public" else with_marks(said.html, said.marks)


def _refuse_unmarked(output: Mapping[str, Any], number: int) -> None:
    """Refuse HTML of the kit that has lost its metadata. Raises NotAReport."""
    if is_of_the_kit(html_of(output) or ""):
        raise NotAReport(Problem("output-unknown", cell=number))


def _refuse_unfit(html: str, number: int) -> None:
    """Refuse HTML that falsely claims to be a public piece of the kit. Raises NotAReport."""
    found = _unfit(html)
    if found:
        raise NotAReport(Problem("page-leak", cell=number, found=found[:SHOWN]))


def _own_piece(
    own: Own | None, number: int, copy: Copy, tags: Sequence[str]
) -> Iterator[str | LeftOut]:
    """Yield what a copy shows of an analyst's own output, or why the public page omits it.

    Only tagged outputs enter the public page, since only their author knows whether they may.
    """
    if own is None:
        return
    reasons = list(own.flaws)
    if "public" not in tags and own.html and not own.is_printed:
        reasons.append(Problem("left-out-untagged"))
    if copy == "review" and own.html:
        said = [problem.text("zh") for problem in reasons] if "review" not in tags else ()
        yield own.placed(own_label(number, said, is_public="public" in tags))
    elif copy != "review" and not reasons:
        yield own.placed()
    else:
        yield from (LeftOut(number, own.types, reason) for reason in reasons)


@lru_cache(maxsize=64)  # each output is looked at for both copies, and for what they leave out
def _unfit(html: str) -> str:
    """Return the first thing that the kit's own public HTML never contains, or ''."""
    foreign = _TAG_OF_THE_KIT.sub("", html).partition("<")
    unfit = _UNFIT.search(html)
    return "".join(foreign[1:]) or (unfit[0] if unfit else "")


def with_marks(html: str, marks: Iterable[Mark]) -> str:
    """Return the HTML of an output with its marks inserted."""
    pieces, done = [], 0
    for place, mark in marks:
        pieces += [html[done:place], mark]
        done = place
    return "".join([*pieces, html[done:]])

"""Which outputs of an executed notebook a copy includes, and the page around them.

Only what is marked public enters the public page: the kit's own pieces by their
metadata, an analyst's own cells by the tag `public` (`kit/gongkai/export/own.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.export.own import BEGIN, Own, own_label, own_output, own_words
from gongkai.manifest import FindingRow, LeftOutRow, fingerprint_of, fingerprinted
from gongkai.messages import say
from gongkai.outputs import (
    KEY,
    Mark,
    NotAReport,
    Stated,
    facts_of,
    html_of,
    outputs_of,
    restyled,
    stated,
)
from gongkai.text.sanitizer import cleaned, is_of_the_kit
from gongkai.text.templates import render, style_sheet

STYLES = ("page.css", "print.css")
IN_NOTEBOOK = ("page.css", "lab.css", "review.css")
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
_PLACE_OF_FINGERPRINT = '<code class="page-fingerprint"></code>'  # in the lines to sign
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
_STYLE = re.compile(r"<style>[^<]*</style>")


class PageRefused(KitError):
    """Findings, or outputs that would be left out, forbid the public page."""


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
        """The whole sentence."""
        first = next((line.strip() for line in self.source.splitlines() if line.strip()), "")
        shown = first if len(first) <= SHOWN_OF_CELL else first[: SHOWN_OF_CELL - 1] + "…"
        details = {"cell": self.cell, "source": shown, "types": list(self.types)}
        return Problem("left-out", **details, reason=self.reason)

    def row(self) -> LeftOutRow:
        """Return it as plain data, in both languages."""
        zh, en = (self.problem.text(language) for language in ("zh", "en"))
        return LeftOutRow(cell=self.cell, types=self.types, zh=zh, en=en)


class Verdict(NamedTuple):
    """The verdict at the top of a review copy: "error", "warning" or "clear", and a sentence.

    `next` says what has to be done next, and by whom.
    """

    kind: str
    said: str
    next: str


class Content(NamedTuple):
    """What a copy of a notebook shows, and what it leaves out."""

    cells: tuple[Cell, ...]
    left_out: tuple[LeftOut, ...]


# --- what a copy takes in ---------------------------------------------------------


def content_of(notebook: Mapping[str, Any], copy: Copy) -> Content:
    """Return what a copy shows of a notebook, cell by cell.

    Raises NotAReport where an output of the kit does not say who may see it.
    """
    cells, left_out = [], []
    for number, cell in _numbered(notebook):
        pieces = list(_pieces(cell, number, copy))
        html = tuple(piece for piece in pieces if isinstance(piece, str))
        lost = (piece for piece in pieces if isinstance(piece, LeftOut))
        left_out += [piece._replace(source=cell["source"]) for piece in lost]
        if html:
            cells.append(Cell(html, cell["source"]))
    return Content(tuple(cells), tuple(left_out))


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


def _pieces(cell: Mapping[str, Any], number: int, copy: Copy) -> Iterator[str | LeftOut]:
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
            yield from _stated_piece(said, number, copy, tag)
        else:
            _refuse_unmarked(output, number)
            if not tag:
                yield from _own_piece(own_output(output, cell), number, copy, tags)


def _stated_piece(said: Stated, number: int, copy: Copy, tag: str) -> Iterator[str | LeftOut]:
    """Yield what a copy shows of one of the kit's outputs; a tag can only exclude it."""
    if said.audience == "public":
        _refuse_unfit(said.html, number)
        if tag:
            yield LeftOut(number, ("text/html",), Problem("left-out-tag", tag=tag))
            return
    if said.audience in ("public", copy):
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


# --- the pages --------------------------------------------------------------------


class Copies:
    """Both copies of an executed notebook, whose outputs are read once.

    Raises NotAReport where the notebook is no executed report, or where an output of the kit does
    not say who may see it.
    """

    def __init__(self, notebook: Mapping[str, Any]) -> None:
        self.facts = facts_of(notebook)
        self._public = content_of(notebook, "public")
        self._review = content_of(notebook, "review")
        self.left_out = _merged(self._public.left_out, self._review.left_out)

    @cached_property
    def page(self) -> str:
        """The public page as it is, or would be where findings forbid it."""
        page = _page("gongkai/public.html.j2", self.facts, self._public, STYLES)
        return fingerprinted(page)

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the public page, also where findings forbid the page."""
        return fingerprint_of(self.page)

    def public_page(self, *, strict: bool = False) -> str:
        """Return the public page: no finding, no code, no provenance.

        Raises PageRefused where errors were found, or with `strict` warnings or outputs that would
        be left out; NotAReport where the finished page holds what no public page may have.
        """
        _refuse(self.facts.findings, self._public, strict=strict)
        _refuse_parts(self.facts.anchors, self._public)
        return self.page

    def review_copy(self) -> str:
        """Return the review copy: a verdict, findings, the report, lines to sign, provenance.

        It has the fingerprint of the public page to be signed.
        """
        content = self._review._replace(left_out=self.left_out)
        verdict = _verdict(self.facts.findings, content.left_out)
        styles = (*STYLES, "review.css")
        page = _page("gongkai/review.html.j2", self.facts, content, styles, verdict=verdict)
        digits = self.fingerprint
        grouped = " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))
        mark = _PLACE_OF_FINGERPRINT
        return page.replace(mark, mark.replace("><", f">{grouped}<"))


def _merged(public: tuple[LeftOut, ...], review: tuple[LeftOut, ...]) -> tuple[LeftOut, ...]:
    """Return every output that a copy leaves out although no tag asks for it."""
    both = (*public, *(item for item in review if item not in public))
    return tuple(sorted(both, key=lambda item: item.cell))


def public_page(notebook: Mapping[str, Any], *, strict: bool = False) -> str:
    """Return the public page; see `Copies`."""
    return Copies(notebook).public_page(strict=strict)


class MarkedPage(NamedTuple):
    """The public page, as it is or would be, and with the marks of findings in it.

    `findings` are in the order of the numbers that the marks have, from 1.
    """

    page: str
    marked: str
    findings: tuple[FindingRow, ...]


def page_with_marks(notebook: Mapping[str, Any]) -> MarkedPage:
    """Return the public page with its findings, also where these forbid it.

    Raises NotAReport where the notebook is no executed report.
    """
    copies = Copies(notebook)
    content = content_of(notebook, "findings")
    marked = _page("gongkai/public.html.j2", copies.facts, content, STYLES)
    return MarkedPage(copies.page, marked, tuple(copies.facts.findings))


def review_copy(notebook: Mapping[str, Any]) -> str:
    """Return the review copy; see `Copies`."""
    return Copies(notebook).review_copy()


def _page(
    template: str, facts: object, content: Content, styles: tuple[str, ...], **more: object
) -> str:
    if any(_is_own(html) for cell in content.cells for html in cell.outputs):
        styles = (*styles, "own.css")
    style = style_sheet(*styles)
    return str(render(template, facts=facts, content=content, style=style, **more))


def _verdict(findings: Iterable[FindingRow], lost: Sequence[LeftOut]) -> Verdict:
    """Return the verdict at the top of a review copy."""
    standing = [finding.severity for finding in findings if not finding.accepted]
    errors, warnings = standing.count("error"), standing.count("warning")
    count = errors + warnings + len(lost)
    kind = "error" if errors else "warning" if count else "clear"
    said = say(f"verdict-{kind}", "zh", count=count, errors=errors)
    return Verdict(kind, said, say(f"next-{kind}", "zh"))


def _is_own(html: str) -> bool:
    """Whether HTML needs own.css: it has an analyst's own part, or a picture."""
    return html.startswith(BEGIN) or "<img " in html


def _refuse(findings: Iterable[FindingRow], content: Content, *, strict: bool) -> None:
    """Raise PageRefused if findings, or outputs that it would lack, forbid the public page."""
    severities = [finding.severity for finding in findings if not finding.accepted]
    problems = [
        Problem(f"page-has-{severity}s", count=severities.count(severity))
        for severity, stops in (("error", True), ("warning", strict))
        if stops and severity in severities
    ]
    if strict:
        problems += [item.problem for item in content.left_out]
    if problems:
        raise PageRefused(*problems)


def _refuse_parts(anchors: Sequence[str], content: Content) -> None:
    """Refuse a page that lacks a part, has one twice, or has them in another order."""
    page = "".join(html for cell in content.cells for html in cell.outputs)
    places = [page.find(f' id="{anchor}"') for anchor in anchors]
    wrong = [
        anchor
        for anchor, place, before in zip(anchors, places, [-1, *places], strict=False)
        if place <= before or page.count(f' id="{anchor}"') > 1
    ]
    if wrong:
        raise NotAReport(Problem("page-parts", names=wrong))


def use_current_style(notebook: Mapping[str, Any]) -> None:
    """Put the current style sheet into an executed notebook, so that JupyterLab shows it alike."""
    style = f"<style>{style_sheet(*IN_NOTEBOOK)}</style>"
    for output in outputs_of(notebook):
        if output.get("metadata", {}).get(KEY):
            html = html_of(output)
            if html is not None:  # otherwise the copies refuse it
                restyled(output, _STYLE.sub(lambda _: style, html, count=1))
            break


def warm() -> None:
    """Compile the templates and load the style sheets, as the first report would."""
    facts = {"title": "", "start": "", "meta": (), "linked_data": {}}
    verdict = _verdict((), ())
    for template, styles in (
        ("gongkai/public.html.j2", STYLES),
        ("gongkai/review.html.j2", (*STYLES, "review.css")),
    ):
        _page(template, facts, Content((), ()), styles, verdict=verdict)
    style_sheet(*IN_NOTEBOOK)
    cleaned("")

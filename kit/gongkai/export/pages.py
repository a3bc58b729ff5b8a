"""What of an executed notebook a copy takes in, and the page around it.

Nothing enters the public page but what says that it is public, or what an analyst's own cell
shows and `kit/gongkai/text/foreign.py` lets pass. Imports: errors, outputs, text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.outputs import KEY, Mark, NotAReport, facts_of, outputs_of, restyled, stated
from gongkai.text.foreign import cleaned, is_of_the_kit
from gongkai.text.markup import TEMPLATES, Markup, render

STYLES = ("page.css", "print.css")
IN_NOTEBOOK = ("page.css", "lab.css", "review.css")
INJECTED = "injected-parameters"  # papermill's cell, which no file of a template has
PUBLIC, REVIEW = "public", "review"
# The tags that keep a cell out of a copy, whatever it shows.
HIDDEN: Mapping[str, tuple[str, ...]] = {
    PUBLIC: ("notebook", "remove_cell", "review"),
    REVIEW: ("notebook", "remove_cell"),
}
SHOWN = 60  # characters of what was found
SHOWN_OF_CELL = 30  # characters of a cell, by which a person finds it
# What no public page holds: signs of the review, a second script, whatever loads or runs.
_SIGNS_OF_REVIEW = ("data-audience=", 'class="mark', 'class="from', 'id="finding-', 'id="at-')
_ELEMENTS = re.compile(
    r"<(?:iframe|object|embed|link|base|form|frame|applet|portal|foreignObject)\b", re.IGNORECASE
)
_ATTRIBUTES = re.compile(
    r"""<[a-z][^\s<>"'/]*+  # an element, and as many of its attributes as come first
    (?:[\s/]++[^\s=<>"'/]++(?:\s*+=\s*+(?:"[^"]*"|'[^']*'|[^\s<>"']*+))?+)*?
    [\s/]++(?:on[a-z]+\s*=|http-equiv
    |(?:src|srcset|poster|background|action|formaction|xlink:href)\s*=(?!\s*["']?(?:data:|\#))
    |href\s*=\s*["']?\s*javascript:
    |style\s*=\s*(?:"[^"]*|'[^']*)url\()""",
    re.IGNORECASE | re.VERBOSE,
)
_STYLES = re.compile(
    r"<style\b[^<>]*+>(?:(?!</?style|@import|url\().)*+(?:@import|url\((?!\s*[\"']?(?:data:|\#)))",
    re.IGNORECASE | re.DOTALL,
)
_STYLE = re.compile(r"<style>[^<]*</style>")


class PageRefused(KitError):
    """What was found, or what would be left out, forbids the public page."""


class Cell(NamedTuple):
    """A cell as a copy has it: the HTML of each output, and its source."""

    outputs: tuple[str, ...]
    source: str


class LeftOut(NamedTuple):
    """An output that no page takes in: its cell's number, its MIME types, why, and the cell."""

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
        return Problem("left-out", details={**details, "reason": self.reason})

    def row(self) -> dict[str, Any]:
        """Return it as plain data, in both languages."""
        said = {language: self.problem.text(language) for language in ("zh", "en")}
        return {"cell": self.cell, "types": list(self.types), **said}


class Content(NamedTuple):
    """What a copy of a notebook shows, and what it leaves out."""

    cells: tuple[Cell, ...]
    left_out: tuple[LeftOut, ...]


# --- what a copy takes in ---------------------------------------------------------


def content_of(notebook: Mapping[str, Any], audience: str) -> Content:
    """Return what a copy shows of a notebook, cell by cell.

    Raises NotAReport where an output of the kit does not say who may see it.
    """
    cells, left_out = [], []
    for number, cell in _numbered(notebook):
        pieces = list(_pieces(cell, number, audience))
        html = tuple(piece for piece in pieces if isinstance(piece, str))
        lost = (piece for piece in pieces if isinstance(piece, LeftOut))
        left_out += [piece._replace(source=cell["source"]) for piece in lost]
        if html:
            cells.append(Cell(html, cell["source"]))
    return Content(tuple(cells), tuple(left_out))


def left_out(notebook: Mapping[str, Any]) -> tuple[LeftOut, ...]:
    """Return every output that a copy leaves out although no tag asks for it."""
    public, review = (content_of(notebook, audience).left_out for audience in (PUBLIC, REVIEW))
    both = (*public, *(item for item in review if item not in public))
    return tuple(sorted(both, key=lambda item: item.cell))


def _numbered(notebook: Mapping[str, Any]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield each cell with its number in the template's file, from 1."""
    number = 0
    for cell in notebook["cells"]:
        number += INJECTED not in _tags(cell)
        yield number, cell


def _tags(cell: Mapping[str, Any]) -> list[str]:
    return list(cell.get("metadata", {}).get("tags", ()))


def _pieces(cell: Mapping[str, Any], number: int, audience: str) -> Iterator[str | LeftOut]:
    """Yield the HTML of each output of a cell that a copy shows, and each that it leaves out."""
    tag = next((tag for tag in HIDDEN[audience] if tag in _tags(cell)), "")
    if cell["cell_type"] != "code":
        if not tag and cell["source"].strip():
            kind = "text/markdown" if cell["cell_type"] == "markdown" else "raw"
            yield LeftOut(number, (kind,), Problem("left-out-words"))
        return
    for output in cell.get("outputs", ()):
        said = stated(output, number)
        if said is None:
            _refuse_unmarked(output, number)
            if not tag:
                yield _own(output, number)
        elif said.audience == PUBLIC and tag:
            yield LeftOut(number, ("text/html",), Problem("left-out-tag", details={"tag": tag}))
        elif said.audience in (PUBLIC, audience):
            yield with_marks(said.html, said.marks) if audience == REVIEW else said.html


def _refuse_unmarked(output: Mapping[str, Any], number: int) -> None:
    """Refuse HTML of the kit that has lost what it said of itself. Raises NotAReport."""
    if is_of_the_kit(str(output.get("data", {}).get("text/html", ""))):
        raise NotAReport(Problem("output-unknown", details={"cell": number}))


def _own(output: Mapping[str, Any], number: int) -> str | LeftOut:
    """Return what a page has of an output that is not the kit's own."""
    if output["output_type"] == "stream":
        return LeftOut(number, (output["name"],), Problem("left-out-printed"))
    data = output.get("data", {})
    html = data.get("text/html")
    if not isinstance(html, str):
        shown = [kind for kind in data if kind != "text/plain"] or list(data)
        return LeftOut(number, tuple(shown), Problem("left-out-type"))
    clean = cleaned(html)
    if clean.removed:
        what = list(clean.removed)
        return LeftOut(number, ("text/html",), Problem("left-out-html", details={"what": what}))
    return clean.html


def with_marks(html: str, marks: Iterable[Mark]) -> str:
    """Return the HTML of an output, its marks put in."""
    pieces, done = [], 0
    for place, mark in marks:
        pieces += [html[done:place], mark]
        done = place
    return "".join([*pieces, html[done:]])


# --- the pages --------------------------------------------------------------------


def public_page(notebook: Mapping[str, Any], *, strict: bool = False) -> str:
    """Return the public page: no finding, no code, no provenance.

    Raises PageRefused where errors were found, or with `strict` warnings or outputs that would
    be left out; NotAReport where the notebook is no executed report, or the finished page holds
    what no public page may have.
    """
    facts = facts_of(notebook)
    content = content_of(notebook, PUBLIC)
    _refuse(facts["findings"], content, strict=strict)
    page = _page("gongkai/public.html.j2", facts, content, STYLES)
    _refuse_leak(page)
    return page


def review_copy(notebook: Mapping[str, Any]) -> str:
    """Return the review copy: findings, the report with the code of each part, provenance.

    Raises NotAReport where the notebook is no executed report.
    """
    facts, content = facts_of(notebook), content_of(notebook, REVIEW)
    template, styles = "gongkai/review.html.j2", (*STYLES, "review.css")
    return _page(template, facts, content._replace(left_out=left_out(notebook)), styles)


def _page(
    template: str, facts: Mapping[str, Any], content: Content, styles: tuple[str, ...]
) -> str:
    return str(render(template, facts=facts, content=content, style=Markup(_style(styles))))


def _refuse(findings: list[dict[str, Any]], content: Content, *, strict: bool) -> None:
    """Refuse the public page where what was found, or what it would lack, forbids it."""
    severities = [finding["severity"] for finding in findings if not finding.get("accepted")]
    problems = [
        Problem(f"page-has-{severity}s", details={"count": severities.count(severity)})
        for severity, stops in (("error", True), ("warning", strict))
        if stops and severity in severities
    ]
    if strict:
        problems += [item.problem for item in content.left_out]
    if problems:
        raise PageRefused(*problems)


def _refuse_leak(page: str) -> None:
    """Look at the finished page once more: nothing of the review, nothing that runs or loads."""
    found = [sign for sign in _SIGNS_OF_REVIEW if sign in page]
    if page.count("<script") != 1:  # what machines read
        found.append("<script>")
    for pattern in (_ELEMENTS, _ATTRIBUTES, _STYLES):
        found += [match[0][-SHOWN:] for match in [pattern.search(page)] if match]
    if found:
        raise NotAReport(Problem("page-leak", details={"found": found}))


@cache
def _style(names: tuple[str, ...]) -> str:
    return "".join((TEMPLATES / name).read_text("utf-8") for name in names)


def use_current_style(notebook: Mapping[str, Any]) -> None:
    """Give an executed notebook the style of today: it shows in JupyterLab as in the page."""
    style = f"<style>{_style(IN_NOTEBOOK)}</style>"
    for output in outputs_of(notebook):
        if output.get("metadata", {}).get(KEY):
            restyled(output, _STYLE.sub(lambda _: style, output["data"]["text/html"], count=1))
            break


def warm() -> None:
    """Compile the templates and load the style sheets, as the first report would."""
    facts = {"title": "", "start": "", "meta": (), "linked_data": {}}
    for template, styles in (
        ("gongkai/public.html.j2", STYLES),
        ("gongkai/review.html.j2", (*STYLES, "review.css")),
    ):
        _page(template, facts, Content((), ()), styles)
    _style(IN_NOTEBOOK)
    cleaned("")

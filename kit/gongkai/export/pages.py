"""Render the pages of an executed notebook; refuse the public page where findings block it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.export.content import CopyContent, LeftOut, content_of
from gongkai.export.own import BEGIN
from gongkai.manifest import FindingRow, fingerprint_of, fingerprinted
from gongkai.messages import say
from gongkai.outputs import (
    KEY,
    NotAReport,
    html_of,
    opening_of,
    outputs_of,
    restyled,
)
from gongkai.text.sanitizer import cleaned
from gongkai.text.templates import render, style_sheet

STYLES = ("page.css", "print.css")
IN_NOTEBOOK = ("page.css", "lab.css", "review.css")
FOR_REVIEWERS = ("findings", "sign-off")  # ids in the review copy
_SIGNATURE = '<footer class="signature">'  # the name and the date at the end
_PLACE_OF_FINGERPRINT = '<code class="page-fingerprint"></code>'  # in the lines to sign
_STYLE = re.compile(r"<style>[^<]*</style>")


class PageRefused(KitError):
    """Raised if findings, or outputs that would be omitted, block the public page."""


class Verdict(NamedTuple):
    """The verdict at the top of a review copy: "error", "warning" or "clear", and a sentence.

    `next` says what has to be done next, and by whom.
    """

    kind: str
    said: str
    next: str


class Copies:
    """Both copies of an executed notebook, whose outputs are read once.

    Raises NotAReport where the notebook is no executed report, or where an output of the kit does
    not say who may see it, or is of another report.
    """

    def __init__(self, notebook: Mapping[str, Any]) -> None:
        self.facts, report = opening_of(notebook)
        self._public = content_of(notebook, "public", report)
        self._review = content_of(notebook, "review", report)
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

        It has the fingerprint of the public page to be signed. Raises NotAReport where the
        notebook does not show the findings, or the lines to sign.
        """
        _refuse_without(FOR_REVIEWERS, self._review)
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
    content = content_of(notebook, "findings", opening_of(notebook).report)
    marked = _page("gongkai/public.html.j2", copies.facts, content, STYLES)
    return MarkedPage(copies.page, marked, tuple(copies.facts.findings))


def review_copy(notebook: Mapping[str, Any]) -> str:
    """Return the review copy; see `Copies`."""
    return Copies(notebook).review_copy()


def _page(
    template: str, facts: object, content: CopyContent, styles: tuple[str, ...], **more: object
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


def _refuse(findings: Iterable[FindingRow], content: CopyContent, *, strict: bool) -> None:
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


def _refuse_parts(anchors: Sequence[str], content: CopyContent) -> None:
    """Refuse a page that lacks a part, has one twice, or has them in another order."""
    page = "".join(html for cell in content.cells for html in cell.outputs)
    places = [page.find(f' id="{anchor}"') for anchor in anchors]
    wrong = [
        anchor
        for anchor, place, before in zip(anchors, places, [-1, *places], strict=False)
        if place <= before or page.count(f' id="{anchor}"') > 1
    ]
    wrong += ["signature"] if page.count(_SIGNATURE) != 1 else []
    if wrong:
        raise NotAReport(Problem("page-parts", names=wrong))


def _refuse_without(ids: Sequence[str], content: CopyContent) -> None:
    """Refuse a review copy that lacks what reviewers decide by. Raises NotAReport."""
    shown = "".join(html for cell in content.cells for html in cell.outputs)
    lacking = [name for name in ids if f' id="{name}"' not in shown]
    if lacking:
        raise NotAReport(Problem("review-parts", names=lacking))


def use_current_style(notebook: Mapping[str, Any]) -> None:
    """Replace the style sheet in an executed notebook by the current one, for JupyterLab."""
    style = f"<style>{style_sheet(*IN_NOTEBOOK)}</style>"
    for output in outputs_of(notebook):
        if output.get("metadata", {}).get(KEY):
            html = html_of(output)
            if html is not None:  # otherwise the copies refuse it
                restyled(output, _STYLE.sub(lambda _: style, html, count=1))
            break


def warm() -> None:
    """Preload templates and style sheets, so that the first report need not."""
    facts = {"title": "", "start": "", "meta": (), "linked_data": {}}
    verdict = _verdict((), ())
    for template, styles in (
        ("gongkai/public.html.j2", STYLES),
        ("gongkai/review.html.j2", (*STYLES, "review.css")),
    ):
        _page(template, facts, CopyContent((), ()), styles, verdict=verdict)
    style_sheet(*IN_NOTEBOOK)
    cleaned("")

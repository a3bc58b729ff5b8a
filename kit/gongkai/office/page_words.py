"""Read the words of an element of a page, with their styles and the findings marked in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lxml import html

from gongkai.office.content import Run, Runs, words_of
from gongkai.office.line_ends import BREAK

# What is also left out on paper (kit/gongkai/templates/print.css): navigation, repetitions,
# and what works only on a screen.
LEFT_OUT = {
    "anchor", "byline", "filled", "in-words", "key", "margin-note", "rail", "same-text", "skip",
    "terms", "tip", "tools",
}  # fmt: skip
_FINDING = re.compile(r"#finding-([0-9]+)")  # the link target of a finding's mark
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_BOLD, _ITALIC = ("strong", "b"), ("em", "i")


def runs_of(element: html.HtmlElement) -> Runs:
    """Return the words of an element with their styles, without spaces at either end."""
    runs = [run for run in _stretches(element, Run("")) if run.text or run.findings]
    if runs:
        runs[0] = runs[0]._replace(text=runs[0].text.lstrip(" "))
        runs[-1] = runs[-1]._replace(text=runs[-1].text.rstrip(" "))
    return joined(run for run in runs if run.text or run.findings)


def joined(runs: Iterable[Run]) -> Runs:
    """Join adjacent runs of the same style.

    The finding of a mark is attached to the words before it.
    """
    found: list[Run] = []
    for run in runs:
        if not run.text and found:
            found[-1] = found[-1]._replace(findings=(*found[-1].findings, *run.findings))
        elif found and run._replace(text=found[-1].text) == found[-1]:
            found[-1] = found[-1]._replace(text=found[-1].text + run.text)
        else:
            found.append(run)
    return tuple(found)


def finding_of(element: html.HtmlElement) -> tuple[int, ...]:
    """Return the number of the finding that a mark, or the box around a number, links to."""
    classes = classes_of(element)
    leads = _FINDING.fullmatch(element.get("href") or "") if classes & {"mark", "differs"} else None
    return (int(leads[1]),) if leads else ()


def _stretches(element: html.HtmlElement, look: Run) -> Iterator[Run]:
    yield look._replace(text=plain(element.text))
    for child in element:
        classes = classes_of(child)
        if "mark" in classes and finding_of(child):
            yield look._replace(text="", findings=finding_of(child))
        elif _is_shown(child):
            if child.tag == "br":
                yield look._replace(text="\n")
            elif child.tag == "wbr" or "whole" in classes:
                yield look._replace(text=BREAK)
            yield from _stretches(child, _look_of(child, look))
        yield look._replace(text=plain(child.tail))


def _is_shown(element: html.HtmlElement) -> bool:
    """Whether an inline element has words of the report, and not the number of a finding."""
    number = element.tag == "sup" and (element.get("id") or "").startswith("at-")
    known = isinstance(element.tag, str) and element.tag != "svg"
    return known and not number and not classes_of(element) & LEFT_OUT


def _look_of(element: html.HtmlElement, look: Run) -> Run:
    address = element.get("href") or ""
    return Run(
        "",
        look.bold or element.tag in _BOLD,
        look.italic or element.tag in _ITALIC,
        look.raised or element.tag == "sup",
        address=look.address if address.startswith("#") else address or look.address,
        findings=finding_of(element) or look.findings,
    )


def plain(text: str | None) -> str:
    """Return a text with each run of spaces as one; full-width spaces (U+3000) stay."""
    return _BLANKS.sub(" ", text or "")


def words_in(element: html.HtmlElement) -> str:
    """Return the words of an element without their styles."""
    return words_of(runs_of(element))


def classes_of(element: html.HtmlElement) -> set[str]:
    """Return the classes of an element."""
    return set((element.get("class") or "").split())

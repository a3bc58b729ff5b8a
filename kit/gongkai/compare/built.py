"""What a built report says: read back from its manifest and its executed notebook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from gongkai.compare.reports import Amount, Content, Part, sentences
from gongkai.disk import read_file
from gongkai.errors import KitError, Problem
from gongkai.forms.editions import load_form
from gongkai.forms.form import Cell, Code
from gongkai.manifest import Manifest, read_manifest
from gongkai.project import MANIFEST, NOTEBOOK, Target
from gongkai.report import history
from gongkai.text.numbers import parse_number, without_remark

PART = "part-"
# What is a line of a text, and what is no text of a part: by its element, or by its class.
READ = {"p", "li", "dd", "blockquote", "pre", "h2", "h3", "h4", "h5", "h6"}
PASSED = {"table", "figure", "svg", "style", "details", "nav"}
FURNITURE = {"tools", "remark", "no-chart"}


def built_content(folder: Path, slug: str, year: int) -> Content:
    """Return what a built report says.

    Raises KitError where its manifest or its notebook is missing, or not of this kit.
    """
    manifest = read_manifest(folder, Target(slug, year))
    if manifest is None:
        path = folder / slug / f"{year}{MANIFEST}"
        raise KitError(Problem("diff-built-unreadable", path.as_posix()))
    path = folder / slug / f"{year}{NOTEBOOK}"
    try:
        notebook = json.loads(read_file(path))
        outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", ())]
        found = (output.get("metadata", {}).get("gongkai") for output in outputs)
        facts = next(item for item in found if item)
        return _content(manifest, facts, [_html(output) for output in outputs])
    except (
        OSError,
        ValueError,
        RecursionError,
        StopIteration,
        LookupError,
        TypeError,
        AttributeError,
    ):
        raise KitError(Problem("diff-built-unreadable", path.as_posix())) from None


def _html(output: Mapping[str, Any]) -> str:
    html = output.get("data", {}).get("text/html", "")
    return html if isinstance(html, str) else "".join(html)


def _content(manifest: Manifest, facts: Mapping[str, Any], pages: list[str]) -> Content:
    known = _cells(manifest["edition"])
    stated = facts["cells"]  # in no order that means anything: a notebook's keys are sorted
    codes = [
        *(code for code in known if code in stated),
        *(code for code in stated if code not in known),
    ]
    return Content(
        title=facts["title"],
        edition=manifest["edition"],
        figures={code: _amount(known.get(code), code, stated[code]) for code in codes},
        series=_series(manifest["edition"], facts["figures"]),
        findings=tuple(manifest["findings"]),
        parts=_parts(pages),
        particulars={"title": facts["title"]},
        files={**manifest["execute"], **manifest["export"], **manifest["outputs"]},
    )


def _cells(edition: str) -> Mapping[Code, Cell]:
    """Return the cells of a form; none where it is not known here."""
    try:
        return load_form(edition).cells
    except KitError:
        return {}


def _amount(cell: Cell | None, code: Code, text: str) -> Amount:
    """Return a figure as it was printed; a local line has no other name than its code."""
    stated, _ = without_remark(text)
    number, _, _ = parse_number(stated, cell.kind if cell else "amount")
    return Amount(cell.name if cell else code, cell.unit if cell else "", number, text)


def _series(edition: str, figures: Mapping[str, str]) -> dict[str, tuple[tuple[Code, ...], Amount]]:
    """Return the series of the edition's form; none where it is not known here."""
    try:
        form = load_form(edition)
    except KitError:
        return {}
    found = {}
    for key, named in history.crosswalk().items():
        codes = form.expanded(form.series.get(key, ()))
        if codes:
            text = figures.get(key, "")
            number, _, _ = parse_number(text, "signed")
            found[key] = (codes, Amount(named.label, named.unit, number, text))
    return found


class _Reader(HTMLParser):
    """Collects the lines of text of each part of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.part = ""
        self.lines: list[tuple[str, str, str]] = []
        self._passed: list[str] = []
        self._open: list[str] = []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a part, a line, or what is passed over."""
        named = {name: value or "" for name, value in attrs}
        if named.get("id", "").startswith(PART):
            self.part = named["id"].removeprefix(PART)
        if tag in READ:
            self._close()
            self._open.append(tag)
        if tag in PASSED or FURNITURE & set(named.get("class", "").split()):
            self._passed.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """End a line, or what is passed over."""
        if self._passed and self._passed[-1] == tag:
            self._passed.pop()
        if tag in READ and tag in self._open:
            self._close()
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        """Take the words of a line."""
        if not self._passed:
            self._text += data

    def _close(self) -> None:
        """Keep the words so far: they are a line of the innermost element that is open."""
        text = " ".join(self._text.split())
        if text and self._open and self.part:
            self.lines.append((self.part, self._open[-1], text))
        self._text = ""


def _parts(pages: list[str]) -> dict[str, Part]:
    """Return the parts of a report, from the HTML of each output of its notebook."""
    lines = []
    for html in pages:
        reader = _Reader()
        reader.feed(html)
        lines += reader.lines
    return {part: _part(part, lines) for part in dict.fromkeys(part for part, _, _ in lines)}


def _part(part: str, lines: list[tuple[str, str, str]]) -> Part:
    heading = next((text for name, tag, text in lines if name == part and tag == "h2"), "引言")
    texts = [text for name, tag, text in lines if name == part and tag != "h2"]
    return Part(heading, tuple(item for text in texts for item in sentences(text)))

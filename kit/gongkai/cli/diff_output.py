"""Format the differences between two reports: lines for a person, JSON, or a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from gongkai.compare.reports import Comparison, FigureChange, FindingChange, marked
from gongkai.manifest import FindingRow
from gongkai.messages import first_few, json_line, language, say
from gongkai.text.templates import render, style_sheet

FEW = 5  # codes named in a line; the other formats have all of them
ONE_SIDED = {"new": "diff-new", "removed": "diff-removed", "unreadable": "diff-unreadable"}
ALONE = {"left": "diff-only-left", "right": "diff-only-right", "both": "diff-only-both"}
SIGNS = {"new": "+", "removed": "-", "changed": "~"}


LONGEST_MARK = 1000  # bytes of a file in which to look for the mark of a result
_PAGE = b'<meta name="generator" content="gongkai-kit diff">'
_ROW = re.compile(rb'\{"left": ?"[^"]*", ?"right": ?"[^"]*", ?"kind": ?"report"')


def is_result(head: bytes) -> bool:
    """Whether a file with this beginning is a page or the rows of a comparison."""
    return _PAGE in head or bool(_ROW.match(head))


class ComparedPair(NamedTuple):
    """Two reports, the outcome of comparing them, and the differences if both were read."""

    left: str
    right: str
    outcome: Literal["compared", "same", "new", "removed", "unreadable"]
    comparison: Comparison | None = None

    @property
    def differs(self) -> bool:
        """Whether there is any difference."""
        return self.comparison.differs if self.comparison else self.outcome != "same"


def lines_of(item: ComparedPair, style: str) -> Iterator[str]:
    """Yield a comparison's lines: `text` for a person, `json` for one object per line."""
    if style == "json":
        names = {"left": item.left, "right": item.right}
        for row in _rows(item):
            yield json_line({**names, **row})
    elif item.comparison is None:
        if item.outcome != "same":
            yield say(ONE_SIDED[item.outcome], left=item.left, right=item.right)
    elif item.differs:
        yield from _text(item.left, item.right, item.comparison)


# --- for a program ----------------------------------------------------------------


def _rows(item: ComparedPair) -> Iterator[dict[str, Any]]:
    """Yield the differences as plain data: a summary row, then one row per difference."""
    yield {"kind": "report", "outcome": item.outcome, "differs": item.differs}
    if item.comparison:
        yield from _figure_rows(item.comparison)
        yield from _other_rows(item.comparison)


def _figure_rows(found: Comparison) -> Iterator[dict[str, Any]]:
    yield {
        "kind": "forms",
        "editions": list(found.editions),
        "comparable": found.comparable,
        "unchanged": found.unchanged,
        "not_comparable": {side: len(found.uncompared[side]) for side in ALONE},
    }
    for figure in found.figures:
        yield {"kind": "figure", **figure._asdict()}
    for side in ALONE:
        for alone in found.uncompared[side]:
            yield {"kind": "not-comparable", "side": side, **alone._asdict()}


def _other_rows(found: Comparison) -> Iterator[dict[str, Any]]:
    for finding in found.findings:
        yield {"kind": "finding", **_finding_row(finding)}
    for part, heading, change, before, after in found.text:
        texts = {"before": before, "after": after}
        yield {"kind": "text", "part": part, "heading": heading, "change": change, **texts}
    for kind, differences in (("particular", found.particulars), ("file", found.files)):
        for other in differences:
            yield {"kind": kind, **other._asdict()}


def _finding_row(finding: FindingChange) -> dict[str, Any]:
    row = finding.row
    return {
        **row.model_dump(mode="json", include={"id", "severity", "codes", "part"}),
        "change": finding.kind,
        "before": _in_both(finding.before),
        "after": _in_both(finding.after),
    }


def _in_both(row: FindingRow | None) -> dict[str, str] | None:
    """Return the sentence of a finding in both languages."""
    return {"zh": row.zh, "en": row.en} if row else None


# --- for a person -----------------------------------------------------------------


def _text(left: str, right: str, found: Comparison) -> Iterator[str]:
    """Yield every difference, readable without colour; what is unchanged is only counted."""
    yield say("diff-title", left=left, right=right)
    for line in (*_figure_lines(found), *_finding_lines(found), *_text_lines(found)):
        yield f"  {line}"
    for heading, differences in (
        ("diff-particulars", found.particulars),
        ("diff-files", found.files),
    ):
        if differences:
            yield "  " + say(heading, count=len(differences))
        for item in differences:
            shown = say("diff-value", before=_shown(item.before), after=_shown(item.after))
            hashed = heading == "diff-files"
            yield f"    {SIGNS[item.kind]} {item.name}" + ("" if hashed else f": {shown}")


def _figure_lines(found: Comparison) -> Iterator[str]:
    left, right = found.editions
    message = "diff-same-form" if found.same_form else "diff-forms"
    yield say(message, left=left, right=right, count=found.comparable)
    yield say("diff-figures", differ=len(found.figures), same=found.unchanged)
    for figure in found.figures:
        yield f"  {_figure(figure)}"
    for side, edition in (("left", left), ("right", right), ("both", "")):
        alone = found.uncompared[side]
        if alone:
            said = {
                "count": len(alone),
                "edition": edition,
                "codes": first_few((item.code for item in alone), FEW),
            }
            yield say(ALONE[side], **said)


def _figure(figure: FigureChange) -> str:
    values = say("diff-value", before=_shown(figure.before), after=_shown(figure.after))
    said = ", ".join(text for text in (figure.change, figure.percent) if text)
    return f"{figure.code} {figure.name}: {values} {figure.unit}" + (f" ({said})" if said else "")


def _shown(text: str) -> str:
    return text or say("diff-blank")


def _finding_lines(found: Comparison) -> Iterator[str]:
    counted = {kind: found.count(kind) for kind in ("new", "removed", "changed", "same")}
    yield say("diff-findings", **counted)
    for finding in found.findings:
        if finding.kind != "same":
            row = finding.row
            severity = say(f"severity-{row.severity}")
            yield f"  {SIGNS[finding.kind]} {severity}: {row.sentence(language())} [{row.id}]"


def _text_lines(found: Comparison) -> Iterator[str]:
    kinds = [sentence.kind for sentence in found.text]
    yield say("diff-text", **{kind: kinds.count(kind) for kind in ("new", "removed", "changed")})
    heading = ""
    for sentence in found.text:
        if sentence.heading != heading:
            heading = sentence.heading
            yield f"  {heading}"
        yield from (f"    - {text}" for text in (sentence.before,) if text)
        yield from (f"    + {text}" for text in (sentence.after,) if text)


# --- as a page --------------------------------------------------------------------


def page_of(found: list[ComparedPair], left: str, right: str) -> str:
    """Return one self-contained page of all comparisons, without scripts."""
    shown = [item for item in found if item.differs]
    severities = {name: say(f"severity-{name}", "zh") for name in ("error", "warning", "note")}
    return render(
        "diff/diff.html.j2",
        style=style_sheet("page.css", "diff/diff.css"),
        left=left,
        right=right,
        found=shown,
        same=len(found) - len(shown),
        severities=severities,
        marked=marked,
    )

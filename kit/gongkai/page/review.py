"""The additions of the review copy: findings, changes, numbers, provenance, sign-off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal

from gongkai.checks.accepted import entry_for
from gongkai.checks.findings import FEW, Finding
from gongkai.errors import SEVERITIES
from gongkai.messages import say
from gongkai.page.anchors import Places
from gongkai.page.narrative import PartText
from gongkai.page.verdicts import Verdicts
from gongkai.report import history
from gongkai.report import provenance as origin
from gongkai.report.model import Past, Report
from gongkai.text.numbers import plain
from gongkai.text.placeholders import Fact, Figure, Segment, Share
from gongkai.text.sentence_diff import Passage, compared
from gongkai.text.templates import Markup, mark, render

# Printed above the report in the review copy.
SAME_TEXT = mark(
    '<p class="same-text">以下为报告，除标记外与公开页一字不差。'
    "※为发现；下划线和方框说明每个数的来源。</p>"
)
# The additions before and after the report, with their names in the table of contents.
BEFORE = {"findings": "校验发现", "since": "与上一年比较", "numbers": "正文中的数"}
AFTER = {"sign-off": "签署", "rolled-up": "相加而成", "provenance": "来源"}
MOST_APART = 60  # bodies listed for a sum; the file next to the report has all
STATES = {"in": "已报", "missing": "缺报", "unreadable": "无法读取", "exempt": "免报"}


def findings(places: Places, tally: str) -> Markup:
    """Return the findings: the rule, both sides, and a link to the place."""
    return render(
        "page/findings.html.j2",
        findings=places.numbered,
        tally=tally,
        names={severity: say(f"severity-{severity}", "zh") for severity in SEVERITIES},
        places=places,
        entry=lambda item: entry_for(item, (finding for _, finding in places.numbered)),
        first=not places.report.parameters.accepted,
        file=places.report.files["year"].name,
    )


def tally_of(findings: tuple[Finding, ...]) -> str:
    """Return a sentence with the numbers of open findings by severity, and of accepted ones."""
    standing = [item.severity for item in findings if not item.accepted]
    accepted = len(findings) - len(standing)
    counted = {f"{severity}s": standing.count(severity) for severity in SEVERITIES}
    message = "tally-accepted" if accepted else "tally"
    return say(message, "zh", **counted, accepted=accepted)


def numbers(texts: Iterable[PartText], verdicts: Verdicts) -> Markup:
    """Return the counts of numbers in the text by source, and the numbers typed by hand."""
    origins: Counter[type[Segment]] = Counter()
    typed = []
    for text in texts:
        origins += text.origins
        typed += [(item, verdicts.of(item.span)) for item in text.typed]
    counted = {"figures": origins[Figure], "facts": origins[Fact], "shares": origins[Share]}
    return render("page/numbers.html.j2", numbers=counted, typed=typed)


def changes(report: Report, past: Past) -> Markup:
    """Return the changes since last year: the figures and the text.

    The figures are left out if the public page has them.
    """
    previous = past.last_year(report)
    public = report.parameters.year_on_year
    parts = _wording(report, previous) if previous else []
    return render(
        "page/since.html.j2",
        before=report.year - 1,
        previous=previous,
        figures=figures_beside(report, previous, changed=True) if previous and not public else "",
        same_form=bool(previous and report.is_on_form_of(previous)),
        parts=parts,
        unchanged=[
            heading for heading, passages in parts if all(it.kind == "same" for it in passages)
        ],
        alone=_parts_of_one_year(report, previous) if previous else (),
    )


def figures_beside(report: Report, previous: Report, *, changed: bool = False) -> Markup:
    """Compare this year with the last: all figures, or those that changed, largest change first."""
    rows = history.changes(report, previous)
    shown = list(rows)
    if changed:
        moved = (row for row in rows if row.size)
        shown = sorted(moved, key=lambda row: row.size, reverse=True)
    return render(
        "page/changes.html.j2",
        changes=shown,
        unchanged=len(rows) - len(shown),
        before=previous.year,
        now=report.year,
        same_form=report.is_on_form_of(previous),
        comparable=report.compares_with(previous),
        few=FEW,
    )


def _wording(report: Report, previous: Report) -> list[tuple[str, tuple[Passage, ...]]]:
    """Return the changes in the text of each part that both forms have."""
    return [
        (heading, compared(_words(previous, part), _words(report, part)))
        for part, heading in report.headings.items()
        if part in previous.headings
    ]


def _parts_of_one_year(report: Report, previous: Report) -> list[str]:
    """Return the headings of the parts that only one of the two forms has."""
    pair = (
        (previous.headings, report.headings),
        (report.headings, previous.headings),
    )
    return [text for own, other in pair for part, text in own.items() if part not in other]


def _words(report: Report, part: str) -> str:
    """Return the plain text of a part, one line per paragraph."""
    return "\n".join(PartText(report, part).lines())


def provenance(report: Report, inputs: Mapping[str, str]) -> Markup:
    """Return the hashes of the inputs, the form and the versions.

    Above them, for a sum, the contributions to the figures.
    """
    return _contributions(report) + render(
        "page/provenance.html.j2",
        inputs=inputs,
        form=report.form,
        versions=origin.versions(),
        nothing=origin.digest(b""),
        fingerprint=origin.fingerprint(inputs),
    )


def _contributions(report: Report) -> Markup:
    """Return each sum with the contributing bodies, the largest first; '' without a roll-up."""
    roll_up = report.roll_up
    if roll_up is None:
        return Markup("")
    cells = []
    for code, cell in roll_up.form.cells.items():
        total, parts = roll_up.sums.get(code), roll_up.apart(code)
        if total and parts:
            named = [(body, plain(number)) for body, number in parts[:MOST_APART]]
            others = [number for _, number in parts[MOST_APART:]]
            rest = (len(others), plain(sum(others, Decimal(0)))) if others else None
            cells.append((cell, plain(total), named, rest))
    file = f"{report.year}{origin.ROLLUP_FIGURES}"
    return render(
        "page/rolled_up.html.j2", roll_up=roll_up, cells=cells, states=STATES, figures=file
    )


def sign_off(report: Report, tally: str) -> Markup:
    """Return the lines to sign on the printed copy.

    The exporter adds the fingerprint of the public page, which is only known there.
    """
    return render("page/sign_off.html.j2", title=report.title, tally=tally)


def names_after(report: Report) -> Mapping[str, str]:
    """Return the additions after a report, by their ids; `rolled-up` only for a sum."""
    return {place: name for place, name in AFTER.items() if place != "rolled-up" or report.roll_up}


def entries(parts: Mapping[str, str]) -> Markup:
    """Return a mark that adds the parts of the review copy to the table of contents."""
    entry = Markup('<li class="review"><a href="#{}">{}</a></li>\n')
    return mark(Markup("").join(entry.format(place, name) for place, name in parts.items()))

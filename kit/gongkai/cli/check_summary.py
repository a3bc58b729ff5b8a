"""`gongkai check --format markdown`: what a reviewer of a change wants to read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gongkai.cli.check_formats import FEW_KINDS, Checked, Collected, acceptance
from gongkai.cli.printing import echo
from gongkai.compare.reports import finding_changes
from gongkai.manifest import FindingRow
from gongkai.messages import first_few, language, printable, say

MOST = 50  # findings per section, since platforms limit the length of a comment
NAMES = 10  # reports that are named
_MARKS = {"error": "❌", "warning": "⚠️", "note": "ℹ️"}
_ACTIVE = re.compile(r"([\\`*_\[\]#|~])")


@dataclass
class Summary(Collected):
    """Prints the findings of all reports, or what is new since a revision.

    `before` has the findings at that revision, or None if nothing is compared.
    """

    revision: str = ""
    before: Sequence[Checked] | None = None
    removed: Sequence[str] = ()

    def end(self) -> None:
        """Print the summary."""
        if self.before is None:
            found = [row for checked in self.all for row, _ in checked.rows if not row.accepted]
            _print_section("markdown-found", found, folded=False)
            if not found:
                echo(say("markdown-none"))
            return
        kinds = self._changes()
        counts = {kind: len(rows) for kind, rows in kinds.items()}
        echo(say("markdown-title", **counts), "")
        echo(*self._reports())
        _print_section("markdown-new", kinds["new"], folded=False)
        _print_section("markdown-resolved", kinds["resolved"], folded=False)
        _print_section("markdown-accepted", kinds["accepted"], folded=False)
        _print_section("markdown-unknown", kinds["unknown"], folded=True)
        _print_section("markdown-same", kinds["same"], folded=True)

    def _reports(self) -> Iterator[str]:
        names = [checked.report for checked in self.all]
        details = {"count": len(names), "revision": _plain(self.revision)}
        if names:
            yield say("markdown-changed", names=_first(names), **details)
        else:
            yield say("markdown-unchanged", **details)
        uncompared = [
            now for then, now in self._pairs() if then.rows and then.unreadable != now.unreadable
        ]
        for message, others in (
            ("markdown-removed", self.removed),
            ("markdown-unreadable", [it.report for it in uncompared if it.unreadable]),
            ("markdown-was-unreadable", [it.report for it in uncompared if not it.unreadable]),
        ):
            if others:
                yield ""
                yield say(message, **details | {"count": len(others), "names": _first(others)})

    def _pairs(self) -> Iterator[tuple[Checked, Checked]]:
        """Yield the earlier and the present findings of each report."""
        then = {checked.report: checked for checked in self.before or ()}
        for checked in self.all:
            yield then.get(checked.report, Checked(checked.report, ())), checked

    def _changes(self) -> dict[str, list[FindingRow]]:
        """Return the findings that are new, resolved, accepted since, the same, and unknown.

        Unknown are those of a report that could not be read before.
        """
        sections = ("new", "resolved", "accepted", "unknown", "same")
        kinds: dict[str, list[FindingRow]] = {section: [] for section in sections}
        for then, now in self._pairs():
            for change in finding_changes(*_comparable(then, now)):
                was = change.before is not None and not change.before.accepted
                stands = change.after is not None and not change.after.accepted
                if stands:
                    same = was and change.kind == "same"
                    kinds["same" if same else "new"].append(change.row)
                if was and not stands:
                    kinds["accepted" if change.after else "resolved"].append(change.row)
            if then.unreadable and not now.unreadable:
                kinds["unknown"] += [row for row in _rows(now) if not row.accepted]
        return kinds


def _comparable(then: Checked, now: Checked) -> tuple[list[FindingRow], list[FindingRow]]:
    """Return the earlier and the present findings that can be compared.

    Of a report that could be read only on one side, these are the problems of the other side.
    """
    differ = then.unreadable != now.unreadable
    before, after = ([] if differ and not it.unreadable else _rows(it) for it in (then, now))
    return before, after


def _rows(checked: Checked) -> list[FindingRow]:
    return [row for row, _ in checked.rows]


def _first(names: Sequence[str]) -> list[str]:
    return first_few((f"`{name}`" for name in names), NAMES)


def _print_section(message: str, rows: Sequence[FindingRow], *, folded: bool) -> None:
    """Print the findings of one kind below their number; nothing where there are none."""
    if not rows:
        return
    title = say(message, count=len(rows))
    echo("", f"<details><summary>{title}</summary>" if folded else f"### {title}", "")
    ranked = sorted(rows, key=lambda row: list(_MARKS).index(row.severity))
    echo(*map(_item, ranked[:MOST]))
    if len(ranked) > MOST:
        echo(say("markdown-more", count=len(ranked) - MOST, kinds=_kinds(ranked[MOST:])))
    if folded:
        echo("", "</details>")


def _kinds(rows: Iterable[FindingRow]) -> list[str]:
    counted = Counter(row.id for row in rows).most_common()
    return first_few((f"`{kind}` {count}" for kind, count in counted), FEW_KINDS)


def _item(row: FindingRow) -> str:
    said = _plain(row.sentence(language()) + acceptance(row))
    severity = say(f"severity-{row.severity}")
    place = _plain(row.place) if "`" in row.place else f"`{printable(row.place)}`"
    return f"- {_MARKS[row.severity]} {severity} {place}: {said} `{row.id}`"


def _plain(text: str) -> str:
    """Escape a text for Markdown: no markup, no HTML, and no @-mentions."""
    text = _ACTIVE.sub(r"\\\1", printable(text))
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("@", "&#64;")):
        text = text.replace(character, entity)
    return text

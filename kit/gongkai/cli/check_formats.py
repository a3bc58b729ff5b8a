"""The output formats of `gongkai check`: for people, programs, and CI platforms."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.metadata import version
from typing import NamedTuple
from urllib.parse import quote

from gongkai.cli.printing import echo, echo_for_programs, echo_json
from gongkai.errors import MOST, SEVERITIES, Problem, first_of_each_file
from gongkai.manifest import FindingRow
from gongkai.messages import catalogue, first_few, language, printable, say
from gongkai.report.provenance import digest
from gongkai.report.source_file import Printed

PrintedFinding = tuple[FindingRow, Mapping[str, Printed]]


FEW = 3  # places of a finding's figures named in a line; JSON has all of them
ANNOTATIONS = 10  # per severity: GitHub shows no more for one step
FEW_KINDS = 5  # kinds of finding that a summary names
_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_GITLAB_SEVERITIES = {"error": "critical", "warning": "minor", "note": "info"}


class Checked(NamedTuple):
    """The findings of one report, and whether it was unreadable.

    Each finding comes with the places where a document printed its figures, by code.
    """

    report: str
    rows: Sequence[PrintedFinding]
    unreadable: bool = False


class Writer:
    """Takes the findings of one report after the other, and prints them at once or at the end."""

    def add(self, checked: Checked) -> None:
        """Take the findings of a report."""
        raise NotImplementedError

    def end(self) -> None:
        """Print what has not been printed yet."""


@dataclass
class Collected(Writer):
    """A format that can be printed only when all findings are known."""

    all: list[Checked] = field(default_factory=list, init=False)

    def add(self, checked: Checked) -> None:
        """Keep the findings of a report."""
        self.all.append(checked)

    def rows(self) -> Iterator[tuple[str, FindingRow, str]]:
        """Yield each finding: its report, the finding, and its sentence."""
        for checked in self.all:
            for row, printed in checked.rows:
                yield checked.report, row, printable(_sentence(row, printed))


def writer_of(style: str, *, strict: bool) -> Writer:
    """Return the writer for a style of `STYLES`, or for "junit"."""
    return _JUnit(strict) if style == "junit" else STYLES[style]()


# --- lines ------------------------------------------------------------------------


class _Text(Writer):
    """One line per finding, for people."""

    def add(self, checked: Checked) -> None:
        rows = checked.rows
        if len(rows) > MOST:  # so that no error is among those only counted
            rows = sorted(rows, key=lambda found: SEVERITIES.index(found[0].severity))
        lines = (_line(*row, checked.report) for row in rows)
        echo(*first_of_each_file(lines, checked.report))


def _line(row: FindingRow, printed: Mapping[str, Printed], report: str = "") -> str:
    severity = say(f"severity-{row.severity}")
    return printable(f"{row.place or report}: {severity}: {_sentence(row, printed)} [{row.id}]")


class _Json(Writer):
    """One object per finding, with all that is known about it."""

    def add(self, checked: Checked) -> None:
        for row, printed in checked.rows:
            places = {code: cell.place for code, cell in printed.items()}
            more = {"printed": places} if places else {}
            echo_json({"report": checked.report, **row.model_dump(mode="json"), **more})


class _GitHub(Writer):
    """Annotations of lines; of too many, the first, and how many more there are."""

    def __init__(self) -> None:
        self._shown: Counter[str] = Counter()
        self._more: dict[str, Counter[str]] = {severity: Counter() for severity in SEVERITIES}
        self._held: dict[str, str] = {}  # the tenth, printed unless there are more

    def add(self, checked: Checked) -> None:
        for row, printed in checked.rows:
            severity = "note" if row.accepted else row.severity
            self._shown[severity] += 1
            line = _annotation(severity, row, printed)
            if self._shown[severity] < ANNOTATIONS:
                echo_for_programs(line)
            else:
                self._held.setdefault(severity, line)
                self._more[severity][row.id] += 1

    def end(self) -> None:
        for severity, kinds in self._more.items():
            if kinds.total() == 1:
                echo_for_programs(self._held[severity])
            elif kinds:
                some = first_few((f"{kind} {n}" for kind, n in kinds.most_common()), FEW_KINDS)
                text = say("check-annotations", count=kinds.total(), kinds=some)
                echo_for_programs(f"::{_LEVELS[severity]}::{_data(text)}")


def _annotation(severity: str, row: FindingRow, printed: Mapping[str, Printed]) -> str:
    place = f"file={_property(row.file)},line={row.line or 1}"
    text = _data(_sentence(row, printed))
    return f"::{_LEVELS[severity]} {place},title={_property(row.id)}::{text}"


def _data(text: str) -> str:
    """Escape a message for GitHub's workflow commands."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _sentence(row: FindingRow, printed: Mapping[str, Printed]) -> str:
    """Return a finding's sentence, with where its figures are printed and who accepted it."""
    text = row.sentence(language())
    if printed:
        words = [f"{cell.name}: {_in_words(cell.said())}" for cell in printed.values()]
        doubted = any(cell.doubts for cell in printed.values())
        rest = [say("check-more", count=len(words) - FEW)] if len(words) > FEW else []
        text += say("check-doubted" if doubted else "check-printed", places=words[:FEW] + rest)
    return text + acceptance(row)


def acceptance(row: FindingRow) -> str:
    """Return who accepted a finding and why, in brackets after a blank; '' if nobody did."""
    if row.accepted is None:
        return ""
    said = say("finding-accepted", **row.accepted.model_dump())
    return f" ({said})"


def _in_words(place: Problem | str) -> str:
    return place.text() if isinstance(place, Problem) else place


# --- files ------------------------------------------------------------------------


@dataclass
class _JUnit(Collected):
    """One test per report, in the class of its agency, which fails if the command would."""

    strict: bool

    def end(self) -> None:
        cases = [self._case(checked) for checked in self.all]
        failed = sum("<failure" in case for case in cases)
        broken = sum("<error" in case for case in cases)
        counts = f'tests="{len(cases)}" failures="{failed}" errors="{broken}"'
        suite = f'<testsuite name="gongkai check" {counts}>'
        begins = '<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {counts}>", suite
        echo_for_programs(*begins, *cases, "</testsuite>", "</testsuites>")

    def _case(self, checked: Checked) -> str:
        slug, _, year = checked.report.partition("/")
        failing = ("error", "warning") if self.strict else ("error",)
        grave = [row for row in checked.rows if row[0].severity in failing and not row[0].accepted]
        others = [row for row in checked.rows if row not in grave]
        tag = "error" if checked.unreadable else "failure"
        inside = ""
        if grave:
            first = _xml(_line(*grave[0]))
            inside += f'<{tag} message="{first}">{_lines(grave)}</{tag}>'
        if others:
            inside += f"<system-out>{_lines(others)}</system-out>"
        return f'<testcase classname="{_xml(printable(slug))}" name="{year}">{inside}</testcase>'


def _lines(rows: Sequence[PrintedFinding]) -> str:
    return "&#10;".join(_xml(_line(*row)) for row in rows)


def _xml(text: str) -> str:
    """Escape a text for XML, including the two noncharacters that XML does not allow."""
    return escape(text.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff"))


class _Sarif(Collected):
    """SARIF 2.1.0, which GitHub and many editors show."""

    def end(self) -> None:
        found = list(self.rows())
        ids = sorted({row.id for _, row, _ in found})
        driver = {
            "name": "gongkai-kit",
            "version": version("gongkai-kit"),
            "rules": [_rule(kind) for kind in ids],
        }
        run = {
            "tool": {"driver": driver},
            "columnKind": "unicodeCodePoints",
            "results": [_result(*one, ids) for one in found],
        }
        schema = "https://json.schemastore.org/sarif-2.1.0.json"
        echo_json({"$schema": schema, "version": "2.1.0", "runs": [run]})


def _rule(id: str) -> dict[str, object]:
    known = f"rule-{id}" in catalogue("en")
    return {"id": id, **({"shortDescription": {"text": say(f"rule-{id}")}} if known else {})}


def _result(report: str, row: FindingRow, text: str, ids: Sequence[str]) -> dict[str, object]:
    place = {
        "artifactLocation": {"uri": quote(os.fsencode(row.file))},
        "region": {"startLine": row.line or 1},
    }
    accepted = {"kind": "external", "justification": row.accepted.reason} if row.accepted else None
    return {
        "ruleId": row.id,
        "ruleIndex": ids.index(row.id),
        "level": row.severity,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"finding/v1": _fingerprint(report, row)},
        **({"suppressions": [accepted]} if accepted else {}),
    }


def _fingerprint(report: str, row: FindingRow, number: int = 0) -> str:
    """Return an identifier for a finding that stays the same if it moves to another line."""
    said = [report, row.id, row.codes, row.part, row.values, row.zh, number]
    return digest(json.dumps(said, ensure_ascii=False).encode(errors="surrogatepass"))[:32]


class _GitLab(Collected):
    """A code quality report, which GitLab shows in the diff of a merge request.

    Accepted findings are left out: the format cannot mark them.
    """

    def end(self) -> None:
        seen: Counter[str] = Counter()
        found = []
        for report, row, text in self.rows():
            if row.accepted:
                continue
            known = _fingerprint(report, row)
            seen[known] += 1
            found.append(
                {
                    "description": text,
                    "check_name": row.id,
                    "fingerprint": _fingerprint(report, row, seen[known] - 1),
                    "severity": _GITLAB_SEVERITIES[row.severity],
                    "location": {"path": row.file, "lines": {"begin": row.line or 1}},
                }
            )
        echo_json(found)


STYLES: Mapping[str, type[Writer]] = {
    "text": _Text,
    "json": _Json,
    "github": _GitHub,
    "sarif": _Sarif,
    "gitlab": _GitLab,
}

"""The models of a manifest and of the facts in a notebook's first output; read and write them.

Nothing on the disk is trusted: whoever can write there can write anything. A manifest that is
damaged counts as not there, and the next build makes it anew. `python -m gongkai.manifest`
prints the JSON Schema, which docs/manifest.schema.json holds.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any, Literal

from gongkai.disk import read_file
from gongkai.errors import Severity
from gongkai.project import MANIFEST, NOTEBOOK, PUBLIC, REVIEW, Target
from gongkai.text.models import Date, Field, Invalid, Model, indented_json
from gongkai.text.span import Span

LARGEST = 20_000_000  # bytes of a manifest; those of real reports have less than a hundredth
# Where a public page says its own fingerprint.
_FINGERPRINT = re.compile(r'(<meta name="gongkai-fingerprint" content=")([0-9a-f]*)(">)')
_ALWAYS = (REVIEW, NOTEBOOK)  # a public page is there only where nothing forbids it


class Acceptance(Model):
    """Why a finding was accepted, and by whom."""

    reason: str
    by: str


class FindingRow(Model):
    """A finding: its kind, how grave it is, its place, the values that disagree, the sentence."""

    id: str
    severity: Severity
    accepted: Acceptance | None = None
    file: str
    line: int = Field(ge=0)
    codes: tuple[str, ...] = ()
    part: str = ""
    spans: tuple[Span, ...] = ()
    values: tuple[str, ...] = ()
    zh: str
    en: str

    def sentence(self, language: str) -> str:
        """Return what was found, in one of the two languages."""
        return self.zh if language == "zh" else self.en

    @property
    def place(self) -> str:
        """The file, and the line where there is one."""
        return f"{self.file}:{self.line}" if self.line else self.file


class LeftOutRow(Model):
    """An output of the notebook that no page takes in: its cell, its MIME types, and why."""

    cell: int = Field(ge=0)
    types: tuple[str, ...]
    zh: str
    en: str

    def sentence(self, language: str) -> str:
        """Return what was left out and why, in one of the two languages."""
        return self.zh if language == "zh" else self.en


class PartWords(Model):
    """The words of a part as the page prints them: its heading, and its sentences."""

    heading: str
    sentences: tuple[str, ...]


class ReportContents(Model):
    """What a report says, in the notebook's first output and in the manifest.

    `figures` are those of the series that can be followed over the years, `cells` all of the
    form by their codes, as they are printed. `fingerprint` names the inputs that were read,
    `district` the place that the agency is of, '' where nothing says it; `signed` is the day that
    the report states, where it states one.
    """

    title: str
    edition: str
    name: str
    district: str
    signed: Date = None
    figures: dict[str, str]
    cells: dict[str, str]
    sentences: dict[str, PartWords]
    findings: tuple[FindingRow, ...]
    fingerprint: str


class Facts(ReportContents):
    """What the notebook's first output says of the whole report, for the exporters.

    `start` is the anchor of the first part; `anchors` are the places that each page has, in
    order; `meta` and `linked_data` are what machines read.
    """

    version: str
    start: str
    anchors: tuple[str, ...]
    meta: tuple[tuple[str, str], ...]
    linked_data: dict[str, Any]


class ExportInputs(Model):
    """What decides the pages beside the executed notebook.

    `templates` is one hash of the files that make them, `strict` whether warnings stop the public
    page.
    """

    templates: str
    strict: bool

    def named(self) -> dict[str, str]:
        """Return each by the name under which it is shown where two builds differ."""
        return {"--strict": str(self.strict), "templates": self.templates}


class Manifest(ReportContents):
    """What was made of a report, and from what: hashes by the names of inputs and outputs.

    `execute` decides the cells' outputs; `export`, beside the executed notebook, the pages.
    `page` is the fingerprint of the public page, also of one that findings forbid: it is what
    the review copy has to be signed. One with another schema number counts as damaged.
    """

    # Raise it when an older manifest would mean something else, or when a build fills in a field
    # differently. Reports with an older one are then out of date.
    schema_number: Literal[2] = Field(2, alias="schema")
    report: str
    left_out: tuple[LeftOutRow, ...]
    execute: dict[str, str]
    export: ExportInputs
    outputs: dict[str, str]
    page: str

    @property
    def standing(self) -> tuple[FindingRow, ...]:
        """The findings that are not accepted."""
        return tuple(finding for finding in self.findings if not finding.accepted)

    @property
    def is_blocked(self) -> bool:
        """Whether the report was built without a public page."""
        year = self.report.partition("/")[2]
        return f"{year}{PUBLIC}" not in self.outputs

    def written(self) -> str:
        """Return the manifest as the text of its file, with sorted keys.

        Values read back from a notebook have lost their original order.
        """
        return indented_json(self.model_dump(mode="json", by_alias=True))


def read_manifest(outputs: Path, target: Target) -> Manifest | None:
    """Return the manifest of a report; None where there is none, or where it is damaged."""
    try:
        data = read_file(outputs / target.slug / f"{target.year}{MANIFEST}", LARGEST)
        found = Manifest.model_validate_json(data)
    except (OSError, Invalid):
        return None
    always = {f"{target.year}{suffix}" for suffix in _ALWAYS}
    own = always <= found.outputs.keys() <= always | {f"{target.year}{PUBLIC}"}
    return found if own and found.report == str(target) else None


def fingerprinted(page: str) -> str:
    """Return a public page with its fingerprint filled in."""
    return _FINGERPRINT.sub(rf"\g<1>{fingerprint_of(page)}\g<3>", page, count=1)


def fingerprint_of(page: str) -> str:
    """Return 32 hexadecimal digits derived from a public page without its fingerprint.

    They begin a SHA-256 hash: whoever signs them signs the bytes of the page.
    """
    bare = _FINGERPRINT.sub(r"\g<1>\g<3>", page, count=1)
    return hashlib.sha256(bare.encode()).hexdigest()[:32]


def stated_fingerprint(page: str) -> str:
    """Return the fingerprint stated in a public page, or ''."""
    said = _FINGERPRINT.search(page)
    return said[2] if said else ""


def schema() -> str:
    """Return the JSON Schema of a manifest."""
    return json.dumps(Manifest.model_json_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    print(schema(), end="")

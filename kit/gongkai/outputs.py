"""Metadata of each output of a report's notebook: its report, its audience and its contents.

The cells write it (`kit/gongkai/page/`), the exporters read it (`kit/gongkai/export/`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any, Literal, NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.manifest import Facts
from gongkai.text.models import Invalid

KEY = "gongkai"  # in the metadata of an output
READINGS = "gongkai-readings"  # in that of any other: the digests of the reports that had been read
LACKING = "gongkai-lacking-letters"  # there, too: letters for which its pictures may have boxes
# Of the data under KEY: raise it when they change in form or meaning. Notebooks that were
# executed before have to be run again.
SCHEMA = 4

# Who may see an output: everybody, the reviewers, or whoever runs the notebook.
Audience = Literal["public", "review", "notebook"]
AUDIENCES: tuple[Audience, ...] = ("public", "review", "notebook")
Mark = tuple[int, str]  # a place in the HTML, and what the review copy inserts there


class NotAReport(KitError):
    """The notebook is not an unchanged report that this version executed to the end."""


class Opening(NamedTuple):
    """What a notebook's first output says: the facts of its report, and their digest."""

    facts: Facts
    report: str


class Stated(NamedTuple):
    """An output of the kit: its report, as a digest; who may see it; its HTML; and its marks."""

    report: str
    audience: Audience
    html: str
    marks: list[Mark]


@cache
def kit_version() -> str:
    """Return the installed version of the kit."""
    return version("gongkai-kit")


def metadata_of(
    html: str,
    audience: Audience,
    report: str,
    marks: Iterable[Mark] = (),
    facts: Facts | None = None,
) -> dict[str, Any]:
    """Return the metadata of an output; `facts` describe its report, `report` is their digest.

    Every piece has the digest, so that none of another report, or of this one before its files
    were changed, passes for a piece of this one.
    """
    stored: dict[str, Any] = {"audience": audience, "schema": SCHEMA, "report": report}
    stored["digest"] = _digest(html)
    if facts:
        stored["facts"] = facts.model_dump(mode="json")
    if marks:
        stored["marks"] = list(marks)
    return {KEY: stored}


def stated(output: Mapping[str, Any], cell: int) -> Stated | None:
    """Return the checked metadata and HTML of an output of the kit; None for any other output.

    `cell` is the number of its cell, for the message. Raises NotAReport if this version does
    not understand the metadata, or if the HTML was changed after the cell made it.
    """
    stored = _stored(output)
    if stored is None:
        return None
    html = html_of(output)
    if not isinstance(stored, Mapping) or stored.get("schema") != SCHEMA:
        raise NotAReport(Problem("output-version", cell=cell))
    if stored.get("audience") not in AUDIENCES or not isinstance(html, str):
        raise NotAReport(Problem("output-unknown", cell=cell))
    marks = stored.get("marks", [])
    if stored.get("digest") != _digest(html) or not _are_marks(marks, len(html)):
        raise NotAReport(Problem("output-changed", cell=cell))
    report = str(stored.get("report"))
    return Stated(report, stored["audience"], html, [(place, mark) for place, mark in marks])


def is_made_after(output: Mapping[str, Any], report: str) -> bool:
    """Whether an output was displayed after the report with this digest was read."""
    metadata = output.get("metadata")
    digests = metadata.get(READINGS) if isinstance(metadata, Mapping) else None
    return isinstance(digests, list) and report in digests


def lacking_letters(output: Mapping[str, Any]) -> str:
    """Return the letters for which an output's pictures may have boxes: their font lacks them."""
    metadata = output.get("metadata")
    letters = metadata.get(LACKING) if isinstance(metadata, Mapping) else None
    return letters if isinstance(letters, str) else ""


def html_of(output: Mapping[str, Any]) -> str | None:
    """Return the HTML of an output; a file may hold it as a list of lines."""
    data = output.get("data")
    html = data.get("text/html") if isinstance(data, Mapping) else None
    if isinstance(html, list) and all(isinstance(line, str) for line in html):
        html = "".join(html)
    return html if isinstance(html, str) and html.strip() else None


def restyled(output: dict[str, Any], html: str) -> None:
    """Replace the HTML of an output of the kit, and update its digest."""
    output["data"]["text/html"] = html
    output["metadata"][KEY]["digest"] = _digest(html)


def _stored(output: Mapping[str, Any]) -> Any:
    metadata = output.get("metadata")
    return metadata.get(KEY) if isinstance(metadata, Mapping) else None


def opening_of(notebook: Mapping[str, Any]) -> Opening:
    """Return the facts about a notebook's report (title, figures, findings …) and their digest.

    Raises NotAReport if it was not executed to its end, or not by this version.
    """
    outputs = list(outputs_of(notebook))
    if any(output.get("output_type") == "error" for output in outputs):
        raise NotAReport(Problem("page-not-executed"))
    for output in outputs:
        stored = _stored(output)
        if isinstance(stored, Mapping) and isinstance(stored.get("facts"), Mapping):
            return _checked(stored["facts"], stored.get("report"))
    raise NotAReport(Problem("page-not-executed"))


def outputs_of(notebook: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every output of a notebook, in order."""
    for cell in notebook["cells"]:
        yield from cell.get("outputs", ())


def _checked(stored: Mapping[str, Any], report: object) -> Opening:
    """Return facts after validation, and their digest.

    Raises NotAReport if they are invalid or were changed.
    """
    if stored.get("version") != kit_version():
        made = {"version": stored.get("version") or "?", "now": kit_version()}
        raise NotAReport(Problem("page-other-version", **made))
    try:
        facts = Facts.model_validate(stored)
    except Invalid as error:
        names = sorted({str(item["loc"][0]) for item in error.errors() if item["loc"]})
        raise NotAReport(Problem("page-facts", names=names)) from None
    digest = _facts_digest(stored)
    if report != digest:
        raise NotAReport(Problem("page-facts-changed"))
    return Opening(facts, digest)


def _are_marks(marks: object, length: int) -> bool:
    """Whether marks are pairs of a place and a text, in the order of their places."""
    if not isinstance(marks, list | tuple):
        return False
    places = []
    for mark in marks:
        match mark:
            case [int(place), str()] | (int(place), str()):
                places.append(place)
            case _:
                return False
    return places == sorted(places) and all(0 <= place <= length for place in places)


def digest_of(facts: Facts) -> str:
    """Return the digest by which each piece says of which report it is."""
    return _facts_digest(facts.model_dump(mode="json"))


def _facts_digest(facts: Mapping[str, Any]) -> str:
    """Return a digest of facts as JSON: a notebook's file preserves neither tuples nor order."""
    return _digest(json.dumps(facts, sort_keys=True, ensure_ascii=False, default=str))


def _digest(html: str) -> str:
    return hashlib.sha256(html.encode("utf-8", "surrogatepass")).hexdigest()[:16]

"""What each output of a report's notebook says of itself: who may see it, and what it holds.

The cells write it (`kit/gongkai/page/`), the exporters read it (`kit/gongkai/export/`).
Imports: errors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any, Literal, NamedTuple

from gongkai.errors import KitError, Problem

KEY = "gongkai"  # of the metadata of an output
SCHEMA = 2  # of what stands below it; a notebook with another one has to be run again

# Who may see an output: everybody, the reviewers, or whoever runs the notebook.
Audience = Literal["public", "review", "notebook"]
AUDIENCES: tuple[Audience, ...] = ("public", "review", "notebook")
Mark = tuple[int, str]  # a place in the HTML, and what the review copy puts in there

# What the first output says of the whole report, by its type.
FACTS: Mapping[str, type] = {
    "version": str,
    "title": str,
    "edition": str,
    "name": str,
    "start": str,
    "figures": dict,
    "cells": dict,
    "findings": list,
    "meta": list,
    "linked_data": dict,
}
SEVERITIES = {"error", "warning", "note"}


class NotAReport(KitError):
    """The notebook is not a report, executed to its end by this version and left as it was."""


class Stated(NamedTuple):
    """An output of the kit: who may see it, its HTML, and its marks."""

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
    marks: Iterable[Mark] = (),
    facts: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the metadata of an output; `facts` are what it says of the whole report."""
    said: dict[str, Any] = {"audience": audience, "schema": SCHEMA, "digest": _digest(html)}
    if facts:
        said |= {"version": kit_version(), **facts}
    if marks:
        said["marks"] = list(marks)
    return {KEY: said}


def stated(output: Mapping[str, Any], cell: int) -> Stated | None:
    """Return what an output of the kit says of itself; None for any other output.

    `cell` is the number of its cell, for the message. Raises NotAReport where it says nothing
    that this version understands, or where its HTML is not what the cell made.
    """
    said = output.get("metadata", {}).get(KEY)
    if said is None:
        return None
    html = output.get("data", {}).get("text/html")
    if not isinstance(said, Mapping) or said.get("schema") != SCHEMA:
        raise NotAReport(Problem("output-version", details={"cell": cell}))
    if said.get("audience") not in AUDIENCES or not isinstance(html, str):
        raise NotAReport(Problem("output-unknown", details={"cell": cell}))
    marks = said.get("marks", [])
    if said.get("digest") != _digest(html) or not _are_marks(marks, len(html)):
        raise NotAReport(Problem("output-changed", details={"cell": cell}))
    return Stated(said["audience"], html, [(place, mark) for place, mark in marks])


def restyled(output: dict[str, Any], html: str) -> None:
    """Give an output of the kit other HTML, with the digest that goes with it."""
    output["data"]["text/html"] = html
    output["metadata"][KEY]["digest"] = _digest(html)


def facts_of(notebook: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a notebook says of its report: title, edition, figures, findings and more.

    Raises NotAReport where it was not executed to its end, or not by this version.
    """
    outputs = list(outputs_of(notebook))
    if any(output.get("output_type") == "error" for output in outputs):
        raise NotAReport(Problem("page-not-executed"))
    for output in outputs:
        said = output.get("metadata", {}).get(KEY)
        if isinstance(said, Mapping) and "findings" in said:
            return _checked(said)
    raise NotAReport(Problem("page-not-executed"))


def outputs_of(notebook: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every output of a notebook, in order."""
    for cell in notebook["cells"]:
        yield from cell.get("outputs", ())


def _checked(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts whose types are right. Raises NotAReport for any other."""
    if said.get("version") != kit_version():
        made = {"version": said.get("version") or "?", "now": kit_version()}
        raise NotAReport(Problem("page-other-version", details=made))
    wrong = [name for name, kind in FACTS.items() if not isinstance(said.get(name), kind)]
    if wrong or not all(_is_finding(finding) for finding in said["findings"]):
        raise NotAReport(Problem("page-facts", details={"names": wrong or ["findings"]}))
    return dict(said)


def _is_finding(finding: object) -> bool:
    return isinstance(finding, Mapping) and finding.get("severity") in SEVERITIES


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


def _digest(html: str) -> str:
    return hashlib.sha256(html.encode("utf-8", "surrogatepass")).hexdigest()[:16]

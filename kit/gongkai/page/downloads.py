"""What a reader can take along: the figures of a page as files inside it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass


@dataclass(frozen=True)
class Download:
    """A file to take along: its name, its address inside the page, its size."""

    name: str
    href: str
    size: str


def csv_file(name: str, text: str) -> Download:
    """Return a CSV of a text as a file of a name, without its ending."""
    data = text.encode()
    return Download(
        f"{name}.csv",
        "data:text/csv;charset=utf-8;base64," + b64encode(data).decode(),
        f"{len(data) / 1000:.0f}\N{NO-BREAK SPACE}KB"
        if len(data) >= 1000
        else f"{len(data)}\N{NO-BREAK SPACE}B",
    )

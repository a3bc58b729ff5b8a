"""Downloads: the figures of a page as files embedded in it."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass


@dataclass(frozen=True)
class Download:
    """A file to download: its name, its data URL and its size."""

    name: str
    href: str
    size: str


def csv_file(name: str, text: str) -> Download:
    """Return a CSV file to download; `name` is without the extension."""
    data = text.encode()
    return Download(
        f"{name}.csv",
        "data:text/csv;charset=utf-8;base64," + b64encode(data).decode(),
        f"{len(data) / 1000:.0f}\N{NO-BREAK SPACE}KB"
        if len(data) >= 1000
        else f"{len(data)}\N{NO-BREAK SPACE}B",
    )

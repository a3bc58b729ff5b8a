"""What the tests of copies for office programs share: pages and their documents."""

from __future__ import annotations

from functools import cache

from gongkai.office.copies import copy_of


@cache
def made(kind: str, page: bytes) -> bytes:
    """A copy of a page, made once."""
    return copy_of(kind, page)


def words(text: str) -> str:
    """A text without its blanks."""
    return "".join(text.replace("\u200b", "").split())

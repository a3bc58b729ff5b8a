"""Read an office's own headers and words, the file of `--columns`, and refuse what contradicts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from gongkai.errors import KitError, Problem
from gongkai.importing.labels import key
from gongkai.importing.requests.ledger import Ledger, Meanings
from gongkai.text.models import read_model
from gongkai.text.yaml_files import Document


class OwnWords(NamedTuple):
    """The meanings of an office's own words, and the file that states them, None without one."""

    meanings: Meanings
    document: Document | None = None

    def refuse_missing(self, ledger: Ledger) -> None:
        """Raise KitError if the file names a header that no counted sheet has."""
        given = self.meanings.columns.model_dump()
        missing = [name for name, header in given.items() if header and name not in ledger.headers]
        if self.document and missing:
            raise KitError(
                *(
                    self.problem("count-header-missing", "columns", name, header=given[name])
                    for name in missing
                )
            )

    def problem(self, id: str, section: str, name: str, **details: object) -> Problem:
        """Return a problem at the line of a name in a section of the file."""
        file, line = "", 0
        if self.document:
            file, line = self.document.path, self.document.line((section, name))
        return Problem(id, file, line, name=name, **details)


def read_own_words(path: Path | None) -> OwnWords:
    """Return an office's own words; none without a file.

    Raises KitError if two of them are the same, apart from blanks or width, and mean different
    things: either could be right.
    """
    if path is None:
        return OwnWords(Meanings())
    own = OwnWords(*read_model(path, Meanings))
    headers = {name: text for name, text in own.meanings.columns.model_dump().items() if text}
    problems = [
        own.problem("count-header-twice", "columns", name, other=other, header=headers[name])
        for name, other in _repeated({name: (text, name) for name, text in headers.items()})
    ]
    for section in ("applicants", "outcomes"):
        meant = _as_written(own.document, section)
        for name, other in _repeated({word: (word, code) for word, code in meant.items()}):
            about = {"meant": meant[name], "other": other, "else_meant": meant[other]}
            problems.append(own.problem("count-word-twice", section, name, **about))
    if problems:
        raise KitError(*problems)
    return own


def _as_written(document: Document | None, section: str) -> dict[str, str]:
    """Return the words of a section: in the model, those that differ by blanks are one."""
    words = document.data.get(section) if document else None
    return {name: str(meant).strip() for name, meant in (words or {}).items()}


def _repeated(words: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each name whose word is that of an earlier name, but means something else, with it."""
    seen: dict[str, str] = {}
    for name, (word, meant) in words.items():
        other = seen.setdefault(key(word), name)
        if words[other][1] != meant:
            yield name, other

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
    """The meanings of an office's own words, and the file that states them."""

    meanings: Meanings
    document: Document

    def refuse_missing(self, ledger: Ledger) -> None:
        """Raise KitError if the file names a header that no counted sheet has."""
        given = self.meanings.columns.model_dump()
        missing = [
            self.problem("count-header-missing", "columns", name, header=header)
            for name, header in given.items()
            if header and name not in ledger.headers
        ]
        if missing:
            raise KitError(*missing)

    def problem(self, id: str, section: str, name: str, **details: object) -> Problem:
        """Return a problem at the line of a name in a section of the file."""
        line = self.document.line((section, name))
        return Problem(id, self.document.path, line, name=name, **details)


def read_own_words(path: Path | None) -> OwnWords:
    """Return an office's own words; none without a file.

    Raises KitError if two of them are the same, apart from blanks or width, and mean different
    things: either could be right.
    """
    if path is None:
        return OwnWords(Meanings(), Document(""))
    own = OwnWords(*read_model(path, Meanings))
    headers = {name: text for name, text in own.meanings.columns.model_dump().items() if text}
    problems = [
        own.problem("count-header-twice", "columns", name, other=other, header=headers[name])
        for name, other in _repeated({name: (text, name) for name, text in headers.items()})
    ]
    for section in ("applicants", "outcomes"):
        # In the model, words that differ by blanks are one.
        words: dict[str, object] = own.document.data.get(section) or {}
        meant = {word: str(code).strip() for word, code in words.items()}
        for name, other in _repeated({word: (word, code) for word, code in meant.items()}):
            about = {"meant": meant[name], "other": other, "else_meant": meant[other]}
            problems.append(own.problem("count-word-twice", section, name, **about))
    if problems:
        raise KitError(*problems)
    return own


def _repeated(words: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield each name whose word is that of an earlier name, but means something else, with it."""
    seen: dict[str, str] = {}
    for name, (word, meant) in words.items():
        other = seen.setdefault(key(word), name)
        if words[other][1] != meant:
            yield name, other

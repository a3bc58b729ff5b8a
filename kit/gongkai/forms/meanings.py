"""What the cells of a form mean in narratives: which cells a set of features selects."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import cached_property

from gongkai.forms.tables import Cell, Code
from gongkai.forms.vocabulary import Lexicon, Word, vocabulary

ADDED_UP = {"ground", "organisation", "route"}  # features whose cells sum to the cell without them
DETAILS = {"ground", "organisation", "applicant"}  # features that only the table tells apart


class Meanings:
    """The cells of a form by their features: object, act, outcome and so on.

    `lexicon` finds the words of a narrative: those of the form, and those of all editions.
    """

    def __init__(self, cells: Mapping[Code, Cell], words: tuple[Word, ...]) -> None:
        shared = vocabulary()
        self.lexicon = Lexicon((*words, *shared.words, Word(words=shared.carrying)))
        self._cells = [cell for cell in cells.values() if cell.means]
        self._acts: dict[str, dict[str, None]] = {}  # in their order, by object
        for cell in self._cells:
            acts = self._acts.setdefault(cell.means.get("object", ""), {})
            acts |= {cell.means["act"]: None} if "act" in cell.means else {}
        self._found: dict[frozenset[tuple[str, str]], tuple[Code, ...]] = {}

    def codes(self, features: Mapping[str, str]) -> tuple[Code, ...]:
        """Return the cells that a set of features selects, or ().

        A cell with exactly these features wins. Otherwise the cells that add the same
        details are summed, as a refusal is the sum of its grounds.
        """
        wanted = frozenset(features.items())
        if wanted not in self._found:  # a narrative asks for few things, many times
            self._found[wanted] = self._singled_out(wanted, features.keys())
        return self._found[wanted]

    def _singled_out(self, wanted: frozenset[tuple[str, str]], names: Set[str]) -> tuple[Code, ...]:
        found: dict[frozenset[str], list[Code]] = {}
        for cell in self._cells:
            more = frozenset(cell.means.keys() - names)
            if wanted <= cell.means.items() and more <= ADDED_UP:
                found.setdefault(more, []).append(cell.code)
        return tuple(found[min(found, key=len)]) if found else ()

    def counts(self, item: str) -> bool:
        """Whether the form has a cell about an object."""
        return item in self._acts

    def acts(self, item: str) -> tuple[str, ...]:
        """Return the acts that the cells of an object tell apart."""
        return tuple(self._acts.get(item, ()))

    @cached_property
    def undetailed(self) -> tuple[Code, ...]:
        """The cells that a text may count by a number and a measure word alone."""
        return tuple(cell.code for cell in self._cells if not cell.means.keys() & DETAILS)

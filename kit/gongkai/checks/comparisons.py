"""Records of the comparisons of numbers in the text with figures, for findings and pages."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gongkai.forms.form import Measure
from gongkai.forms.tables import Code
from gongkai.reading.mentions import Mention
from gongkai.text.span import Span


class ComparedNumber(NamedTuple):
    """A number of the text, and the figure of this year that it was compared with.

    `span` is its place. `measure` is the figure that it agrees with, or the likeliest one if it
    agrees with none. `expected` is the correct number, as the table prints it. A `change` is
    compared with the cell in which the form itself states it.

    `holds`: it does not contradict the figure. It need not be `equal` to that: it may be a part of
    it that the text divides in its own way.
    """

    kind: Literal["number", "change"]
    mention: Mention
    span: Span
    measure: Measure
    expected: str
    holds: bool
    equal: bool

    @property
    def codes(self) -> tuple[Code, ...]:
        """The cells of the figure."""
        return self.measure.codes

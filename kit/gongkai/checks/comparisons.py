"""What a number of the text was compared with: the one record that findings and pages read."""

from __future__ import annotations

from typing import Literal, NamedTuple

from gongkai.forms.form import Measure
from gongkai.forms.tables import Code
from gongkai.reading.mentions import Mention
from gongkai.report.model import Span


class ComparedNumber(NamedTuple):
    """A number of the text, and the figure of this year that it was compared with.

    `span` is where it stands. `measure` is the figure that it agrees with, or the likeliest where
    it agrees with none. `expected` is what it should be, as the table prints it. A `change` is
    compared with the cell in which a form itself states one.
    """

    kind: Literal["number", "change"]
    mention: Mention
    span: Span
    measure: Measure
    expected: str
    holds: bool

    @property
    def codes(self) -> tuple[Code, ...]:
        """The cells of the figure."""
        return self.measure.codes

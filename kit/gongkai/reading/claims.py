"""What a text states about cells of the table without a number, and the clauses that do so."""

from __future__ import annotations

import re
from typing import NamedTuple

from gongkai.forms.tables import Code

# A clause; 、无… begins a new one, and 未发生行政复议，提起行政诉讼的情况 is a single one.
CLAUSE = re.compile(
    r"(?:[^,;:、]|、(?!无|未|没有|零))+(?:,(?:或者?|和|及|被)?提起(?:[^,;:、]|、(?!无|未|没有|零))*情况)?"
)
AND_MORE = re.compile(r"[和及与或、]")


class Statement(NamedTuple):
    """A statement: its place, and the cells that it is about.

    They are 0 according to it; or not all are, if it says that something exists.
    """

    start: int
    end: int
    zero: tuple[Code, ...]

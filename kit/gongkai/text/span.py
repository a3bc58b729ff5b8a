"""A place in the text of a part: where a finding, a number or a mark is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field


@dataclass(frozen=True, slots=True)
class Span:
    """A range of characters in a part's text as it reads filled in; `end` is exclusive."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")  # where a manifest is read

    part: str
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=0)]

    def holds(self, other: Span) -> bool:
        """Whether another span is inside this one."""
        return self.part == other.part and self.start <= other.start and other.end <= self.end

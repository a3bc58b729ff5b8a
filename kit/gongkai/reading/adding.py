"""Decide whether parts add up to a whole, as sums of intervals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from gongkai.text.quantities import Quantity
from gongkai.text.sentences import Counted

Reason = Literal["more", "short", "little"]
MOST = 40  # parts of a list; a longer one is a pasted table
_ZERO = Decimal(0)


class Sum(NamedTuple):
    """A whole and parts that do not add up in any reading, and why.

    `more`: the parts exceed it. `short`: they fall short although the list is complete.
    `little`: they fall short by very little. `total` is the sum of the parts.
    """

    whole: Counted
    parts: tuple[Counted, ...]
    total: Decimal
    reason: Reason


def summed(counts: Sequence[Counted]) -> Quantity:
    """Return the sum of some quantities."""
    first = counts[0].quantity
    low = sum((count.quantity.low for count in counts), Decimal(0))
    high = sum((count.quantity.high for count in counts), Decimal(0))
    value = sum((count.quantity.value for count in counts), Decimal(0))
    return first._replace(value=value, low=low, high=high)


def adds(whole: Quantity, parts: Sequence[Counted]) -> bool:
    """Whether parts can add up to a whole, with or without those in an equivalent measure word."""
    like = [count for count in parts if count.quantity.like(whole)]
    own = [count for count in like if count.quantity.unit == whole.unit]
    several = (own, like) if len(own) < len(like) else (own,)
    return any(chosen and summed(chosen).meets(whole) for chosen in several)


def beginnings_add(whole: Quantity, parts: Sequence[Counted]) -> list[bool]:
    """Return whether the first part, the first two and so on can add up to a whole; see `adds`."""
    like = [count.quantity.like(whole) for count in parts]
    own = [
        yes and count.quantity.unit == whole.unit for yes, count in zip(like, parts, strict=True)
    ]
    adds = [False] * len(parts)
    for chosen in (own, like):
        low = high = _ZERO
        some = False
        for place, (yes, count) in enumerate(zip(chosen, parts, strict=True)):
            if yes:
                some, low, high = True, low + count.quantity.low, high + count.quantity.high
            adds[place] = adds[place] or (some and low <= whole.high and high >= whole.low)
    return adds


def just_over(whole: Quantity, total: Quantity) -> bool:
    """Whether parts exceed a whole by so little that only a slip can explain it."""
    most = max(Decimal(1), whole.value / 10)
    return total.low > whole.high and total.value - whole.value <= most

"""Read the years next to a report's own as 上年 and 下年, which the vocabulary knows."""

from __future__ import annotations

import re

from gongkai.text.sentences import Counted

_THAN_LAST = re.compile(r"(?<=[比较与和同])上一年度?")
_BEFORE = re.compile(r"(?<=[比较与和同])(20[0-9]{2})年度?|(20[0-9]{2})年度?(?=[结转])")
_AFTER = re.compile(r"(?<=[转至入到])(20[0-9]{2})年度?")


def with_relative_years(count: Counted, year: int) -> Counted:
    """Return a number of a report on `year`: 结转2025年, 2023年结转, 比2023年 are 下年 and 上年."""
    if not any(sign in count.before or sign in count.after for sign in ("20", "上一年")):
        return count
    before, after = (_relative(words, year) for words in (count.before, count.after))
    return count._replace(before=before, after=after)


def _relative(words: str, year: int) -> str:
    words = _named(_BEFORE, year - 1, "上年", _THAN_LAST.sub("上年", words))
    return _named(_AFTER, year + 1, "下年", words)


def _named(pattern: re.Pattern[str], year: int, relative: str, words: str) -> str:
    """Return words with each year that a pattern finds named so, if it is this one."""
    return pattern.sub(lambda found: relative if str(year) in found.groups() else found[0], words)

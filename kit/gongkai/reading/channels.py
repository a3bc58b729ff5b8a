"""Patterns for the words of `words.yaml` that name channels of publication."""

from __future__ import annotations

import re
from functools import cache

from gongkai.forms.vocabulary import expanded, vocabulary

# Of the channels that a word may mean, those through which information is published.
_PUBLISHING = ("gazette", "website", "weibo", "wechat", "unlisted")


@cache
def channel_named() -> re.Pattern[str]:
    """Return a pattern for the words that name a channel of publication."""
    words = (word for word in vocabulary().words if word.means.keys() == {"channel"})
    published = (word for word in words if word.means["channel"] in _PUBLISHING)
    patterns = (*(it for word in published for it in word.words), *vocabulary().channels.unlisted)
    spellings = (spelling for pattern in patterns for spelling in expanded(pattern))
    return re.compile("|".join(map(re.escape, spellings)))


@cache
def channel() -> re.Pattern[str]:
    """Return a pattern for these words, and those for channels of any kind."""
    return re.compile("|".join((channel_named().pattern, *vocabulary().channels.of_any_kind)))

"""The words for channels of publication: those of `words.yaml`, and others."""

from __future__ import annotations

import re
from functools import cache

from gongkai.forms.vocabulary import expanded, vocabulary

# Of the channels that a word may mean, those through which information is published.
_PUBLISHING = ("gazette", "website", "weibo", "wechat", "unlisted")
# Channels without a meaning in `words.yaml`: there they would change how numbers are read.
_OTHERS = "[示告开传]栏|视频号|电台|报[刊纸]|APP"
# Words for channels of any kind, and the end of many a name: 县政府网.
_ANY = "网|平台|渠道|专栏|栏目|方式|途径"


@cache
def channel_named() -> re.Pattern[str]:
    """Return a pattern for the words that name a channel of publication."""
    words = (word for word in vocabulary().words if word.means.keys() == {"channel"})
    published = (word for word in words if word.means["channel"] in _PUBLISHING)
    spellings = (it for word in published for pattern in word.words for it in expanded(pattern))
    return re.compile("|".join([*map(re.escape, spellings), _OTHERS]))


@cache
def channel() -> re.Pattern[str]:
    """Return a pattern for these words, and those for channels of any kind."""
    return re.compile(f"{channel_named().pattern}|{_ANY}")

"""Let Chinese text break between words only, where a reader would; browsers break anywhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from gongkai.text.models import Model, read_model

WORDS = Path(__file__).with_suffix(".yaml")
_HAN = "[\u3400-\u9fff]"


class _Words(Model):
    words: tuple[str, ...]  # the lines of the file, each with words separated by spaces


@cache
def _words() -> re.Pattern[str]:
    """Return a pattern for a word, or a character in no word, and the character that follows."""
    words = " ".join(read_model(WORDS, _Words)[0].words).split()
    known = "|".join(sorted(words, key=len, reverse=True))
    return re.compile(f"(?:(?:{known})(?:数(?![量据])|[的分])?|{_HAN}|”)(?=({_HAN})|(\\Z)|)")


def whole(text: str, *, before_figure: bool = False) -> Markup:
    """Return a text as HTML with <wbr> between words, for an element broken nowhere else.

    The style sheet has `word-break: keep-all` there. `before_figure` puts the gap before a figure
    that follows at the end of the last word: the browser's own belongs to the figure, and moves it
    to the right if it begins a line.
    """

    def with_seam(found: re.Match[str]) -> str:
        if found[2] is not None and before_figure:
            return f'<span class="gap">{found[0]}</span><wbr>'
        return f"{found[0]}<wbr>" if found[1] else found[0]

    return Markup(_words().sub(with_seam, str(escape(text))))  # noqa: S704 - escaped

"""Find the first report of a volume, a document that has several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from gongkai.importing.blocks import Doubt, Paragraph, Source
from gongkai.importing.texts.particulars import Title, title_of
from gongkai.importing.texts.prose import LONGEST_TITLE, stated_title

_FIRST_HEADING = re.compile(r"\s*(?:第\s*一\s*(?:部分|章)|一\s*[、.．，,])")


def first_report(source: Source) -> Source:
    """Return a document without the reports after its first one, with a doubt about these.

    Another report begins with the title of another body or year, below the text of the first and
    above a heading 一、.
    """
    lines = [
        (number, block)
        for number, block in enumerate(source.blocks)
        if isinstance(block, Paragraph) and block.text.strip()
    ]
    heads = [at for at, (_, line) in enumerate(lines) if _FIRST_HEADING.match(line.text)]
    own = stated_title([line for _, line in lines[: heads[0]]]) if heads else ("", 0)
    for start, end in pairwise(heads):
        texts = [line.text for _, line in lines[start:end]]
        title = _title(texts)
        if title and _is_of_another(title, own) and any(map(_is_sentence, texts[: title.first])):
            number, line = lines[start + title.first]
            doubt = Doubt("import-second-report", line.place, heading=line.text.strip())
            doubts = (*source.doubts, doubt)
            return replace(source, blocks=source.blocks[:number], doubts=doubts)
    return source


def _title(texts: Sequence[str]) -> Title | None:
    """Return the title among some lines: one in a single line, or else in several."""
    lines = {at: text for at, text in enumerate(texts) if len(text) <= LONGEST_TITLE}
    single = filter(None, (title_of({at: text}) for at, text in lines.items()))
    return next((title for title in single if title.name), None) or title_of(lines)


def _is_of_another(title: Title, own: tuple[str, int]) -> bool:
    """Whether a title names another body or year than the report's own does."""
    name, year = own
    same = title.name.endswith(name) or name.endswith(title.name)
    return not same or title.year not in (0, year or title.year)


def _is_sentence(text: str) -> bool:
    return text.rstrip().endswith("。")

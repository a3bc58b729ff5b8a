"""Rewrite the HTML of pandas data frames as tables in the style of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

from gongkai.text.templates import Markup

# How pandas, and a Styler, say that a frame has more rows or columns than are shown.
_SIZE = re.compile(r"<p>(\d+ rows × \d+ columns)</p>")
_TRIMMED = re.compile(r'class="[^"<>]*\b(?:row|col)_trim\b[^<>]*>([^<>]*)<')
# How the text of a cell ends, or a number is written, of which the library left out a part.
_CUT = re.compile(r"(?:\.\.\.|(?<!…)…)[\"'\])}]*$|^[-−]?\d(?:\.\d+)?e[-+]\d+$")
_SHOWN = 30  # characters of a cell that are quoted
# None of these matches an element that contains another one of its kind, such as nested tables.
_FRAME = re.compile(
    r'<table\b(?=[^<>]*class="dataframe")[^<>]*+>(?:(?!</?table\b).)*</table>', re.DOTALL
)
_ROW = re.compile(r"<tr\b[^<>]*+>((?:(?!</?tr\b).)*)</tr>", re.DOTALL)
_CELL = re.compile(r"<(t[dh])\b([^<>]*+)>((?:(?!</?t[dh]\b).)*)</\1>", re.DOTALL)
_STYLE = re.compile(r"<style\b[^<>]*+>[^<]*\.dataframe\b[^<]*</style>\s*")
_SPAN = re.compile(r' (?:col|row)span="\d+"')
_FIGURE = re.compile(r"[-−+]?[0-9][0-9, ]*(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?[%％]?|NaN|nan|—|/|")
_TAG = re.compile(r"<[^<>]*>")
_Cell = tuple[str, str, str]  # td or th, its span attributes, and its content


def as_page_tables(html: str, caption: str) -> str:
    """Return clean HTML in which data frames have a caption and right-aligned figures."""
    if not _FRAME.search(html):
        return html
    return _FRAME.sub(lambda found: _rewritten(found[0], caption), _STYLE.sub("", html))


def shortened_in(html: str) -> str:
    """Return where clean HTML shows that a data frame was shortened: its size, or a cell; or ''."""
    found = _SIZE.search(html) or _TRIMMED.search(html)
    if found:
        return found[1]
    rows = (cell for frame in _FRAME.findall(html) for cell in _CELL.findall(frame))
    texts = (unescape(_TAG.sub("", text)).strip() for _, _, text in rows)
    return next((text[-_SHOWN:] for text in texts if _CUT.search(text)), "")


def _rewritten(table: str, caption: str) -> str:
    """Return a data frame as a table of the page; unchanged if any word would be lost."""
    is_whole = _sorted_characters(_data_table(table, "")) == _sorted_characters(table)
    return _data_table(table, caption) if is_whole else table


def _sorted_characters(html: str) -> str:
    """Return the characters of the text of some HTML, sorted, for comparison."""
    return "".join(sorted("".join(_TAG.sub("", html).split())))


def _data_table(table: str, caption: str) -> str:
    """Return a data frame in the style of the page: with a caption and right-aligned figures."""
    head, _, body = table.partition("<tbody")
    heads = _merged([_cells(row) for row in _ROW.findall(head)])
    rows = [_cells(row) for row in _ROW.findall(body)]
    values = [[text for tag, _, text in row if tag == "td"] for row in rows]
    count = max(map(len, values), default=0)
    numeric = [
        _is_numeric(row[place] for row in values if place < len(row)) for place in range(count)
    ]
    title = Markup("<caption>{}</caption>\n").format(caption) if caption else ""
    lines = "\n".join(_head_row(row, numeric) for row in heads)
    below = "\n".join(_body_row(row, numeric) for row in rows)
    return (
        f'<div class="scroll"><table class="data">\n{title}<thead>\n{lines}\n</thead>\n'
        f"<tbody>\n{below}\n</tbody>\n</table></div>"
    )


def _merged(heads: list[list[_Cell]]) -> list[list[_Cell]]:
    """Return the header rows; a last row with only the names of the index is merged into the first.

    pandas puts the names of the columns above the names of the index.
    """
    if len(heads) == 2 and len(heads[0]) == len(heads[1]):
        pairs = list(zip(*heads, strict=True))
        if all(not above[2] or not below[2] for above, below in pairs):
            return [[above if above[2] else below for above, below in pairs]]
    return heads


def _cells(row: str) -> list[_Cell]:
    return [(tag, "".join(_SPAN.findall(about)), text) for tag, about, text in _CELL.findall(row)]


def _is_numeric(values: Iterable[str]) -> bool:
    found = list(values)
    return any(found) and all(_FIGURE.fullmatch(text.strip()) for text in found)


def _head_row(row: list[_Cell], numeric: list[bool]) -> str:
    first = len(row) - len(numeric)
    shown = []
    for place, (_, spans, text) in enumerate(row):
        is_number = place >= first >= 0 and "colspan" not in spans and numeric[place - first]
        shown.append(_cell_html("th", f' scope="col"{spans}', text, is_number=is_number))
    return f"<tr>{''.join(shown)}</tr>"


def _body_row(row: list[_Cell], numeric: list[bool]) -> str:
    shown, place = [], 0
    for tag, spans, text in row:
        if tag == "th":
            shown.append(_cell_html("th", f' scope="row"{spans}', text, is_number=False))
        else:
            shown.append(_cell_html("td", spans, text, is_number=numeric[place]))
            place += 1
    return f"<tr>{''.join(shown)}</tr>"


def _cell_html(tag: str, about: str, text: str, *, is_number: bool) -> str:
    if not text and tag == "th":  # an empty header is not a header
        tag, about = "td", about.replace(' scope="col"', "").replace(' scope="row"', "")
    kind = ' class="number"' if is_number else ""
    return f"<{tag}{about}{kind}>{text}</{tag}>"

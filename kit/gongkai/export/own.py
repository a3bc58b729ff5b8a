"""Convert an analyst's own cells for a page: words, pictures, tables, or why they are left out."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from itertools import takewhile
from typing import Any, NamedTuple

from gongkai.errors import Problem
from gongkai.export.data_frames import as_page_tables, shortened_in
from gongkai.outputs import html_of, lacking_letters
from gongkai.text.cell_markdown import formula_in, markdown_html, unshown_in
from gongkai.text.characters import hidden_in
from gongkai.text.picture_metadata import without_metadata
from gongkai.text.pictures import KINDS, data_url, is_alternative, picture_kind
from gongkai.text.sanitizer import cleaned
from gongkai.text.templates import Markup

LARGEST = 2_000_000  # bytes per output; pages are opened on phones
TOP = 3  # the level of the highest heading: below those of the report's parts
INTERACTIVE = re.compile(r"application/(?:vnd\.(?!dataresource)|javascript|x-)")
BEGIN = '<div class="gongkai"><section class="part own'
_OPTION = re.compile(r"#\|\s*(?:fig|tbl)-(alt|cap):\s*(.+)")
_TAG = re.compile(r"(alt|caption)[ ]{0,9}[:：=](.+)", re.DOTALL)
_PICTURE = re.compile(r"<(?:img|svg)\b")
_KEYS = {"alt": "alt", "cap": "caption", "caption": "caption"}
_CELL_FILE = re.compile(r"(?:/[\w.+-]{1,60}){0,8}/ipykernel_[0-9]{1,9}/[0-9]{1,12}\.py")
_UNSEEN = re.compile(r"\x1b\[[0-9;?]{0,30}+[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")
SHOWN = 40  # characters that are quoted of what a page cannot show
_PLACEHOLDER = re.compile(r"\{\{[^{}\n]{0,200}\}\}")  # as in the year's YAML, where it is filled in
_HEADING = re.compile(r"(</?h)([1-6])\b")
_PROLOG = re.compile(
    r"<\?xml[^<>]*+>|<!DOCTYPE[^<>\[]*+>|<!--(?:(?!<!--|-->).)*-->"
    r"|<metadata\b(?:(?!</?metadata\b).)*</metadata>",
    re.DOTALL,
)
_ID = re.compile(r"""\bid=(["'])([^"'<>\s]{1,200})\1""")
_REFERENCE = re.compile(r"#([\w:.-]{1,200})")
_SHEET = re.compile(r"(<style\b[^<>]*+>)([^<]*+)(</style>)")


class Wording(NamedTuple):
    """The analyst's words for an output: the alternative text, and the title above it."""

    alt: str = ""
    caption: str = ""


class Own(NamedTuple):
    """An output of an own cell: its HTML or '', its MIME types, and what is wrong with it.

    With a flaw, it appears in the review copy only.
    """

    html: str
    types: tuple[str, ...]
    flaws: tuple[Problem, ...] = ()

    @property
    def is_printed(self) -> bool:
        """Whether it is printed text, which no tag can bring into the public page."""
        return any(flaw.id == "left-out-printed" for flaw in self.flaws)

    def placed(self, label: str = "") -> str:
        """Return the HTML for a page; in the review copy, with a label above it."""
        mark = Markup(' marked"><p class="own-label">{}</p>').format(label) if label else '">'
        return f"{BEGIN}{mark}\n{self.html}\n</section></div>"


def own_label(number: int, reasons: Iterable[str], *, is_public: bool) -> str:
    """Return the review copy's label for an own cell: whose it is, and which copies have it."""
    why = "；".join(reasons)
    where = f"公开本未收入：{why}" if why else "公开本收入" if is_public else "只供审阅"
    return f"分析人员自己的内容（第{number}单元）　{where}"


def own_output(output: Mapping[str, Any], cell: Mapping[str, Any]) -> Own | None:
    """Convert an output that is not the kit's own for a page; None if it shows nothing.

    Of the formats in which an output is given, the first that a page may have is used.
    """
    if output["output_type"] == "stream":
        problem = Problem("left-out-printed")
        return Own(_preformatted(_joined(output["text"])), (output["name"],), (problem,))
    data = output.get("data") or {}
    if not data:
        return None
    wording = _wording(cell, output)
    boxes = lacking_letters(output)
    found = [_naming_boxes(_naming_hidden(own), boxes) for own in _ways(data, wording)]
    fit = next((own for own in found if not own.flaws), None)
    return fit or _refused(data, found)


def own_words(cell: Mapping[str, Any]) -> Own | None:
    """Convert a Markdown or raw cell for a page; None for an empty one."""
    text = _joined(cell["source"])
    if not text.strip():
        return None
    if cell["cell_type"] != "markdown":
        return Own("", ("raw",), (Problem("left-out-raw"),))
    return _naming_hidden(_markdown(text, _attachments(cell)))


def _naming_hidden(own: Own) -> Own:
    """Return an output with its invisible characters as a flaw: 346 may read as 643."""
    characters = hidden_in(unescape(own.html))
    flaws = [Problem("left-out-invisible", characters=characters)] if characters else []
    return own._replace(flaws=(*own.flaws, *flaws))


def _naming_boxes(own: Own, boxes: str) -> Own:
    """Return a drawing with the characters that it shows as boxes as a flaw."""
    if not boxes or not _PICTURE.search(own.html):
        return own
    problem = Problem("left-out-boxes", characters=boxes[:SHOWN])
    return own._replace(flaws=(*own.flaws, problem))


# --- the formats in which an output can be given--------------------------------------------


def _ways(data: Mapping[str, Any], wording: Wording) -> Iterator[Own]:
    """Yield an output in each format that a page supports, the best first."""
    html = html_of({"data": data})
    if html is not None:
        yield _html(html, wording)
    if "text/markdown" in data:
        yield _markdown(_joined(data["text/markdown"]), {})
    if "image/svg+xml" in data:
        yield _drawing(_joined(data["image/svg+xml"]), wording)
    for kind in KINDS:
        if kind in data:
            yield _picture(kind, _joined(data[kind]), wording)


def _refused(data: Mapping[str, Any], found: list[Own]) -> Own:
    """Return an output that a public page may not have, with the reason."""
    shown = tuple(kind for kind in data if kind not in ("text/plain", "text/html")) or tuple(data)
    if any(INTERACTIVE.match(kind) for kind in data):
        return Own("", shown, (Problem("left-out-interactive"),))
    if found:
        return found[0]
    if shown == ("text/plain",):
        plain = _preformatted(_joined(data["text/plain"]))
        return Own(plain, shown, (Problem("left-out-printed"),))
    return Own("", shown, (Problem("left-out-type"),))


def _html(html: str, wording: Wording, kind: str = "text/html") -> Own:
    """Return HTML that neither runs nor loads anything, with tables in the page's style."""
    if _is_large(html):
        return Own("", (kind,), (_too_large(html),))
    clean = cleaned(html)
    if clean.removed:
        what = list(clean.removed)
        return Own("", (kind,), (Problem("left-out-html", what=what),))
    flaws = []
    shortened = shortened_in(clean.html)
    if shortened:
        flaws.append(Problem("left-out-shortened", shown=shortened))
    if clean.lacks_alt:
        flaws.append(Problem("left-out-alt"))
    tables = as_page_tables(clean.html, wording.caption)
    return Own(_levelled(tables), (kind,), tuple(flaws))


def _markdown(text: str, attachments: Mapping[str, str]) -> Own:
    own = _html(markdown_html(text, attachments), Wording(), "text/markdown")
    placeholder = _PLACEHOLDER.search(text)
    found = {
        "left-out-formula": formula_in(text),
        "left-out-unshown": unshown_in(text),
        "left-out-placeholder": placeholder[0] if placeholder else "",
    }
    flaws = (Problem(name, words=words[:SHOWN]) for name, words in found.items() if words)
    return own._replace(flaws=(*flaws, *own.flaws))


def _picture(kind: str, data: str, wording: Wording) -> Own:
    """Return a raster image with its alternative text and its caption."""
    data = "".join(data.split())
    if _is_large(data):
        return Own("", (kind,), (_too_large(data),))
    try:
        picture = without_metadata(b64decode(data, validate=True))
    except ValueError:
        picture = b""
    if picture_kind(picture) != kind:
        return Own("", (kind,), (Problem("left-out-broken"),))
    image = Markup('<img src="{}" alt="{}">').format(data_url(picture), wording.alt)
    return _figure(image, kind, wording)


def _drawing(svg: str, wording: Wording) -> Own:
    """Return an SVG drawing, cleaned, with ids and styles that are its own."""
    kind = "image/svg+xml"
    if _is_large(svg):
        return Own("", (kind,), (_too_large(svg),))
    place = f"own-{hashlib.sha256(svg.encode('utf-8', 'replace')).hexdigest()[:10]}"
    inside = _scoped(_PROLOG.sub("", svg), place)
    box = Markup('<div class="picture" id="{}" role="img" aria-label="{}">').format(
        place, wording.alt
    )
    own = _html(f"{box}{inside}</div>", Wording(), kind)
    return own if own.flaws else _figure(Markup(own.html), kind, wording)


def _figure(picture: Markup, kind: str, wording: Wording) -> Own:
    caption = Markup("<figcaption>{}</figcaption>").format(wording.caption)
    html = Markup("<figure>{}{}</figure>").format(caption if wording.caption else "", picture)
    return Own(html, (kind,), () if wording.alt else (Problem("left-out-alt"),))


def _preformatted(text: str) -> str:
    """Return printed text, without a kernel's file names for cells, which vary between runs."""
    text = _CELL_FILE.sub("cell.py", _UNSEEN.sub("", text))
    return Markup("<pre>{}</pre>").format(text.strip("\n"))


def _is_large(text: str) -> bool:
    return len(text.encode("utf-8", "replace")) > LARGEST


def _too_large(text: str) -> Problem:
    size = len(text.encode("utf-8", "replace"))
    return Problem("left-out-large", size=size, limit=LARGEST)


# --- the wording of an output -----------------------------------------------------------------


def _wording(cell: Mapping[str, Any], output: Mapping[str, Any]) -> Wording:
    """Return the words in the output's metadata, the cell's, a tag, or a line `#| fig-alt:`."""
    metadata = output.get("metadata") or {}
    beside = cell.get("metadata") or {}
    inside = [value for value in metadata.values() if isinstance(value, Mapping)]
    sources = [metadata, *inside, beside, _of_tags(beside.get("tags")), _of_lines(cell["source"])]
    phrases: dict[str, str] = {}
    for source in sources:
        for key in Wording._fields:
            value = source.get(key)
            if isinstance(value, str) and is_alternative(value):
                phrases.setdefault(key, " ".join(value.split()))
    return Wording(**phrases)


def _of_tags(tags: object) -> dict[str, str]:
    words = [tag.strip() for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    return {found[1]: found[2] for found in map(_TAG.fullmatch, words) if found}


def _of_lines(source: object) -> dict[str, str]:
    """Return the words in a cell's lines that are Quarto options: `#| fig-alt: …`."""
    lines = (line.strip() for line in _joined(source).splitlines())
    options = takewhile(lambda line: not line or line.startswith("#|"), lines)
    found = map(_OPTION.fullmatch, options)
    return {_KEYS[item[1]]: item[2].strip().strip("\"'") for item in found if item}


def _attachments(cell: Mapping[str, Any]) -> dict[str, str]:
    """Return the pictures that were dropped into a Markdown cell, as data URLs."""
    found = cell.get("attachments")
    urls = {}
    for name, data in found.items() if isinstance(found, Mapping) else ():
        for kind in KINDS:
            if isinstance(data, Mapping) and kind in data:
                urls[str(name)] = f"data:{kind};base64,{''.join(_joined(data[kind]).split())}"
    return urls


def _joined(text: object) -> str:
    """Return a text, which a file may store as a list of lines."""
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        return "".join(text)
    return text if isinstance(text, str) else ""


# --- HTML -------------------------------------------------------------------------------------


def _levelled(html: str) -> str:
    """Return HTML with its headings shifted below those of the report."""
    highest = min((int(level) for _, level in _HEADING.findall(html)), default=TOP)
    return _HEADING.sub(lambda found: f"{found[1]}{min(int(found[2]) - highest + TOP, 6)}", html)


def _scoped(svg: str, place: str) -> str:
    """Return SVG with ids that no other drawing has, and styles that apply only inside it."""
    names = {name for _, name in _ID.findall(svg)}
    svg = _ID.sub(lambda found: f'id="{place}-{found[2]}"', svg)
    svg = _REFERENCE.sub(
        lambda found: f"#{place}-{found[1]}" if found[1] in names else found[0], svg
    )
    svg = svg.replace("<![CDATA[", "").replace("]]>", "")
    return _SHEET.sub(lambda found: found[1] + _scoped_sheet(found[2], place) + found[3], svg)


def _scoped_sheet(sheet: str, place: str) -> str:
    """Return a style sheet whose rules apply only below the element with the id `place`."""
    *rules, rest = sheet.split("}")
    prefixed = []
    for rule in rules:
        selectors, brace, body = rule.partition("{")
        names = ", ".join(f"#{place} {name.strip()}" for name in selectors.split(","))
        prefixed.append(f"{names} {brace}{body}}}")
    return "\n".join(prefixed) + rest

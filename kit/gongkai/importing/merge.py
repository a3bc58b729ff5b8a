"""A text that somebody changed in a document, put back into the text that it was made from.

Both texts are read as tokens: a number, a word of Latin letters, any other character, or the
beginning of a paragraph. What is the same stays as it was typed, with its placeholders; only
sentences that differ are written anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import NamedTuple

from gongkai.importing.blocks import Paragraph
from gongkai.importing.pairs import best_pairs
from gongkai.importing.prose import is_subheading, shown, without_placeholders
from gongkai.text.markdown import MarkdownText, Piece
from gongkai.text.placeholders import Literal, Segment, parse_text, places

Says = Callable[[Segment], str]
Span = tuple[int, int]  # of tokens: the first, and the one after the last

BREAK, SUBHEADING, ITEM = "\n", "\n#", "\n-"  # the beginning of a paragraph, by its kind
ALIKE = 0.5  # two sentences with so much in common are one that was reworded
MOST_PAIRS = 10_000
_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[A-Za-z]+|\S")
# What Markdown takes for headings, lists and quotations at the beginning of a line.
_PREFIX = re.compile(r"(?:\s|#{1,6}\s|[-*+]\s|[0-9]{1,9}[.)]\s|>)*")
_PARAGRAPH = re.compile(r"(?:^|(?<=\n))[^\S\n]*\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_LINE_END = re.compile(r"\n")
_BRACES = str.maketrans("｛｝", "{}")
_STOPS = set("。！？；")
_CLOSING = set("”’』」）)")


class NotPlaced(Exception):
    """It cannot be said which words of a text are which characters of its Markdown."""


class Token(NamedTuple):
    """A token: its text and place, and the number of the placeholder that it is of, or -1.

    The place is one of the Markdown on our side; of a paragraph, by its number, on the other.
    """

    text: str
    start: int
    end: int
    placeholder: int = -1
    paragraph: int = -1

    @property
    def is_break(self) -> bool:
        """Whether a paragraph begins here."""
        return self.text.startswith(BREAK)


class Change(NamedTuple):
    """Tokens of ours, `first` to `last`, in whose place the others have `begin` to `end`."""

    first: int
    last: int
    begin: int
    end: int


class Question(NamedTuple):
    """Something typed over a placeholder: where, what fills it in, and what both sides say.

    `start` is the place of the placeholder in our text; `paragraph` is that of the document.
    The placeholder is '' where a sentence was changed on both sides.
    """

    start: int
    placeholder: str
    before: str
    after: str
    paragraph: Paragraph | None


class Merged(NamedTuple):
    """Our text with the changes of a document in it, and those that were not made."""

    text: str
    questions: tuple[Question, ...]


class Figures(NamedTuple):
    """What a placeholder fills in, and what it will once the document's figures are in place."""

    says: Says
    now: Says


def merged(
    source: str,
    paragraphs: Sequence[Paragraph],
    figures: Figures,
    made: Sequence[Paragraph] | None = None,
) -> Merged:
    """Return a text with what its paragraphs in a document say.

    A document that says what a placeholder fills in, or will, has not changed it. `made` are the
    paragraphs as the document was made with them: what was changed here since then stays. Raises
    NotPlaced where the text cannot be changed in its place.
    """
    ours = _Ours(source, figures.says)
    theirs = _tokens_of(paragraphs)
    merger = _Merger(ours, theirs, paragraphs, figures.now)
    base = None if made is None else _sentences_of(made)
    for left, right in _sentences_that_differ(ours.tokens, theirs, merger.same):
        if base is None or merger.is_theirs(left, right, base):
            merger.compare(left, right)
    text = merger.written()
    if _signature(_Ours(text, figures.says).tokens) != merger.signature():
        raise NotPlaced
    return Merged(text, tuple(merger.questions))


# --- our side ---------------------------------------------------------------------


class _Ours:
    """The tokens of a text of Markdown with placeholders, each with its place there."""

    def __init__(self, source: str, says: Says) -> None:
        self.source, self.says = source, says
        segments, problems = parse_text(source, "", 1)
        spans = places(source)
        if problems or len(spans) != len(segments):
            raise NotPlaced
        self.segments, self.spans = segments, spans
        self._text = ""
        self._origin: list[tuple[int, int, int]] = []  # of each character: its place, placeholder
        self.blank: list[int] = []  # the placeholders that fill in nothing
        for number, (segment, (start, end)) in enumerate(zip(segments, spans, strict=True)):
            words = says(segment)
            if isinstance(segment, Literal):
                self._origin += [(place, place + 1, -1) for place in range(start, end)]
            else:
                self._origin += [(start, end, number)] * len(words)
                self.blank += [] if words else [number]
            self._text += words
        self.tokens: list[Token] = []
        self.end = 0  # of the last paragraph, in the source
        for first, last in self._paragraphs():
            self._add(first, last)

    def _paragraphs(self) -> Iterator[tuple[int, int]]:
        """Yield where each paragraph of words begins and ends in the text as it is filled in."""
        for group in _PARAGRAPH.finditer(self._text):
            if not self._markdown(*group.span()).is_prose:
                continue
            begin = group.start()
            for line in _LINE_END.finditer(group[0]):
                place = group.start() + line.start()
                following = self._text.find("\n", place + 1, group.end())
                end = group.end() if following < 0 else following
                if len(self._markdown(begin, end).blocks()) > 1:
                    yield begin, place
                    begin = place + 1
            yield begin, group.end()

    def _markdown(self, first: int, last: int) -> MarkdownText:
        pieces: list[Piece] = []
        of = -2
        for place in range(first, last):
            number = self._origin[place][2]
            if number != of:
                pieces.append(Piece("", number >= 0))
            pieces[-1] = pieces[-1]._replace(text=pieces[-1].text + self._text[place])
            of = number
        return MarkdownText(pieces)

    def _add(self, first: int, last: int) -> None:
        """Add the tokens of a paragraph; its beginning has the signs of Markdown before it."""
        words = "".join(self._markdown(first, last).blocks())
        prefix = _PREFIX.match(self._text, first, last)
        place = prefix.end() if prefix else first
        chars: list[tuple[str, int]] = []
        for char in "".join(words.split()):
            place = self._text.find(char, place, last)
            if place < 0:
                raise NotPlaced
            chars.append((char, place))
            place += 1
        if not chars:
            return
        kind = _kind(self._text[first : chars[0][1]])
        self.tokens.append(Token(kind, self.end, self._origin[chars[0][1]][0]))
        self.tokens += self._grouped(chars)
        self.end = self._origin[last - 1][1]

    def _grouped(self, chars: Sequence[tuple[str, int]]) -> Iterator[Token]:
        """Yield the tokens of some characters; none is both typed and filled in."""
        start = 0
        while start < len(chars):
            number = self._origin[chars[start][1]][2]
            end = start
            stretch = ""
            while end < len(chars) and self._origin[chars[end][1]][2] == number:
                apart = end > start and chars[end][1] > chars[end - 1][1] + 1
                stretch += (" " if apart and number < 0 else "") + chars[end][0]
                end += 1
            for found in _TOKEN.finditer(stretch):
                size = len(found[0])
                first, last = chars[start][1], chars[start + size - 1][1]
                yield Token(found[0], self._origin[first][0], self._origin[last][1], number)
                start += size

    def filled(self, number: int) -> Span:
        """Return the tokens that a placeholder fills in; none where it says nothing."""
        found = [at for at, token in enumerate(self.tokens) if token.placeholder == number]
        return (found[0], found[-1] + 1) if found else (0, 0)


def _kind(prefix: str) -> str:
    sign = prefix.strip()[:1]
    return SUBHEADING if sign == "#" else ITEM if sign and sign != ">" else BREAK


# --- their side -------------------------------------------------------------------


def _tokens_of(paragraphs: Sequence[Paragraph]) -> list[Token]:
    found: list[Token] = []
    for number, paragraph in enumerate(paragraphs):
        if not paragraph.text.strip():
            continue
        heading = paragraph.level or is_subheading(paragraph.text)
        kind = SUBHEADING if heading else ITEM if paragraph.marker else BREAK
        found.append(Token(kind, 0, 0, -1, number))
        found += [
            Token(item[0], item.start(), item.end(), -1, number)
            for item in _TOKEN.finditer(paragraph.text)
        ]
    return found


def _sentences_of(paragraphs: Sequence[Paragraph]) -> set[str]:
    tokens = _tokens_of(paragraphs)
    return {_words(tokens, span) for span in _sentences(tokens, (0, len(tokens)))}


# --- which sentences differ -------------------------------------------------------


def _sentences_that_differ(
    ours: Sequence[Token], theirs: Sequence[Token], same: Callable[[str], str]
) -> Iterator[tuple[Span, Span]]:
    """Yield each sentence that is not on both sides beside the one in its place.

    One of the two is empty where a sentence was added or removed. `same` returns our words for
    theirs where a document says the same in other figures.
    """
    whole = ((0, len(ours)), (0, len(theirs)))
    for paragraphs in _differing((ours, theirs), whole, _paragraphs, same):
        for sentences in _differing((ours, theirs), paragraphs, _sentences, same):
            left, right = (
                list(_sentences(side, span))
                for side, span in zip((ours, theirs), sentences, strict=True)
            )
            scores = [[_likeness(ours, one, theirs, other) for other in right] for one in left]
            few = len(left) * len(right) <= MOST_PAIRS
            pairs = best_pairs(scores) if scores and few else {}
            yield from _beside(left, right, pairs, sentences)


Split = Callable[[Sequence[Token], Span], Iterator[Span]]
Sides = tuple[Sequence[Token], Sequence[Token]]


def _differing(
    sides: Sides, spans: tuple[Span, Span], split: Split, same: Callable[[str], str]
) -> Iterator[tuple[Span, Span]]:
    """Yield the stretches of two texts that differ, as sentences or paragraphs of them."""
    parts = [list(split(side, span)) for side, span in zip(sides, spans, strict=True)]
    left = [_words(sides[0], span) for span in parts[0]]
    right = [same(_words(sides[1], span)) for span in parts[1]]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            yield _cover(parts[0], i1, i2, spans[0]), _cover(parts[1], j1, j2, spans[1])


def _cover(parts: Sequence[Span], first: int, last: int, whole: Span) -> Span:
    start = parts[first][0] if first < len(parts) else whole[1]
    return start, parts[last - 1][1] if last > first else start


def _beside(
    left: Sequence[Span], right: Sequence[Span], pairs: Mapping[int, int], whole: tuple[Span, Span]
) -> Iterator[tuple[Span, Span]]:
    """Yield sentences in pairs; those without a partner beside nothing, removed ones first."""
    done_left = done_right = 0
    for one, other in (*sorted(pairs.items()), (len(left), len(right))):
        ours, theirs = _cover(left, one, one, whole[0]), _cover(right, done_right, other, whole[1])
        for removed in left[done_left:one]:
            yield removed, (theirs[0], theirs[0])
        if theirs[0] < theirs[1]:
            yield ours, theirs
        if one < len(left):
            yield left[one], right[other]
        done_left, done_right = one + 1, other + 1


def _paragraphs(tokens: Sequence[Token], span: Span) -> Iterator[Span]:
    starts = [at for at in range(*span) if tokens[at].is_break]
    yield from pairwise([*starts, span[1]])


def _sentences(tokens: Sequence[Token], span: Span) -> Iterator[Span]:
    """Yield the sentences with their stops; the beginning of a paragraph is one by itself."""
    start = span[0]
    for at in range(*span):
        following = tokens[at + 1].text if at + 1 < span[1] else BREAK
        ends = tokens[at].text in _STOPS | _CLOSING and _STOPS & {
            token.text for token in tokens[max(start, at - 2) : at + 1]
        }
        closes = ends and following not in _STOPS | _CLOSING
        if tokens[at].is_break or closes or following.startswith(BREAK) or at + 1 == span[1]:
            yield start, at + 1
            start = at + 1


def _words(tokens: Sequence[Token], span: Span) -> str:
    """Return the words of a stretch; of a paragraph without what kind it is."""
    words = "".join(token.text for token in tokens[slice(*span)] if not token.is_break)
    return words or (BREAK if span[0] < span[1] else "")


def _likeness(ours: Sequence[Token], one: Span, theirs: Sequence[Token], other: Span) -> float:
    left, right = ours[slice(*one)], theirs[slice(*other)]
    if left[0].is_break or right[0].is_break:
        return float(left[0].is_break and right[0].is_break)
    matcher = SequenceMatcher(None, _texts(left), _texts(right), autojunk=False)
    alike = matcher.ratio() if matcher.quick_ratio() >= ALIKE else 0.0
    return alike if alike >= ALIKE else 0.0


def _texts(tokens: Iterable[Token]) -> list[str]:
    return [token.text for token in tokens]


def _signature(tokens: Iterable[Token]) -> str:
    """Return what some tokens say; braces are as good in full width, as they are written down."""
    words = "".join(BREAK if token.is_break else token.text for token in tokens)
    return words.translate(_BRACES)


# --- what differs in them ---------------------------------------------------------


class _Merger:
    """Collects what differs, and writes it into our text."""

    def __init__(
        self, ours: _Ours, theirs: Sequence[Token], paragraphs: Sequence[Paragraph], now: Says
    ) -> None:
        self._ours = ours
        self._theirs = theirs
        self._paragraphs = paragraphs
        self._now = [now(segment) for segment in ours.segments]
        self._changes: list[Change] = []
        self.questions: list[Question] = []
        whole = (0, len(ours.tokens))
        self._kept: dict[str, Span] = {}  # our sentences and paragraphs, by what they will say
        for split in (_paragraphs, _sentences):
            for span in split(ours.tokens, whole):
                self._kept[self._said_now(span)] = span
                self._kept.setdefault(_words(ours.tokens, span), span)

    def _said_now(self, span: Span) -> str:
        words: list[str] = []
        before = -1
        for token in self._ours.tokens[slice(*span)]:
            number = token.placeholder
            if number < 0:
                words.append("" if token.is_break else token.text)
            elif number != before:
                words.append("".join(self._now[number].split()))
            before = number
        return "".join(words)

    def same(self, words: str) -> str:
        """Return what our sentence or paragraph says that will say these words."""
        span = self._kept.get(words)
        return _words(self._ours.tokens, span) if span else words

    def is_theirs(self, ours: Span, theirs: Span, base: set[str]) -> bool:
        """Whether what differs was changed in the document alone; a question if on both sides."""
        here, there = _words(self._ours.tokens, ours), _words(self._theirs, theirs)
        if there in base or (not there and here not in base):
            return BREAK in (here, there)
        if here and here not in base:
            start = self._ours.tokens[ours[0]].start
            paragraph = self._paragraphs[self._theirs[theirs[0]].paragraph]
            self.questions.append(Question(start, "", here, self._shown(*theirs), paragraph))
            return False
        return True

    def compare(self, ours: Span, theirs: Span) -> None:
        """Note how two sentences differ; where something is a question, nothing else of them."""
        (i1, i2), (j1, j2) = ours, theirs
        left, right = self._ours.tokens[i1:i2], self._theirs[j1:j2]
        if left and right and left[0].is_break and right[0].is_break:
            return  # a heading that is now a paragraph: a matter of looks
        matcher = SequenceMatcher(None, _texts(left), _texts(right), autojunk=False)
        found: list[Change | Question] = []
        for tag, a1, a2, b1, b2 in matcher.get_opcodes():
            if tag != "equal":
                found += self._change(Change(i1 + a1, i1 + a2, j1 + b1, j1 + b2))
        questions = [item for item in found if isinstance(item, Question)]
        self.questions += questions
        if not questions:
            self._changes += [item for item in found if isinstance(item, Change)]

    def _change(self, change: Change) -> Iterator[Change | Question]:
        """Yield a change without the placeholders in it that still say what the document says."""
        held = self._held(change)
        words = _signature(self._theirs[change.begin : change.end])
        removed = change.begin == change.end and all(self._within(it, change) for it in held)
        if not held or removed:
            yield change
            return
        number = held[0]
        found = self._found(number, change)
        if words == _signature(self._ours.tokens[change.first : change.last]):
            return
        if found is None:
            yield from (self._question(it, change) for it in held)
            return
        first, last = self._ours.filled(number)
        for part in (
            Change(change.first, first, change.begin, found[0]),
            Change(last, change.last, found[1], change.end),
        ):
            if part.first < part.last or part.begin < part.end:
                yield from self._change(part)

    def _held(self, change: Change) -> list[int]:
        """Return the placeholders in what a change replaces; one that is blank there, too."""
        tokens = self._ours.tokens[change.first : change.last]
        if not tokens:
            return []
        start, end = tokens[0].start, tokens[-1].end
        blank = [it for it in self._ours.blank if start < self._ours.spans[it][0] < end]
        return sorted({token.placeholder for token in tokens} - {-1} | set(blank))

    def _within(self, number: int, change: Change) -> bool:
        first, last = self._ours.filled(number)
        return change.first <= first < last <= change.last

    def _found(self, number: int, change: Change) -> Span | None:
        """Return the tokens of the document that say what a placeholder says or will say."""
        if not self._within(number, change):
            return None
        wanted = {"".join(self._now[number].split()), self._said(number)}
        for begin in range(change.begin, change.end):
            for end in range(begin + 1, change.end + 1):
                if _signature(self._theirs[begin:end]) in wanted:
                    return begin, end
        return None

    def _said(self, number: int) -> str:
        return "".join(self._ours.says(self._ours.segments[number]).split())

    def _question(self, number: int, change: Change) -> Question:
        start, end = self._ours.spans[number]
        at = min(change.begin, len(self._theirs) - 1)
        paragraph = self._paragraphs[self._theirs[at].paragraph] if self._theirs else None
        typed = self._shown(change.begin, change.end) if change.begin < change.end else ""
        return Question(
            start,
            self._ours.source[start:end],
            self._ours.says(self._ours.segments[number]),
            typed,
            paragraph,
        )

    # --- written down ---

    def written(self) -> str:
        """Return our text with every change in it."""
        text = self._ours.source
        for change in sorted(self._changes, reverse=True):
            start, end = self._place(change)
            new = self._markdown(change)
            if start == end == 0:
                new = new.strip("\n") + "\n\n" * bool(text.strip())
            text = text[:start] + new + text[end:]
        return (
            text
            if text.startswith("\n") == self._ours.source.startswith("\n")
            else text.lstrip("\n")
        )

    def _place(self, change: Change) -> Span:
        tokens = self._ours.tokens
        if change.first < change.last:
            return tokens[change.first].start, tokens[change.last - 1].end
        if change.first == len(tokens):
            return self._ours.end, self._ours.end
        here = tokens[change.first].start if tokens[change.first].is_break else -1
        here = tokens[change.first - 1].end if here < 0 else here
        return here, here

    def _markdown(self, change: Change) -> str:
        """Return what stands in the document as Markdown; a sentence of ours as it was typed."""
        pieces = []
        for start, end in _sentences(self._theirs, (change.begin, change.end)):
            ours = self._kept.get(_words(self._theirs, (start, end)))
            token = self._theirs[start]
            if token.is_break:
                pieces.append(self._beginning(token))
            elif ours and not self._ours.tokens[ours[0]].is_break:
                first, last = self._ours.tokens[ours[0]], self._ours.tokens[ours[1] - 1]
                pieces.append(self._ours.source[first.start : last.end])
            else:
                pieces.append(shown(without_placeholders(self._shown(start, end))))
        return "".join(pieces)

    def _beginning(self, token: Token) -> str:
        if token.text == SUBHEADING:
            level = self._paragraphs[token.paragraph].level
            return "\n\n" + "#" * min(max(level, 3), 6) + " "
        marker = self._paragraphs[token.paragraph].marker
        return f"\n{marker} " if marker else "\n\n"

    def _shown(self, begin: int, end: int) -> str:
        """Return words of the document as they stand there."""
        lines: list[str] = []
        for _, group in groupby(self._theirs[begin:end], key=lambda token: token.paragraph):
            words = [token for token in group if not token.is_break]
            if words:
                text = self._paragraphs[words[0].paragraph].text
                lines.append(text[words[0].start : words[-1].end])
        return " ".join(lines)

    def signature(self) -> str:
        """Return what our text has to say once every change is in it."""
        pieces, done = [], 0
        for change in sorted(self._changes):
            pieces.append(_signature(self._ours.tokens[done : change.first]))
            pieces.append(_signature(self._theirs[change.begin : change.end]))
            done = max(done, change.last)
        return "".join([*pieces, _signature(self._ours.tokens[done:])])

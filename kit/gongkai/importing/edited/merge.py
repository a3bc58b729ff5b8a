"""Merge a text that somebody changed in a document back into the text that it was made from.

Unchanged sentences stay as they were typed, with their placeholders; only those that differ
are replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import NamedTuple

from gongkai.importing.blocks import Paragraph
from gongkai.importing.edited.sentences import differing_sentences, moved_pairs
from gongkai.importing.edited.tokens import (
    BREAK,
    SUBHEADING,
    MarkdownTokens,
    NotPlaced,
    Says,
    Span,
    Token,
    paragraph_spans,
    sentence_spans,
    signature_of,
    texts_of,
    tokens_of,
    words_of,
)
from gongkai.importing.texts.markdown import heading_marker, literal_markdown, without_placeholders


class Change(NamedTuple):
    """Our tokens `first` to `last`, which the document's `begin` to `end` replace."""

    first: int
    last: int
    begin: int
    end: int

    @property
    def is_insertion(self) -> bool:
        """Whether it replaces nothing of ours."""
        return self.first == self.last and self.begin < self.end

    @property
    def is_removal(self) -> bool:
        """Whether nothing takes the place of our tokens."""
        return self.first < self.last and self.begin == self.end


class Question(NamedTuple):
    """Something typed over a placeholder: where, the placeholder, and the text on both sides.

    `start` is the place of the placeholder in our text; `paragraph` is the document's.
    The placeholder is '' if a sentence was changed on both sides.
    """

    start: int
    placeholder: str
    before: str
    after: str
    paragraph: Paragraph | None


class Merged(NamedTuple):
    """Our text with the changes of a document, and questions about changes that were not made."""

    text: str
    questions: tuple[Question, ...]


class Figures(NamedTuple):
    """What a placeholder prints: with the present figures, and, as `now`, with the document's."""

    says: Says
    now: Says


def merged(
    source: str,
    paragraphs: Sequence[Paragraph],
    figures: Figures,
    made: Sequence[Paragraph] | None = None,
) -> Merged:
    """Return a text with the changes that were made to its paragraphs in a document.

    A document that has what a placeholder prints, or will print, has not changed it. `made` are
    the original paragraphs of the document: what was changed here since then stays. Raises
    NotPlaced if a change cannot be put into the text.
    """
    ours = MarkdownTokens(source, figures.says)
    theirs = tokens_of(paragraphs)
    merger = _Merger(ours, theirs, paragraphs, figures.now)
    base = None if made is None else _sentences_of(made)
    for left, right in differing_sentences(ours.tokens, theirs, merger.present_words):
        if base is None or merger.is_theirs(left, right, base):
            merger.compare(left, right)
    merger.ask_about_moved()
    text = merger.written()
    if signature_of(MarkdownTokens(text, figures.says).tokens) != merger.signature():
        raise NotPlaced
    return Merged(text, tuple(merger.questions))


def _sentences_of(paragraphs: Sequence[Paragraph]) -> set[str]:
    tokens = tokens_of(paragraphs)
    return {words_of(tokens, span) for span in sentence_spans(tokens, (0, len(tokens)))}


class _Merger:
    """Collects the differences, and applies them to our text."""

    def __init__(
        self,
        ours: MarkdownTokens,
        theirs: Sequence[Token],
        paragraphs: Sequence[Paragraph],
        now: Says,
    ) -> None:
        self._ours = ours
        self._theirs = theirs
        self._paragraphs = paragraphs
        self._now = [now(segment) for segment in ours.segments]
        self._changes: list[Change] = []
        self.questions: list[Question] = []
        whole = (0, len(ours.tokens))
        self._kept: dict[str, Span] = {}  # our spans, by future and present words
        for split in (paragraph_spans, sentence_spans):
            for span in split(ours.tokens, whole):
                self._kept[self._future_words(span)] = span
                self._kept.setdefault(words_of(ours.tokens, span), span)

    def _future_words(self, span: Span) -> str:
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

    def present_words(self, words: str) -> str:
        """Return the present words of our sentence or paragraph that will have these words."""
        span = self._kept.get(words)
        return words_of(self._ours.tokens, span) if span else words

    def is_theirs(self, ours: Span, theirs: Span, base: set[str]) -> bool:
        """Whether only the document changed a sentence; add a question if both sides did."""
        here, there = words_of(self._ours.tokens, ours), words_of(self._theirs, theirs)
        if there in self._kept and there in base and BREAK not in (here, there):
            return True  # a sentence of ours that was moved in the document, or repeated there
        if there in base or (not there and here not in base):
            return BREAK in (here, there)
        if here and here not in base:
            start = self._ours.tokens[ours[0]].start
            paragraph = self._paragraphs[self._theirs[theirs[0]].paragraph]
            self.questions.append(Question(start, "", here, self._shown(*theirs), paragraph))
            return False
        return True

    def compare(self, ours: Span, theirs: Span) -> None:
        """Record the changes between two sentences; if there are questions, only these."""
        (i1, i2), (j1, j2) = ours, theirs
        left, right = self._ours.tokens[i1:i2], self._theirs[j1:j2]
        if left and right and left[0].is_break and right[0].is_break:
            return  # a heading that is now a paragraph: only formatting
        matcher = SequenceMatcher(None, texts_of(left), texts_of(right), autojunk=False)
        found: list[Change | Question] = []
        for tag, a1, a2, b1, b2 in matcher.get_opcodes():
            if tag != "equal":
                found += self._change(Change(i1 + a1, i1 + a2, j1 + b1, j1 + b2))
        questions = [item for item in found if isinstance(item, Question)]
        self.questions += questions
        if not questions:
            self._changes += [item for item in found if isinstance(item, Change)]

    def ask_about_moved(self) -> None:
        """Ask about sentences that were moved and have other figures for their placeholders.

        They look like one sentence removed and another one typed; neither is then written.
        """
        split = [it for change in self._changes for it in self._sentence_by_sentence(change)]
        words = {it: self._words_of(it) for it in split}
        removed = {it: words[it] for it in split if it.is_removal and self._placeholders_in(it)}
        typed = {it: words[it] for it in split if it.is_insertion and words[it] not in self._kept}
        pairs = moved_pairs(removed, typed) if removed else []
        for moved, new in pairs:
            at = moved._replace(begin=new.begin, end=new.end)
            self.questions += (self._question(it, at) for it in self._placeholders_in(moved))
        if pairs:
            self._changes = [it for it in split if all(it not in pair for pair in pairs)]

    def _sentence_by_sentence(self, change: Change) -> Iterator[Change]:
        """Yield what was inserted or removed as a change for each sentence; others as they are."""
        if change.is_insertion:
            for begin, end in sentence_spans(self._theirs, (change.begin, change.end)):
                yield change._replace(begin=begin, end=end)
        elif change.is_removal:
            for first, last in sentence_spans(self._ours.tokens, (change.first, change.last)):
                yield change._replace(first=first, last=last)
        else:
            yield change

    def _words_of(self, change: Change) -> str:
        """Return the words that a change inserts, or else those that it removes."""
        if change.begin < change.end:
            return words_of(self._theirs, (change.begin, change.end))
        return words_of(self._ours.tokens, (change.first, change.last))

    def _change(self, change: Change) -> Iterator[Change | Question]:
        """Yield a change without the placeholders whose text the document still has."""
        held = self._placeholders_in(change)
        words = signature_of(self._theirs[change.begin : change.end])
        removed = change.begin == change.end and all(self._within(it, change) for it in held)
        if not held or removed:
            yield change
            return
        number = held[0]
        found = self._found(number, change)
        if words == signature_of(self._ours.tokens[change.first : change.last]):
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

    def _placeholders_in(self, change: Change) -> list[int]:
        """Return the placeholders in the tokens that a change replaces, including blank ones."""
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
        """Return the document's tokens that have the present or future text of a placeholder."""
        if not self._within(number, change):
            return None
        present = self._ours.says(self._ours.segments[number])
        wanted = {"".join(words.split()) for words in (self._now[number], present)}
        for begin in range(change.begin, change.end):
            for end in range(begin + 1, change.end + 1):
                if signature_of(self._theirs[begin:end]) in wanted:
                    return begin, end
        return None

    def _question(self, number: int, change: Change) -> Question:
        start, end = self._ours.spans[number]
        at = min(change.begin, len(self._theirs) - 1)
        paragraph = self._paragraphs[self._theirs[at].paragraph] if self._theirs else None
        present = self._ours.says(self._ours.segments[number])
        typed = self._shown(change.begin, change.end)
        return Question(start, self._ours.source[start:end], present, typed, paragraph)

    def written(self) -> str:
        """Return our text with every change applied."""
        text = self._ours.source
        for change in sorted(self._changes, reverse=True):
            start, end = self._place(change)
            new = self._markdown(change)
            if start == end == 0:
                theirs = self._theirs[change.end : change.end + 1]
                is_paragraph = not theirs or theirs[0].is_break
                new = new.strip("\n") + "\n\n" * (is_paragraph and bool(text.strip()))
            text = text[:start] + new + text[end:]
        if text.startswith("\n") != self._ours.source.startswith("\n"):
            text = text.lstrip("\n")
        return text

    def _place(self, change: Change) -> Span:
        tokens = self._ours.tokens
        if change.first < change.last:
            return tokens[change.first].start, tokens[change.last - 1].end
        if change.first == len(tokens):
            return self._ours.end, self._ours.end
        token = tokens[change.first]
        here = token.start if token.is_break else tokens[change.first - 1].end
        return here, here

    def _markdown(self, change: Change) -> str:
        """Return the document's side of a change as Markdown, with our sentences as typed."""
        pieces = []
        for start, end in sentence_spans(self._theirs, (change.begin, change.end)):
            ours = self._kept.get(words_of(self._theirs, (start, end)))
            token = self._theirs[start]
            if token.is_break:
                pieces.append(self._beginning(token))
            elif ours and not self._ours.tokens[ours[0]].is_break:
                first, last = self._ours.tokens[ours[0]], self._ours.tokens[ours[1] - 1]
                pieces.append(self._ours.source[first.start : last.end])
            else:
                pieces.append(literal_markdown(without_placeholders(self._shown(start, end))))
        return "".join(pieces)

    def _beginning(self, token: Token) -> str:
        if token.text == SUBHEADING:
            return "\n\n" + heading_marker(self._paragraphs[token.paragraph].level)
        marker = self._paragraphs[token.paragraph].marker
        return f"\n{marker} " if marker else "\n\n"

    def _shown(self, begin: int, end: int) -> str:
        """Return the document's text from one token to another."""
        lines: list[str] = []
        for _, group in groupby(self._theirs[begin:end], key=lambda token: token.paragraph):
            words = [token for token in group if not token.is_break]
            if words:
                text = self._paragraphs[words[0].paragraph].text
                lines.append(text[words[0].start : words[-1].end])
        return " ".join(lines)

    def signature(self) -> str:
        """Return the signature that our text must have with every change applied."""
        pieces, done = [], 0
        for change in sorted(self._changes):
            pieces.append(signature_of(self._ours.tokens[done : change.first]))
            pieces.append(signature_of(self._theirs[change.begin : change.end]))
            done = max(done, change.last)
        return "".join([*pieces, signature_of(self._ours.tokens[done:])])

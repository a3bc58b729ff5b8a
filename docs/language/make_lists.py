"""Write the word lists that slips of typing are found with: make words.

* `dictionary.txt`: Chinese words of two characters, from the dictionary of jieba;
* `readings.txt`: how characters are read, tones left out, from pypinyin;
* `word_pairs.txt`: words of reports and the words that follow them, counted in the sentences of
  tests/truth/ that have no slip, and in the labels of the forms.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import jieba
import yaml
from pypinyin import lazy_pinyin

ROOT = Path(__file__).parents[2]
LISTS = ROOT / "kit" / "gongkai" / "forms" / "language"
TRUTH = ROOT / "tests" / "truth"
SLIPS = {"misspelt", "typed-twice", "garbled-text", "other-body"}  # findings of such sentences
LEAST_IN_DICTIONARY = 10  # occurrences in jieba's corpus; below are names and mistakes
LEAST_IN_REPORTS = 2
LEAST_PAIRS = 2
_HAN = re.compile("[\u4e00-\u9fff]+")


def sentences() -> Iterator[str]:
    """Yield the sentences without slips, and what is in Chinese in the forms."""
    for file in sorted(TRUTH.glob("*.yaml")):
        for case in yaml.safe_load(file.read_text(encoding="utf-8")).get("sets", ()):
            groups = {"right": case.get("right") or (), **(case.get("wrong") or {})}
            for finding, texts in groups.items():
                if finding not in SLIPS:
                    yield from (it if isinstance(it, str) else it["text"] for it in texts)
    for file in sorted(LISTS.parent.glob("*.yaml")):
        yield file.read_text(encoding="utf-8")


def words_of_two() -> dict[str, int]:
    """Return the words of two characters in jieba's dictionary, with their frequency there."""
    lines = jieba.get_dict_file().read().decode("utf-8").splitlines()
    entries = (line.split(" ") for line in lines)
    return {
        word: int(count)
        for word, count, _ in entries
        if re.fullmatch(f"{_HAN.pattern[:-1]}{{2}}", word)
    }


def dictionary(known: dict[str, int]) -> list[str]:
    """Return a line for each first character, followed by the second ones."""
    seconds = defaultdict(set)
    for word, count in known.items():
        if count >= LEAST_IN_DICTIONARY:
            seconds[word[0]].add(word[1])
    return [first + "".join(sorted(seconds[first])) for first in sorted(seconds)]


def readings(known: dict[str, int]) -> list[str]:
    """Return a line for each reading that several characters have."""
    of_reading = defaultdict(set)
    for char in {char for word in known for char in word}:
        of_reading[lazy_pinyin(char)[0].replace("ü", "v")].add(char)
    return [
        f"{it} {''.join(sorted(of_reading[it]))}"
        for it in sorted(of_reading)
        if len(of_reading[it]) > 1
    ]


def word_pairs() -> list[str]:
    """Return a line for each word of reports, with the words that follow it."""
    words, pairs = Counter(), Counter()
    for text in sentences():
        for stretch in _HAN.findall(text):
            cut = jieba.lcut(stretch, HMM=False)
            words.update(it for it in cut if len(it) == 2)
            pairs.update(it for it in pairwise(cut) if len(it[0]) == len(it[1]) == 2)
    following = defaultdict(set)
    for (first, second), count in pairs.items():
        if count >= LEAST_PAIRS:
            following[first].add(second)
    known = {it for it, count in words.items() if count >= LEAST_IN_REPORTS} | set(following)
    return [" ".join([it, *sorted(following[it])]) for it in sorted(known)]


def write(name: str, about: list[str], lines: list[str]) -> None:
    """Write a list below the comment that says what it holds."""
    text = "\n".join([*(f"# {it}" for it in about), *lines])
    (LISTS / name).write_text(text + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Write all three."""
    jieba.setLogLevel("ERROR")
    known = words_of_two()
    write(
        "dictionary.txt",
        [
            "Chinese words of two characters: a line for each first character, followed by the second ones.",
            "From the dictionary of jieba, Copyright (c) 2013 Sun Junyi, MIT License; made by `make words`.",
        ],
        dictionary(known),
    )
    write(
        "readings.txt",
        ["Characters that are read alike, without tones; from pypinyin, made by `make words`."],
        readings({it: count for it, count in known.items() if count >= LEAST_IN_DICTIONARY}),
    )
    write(
        "word_pairs.txt",
        [
            "Words that occur in reports, each with the words that follow it; made by `make words`",
            "from the sentences of tests/truth/ and the labels of the forms.",
        ],
        word_pairs(),
    )


if __name__ == "__main__":
    main()

"""Export a public page's figures and words as data: CSV that the kit reads back, and JSON."""

from __future__ import annotations

import json
from typing import Any

from gongkai.office.content import Figure, Heading, PageContent, Paragraph, Signature, words_of
from gongkai.report.csv_file import csv_of
from gongkai.text.numbers import parse_number, without_remark

BESIDE = ("caption", "foot", "remark")  # kinds of paragraphs that belong to a table or the page


def as_csv(content: PageContent, _: str) -> bytes:
    """Return all figures in the shape of a report's own CSV: code, indicator, unit, value."""
    return csv_of(figure for figures in content.figures.values() for figure in figures).encode()


def as_json(content: PageContent, identifier: str) -> bytes:
    """Return title, publisher, tables and text.

    A figure has its number as a string of digits, or None if it is blank, `/` or a dash.
    """
    data = {
        "title": content.title,
        "publisher": content.author,
        "page_sha256": identifier,
        "tables": [
            {"caption": caption, "figures": list(map(_described, figures))}
            for caption, figures in content.figures.items()
        ],
        "text": list(_text(content)),
        "signature": [
            words_of(line)
            for block in content.blocks
            if isinstance(block, Signature)
            for line in block.lines
        ],
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def number_of(figure: Figure) -> str | None:
    """Return a figure's number as digits, or None if it has none."""
    kind = "amount" if "." in figure.printed else "signed"
    number, _, _ = parse_number(without_remark(figure.printed)[0], kind)
    return None if number is None else f"{number:f}"


def _described(figure: Figure) -> dict[str, str | None]:
    _, remark = without_remark(figure.printed)
    return {**figure._asdict(), "number": number_of(figure), "remark": remark or None}


def _text(content: PageContent) -> list[dict[str, Any]]:
    """Return the parts in order: a heading, its level, and the paragraphs below it."""
    parts: list[dict[str, Any]] = [{"heading": "", "level": 1, "paragraphs": []}]
    for block in content.blocks:
        if isinstance(block, Heading):
            parts.append({"heading": words_of(block.runs), "level": block.level, "paragraphs": []})
        elif isinstance(block, Paragraph) and block.kind not in BESIDE:
            parts[-1]["paragraphs"].append(block.marker + words_of(block.runs))
    return [part for part in parts if part["heading"] or part["paragraphs"]]

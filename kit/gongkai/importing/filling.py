"""Replace typed numbers in an imported text by placeholders for figures of its table."""

from __future__ import annotations

import re
from pathlib import Path

from gongkai.checks.numbers import compared_numbers
from gongkai.checks.text_findings import occurrences
from gongkai.errors import Problem
from gongkai.importing.run import Imported
from gongkai.importing.write import written_aside
from gongkai.reading.mentions import Mention
from gongkai.report.model import Report
from gongkai.report.reader import load_report

# Near these words, a number is not this year's figure, or not exactly.
_NOT_THE_FIGURE = re.compile(
    r"[均每约近超逾余]|不足|不到|不少于|不低于|至少|最多|以[上下内来]|左右|上下|累计|[历往]年"
    r"|[一二两三四五六七八九十几0-9]个?年[来共间内里]|[一二两三四五六七八九十几]年"
    r"|计划|预计|目标|[拟将]"
)
_CLAUSE_END = re.compile(r"[，；。：、,;:\n]")
_OTHER_BODY = re.compile(
    r"下属|所属|直属|辖区|下辖|各?(?:乡镇|街道|镇街|科室|股室|成员单位|县区|区县|市县)"
    r"|各(?:单位|部门|县|区|市|乡|镇|局)|全(?:国|省|市|县|区|州|系统)"
)


def filled(imported: Imported, params: Path, forms: Path | None = None) -> Imported:
    """Return an import with each typed number that is a figure replaced by its placeholder.

    Only numbers that the checks compare with a figure of this year are replaced. A number that may
    be several figures, appears twice in its sentence, is a bound or an average, or covers several
    years or another body, is left as it is. Each replacement is listed among the doubts.
    """
    with written_aside(imported.slug, imported.files, params) as folder:
        report = load_report(imported.slug, imported.year, folder, forms)
        found = [item.mention for item in compared_numbers(report) if item.kind == "number"]
    name = f"{imported.year}.yaml"
    lines = imported.files[name].split("\n")
    doubts = [doubt for item in found for doubt in _fill(item, report, lines, imported)]
    files = {**imported.files, name: "\n".join(lines)}
    return imported._replace(files=files, doubts=(*imported.doubts, *doubts))


def _fill(mention: Mention, report: Report, lines: list[str], imported: Imported) -> list[Problem]:
    """Replace a number in its line of the YAML if it can only be one place and one figure."""
    if not _is_the_figure(mention):
        return []
    value = mention.quantity.value
    same = [item for item in mention.measures if report.figure(item.codes) == value]
    if len(same) != 1 or not 0 < mention.line <= len(lines):
        return []
    line = lines[mention.line - 1]
    number = f"{value:f}"
    places = [
        (start, end)
        for start, end in occurrences(line, number)
        if _is_whole(line, start, end)
        and any(first <= start < last for first, last in occurrences(line, mention.quote))
    ]
    if len(places) != 1 or report.printed(same[0].codes) != number:
        return []
    codes = ", ".join(f'"{code}"' for code in same[0].codes)
    start, end = places[0]
    lines[mention.line - 1] = f"{line[:start]}{{{{ v({codes}) }}}}{line[end:]}"
    details = {
        "place": Problem("at-line", line=mention.line),
        "number": number,
        "codes": list(same[0].codes),
        "quote": mention.quote,
    }
    return [Problem("import-filled", f"{imported.slug}/{imported.year}.yaml", **details)]


def _is_the_figure(mention: Mention) -> bool:
    """Whether no word near a number says that it differs from the table's figure."""
    quantity, text = mention.quantity, mention.filled.text
    before = text[mention.sentence.start : quantity.start]
    clause = _CLAUSE_END.split(before)[-1] + text[quantity.start : quantity.end + 2]
    return quantity.exact and not _NOT_THE_FIGURE.search(clause) and not _OTHER_BODY.search(before)


def _is_whole(line: str, start: int, end: int) -> bool:
    """Whether a number is not part of a longer one."""
    around = line[max(0, start - 1) : start] + line[end : end + 1]
    return not any(character.isdigit() or character in ".," for character in around)

"""Check that `agency.yaml` is filled in, and describes the agency itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gongkai.checks.blanks import blanks
from gongkai.checks.findings import Context, Finding
from gongkai.checks.other_bodies import other_contacts
from gongkai.checks.text_findings import agency_texts
from gongkai.errors import Problem
from gongkai.report.model import INTRODUCTION, Filled, Report

_UNKNOWN_YET = re.compile(
    "(?:待|未)(?:定|确认|核实|核定|完善|统计|填写?|补充?|通知)|不详|暂无|暂缺"
)
_NAMES = ("name", "short_name")
_ADDRESSES = ("postcode", "telephone", "email", "website")
# Blanks in a template's addresses: xxx@xxx.com, xx@163.com.
_ADDRESS_BLANK = re.compile(
    r"(?<![a-z0-9])(?:x{3,}(?![a-z0-9])|xx(?=@))|(?<=@)xx(?=\.)", re.IGNORECASE
)
# Words printed next to a name on paper, or after it in a title.
_NO_NAME = re.compile(
    r"[（(]?(?:公章|盖章|签章|印章)[）)]?|关于|(?:20[0-9]{2}年度?)?政府信息公开.*|年度报告|[：:]"
)


def agency_file(report: Report, context: Context) -> Iterator[Finding]:
    """Find unfilled template blanks, names with extra words, and the office of another body."""
    for key, filled in agency_texts(report).items():
        value, place = filled.text, (report.file(filled.file), filled.line)
        if _has_blank(key, value):
            problem = Problem("placeholder-in", *place, key=key, quote=value)
            yield Finding("warning", problem, part=INTRODUCTION)
        odd = _NO_NAME.search(value) if key in _NAMES else None
        if odd:
            details = {"key": key, "value": value, "quote": odd[0]}
            problem = Problem("not-of-name", *place, **details)
            yield Finding("warning", problem, part=INTRODUCTION)
    yield from _other_office(report, context.names.called.get(report.slug, ()))


def _has_blank(key: str, value: str) -> bool:
    """Whether a value still contains a template's blank."""
    if key in _ADDRESSES and _ADDRESS_BLANK.search(value):
        return True
    if _UNKNOWN_YET.fullmatch(value.strip()):
        return True
    invented = value.replace("某某", "") if key in _NAMES else value  # as in examples: 某某大学
    return any(blanks(Filled(invented, (), 0)))


def _other_office(report: Report, called: Iterable[str]) -> Iterator[Finding]:
    """Find the office of another body; `called` are the agency's names in other years."""
    agency = report.agency
    names = [name for name in (agency.name, agency.short_name, *called) if name]
    for start, end in other_contacts(f"与{agency.office}联系", names):
        quote = agency.office[start - 1 : end - 1]
        details = {"quote": quote, "name": agency.name}
        place = report.file("agency"), report.line("agency.office")
        yield Finding("warning", Problem("other-body", *place, **details), part=INTRODUCTION)

"""The models of the YAML files that people write about an agency and about a year."""

from __future__ import annotations

import datetime
from typing import Literal

from gongkai.forms.local import ExtraLine
from gongkai.text.models import (
    Date,
    Email,
    Field,
    Model,
    Name,
    OneOrMore,
    OwnNotebook,
    Prose,
    Reason,
    Short,
    Template,
    Website,
)

MOST_ITEMS, MOST_FACTS = 40, 400  # limits; a file with more is a mistake
# The labels of the signatures below the table, in print order.
SIGNATORIES = {
    "head": "单位负责人",
    "reviewer": "审核人",
    "compiler": "填报人",
    "telephone": "联系电话",
    "date": "填报日期",
}


class Agency(Model):
    """`agency.yaml`: the parameters that stay the same from year to year.

    `pdf`: the agency publishes the PDF next to the page, under the name that
    `gongkai export --to pdf` gives it, so the page links to it. `district` is where the page of
    all reports lists the agency; it is not on public pages.
    """

    name: Name
    short_name: Short = ""
    district: Short = ""
    office: Short = ""
    address: Short = ""
    postcode: Short = ""
    telephone: Short = ""
    email: Email = ""
    website: Website = ""
    website_name: Short = ""
    site_id_code: Short = ""
    pdf: bool = False
    notebook: OwnNotebook = ""
    extra_lines: tuple[ExtraLine, ...] = ()

    def in_year(self, parameters: YearParameters) -> Agency:
        """Return the agency with its name of a year."""
        if not (parameters.name or parameters.short_name):
            return self
        called = {"name": parameters.name or self.name, "short_name": parameters.short_name}
        return self.model_copy(update=called)

    @property
    def called(self) -> str:
        """The name in the report's title."""
        return self.short_name or self.name


class Period(Model):
    """The first and last day covered by the statistics, both inclusive."""

    first: Date = Field(alias="from")
    last: Date = Field(alias="to")


class Signatures(Model):
    """The foot of the table: who is responsible for it."""

    head: Short = ""
    reviewer: Short = ""
    compiler: Short = ""
    telephone: Short = ""
    date: Date = None

    def printed(self, name: str) -> str:
        """Return one of them as printed, by its key in SIGNATORIES; '' if it is blank."""
        return chinese_date(self.date) if name == "date" else str(getattr(self, name))


Order = Literal["size", "given"]


class BreakdownParameters(Model):
    """A total stated in the narrative, and its parts; `total` is a code or the name of a fact.

    The chart has the largest part first, unless the order is `given`, as for months.
    """

    total: Short
    title: Short
    part: Short
    unit: Short = ""
    order: Order = "size"
    parts: dict[Name, Short] = Field(min_length=1, max_length=MOST_ITEMS)


class Accepted(Model):
    """A finding that was reviewed and accepted: which one, why, and by whom.

    `place` is where it was seen: the part, the words that the finding quotes, and its first code.
    `values` are the two values that were accepted, or those that such a finding requires
    (`REQUIRED_VALUES` in kit/gongkai/checks/findings.py). With others it does not match.
    """

    finding: Name
    place: OneOrMore = Field((), max_length=MOST_ITEMS)
    values: tuple[Short, ...] = Field((), max_length=MOST_ITEMS)
    reason: Reason
    by: Reason


class YearParameters(Model):
    """`<year>.yaml`: the parameters of a year.

    `name` and `short_name` are the agency's names in that year, if it was renamed later.
    """

    year: int
    name: Short = ""
    short_name: Short = ""
    edition: Short = ""
    signed: Date = None
    period: Period | None = None
    basis: tuple[Short, ...] = Field((), max_length=MOST_ITEMS)
    signatures: Signatures = Signatures()
    facts: dict[Short, Short] = Field({}, max_length=MOST_FACTS)
    highlights: dict[Short, Template] = Field({}, max_length=MOST_ITEMS)
    charts: dict[Short, Template] = Field({}, max_length=MOST_ITEMS)
    files: tuple[Name, ...] = Field((), max_length=MOST_ITEMS)
    breakdowns: tuple[BreakdownParameters, ...] = Field((), max_length=MOST_ITEMS)
    accepted: tuple[Accepted, ...] = Field((), max_length=MOST_ITEMS)
    year_on_year: bool = False
    sections: dict[Short, Prose] = {}

    @property
    def days_signed(self) -> dict[str, datetime.date | None]:
        """The dates of signature, by their keys."""
        return {"signed": self.signed, "signatures.date": self.signatures.date}


def chinese_date(date: datetime.date | None) -> str:
    """Return a date as printed in documents: 2018年1月4日; '' for None."""
    return f"{date.year}年{date.month}月{date.day}日" if date else ""

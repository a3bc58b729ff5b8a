"""Machine-readable metadata of a report: meta elements of government sites, and schema.org."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from gongkai.forms.tables import Table, cells_of
from gongkai.report.history import KeyFigure, key_figures
from gongkai.report.model import Report
from gongkai.report.parameters import chinese_date

COLUMN, SUBJECT = "政府信息公开年报", "政府信息公开"

Json = dict[str, Any]


def meta_elements(report: Report) -> list[tuple[str, str]]:
    """Return the names and contents of the page's meta elements, without empty ones.

    The names are those of 《政府网站发展指引》 (国办发〔2017〕47号), appendix 网页标签规范.
    """
    agency = report.agency
    signed = report.parameters.signed
    elements = [
        ("SiteName", agency.website_name),
        ("SiteDomain", _domain(agency.website)),
        ("SiteIDCode", agency.site_id_code),
        ("ColumnName", COLUMN),
        ("ColumnType", SUBJECT),
        ("ArticleTitle", report.title),
        ("PubDate", signed.isoformat() if signed else ""),
        ("ContentSource", agency.name),
        ("Keywords", ",".join([SUBJECT, "年度报告", agency.called, f"{report.year}年"])),
        ("Description", description(report)),
    ]
    return [(name, content) for name, content in elements if content]


def description(report: Report) -> str:
    """Describe the report in two sentences: what it is, and its key figures as far as known."""
    first, last = (chinese_date(day) for day in report.period)
    figures = [
        f"{figure.name}{figure.printed}{figure.unit}{_without(figure)}"
        for figure in key_figures(report, None)
        if figure.printed
    ]
    sentence = "，".join(figures) + "。" if figures else ""
    return f"{report.title}，统计期限{first}至{last}。{sentence}"


def _without(figure: KeyFigure) -> str:
    return f"（不含未填报的{'、'.join(figure.without)}）" if figure.without else ""


def linked_data(report: Report) -> Json:
    """Return the report and its tables in terms of schema.org: a Report with Datasets."""
    about = _known(
        {
            "inLanguage": "zh-CN",
            "temporalCoverage": "/".join(day.isoformat() for day in report.period),
            "publisher": _publisher(report),
        }
    )
    signed = report.parameters.signed
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "Report",
            "name": report.title,
            "description": description(report),
            "about": SUBJECT,
            "datePublished": signed.isoformat() if signed else "",
            "isBasedOn": report.form.basis,
            **about,
            "hasPart": [_dataset(report, table, about) for table in report.form.tables],
        }
    )


def _dataset(report: Report, table: Table, about: Json) -> Json:
    figures = sum(cell.kind != "heading" for cell in cells_of(table))
    return {
        "@type": "Dataset",
        "@id": f"#table-{table.id}",
        "name": f"{report.agency.called}{report.year}年{table.caption}",
        "description": f"{report.title}中的官方统计表“{table.caption}”，共{figures}个数据项。"
        f"每行一个数据项，列有代码、指标、单位和数值。",
        "isAccessibleForFree": True,
        **about,
        "distribution": {"@type": "DataDownload", "encodingFormat": "text/csv"},
    }


def _publisher(report: Report) -> Json:
    agency = report.agency
    return _known(
        {
            "@type": "GovernmentOrganization",
            "name": agency.name,
            "address": agency.address,
            "telephone": agency.telephone,
            "email": agency.email,
            "url": agency.website if "://" in agency.website else "",
        }
    )


def _known(properties: Json) -> Json:
    return {name: value for name, value in properties.items() if value}


def _domain(website: str) -> str:
    """Return the domain of a web address, which may lack a scheme; '' if it is invalid."""
    address = website if "://" in website else f"//{website}"
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # a bracket that is not closed
        return ""

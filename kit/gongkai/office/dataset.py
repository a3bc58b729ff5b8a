"""Write the figures of many reports as one table, with machine-readable descriptions.

The table is tidy: one row per figure. `datapackage.json` describes it after Frictionless Data
(datapackage.org, version 2), `data.csv-metadata.json` after CSV on the Web (W3C, 2015).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from gongkai.disk import read_file, read_json, write_whole, writing_whole
from gongkai.manifest import read_manifest
from gongkai.office.content import Figure
from gongkai.office.data import number_of
from gongkai.project import METADATA, PACKAGE, TABLE, TABLE_FILES, Project, Target
from gongkai.report.provenance import maker
from gongkai.text.formulas import guarded

TITLE = "政府信息公开工作年度报告的统计数据"
KEY = ("agency", "year", "code")
LARGEST_DESCRIPTION = 100_000  # bytes


class Column(NamedTuple):
    """A column: its name, its types in Frictionless Data and in CSVW, and its description."""

    name: str
    type: str
    datatype: str
    title: str
    is_optional: bool = False


COLUMNS = (
    Column("agency", "string", "string", "机构（params中的文件夹名）"),
    Column("name", "string", "string", "机构名称"),
    Column("year", "year", "gYear", "报告年度"),
    Column("edition", "string", "string", "表式版本"),
    Column("code", "string", "string", "指标代码"),
    Column("label", "string", "string", "指标"),
    Column("unit", "string", "string", "计量单位", is_optional=True),
    Column("value", "number", "decimal", "数值（空白、/和—没有数值）", is_optional=True),
    Column("printed", "string", "string", "报告中印出的文字", is_optional=True),
)


class Source(NamedTuple):
    """A report of the table: its agency, year and edition, and the CSV of its figures."""

    agency: str
    name: str
    year: int
    edition: str
    file: Path


class Written(NamedTuple):
    """A written table: its numbers of reports, rows and bytes, and its SHA-256."""

    reports: int
    rows: int
    size: int
    digest: str


def sources_of(project: Project, files: Mapping[Target, Path]) -> Iterator[Source]:
    """Yield the reports of the table, in order, given the CSV file of each."""
    for target in sorted(files):
        manifest = read_manifest(project.outputs, target)
        if manifest:
            yield Source(target.slug, manifest.name, target.year, manifest.edition, files[target])


def write_dataset(folder: Path, sources: Iterable[Source]) -> Written:
    """Write the table and its descriptions into a folder, one report in memory at a time.

    The same sources in the same order give the same bytes. Raises OSError.
    """
    reports = rows = size = 0
    digest = hashlib.sha256()
    with writing_whole(folder / TABLE) as file:
        head = _csv([tuple(column.name for column in COLUMNS)])
        for lines in chain([head], map(_lines_of, sources)):
            data = lines.encode()
            file.write(data)
            digest.update(data)
            size, rows, reports = size + len(data), rows + lines.count("\n"), reports + 1
    written = Written(reports - 1, rows - 1, size, digest.hexdigest())
    write_whole(folder / PACKAGE, _json(_package(written)))
    write_whole(folder / METADATA, _json(_metadata()))
    return written


def is_own(folder: Path) -> bool:
    """Whether a folder has no files under the names of the table's, or those that the kit wrote.

    False if any was changed since.
    """
    if not any((folder / name).exists() for name in TABLE_FILES):
        return True
    package = read_json(folder / PACKAGE, LARGEST_DESCRIPTION)
    metadata = read_json(folder / METADATA, LARGEST_DESCRIPTION)
    try:
        with (folder / TABLE).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError:
        return False
    # The description has the counts, and the version of the kit.
    description = package.get("description") if isinstance(package, dict) else None
    made = {**_package(Written(0, 0, size, digest)), "description": description}
    return bool(package == made and metadata == _metadata())


def _lines_of(source: Source) -> str:
    """Return the rows of a report as CSV; line breaks in cells become spaces."""
    text = read_file(source.file).decode("utf-8-sig")
    figures = map(Figure._make, list(csv.reader(io.StringIO(text)))[1:])
    about = (source.agency, guarded(source.name), str(source.year), source.edition)
    rows = ((*about, *item[:3], number_of(item) or "", item.printed) for item in figures)
    return _csv(tuple(" ".join(cell.split()) for cell in row) for row in rows)


def _csv(rows: Iterable[tuple[str, ...]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _package(table: Written) -> dict[str, Any]:
    """Return the Data Package. Source: datapackage.org/standard, version 2."""
    fields = [
        {
            "name": column.name,
            "type": column.type,
            "title": column.title,
            "constraints": {"required": not column.is_optional},
        }
        for column in COLUMNS
    ]
    resource = {
        "name": "data",
        "type": "table",
        "path": TABLE,
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": table.size,
        "hash": f"sha256:{table.digest}",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "header": True},
        "schema": {"fields": fields, "missingValues": [""], "primaryKey": list(KEY)},
    }
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "annual-reports",
        "title": TITLE,
        "description": f"{table.reports}份报告，{table.rows}个数据；制作：{maker()}",
        "resources": [resource],
    }


def _metadata() -> dict[str, Any]:
    """Return the metadata. Source: W3C, Metadata Vocabulary for Tabular Data, 2015."""
    columns = [
        {
            "name": column.name,
            "titles": column.name,
            "dc:description": column.title,
            "datatype": column.datatype,
            "required": not column.is_optional,
        }
        for column in COLUMNS
    ]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": TABLE,
        "dc:title": TITLE,
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\n"], "header": True},
        "tableSchema": {"columns": columns, "primaryKey": list(KEY)},
    }

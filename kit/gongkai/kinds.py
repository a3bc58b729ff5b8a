"""The kinds of copies of a public page, in one list for commands, builds and sites.

`gongkai export --to` offers them, a build withdraws them with their page, `gongkai verify` makes
them again, `gongkai build --prune` recognizes them, and a site offers them to its readers.
"""

from __future__ import annotations

from typing import NamedTuple

MARK = b"gongkai"  # contained in every copy


class Kind(NamedTuple):
    """A kind of copy, stored next to its page under the page's name with another suffix.

    `name` is used in commands, `title` is shown to the readers of a site. `maker` names the
    function, as `module:function`, that takes the page as a `PageContent` and the page's SHA-256
    and returns bytes; it is '' for paper, which Chromium prints. A file that the kit made contains
    `mark`; if it is an archive, in its file `member`. A `sealed` one contains its own digest; the
    digest of any other is recorded next to it (`office/seal.py`). Some have
    `only_official_tables`.
    """

    name: str
    suffix: str
    title: str
    maker: str = ""
    mark: bytes = MARK
    member: str = ""
    sealed: bool = False
    only_official_tables: bool = False


PAPER = Kind("pdf", ".pdf", "PDF", sealed=True)
WORD = Kind(
    "docx",
    ".docx",
    "Word",
    "gongkai.office.word:as_word",
    member="docProps/core.xml",
    sealed=True,
)
EXCEL = Kind(
    "xlsx",
    ".xlsx",
    "Excel",
    "gongkai.office.workbook:as_workbook",
    "制作：gongkai-kit".encode(),  # a form to fill in has it not
    member="xl/sharedStrings.xml",
    sealed=True,
    only_official_tables=True,
)
HEADER = b"\xef\xbb\xbfcode,indicator,unit,value\n"
CSV = Kind("csv", ".data.csv", "CSV", "gongkai.office.data:as_csv", HEADER)
JSON = Kind(
    "json",
    ".data.json",
    "JSON",
    "gongkai.office.data:as_json",
    b'"page_sha256": "',
    only_official_tables=True,
)

KINDS = {kind.name: kind for kind in (PAPER, WORD, EXCEL, CSV, JSON)}

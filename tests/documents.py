"""Documents that the tests make: the official tables and a text, in every format.

A report is a list of pieces: a string is a paragraph, a `Table` a table of cells.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from random import Random

from gongkai.forms.form import Form
from gongkai.forms.tables import Block, printed_lines, row_paths


@dataclass(frozen=True)
class Box:
    """A cell as it is written: its text and what it spans."""

    text: str
    rows: int = 1
    columns: int = 1


@dataclass
class Table:
    """Rows of cells from left to right; what a cell above spans into a row is left out."""

    rows: list[list[Box]] = field(default_factory=list)

    def copy(self) -> Table:
        """Return a table that can be changed by itself."""
        return Table([list(row) for row in self.rows])


Piece = str | Table


# --- what an official report holds ------------------------------------------------


def figures(form: Form, random: Random) -> dict[str, str]:
    """Return a figure for each cell, each another one, so that none can be mistaken."""
    numbers = random.sample(range(100, 99_999), len(form.cells))
    return {code: str(number) for code, number in zip(form.cells, numbers, strict=True)}


def pieces(form: Form, values: Mapping[str, str], name: str, year: int) -> list[Piece]:
    """Return a report as an office writes it: title, parts, tables, signature."""
    found: list[Piece] = [f"{name}{year}年政府信息公开工作年度报告"]
    found += [
        "本报告根据《中华人民共和国政府信息公开条例》编制，统计期限为"
        f"{year}年1月1日至{year}年12月31日。"
    ]
    for number, part in enumerate(form.parts, start=1):
        found.append(part.titled(year))
        found.append(f"这是第{number}部分的文字，说明本机关在这一年里做了什么。")
        found += [
            table_of(form, table.id, values) for table in form.tables if table.part == part.id
        ]
    found += [name, f"{year + 1}年1月20日"]
    for table in form.annexed:
        found += ["附件", table.caption, table_of(form, table.id, values)]
        found.append("单位负责人：张三　审核人：李四　填报人：王五")
        found.append(f"联系电话：0000-0000000　填报日期：{year + 1}年1月20日")
    return found


def table_of(form: Form, id: str, values: Mapping[str, str]) -> Table:
    """Return an official table with its figures, merged as the form prints it."""
    table = next(table for table in form.tables if table.id == id)
    if table.lines:
        rows = [[Box(name) for name in table.columns]]
        for line, _ in printed_lines(table.lines):
            heading = line.kind == "heading"
            figure = "——" if heading else values[line.code]
            rows.append([Box(line.label), Box("——" if heading else line.unit), Box(figure)])
        return Table(rows)
    width = max(_width(block) for block in table.blocks)
    return Table([row for block in table.blocks for row in _block(block, values, width)])


def _stub(block: Block) -> int:
    depths = [len(path) for path in block.row_paths]
    return max(depths) if block.rows[0].label else 0


def _width(block: Block) -> int:
    return _stub(block) + len(block.column_paths)


def _block(block: Block, values: Mapping[str, str], width: int) -> Iterator[list[Box]]:
    stub, paths = _stub(block), block.column_paths
    last = width - stub - len(paths) + 1
    if block.title:
        yield [Box(block.title, 1, width)]
    yield from _heads(block, stub, last)
    seen: set[str] = set()
    for steps in block.row_paths:
        row = []
        for level, step in enumerate(steps):
            if step.code in seen or not step.label:
                continue
            seen.add(step.code)
            rows = sum(1 for _ in row_paths((step,)))
            row.append(Box(step.label, rows, stub - level if level == len(steps) - 1 else 1))
        figures_ = [values[f"{steps[-1].code}.{path[-1].id}"] for path in paths]
        row += [Box(figure) for figure in figures_[:-1]]
        yield [*row, Box(figures_[-1], 1, last)]


def _heads(block: Block, stub: int, last: int) -> Iterator[list[Box]]:
    paths = block.column_paths
    depth = max(map(len, paths))
    for level in range(depth):
        row = [Box(block.stub or block.corner, depth, stub)] if stub and level == 0 else []
        for index, path in enumerate(paths):
            if len(path) <= level or (index and paths[index - 1][: level + 1] == path[: level + 1]):
                continue
            own = len(path) == level + 1
            same = sum(other[: level + 1] == path[: level + 1] for other in paths[index:])
            columns = last if index == len(paths) - 1 and own else same
            row.append(Box(path[level].label, depth - level if own else 1, columns))
        yield row


# --- a table as a grid ------------------------------------------------------------


def placed(table: Table) -> list[tuple[int, int, Box]]:
    """Return each cell with the row and the column that it begins in."""
    taken: set[tuple[int, int]] = set()
    found = []
    for number, row in enumerate(table.rows):
        column = 0
        for box in row:
            while (number, column) in taken:
                column += 1
            taken |= {(number + y, column + x) for y in range(box.rows) for x in range(box.columns)}
            found.append((number, column, box))
            column += box.columns
    return found


def size(table: Table) -> tuple[int, int]:
    """Return how many rows and columns a table has."""
    cells = placed(table)
    return (
        max(row + box.rows for row, _, box in cells),
        max(column + box.columns for _, column, box in cells),
    )


def unmerged(table: Table, *, repeated: bool) -> Table:
    """Return a table without merged cells: their text once, or in each."""
    height, width = size(table)
    grid = [[Box("") for _ in range(width)] for _ in range(height)]
    for row, column, box in placed(table):
        for y in range(box.rows):
            for x in range(box.columns):
                first = y == x == 0
                grid[row + y][column + x] = Box(box.text if first or repeated else "")
    return Table(grid)


def without_row(table: Table, number: int) -> Table:
    """Return a table without one of its rows; what spans it is shorter, or begins a row below."""
    kept: list[list[tuple[int, Box]]] = [[] for _ in table.rows]
    for row, column, box in placed(table):
        spans = row <= number < row + box.rows
        if spans and box.rows == 1:
            continue
        at = row + 1 if row == number else row
        kept[at].append((column, replace(box, rows=box.rows - 1) if spans else box))
    rows = [[box for _, box in sorted(row, key=lambda item: item[0])] for row in kept]
    return Table(rows[:number] + rows[number + 1 :])


# --- formats ----------------------------------------------------------------------


def as_html(content: Iterable[Piece], *, head: str = "", foot: str = "") -> bytes:
    """Return a page as a site shows it."""
    body = []
    for piece in content:
        if isinstance(piece, str):
            body.append(f"<p>{escape(piece)}</p>")
            continue
        body.append("<table>")
        body.extend(f"<tr>{''.join(map(_html_cell, row))}</tr>" for row in piece.rows)
        body.append("</table>")
    whole = f'<div class="content">{"".join(body)}</div>'
    return f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{head}{whole}{foot}</body></html>'.encode()


def _html_cell(box: Box) -> str:
    return f'<td rowspan="{box.rows}" colspan="{box.columns}">{escape(box.text)}</td>'


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def as_word(content: Iterable[Piece]) -> bytes:
    """Return a docx, made with python-docx; tables as Word writes them."""
    import docx
    from docx.oxml import parse_xml

    document = docx.Document()
    body = document.element.body
    section = body[-1]
    for piece in content:
        section.addprevious(
            parse_xml(_paragraph(piece) if isinstance(piece, str) else _grid(piece))
        )
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _paragraph(text: str) -> str:
    return f'<w:p {_W}><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def _grid(table: Table) -> str:
    height, width = size(table)
    cells = {(row, column): box for row, column, box in placed(table)}
    step = 9000 // width  # twentieths of a point
    rows = []
    for number in range(height):
        pieces, column = [], 0
        while column < width:
            box = cells.get((number, column))
            above = next(
                (
                    item
                    for (row, left), item in cells.items()
                    if left == column and row < number < row + item.rows
                ),
                None,
            )
            columns = (box or above or Box("")).columns
            merged = '<w:vMerge w:val="restart"/>' if box and box.rows > 1 else ""
            merged = "<w:vMerge/>" if box is None and above else merged
            text = box.text if box else ""
            pieces.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{columns * step}" w:type="dxa"/>'
                f'<w:gridSpan w:val="{columns}"/>{merged}</w:tcPr>'
                f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p></w:tc>'
            )
            column += columns
        rows.append(f"<w:tr>{''.join(pieces)}</w:tr>")
    grid = f'<w:gridCol w:w="{step}"/>' * width
    look = '<w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
    return f"<w:tbl {_W}>{look}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def as_excel(content: Iterable[Piece], *, sheets: bool = False) -> bytes:
    """Return a workbook, made with XlsxWriter: all on one sheet, or a sheet a table."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": __import__("datetime").datetime(2020, 1, 1)})
    sheet = book.add_worksheet()
    row = 0
    for piece in content:
        if isinstance(piece, str):
            sheet.write_string(row, 0, piece)
            row += 1
            continue
        if sheets:
            sheet, row = book.add_worksheet(), 0
        for below, column, box in placed(piece):
            number = row + below
            if box.rows > 1 or box.columns > 1:
                last = (number + box.rows - 1, column + box.columns - 1)
                sheet.merge_range(number, column, *last, box.text)
            if box.text.isascii() and box.text.isdecimal():
                sheet.write_number(number, column, int(box.text))
            else:
                sheet.write_string(number, column, box.text)
        row += size(piece)[0] + 1
    book.close()
    return stream.getvalue()


def as_text(content: Iterable[Piece]) -> bytes:
    """Return plain text; a list is broken as text of a PDF is, a grid has tabs."""
    lines = []
    for piece in content:
        if isinstance(piece, str):
            lines.append(piece)
            continue
        height, width = size(piece)
        grid = [[""] * width for _ in range(height)]
        for row, column, box in placed(piece):
            grid[row][column] = box.text.replace("\n", "")
        separator = " " if width == 3 else "\t"
        lines += [separator.join(row).rstrip(" ") for row in grid]
    return ("\n".join(lines) + "\n").encode()


# --- a PDF by hand: ruled cells, and letters of a font that every reader knows ----


def as_pdf(
    content: Iterable[Piece],
    *,
    breaks: Sequence[int] = (),
    edit: Callable[[str], str] = str,
    running: Sequence[tuple[int, str]] = (),
) -> bytes:
    """Return a PDF with ruled tables; `breaks` are rows of the tables that begin a page.

    `edit` changes an instruction to draw, and `running` is printed on each page at its height,
    with `#` as the page's number.
    """
    pages: list[list[str]] = [[]]
    y = 780.0
    count = 0

    def turn() -> float:
        pages.append([])
        return 780.0

    for piece in content:
        if isinstance(piece, str):
            for line in _wrapped(piece, 28):
                y = turn() if y < 70 else y
                pages[-1].append(_letters(72 if line[0] else 51, y, 16, line[1]))
                y -= 28
            continue
        height, width = size(piece)
        step = 490 / width
        cells = placed(piece)
        lines = [
            max(
                (
                    len(_wrapped(box.text, max(int(step * box.columns / 7) - 1, 1)))
                    for row, _, box in cells
                    if row == number and box.rows == 1
                ),
                default=1,
            )
            for number in range(height)
        ]
        start = 0
        for number in range(height):
            tall = 12.0 * lines[number] + 6
            if y - tall < 60 or count in breaks:
                _rule(pages[-1], cells, start, number, lines, step, y)
                start, y = number, turn()
            y -= tall
            count += 1
        _rule(pages[-1], cells, start, height, lines, step, y)
        y -= 24
    for number, page in enumerate(pages, start=1):
        page[:] = map(edit, page)
        page += [_letters(200, at, 9, text.replace("#", str(number))) for at, text in running]
    return _written(pages)


def _wrapped(text: str, width: int) -> list[tuple[bool, str]] | list[str]:
    lines: list[str] = []
    for piece in text.split("\n"):
        if piece.isascii():  # a number is never broken
            lines.append(piece)
            continue
        lines += [piece[at : at + width] for at in range(0, len(piece), width)] or [""]
    if width == 28:
        return [(number == 0, line) for number, line in enumerate(lines)]
    return lines


def _rule(  # noqa: PLR0917 - what a ruled row is made of
    page: list[str],
    cells: Sequence[tuple[int, int, Box]],
    first: int,
    last: int,
    lines: Sequence[int],
    step: float,
    bottom: float,
) -> None:
    """Draw the rows of a table from one to another, the last of which ends at `bottom`."""
    tops = {last: bottom}
    for number in range(last - 1, first - 1, -1):
        tops[number] = tops[number + 1] + 12.0 * lines[number] + 6
    for row, column, box in cells:
        begin, end = max(row, first), min(row + box.rows, last)
        if begin >= end:
            continue
        left, right = 51 + column * step, 51 + (column + box.columns) * step
        upper, lower = tops[begin], tops[end]
        sides = [(left, upper, left, lower), (right, upper, right, lower)]
        # As browsers print it: a cell that goes on has no line across where the page cuts it.
        sides += [(left, upper, right, upper)] if row >= first else []
        sides += [(left, lower, right, lower)] if row + box.rows <= last else []
        page += [f"{x:.2f} {y:.2f} m {to_x:.2f} {to_y:.2f} l S" for x, y, to_x, to_y in sides]
        if row < first:
            continue
        width = max(int(step * box.columns / 7) - 1, 1)
        room = max(int((tops[begin] - tops[end]) / 12), 1)
        for number, line in enumerate(_wrapped(box.text, width)[:room]):
            page.append(_letters(left + 2, tops[begin] - 12 * (number + 1), 7, str(line)))


def _letters(x: float, y: float, size: float, text: str) -> str:
    code = text.encode("utf-16-be").hex()
    return f"BT /F1 {size} Tf {x:.2f} {y:.2f} Td <{code}> Tj ET"


def _written(pages: Sequence[Sequence[str]]) -> bytes:
    count = len(pages)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{' '.join(f'{6 + 2 * i} 0 R' for i in range(count))}] >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo"
        " << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /W [1 95 500] /FontDescriptor 5 0 R >>",
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
        " /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    for number, page in enumerate(pages):
        content = "0.5 w\n" + "\n".join(page)
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"
            f" /Resources << /Font << /F1 3 0 R >> >> /Contents {7 + 2 * number} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    data = b"%PDF-1.4\n"
    places = []
    for number, item in enumerate(objects, start=1):
        places.append(len(data))
        data += f"{number} 0 obj\n{item}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    end = len(data)
    trailer = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    trailer += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{end}\n%%EOF\n"
    return data + trailer.encode("latin-1")


def word_for_the_readme() -> bytes:
    """Return the Word file that the README imports: its figures agree, a label has lost letters."""
    from gongkai.forms.editions import load_form
    from gongkai.report import demo

    form = load_form("2021")
    found = demo.figures(form, Random("readme"), {})  # noqa: S311
    content = pieces(
        form, {code: str(number) for code, number in found.items()}, "云岫县司法局", 2023
    )
    words = {
        "一、总体情况": "本年度主动公开政府信息，规范办理依申请公开，按月核对公开目录。",
        "五、存在的主要问题及改进情况": "公开的形式还比较单一。今后将加强培训，按季度检查。",
        "六、其他需要报告的事项": "本年度没有收取信息处理费。",
    }
    for heading, text in words.items():
        content[content.index(heading) + 1] = text
    content = [item for item in content if not str(item).startswith("这是第")]
    old, new = "2.其他法律行政法规禁止公开", "2.其他法律行政止公开"
    return as_word(
        Table([[replace(box, text=box.text.replace(old, new)) for box in row] for row in item.rows])
        if isinstance(item, Table)
        else item
        for item in content
    )


FORMATS = {"html": as_html, "docx": as_word, "xlsx": as_excel, "pdf": as_pdf, "txt": as_text}


def bomb(megabytes: int) -> bytes:
    """Return a docx that unpacks to so many megabytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", b"<a>" + b" " * (megabytes * 1_000_000))
    return stream.getvalue()

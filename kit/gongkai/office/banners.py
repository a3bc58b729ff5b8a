"""Add the header row that official documents print across a table, and a page omits."""

from __future__ import annotations

from dataclasses import replace

from gongkai.forms.editions import editions, load_form
from gongkai.forms.tables import Block
from gongkai.office.content import Cell, Run, Table, words_of


def with_banner(table: Table) -> Table:
    """Return a table as officially printed: with the header that spans all its columns.

    It comes from the edition whose table has the same caption and columns; any other table
    is returned as it is. Source: 国办公开办函〔2021〕30号, table of part three (申请人情况).
    """
    banner = _banner_of(table) if table.kind == "grid" and table.heads else ""
    if not banner:
        return table
    corner, *heads = table.rows[0]
    across = Cell((Run(banner),), table.width - corner.columns, is_header=True)
    rows = ((replace(corner, rows=corner.rows + 1), across), tuple(heads), *table.rows[1:])
    return replace(table, rows=rows, heads=table.heads + 1)


def _banner_of(table: Table) -> str:
    caption = words_of(table.caption)
    heads = [words_of(cell.runs) for row in table.rows[: table.heads] for cell in row]
    for edition in editions():
        for own in load_form(edition).tables:
            if own.caption == caption and len(own.blocks) == 1:
                block = own.blocks[0]
                if block.banner and heads == _heads(block):
                    return block.banner
    return ""


def _heads(block: Block) -> list[str]:
    width = len(block.column_paths)
    return [block.corner or block.stub, *(head.column.label for head in block.column_heads(width))]

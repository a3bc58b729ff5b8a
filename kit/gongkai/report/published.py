"""A report published as a workbook: what its sheets and cells are called, and how it comes back.

`kit/gongkai/office/workbook.py` writes it,
`kit/gongkai/importing/formats/workbook_published.py` reads it.
"""

from __future__ import annotations

COVER, CONTENTS, NOTES, TEXT = "封面", "目录", "说明", "正文"
HEADS = ("编号", "指标", "单位", "数值", "备注")
TEXT_HEADS = ("类别", "文字")
BLANK = "[空白]"  # a cell that holds no figure is not left empty
NO_REMARK = "[无]"
# What a line of the text is: a heading by its level, or a kind of paragraph.
LEVELS = ("题目", "一级标题", "二级标题", "三级标题", "四级标题", "五级标题")
PARAGRAPH, ITEM, SIGNATURE = "段落", "列表项", "落款"

"""The fixed words in a report published as a workbook: names of sheets, headers, markers.

`kit/gongkai/office/workbook.py` writes it,
`kit/gongkai/importing/formats/workbook_published.py` reads it.
"""

from __future__ import annotations

COVER, CONTENTS, NOTES, TEXT = "封面", "目录", "说明", "正文"
HEADS = ("编号", "指标", "单位", "数值", "备注")
TEXT_HEADS = ("类别", "文字")
PUBLISHER = "发布机构："  # on the cover, before the name
BLANK = "[空白]"  # cells without a figure are not left empty
NO_REMARK = "[无]"
# The kinds of lines in the text: headings by level, and kinds of paragraphs.
LEVELS = ("题目", "一级标题", "二级标题", "三级标题", "四级标题", "五级标题")
PARAGRAPH, ITEM, SIGNATURE = "段落", "列表项", "落款"

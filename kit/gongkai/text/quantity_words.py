"""The components of number phrases: digits, numerals, measure words; and other uses of digits.

A single pattern finds them all, so that a text is scanned only once.
"""

from __future__ import annotations

import re

from gongkai.text.numerals import SPELT

# Groups of interchangeable measure words: 件 and 条, 人 and 名.
FAMILIES: tuple[tuple[str, ...], ...] = (
    *(("件", "条", "份", "篇", "则", "个", "项", "宗", "起", "部", "批", "封", "例", "类", "种"),),
    *(("人", "名", "位"), ("次", "场", "期", "回", "场次", "轮", "届", "堂", "讲", "节")),
    *(("家", "处", "个", "台", "座", "站"), ("幅", "张", "版", "页", "册", "本", "套")),
)
_COUNTED = [
    *("人次", "场次", "批次", "件次", "家次", "户次", "条次", "篇次", "个部分", "部分", "方面"),
    *"人名位件条份篇则个项宗起部批封例类种次场期回轮届堂讲节家处台座站幅张版页册本套户笔辆款字通段章栋亩",
]
TIME = [
    *("个工作日", "工作日", "个月", "小时", "分钟", "公里", "平方米"),
    *"天周日月年岁级度米吨",
]
# Units before which 一 to 十 count something; before 日, 月 or 级 they are part of a name.
# Units with 大: 四大领域, 七大部分; but 一大部分 means a large part.
BIG = [
    f"大{noun}" for noun in ("领域", "部分", "方面", "板块", "平台", "举措", "任务", "环节", "类")
]
_SPOKEN = [
    *BIG,
    "点",  # 主要有四点; 8点 is an hour
    *(unit for unit in _COUNTED if unit not in ("章", "版", "段", "页", "字", "度", "节", "届")),
]


def _any(words: list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}(?![0-9])|[0-9]{1,15})"
_PLAIN = rf"{_DIGITS}(?:\.[0-9]{{1,6}})?"
_SCALE = "千万|百万|十万|万|亿"
_UNIT = rf"个百分点|百分点|[%‰倍成番]|(?:{_any([*BIG, *_COUNTED, *TIME, '元'])})"
YEAR = r"(?:(?:19|20)[0-9]{2}|[一二][〇○零九][〇○零一二三四五六七八九]{2})"
TOKEN = re.compile(
    r"(?=[0-9A-Za-z《〔\[第百负零〇○一二两三四五六七八九十翻邮电传过])(?:"
    r"(?P<address>(?:https?://|www\.)[^\s,;。、()<>\[\]“”\"']{1,200}+"
    r"|(?<![\w.+-])[A-Za-z0-9.+-]{1,64}+@[\w.-]{1,200}+)"
    # A postcode or a telephone number; but 电话20350个 is a count.
    r"|(?P<contact>(?:邮政编码|邮编|电话|传真)(?:号码)?[:为是]?\s?[0-9][-0-9—()]{4,30}+(?![余多]?[个次件通条人])"
    r"(?:[、/][0-9][-0-9—]{6,30}+)?)"
    r"|(?P<place>(?<![0-9.])[0-9]{1,5}(?:-[0-9]{1,5})?(?:号楼|室|楼|层|单元|弄|幢))"
    r"|(?P<document>(?<=[〔\[(])\s?(?:19|20)[0-9]{2}\s?[〕\])]\s?第?[0-9]{1,6}\s?号"
    r"|[〔\[]\s?(?:19|20)[0-9]{2}\s?[〕\]]\s?第?[0-9]{1,6}\s?号"
    r"|第?[0-9]{1,6}\s?号)"
    rf"|(?P<date>{YEAR}\s?年\s?[0-9]{{1,2}}\s?月(?:\s?[0-9]{{1,2}}\s?日)?"
    r"|(?:19|20)[0-9]{2}[-./][0-9]{1,2}[-./][0-9]{1,2}(?![0-9])"
    r"|[0-9]{1,2}\s?月(?:份|\s?[0-9]{1,2}\s?日)?)"
    rf"|(?P<year>{YEAR}(?:\s?[-—~至]{{1,2}}\s?{YEAR})?\s?年度?)"
    rf"|(?P<ordinal>第\s?\(?[0-9{SPELT}]{{1,9}}+\)?(?:{_any([*_COUNTED, *TIME])})?"
    rf"|(?<=届)[0-9{SPELT}]{{1,4}}+次"  # 三届一次会议
    r"|(?<![0-9.])[0-9]{1,2}[.、)](?=[^0-9\s]))"
    r"|(?P<phone>0[0-9]{2,3}[-—]{1,2}[0-9]{7,8}|1[0-9]{4}(?=(?:环保|价格|消费)?(?:政务|市民|便民|服务|热线|指挥|平台|咨询|投诉|举报|接听|电话|群众|来信|来电|工单|转办|”)))"
    r"|(?P<letters>(?<![A-Za-z])[A-Za-z]++[-0-9.]{0,20}[0-9]|(?<![0-9.])[0-9]++(?:\.[0-9]++)?[A-Za-z]+)"
    rf"|(?P<hundredth>百分之(?:{_PLAIN}|[{SPELT}]{{1,6}}+))"
    r"|(?P<doubled>翻(?:了?[一两二三四1-4]|了)?番)"
    r"|(?P<half>过半(?!数?[年天月])|(?<=[少降减占超近到])(?:低|了)?一半(?![年天月]))"
    r"|(?P<fraction>(?<![百千万])[二三四五六七八九十]分之[一二两三四五六七八九])"
    rf"|(?P<number>(?<![0-9.A-Za-z])(?:[-+](?=[0-9]))?{_PLAIN}"
    rf"(?:\s?[-—~至到]{{1,2}}\s?(?={_DIGITS})(?P<until>{_PLAIN}))?)"
    rf"\s*+(?P<about>[余多几]?)\s?(?P<scale>{_SCALE})?(?P<about2>[余多]?)\s?(?P<unit>{_UNIT})?"
    rf"|(?P<spelt>(?<![{SPELT}第之唯统同任每某另哪逐进])[{SPELT}]{{1,12}}+)"
    rf"(?P<about3>[余多几]?)(?P<unit2>成[{SPELT}半]|[成倍](?![立为效果])|{_any([*_SPOKEN, '元'])})"
    r")"
)

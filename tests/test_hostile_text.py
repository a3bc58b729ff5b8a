"""Whatever somebody puts into a text or in the place of a file: an answer, soon, and no deceit."""

from __future__ import annotations

import ast
import csv
import importlib
import inspect
import io
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

import gongkai as package
from commands import How, run_command
from conftest import ROOT, Ran, Sandbox
from gongkai.checks import CHECKS, check_in_context
from gongkai.checks.findings import Context
from gongkai.checks.superseded import _cited, _titled
from gongkai.forms.editions import FORMS, load_form
from gongkai.page.cells import page_of, pieces
from gongkai.page.tables import table_csv
from gongkai.reading.mentions import mentions
from gongkai.reading.sums import wrong_sums
from gongkai.report.model import Past, Report
from gongkai.report.provenance import digest_of, inputs
from gongkai.report.reader import load_past, load_report
from gongkai.text import agency_names as agency_names_module
from gongkai.text import sanitizer
from gongkai.text.agency_names import Names, agency_names
from gongkai.text.around import Around
from gongkai.text.formulas import guarded, unguarded
from gongkai.text.name_index import NameIndex
from gongkai.text.placeholders import _parsed, parse_text
from gongkai.text.sentences import sentences
from gongkai.text.templates import split_marks
from gongkai.text.whole_words import _words

SOON = 120  # seconds after which a command hangs, on however slow a machine
REPORT = "xixia-justice"


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command that has to end."""
    return run_command(folder, *words, timeout=SOON, how=How(environment=environment))


# --- patterns ---------------------------------------------------------------------

MADE = {
    ("gongkai.text.name_index", "_beginnings"),
    ("gongkai.reading.channels", "channel"),
    ("gongkai.reading.channels", "channel_named"),
    ("gongkai.checks.superseded", "_cited"),
    ("gongkai.checks.superseded", "_titled"),
    ("gongkai.text.whole_words", "_words"),
    ("gongkai.text.around", "around"),
}
METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")
PIECES = (
    *(" ", "\n", "\t", "1", "a", "甲", "0.", ",111", "1,111", "<", "<a ", "<a b=", "<a b=\"", "<style>", "<svg>", "</", "(", "（1", "v(", "v("),
    *("fact(", "{", "{ ", "{{", "}", "\ufdd0", "\ufdd2", "\ufdd21\ufdd3", "[请", "【", "同比1", "占1"),
    *("共计", "20", "2016年", "2016年，；", "。", "，", "；", "”", "#", "- ", "_", "X", "&#", "&a", "http://"),
    *("www.", "a@", "@", "'", "'=", "key: ", "key:\n", "# ", "name: ", "a/", "{{-", "-}}", "{{ v(", "{{ fact('", "\u200b", "\ufe0f", "<aaaa"),
)  # fmt: skip
PATTERN_SIZE = 500  # characters for a pattern
SIZE = 1_000  # characters; four times as many take four times as long, or 16 where it is quadratic
MEASURABLE = 0.0005  # seconds of a pattern: less is noise
MEASURABLE_CHECK = 0.002  # seconds of a check
SLOWER = 10
MANY = 1_000_000  # calls, which take a second


def modules() -> Iterator[str]:
    """Yield the name of each module of the package."""
    importlib.import_module("papermill")  # which imports the kit's engine by itself
    for found in pkgutil.walk_packages(package.__path__, "gongkai."):
        if not found.name.endswith("__main__"):
            yield found.name


@cache
def sources_of_modules() -> dict[str, str]:
    """Return the source of each module of the package."""
    return {name: inspect.getsource(importlib.import_module(name)) for name in modules()}


def patterns() -> Iterator[tuple[str, str, re.Pattern[str], set[str]]]:
    """Yield each compiled pattern: its module, its name, and the methods that are called of it."""
    sources = sources_of_modules()
    of_rules = ("gongkai.checks.", "gongkai.reading.")  # their tables are applied to whole texts
    for module, source in sources.items():
        for name, value in vars(importlib.import_module(module)).items():
            if isinstance(value, re.Pattern) and f"\n{name} = re.compile(" in source:
                read = [source] if name.startswith("_") else sources.values()
                calls = re.findall(rf"\b{name}\.(\w+)\(([^(),]+, )?", "\n".join(read))
                used = {"finditer" if method == "match" and at else method for method, at in calls}
                yield module, name, value, used & {*METHODS}
            elif isinstance(value, tuple) and module.startswith(of_rules):
                yield from ((module, name, *found) for found in _in_table(value))
    yield (
        "gongkai.text.name_index",
        "_beginnings",
        NameIndex(["民政局"])._beginnings,
        {"finditer"},
    )
    yield "gongkai.checks.superseded", "_cited", _cited("国办公开办函〔2021〕30号"), {"search"}
    titled = _titled("关于印发《政府信息公开工作年度报告格式》的通知")
    yield "gongkai.checks.superseded", "_titled", titled, {"finditer"}
    yield "gongkai.text.whole_words", "_words", _words(), {"sub"}


def _in_table(table: tuple[Any, ...]) -> Iterator[tuple[re.Pattern[str], set[str]]]:
    """Yield each pattern of a table of rules; what follows a place is only matched there."""
    if isinstance(table, Around):
        yield table.before, {"search"}
        yield table.after, {"match"}
        return
    for item in table:
        if isinstance(item, re.Pattern):
            yield item, {"finditer"}
        elif isinstance(item, tuple):
            yield from _in_table(item)


def duration(pattern: re.Pattern[str], method: str, text: str, enough: float = MEASURABLE) -> float:
    """Return the seconds that a call takes, the least of three; one is enough where it is short."""
    words = ("",) if method == "sub" else ()
    least = float("inf")
    for _ in range(3):
        begun = time.process_time()
        found = getattr(pattern, method)(*words, text)
        if method == "finditer":
            for _ in found:
                pass
        least = min(least, time.process_time() - begun)
        if least < enough:
            break
    return least


def slow() -> Iterator[str]:
    """Yield each pattern that takes more than its share of a longer text, with the text."""
    for module, name, compiled, methods in patterns():
        pattern = _on_text(compiled)
        own = re.split(r"[\\^$.|?*+()\[\]{}]+", pattern.pattern)
        for piece in dict.fromkeys((*PIECES, *(word for word in own if 0 < len(word) < 20))):
            for tail in ("", "!", "\n甲"):
                few, many = (
                    piece * (size // len(piece)) + tail for size in (PATTERN_SIZE, 4 * PATTERN_SIZE)
                )
                for method in methods or {"search"}:
                    if duration(pattern, method, piece * 20 + tail) > SLOWER * MEASURABLE:
                        yield f"{module}.{name}: {piece!r} * 20"
                        continue
                    if all(_grows(pattern, method, few, many) for _ in range(3)):
                        yield f"{module}.{name}.{method}: {piece!r} * n + {tail!r}"


def _on_text(pattern: re.Pattern[Any]) -> re.Pattern[str]:
    """Return a pattern over bytes as one over text, which is as slow."""
    source = pattern.pattern
    return (
        re.compile(source.decode("latin-1"), pattern.flags)
        if isinstance(source, bytes)
        else pattern
    )


def _grows(pattern: re.Pattern[str], method: str, few: str, many: str) -> bool:
    long = duration(pattern, method, many, enough=SLOWER * MEASURABLE)
    if long <= SLOWER * MEASURABLE:
        return False
    return long > SLOWER * max(duration(pattern, method, few), MEASURABLE)


def test_no_pattern_takes_longer_than_its_text_is_long() -> None:
    """Each pattern of the package, against what makes patterns look at a text again and again."""
    ran = subprocess.run(
        [sys.executable, __file__], capture_output=True, text=True, check=False, timeout=600
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == []


def groups_without_return(items: Any) -> Iterator[str]:
    """Yield what of a parsed pattern is possessive or atomic, and more than one sign."""
    for operation, value in items:
        name = str(operation)
        if name == "ATOMIC_GROUP" or (name == "POSSESSIVE_REPEAT" and len(value[2]) != 1):
            yield name
        if name == "POSSESSIVE_REPEAT" and str(value[2][0][0]) not in (
            "IN",
            "LITERAL",
            "NOT_LITERAL",
        ):
            yield name
        for part in value if isinstance(value, list | tuple) else ():
            for inner in part if isinstance(part, list) else [part]:
                if hasattr(inner, "data"):
                    yield from groups_without_return(inner)


def test_every_python_from_3_11_on_reads_the_patterns_alike() -> None:
    """Before 3.11.5 a possessive group that failed midway went on from there (gh-106052)."""
    parse = re._parser.parse  # type: ignore[attr-defined]
    for wrong in ("(?:ab?c)++", "x(?>ab)", "(?:a|(?:b:)*+)?", "(?=(?:a|b(?=c))*+)"):
        assert list(groups_without_return(parse(wrong))), wrong
    assert not list(groups_without_return(parse("a++[bc]*+(?:d?+e)*")))
    for module, name, pattern, _ in patterns():
        assert not list(groups_without_return(parse(pattern.pattern))), f"{module}.{name}"


COMMENTS = st.text(alphabet="/* a\n", max_size=12)


@given(COMMENTS)
@example("/**/ /***/ a /* * / **/")
def test_a_comment_of_a_style_sheet_ends_where_css_ends_it(text: str) -> None:
    """At the first */ after its beginning."""
    expected, rest = "", text
    while "*/" in rest.partition("/*")[2]:
        before, _, inside = rest.partition("/*")
        expected, rest = expected + before, inside.partition("*/")[2]
    assert sanitizer._COMMENT.sub("", text) == expected + rest


def test_every_pattern_is_among_them() -> None:
    """A pattern inside a function would not be found: each stands at the top of its module."""
    found = {(module, name) for module, name, *_ in patterns()}
    assert len(found) > 40
    for module, source in sources_of_modules().items():
        tree = ast.parse(source)
        inside = [
            (module, function.name)
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for node in ast.walk(function)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr != "escape"
        ]
        assert set(inside) <= MADE


LONG = {
    "blanks": lambda project: project.write_section("other", "甲" + " " * 99_000 + "乙"),
    "line ends": lambda project: project.write_section("other", "甲" + "\n" * 99_000 + "乙"),
    "calls": lambda project: project.write_section("other", "v(" * 49_500),
    "years": lambda project: project.write_section("other", "2016年，；" * 12_000),
    "digits": lambda project: project.set_value("9.3", "9" * 100_000),
    "notes": lambda project: project.write_section("other", "[^1]" * 24_750),
}


@pytest.mark.parametrize("case", LONG)
def test_a_text_without_end_is_checked_to_its_end(project: Sandbox, case: str) -> None:
    """What somebody pasted costs seconds, not minutes."""
    LONG[case](project)
    ran = run(project.folder, "check")
    assert "1 report: " in ran.stderr
    if case == "digits":
        assert ran.stdout.splitlines()[0] == (
            "params/xixia-justice/2017.csv:59: error: "
            "a cell is longer than 1000 characters [csv-cell-too-long]"
        )


# What is repeated in a text: numbers, brackets, sentences, lists, placeholders, and each kind of
# statement that a check looks for.
REPEATED = (
    *("1 ", "1件、", "（1件", "（1件）", "“1月1件", "[^1]", "甲1件。", "其中1件。", "1条，其中：2条，", "1件；", "1件，包括2次、"),
    *('{{ v("1.1") }}件，', "、1件合计2件", "合计1件，", "由1、2个部分", "1项：一是", "《甲》1项制度，", "举办培训班1期，", "# 甲\n"),
    *("增加1件，", "（增加1件", "从1件增至2件，同比增长1%，", "同比增长1%，", "1件，占1%，", "占1%，", "3件，占总量1件的1%，"),
    *("废止1件，宣布失效2件，", "申请1件，", "申请1件，予以公开1件，", "政府信息公开1条，", "上年的1件，", "均予以公开，", "均", "未发生复议和", "未答复1件，"),
    *("2016年1件，", "（2016年", "2017年1月1日至", "截至2016年底，", "结转至2016年，", "1月1件，", "全区1件，"),
)  # fmt: skip


OF_PLACEHOLDERS = (
    *('{{ v("1.1") }}', '{{ v("1.1", "1.2") }}', '{{ fact("甲") }}', '{{ share("1", of="2") }}', "{{v('1.1')}}"),
    *("{{- ", "{{ ", " }}", "{", "}", "{%", "{#", "#}", '"', "'", "\\", ", ", "甲", "\n", "\r\n", "\t", "\u2028", "\ufdd0"),
    *("v(", 'v("', '")', "fact(", "share(", "of=", "1", "{% raw %}", "{% endraw %}", '{{ v("\\n") }}', '{{ v("1}}2") }}'),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(OF_PLACEHOLDERS), max_size=9).map("".join))
@example('{{{ v("1.1") }}')
@example('甲{{ v("1.1") }}}}\n{{ fact("乙") }}')
@example('{{ v("1.1\u200b") }}')
def test_usual_placeholders_are_read_as_jinja_reads_them(text: str) -> None:
    """The same words, codes and lines, and the same refusals, by the quick way and by the long one."""
    assert parse_text(text, "2017.yaml", 5) == _parsed(text, "2017.yaml", 5)


def work(report: Report, text: str) -> dict[str, float]:
    """Return the seconds that reading a text takes, and each check of it."""
    sentences.cache_clear()
    segments, _ = parse_text(text, "", 1)
    changed = replace(report, sections={**report.sections, "other": segments})
    context = Context(replace(report, year=report.year - 1))
    begun = time.process_time()
    mentions(changed)
    seconds = {"mentions": time.process_time() - begun}
    for run in CHECKS:
        begun = time.process_time()
        for _ in run(changed, context):
            pass
        seconds[run.__name__] = time.process_time() - begun
    return seconds


def grown(report: Report, text: str, size: int = SIZE) -> set[str]:
    """Return the checks that take more than their share of a text four times as long."""
    few, many = (work(report, text * (long // len(text))) for long in (size, 4 * size))
    return {name for name in many if many[name] > SLOWER * max(few[name], MEASURABLE_CHECK)}


@pytest.mark.parametrize("text", REPEATED)
def test_no_check_takes_longer_than_its_text_is_long(text: str) -> None:
    """Each number, bracket, sentence and list is looked at once, not once for each of them."""
    report = load_report(REPORT, 2017, ROOT / "params")
    slower = grown(report, text)
    for _ in range(2):
        slower = slower and slower & grown(report, text)
    assert not slower


@pytest.mark.parametrize(
    "text",
    [
        "不足5件，其中" + "0件、" * 37 + "9件。",
        "1件，其中" + ("70件、包括" + "3件、" * 12) * 3 + "5件。",
        "1件，其中2件、" + "包括3次、包括1次、1次、1次、" * 9 + "5件。",
    ],
    ids=["partitions", "inner lists", "inner lists of another unit"],
)
def test_a_list_that_can_be_read_in_many_ways_is_soon_given_up(text: str) -> None:
    """Before the work of all its readings, which would be hours for the first of these."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"
        assert calls < MANY

    sys.setprofile(count)
    try:
        list(wrong_sums(text))
    finally:
        sys.setprofile(None)


# --- what is no file --------------------------------------------------------------

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
PIPE = "this is a pipe or a device; a file was expected [file-not-regular]"
OUT = "this link points outside params; put the file itself there [file-leads-out]"


def put(path: Path, kind: str) -> None:
    """Put what is no file in a file's place."""
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(kind)


@needs_pipes
@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("2017.csv", "pipe", PIPE),
        ("2017.yaml", "pipe", PIPE),
        ("agency.yaml", "pipe", PIPE),
        ("2017.csv", "/dev/zero", OUT),
        ("2017.yaml", "/proc/self/environ", OUT),
    ],
)
def test_what_is_no_file_is_said_and_not_waited_for(
    project: Sandbox, name: str, kind: str, said: str
) -> None:
    """Nobody writes into the pipe, and the device has no end: one sentence, and nothing of it."""
    put(project.example / name, kind)
    ran = run(project.folder, "check", NOT_TO_BE_SHOWN="x")
    assert ran.stdout == f"params/xixia-justice/{name}: error: {said}\n"
    assert ran.returncode == 1
    assert digest_of(project.example / name) == "" or kind.startswith("/proc")
    sentence = said.rpartition(" [")[0]
    listed = (
        f"xixia-justice/2017: cannot be read, 1 problem: params/xixia-justice/{name}: {sentence}\n"
    )
    assert run(project.folder, "list").stdout == listed


@pytest.mark.parametrize(
    ("share", "said"),
    [
        ("away", "this is a link to a file that is not there [link-broken]"),
        ("../../share", OUT),
    ],
)
def test_links_to_a_share_that_is_not_mounted_are_said(
    project: Sandbox, gongkai: Callable[..., Ran], share: str, said: str
) -> None:
    """Each of a year's files, rather than that the year has no data."""
    for name in ("2017.csv", "2017.yaml"):
        (project.example / name).unlink()
        (project.example / name).symlink_to(f"{share}/{name}")
    ran = gongkai("check")
    files = [f"params/xixia-justice/{name}" for name in ("2017.csv", "2017.yaml")]
    assert sorted(ran.out.splitlines()) == [f"{file}: error: {said}" for file in files]


@needs_pipes
@pytest.mark.parametrize("kind", ["pipe", "/dev/zero"])
def test_a_form_that_is_no_file_is_said_and_not_waited_for(project: Sandbox, kind: str) -> None:
    """Of a folder of forms of one's own, too."""
    forms = project.folder / "forms"
    forms.mkdir()
    put(forms / "zz.yaml", kind)
    ran = run(project.folder, "check", "--forms", "forms")
    assert ran.stdout.endswith(f"/forms/zz.yaml:1: error: {PIPE}\n")
    assert ran.returncode == 1


def test_a_link_that_stays_in_the_folder_is_followed_and_so_is_the_folder_itself(
    project: Sandbox, tmp_path: Path
) -> None:
    """A folder of parameters may lie elsewhere; a file of it may be another of its files."""
    (project.example / "2017.csv").rename(project.params / "figures.csv")
    (project.example / "2017.csv").symlink_to("../figures.csv")
    elsewhere = tmp_path / "elsewhere"
    project.params.rename(elsewhere)
    project.params.symlink_to(elsewhere)
    assert load_report(REPORT, 2017, project.params).values["1.1"].printed == "346"


@pytest.mark.parametrize("line", ["user:secret", "a,b,c,secret", "x\tsecret", "secret"])
def test_what_is_no_table_of_ours_is_not_quoted(
    project: Sandbox, gongkai: Callable[..., Ran], line: str
) -> None:
    """A file that was put there by mistake is nobody's to read."""
    (project.example / "2017.csv").write_text(f"{line}\n{line}\n", "utf-8")
    ran = gongkai("check")
    assert "with other names [csv-header-other]" in ran.out
    assert "secret" not in ran.out


def test_thousands_of_mistakes_of_one_kind_are_twenty_and_their_number(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """And what a sentence quotes is cut short."""
    path = project.example / "2017.csv"
    rows = "".join(f"甲甲甲甲甲甲{'9' * 900 if n % 2 else n},x,件,1\n" for n in range(1_000))
    path.write_text(path.read_text("utf-8") + rows, "utf-8")
    ran = gongkai("check")
    assert len(ran.lines) == 21
    assert max(map(len, ran.lines)) < 250
    assert ran.lines[-1] == (
        "params/xixia-justice/2017.csv: error: "
        "and 980 more of this kind: csv-code-unknown [problems-more]"
    )


# --- signs that cannot be seen ----------------------------------------------------

OVERRIDE, BACK, NOTHING = "\u202e", "\u202c", "\u200b"


def edit(name: str, old: str, new: str) -> Callable[[Sandbox], None]:
    """Replace a text in a file of the example."""
    return lambda project: project.edit(name, old, new)


def section(text: str) -> Callable[[Sandbox], None]:
    """Write the ninth part."""
    return lambda project: project.write_section("other", text)


# What was hidden where, how grave it is, the code point, and words of the page that show it.
HIDDEN: dict[str, tuple[Callable[[Sandbox], None], str, str, str]] = {
    "an override round a figure": (section(f'共{OVERRIDE}{{{{ v("1.1") }}}}{BACK}条。'), "error", "U+202E RIGHT-TO-LEFT OVERRIDE, U+202C POP DIRECTIONAL FORMATTING", "〔U+202E〕346〔U+202C〕"),
    "an override as an entity": (section('共&#x202E;{{ v("1.1") }}条。'), "error", "U+202E RIGHT-TO-LEFT OVERRIDE", "〔U+202E〕346"),
    "a named entity": (section("共&rlm;条。"), "error", "U+200F RIGHT-TO-LEFT MARK", "〔U+200F〕条"),
    "an Arabic letter mark": (section("共\u061c12条。"), "error", "U+061C ARABIC LETTER MARK", "共〔U+061C〕12条"),
    "an isolate among words": (section("没有\u2067其他\u2069事项。"), "error", "U+2067 RIGHT-TO-LEFT ISOLATE, U+2069 POP DIRECTIONAL ISOLATE", "〔U+2067〕其他"),
    "nothing inside a number": (section(f"公开11{NOTHING}4条。"), "error", "U+200B ZERO WIDTH SPACE", "11〔U+200B〕4条"),
    "nothing beside a placeholder": (section(f'公开{NOTHING}{{{{ v("1.1") }}}}条。'), "error", "U+200B ZERO WIDTH SPACE", "公开〔U+200B〕346"),
    "nothing among words": (section(f"没有其他{NOTHING}事项。"), "warning", "U+200B ZERO WIDTH SPACE", "没有其他事项"),
    "a soft hyphen": (section("没有其他\xad事项。"), "warning", "U+00AD SOFT HYPHEN", "没有其他事项"),
    "tags": (section("没有其他\U000e0041\U000e0042事项。"), "warning", "U+E0041 TAG LATIN CAPITAL LETTER A, U+E0042 TAG LATIN CAPITAL LETTER B", "没有其他事项"),
    "an escape of YAML": (edit("2017.yaml", "revised_rules: 2", 'revised_rules: "2\\u202e"'), "error", "U+202E RIGHT-TO-LEFT OVERRIDE", "2〔U+202E〕项内部制度"),
    "an escape character": (edit("agency.yaml", "office: 西夏区司法局办公室", 'office: "西夏区司法局\\e办公室"'), "warning", "U+001B", "西夏区司法局办公室"),
    "at the end of a name": (edit("agency.yaml", "short_name: 西夏区司法局", f"short_name: 西夏区司法局{NOTHING}"), "error", "U+200B ZERO WIDTH SPACE", "西夏区司法局〔U+200B〕2017年"),
    "in a label of a breakdown": (edit("2017.yaml", "部门文件: 34", f"部门{OVERRIDE}文件: 34"), "error", "U+202E RIGHT-TO-LEFT OVERRIDE", "部门〔U+202E〕文件"),
    "in a remark": (lambda project: project.set_value("9.3", f"2（其中{OVERRIDE}男）"), "error", "U+202E RIGHT-TO-LEFT OVERRIDE", "其中〔U+202E〕男"),
    "in a extra line": (edit("agency.yaml", "postcode:", f'extra_lines: [{{edition: 2014, code: "1.9", label: 其他{OVERRIDE}, parent: "1.1"}}]\npostcode:'), "error", "U+202E RIGHT-TO-LEFT OVERRIDE", "其他〔U+202E〕"),
}  # fmt: skip


@pytest.mark.parametrize("case", HIDDEN)
def test_a_sign_that_cannot_be_seen_is_found_and_turns_no_number(
    project: Sandbox, case: str
) -> None:
    """By its code point, with its line; on no page does it stand, but written out."""
    change, severity, named, shown = HIDDEN[case]
    change(project)
    if case == "in a extra line":
        path = project.example / "2017.csv"
        path.write_text(path.read_text("utf-8") + f"1.9,其他{OVERRIDE},件,1\n", "utf-8")
    report = load_report(REPORT, 2017, project.params)
    found = [
        item
        for item in check_in_context(report, Past(), Names({}))
        if item.id == "invisible-character"
    ]
    assert {item.severity for item in found} == {severity}
    assert named in found[0].text("en")
    assert found[0].problem.line > 0
    page = "".join(piece.html for piece in pieces(page_of(REPORT, 2017, project.params)))
    assert shown in re.sub("<[^>]*>", "", split_marks(page).html)
    assert not re.search("[\u061c\u202a-\u202e\u2066-\u2069\u200b-\u200f\xad\x1b\U000e0041]", page)


def test_the_line_of_a_text_with_a_hidden_sign_is_the_place_of_the_finding(
    project: Sandbox,
) -> None:
    """The review copy marks that line, and no other of its part."""
    project.write_section("other", f"以上各项属实。\n\n没有其他{NOTHING}事项。")
    report = load_report(REPORT, 2017, project.params)
    findings = check_in_context(report, Past(), Names({}))
    (found,) = [item for item in findings if item.id == "invisible-character"]
    text = report.filled("other").text
    assert [text[span.start : span.end] for span in found.spans] == ["没有其他事项。"]


def test_an_error_of_hidden_signs_stops_the_public_copy(
    project: Sandbox, gongkai: Callable[..., Ran]
) -> None:
    """The review copy shows what is there."""
    project.write_section("other", f'共{OVERRIDE}{{{{ v("1.1") }}}}{BACK}条。')
    assert gongkai("build", "--engine", "kernel").status == 1
    assert not project.output(".html").exists()
    assert "〔U+202E〕" in project.output(".review.html").read_text("utf-8")


def test_a_rare_name_keeps_the_shape_of_its_character(project: Sandbox) -> None:
    """A selector after an ideograph chooses how it is drawn, and is no finding."""
    project.edit("2017.yaml", "  head: 高峰", "  head: 葛\U000e0100峰")
    report = load_report(REPORT, 2017, project.params)
    assert report.hidden == ()
    assert report.parameters.signatures.head == "葛\U000e0100峰"


def test_a_label_with_a_hidden_sign_is_read_and_said(project: Sandbox) -> None:
    """What looks the same is the same, or the sentence would expect what it quotes."""
    project.edit("2017.csv", "六、举报投诉数量", f"六、举报{NOTHING}投诉数量")
    report = load_report(REPORT, 2017, project.params)
    assert [(item.key, item.grave) for item in report.hidden] == [(("6",), False)]


def test_a_form_with_hidden_signs_is_refused(project: Sandbox) -> None:
    """With its line; a form is copied from the web as often as a text is."""
    forms = project.folder / "forms"
    forms.mkdir()
    text = (
        (FORMS / "2014.yaml").read_text("utf-8").replace("举报投诉数量", f"举报{NOTHING}投诉数量")
    )
    (forms / "2014.yaml").write_text(text, "utf-8")
    line = next(n for n, words in enumerate(text.splitlines(), 1) if NOTHING in words)
    ran = run(project.folder, "check", "--forms", "forms")
    assert f"/forms/2014.yaml:{line}: error: “" in ran.stdout
    assert "U+200B ZERO WIDTH SPACE" in ran.stdout


@pytest.mark.parametrize(
    ("change", "file", "sign"),
    [
        (edit("agency.yaml", "www.ycxixia.gov.cn", "www.ycxіxia.gov.cn"), "agency.yaml", "U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I"),
        (edit("agency.yaml", "xxqsfjbgs@163.com", "xxqsfjbgs@163.cοm"), "agency.yaml", "U+03BF GREEK SMALL LETTER OMICRON"),
        (section("详见[门户网站](https://www.ycxіxia.gov.cn/a)。"), "2017.yaml", "U+0456 CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I"),
    ],
)  # fmt: skip
def test_an_address_of_mixed_letters_is_found(
    project: Sandbox, change: Callable[[Sandbox], None], file: str, sign: str
) -> None:
    """It looks like ours, and leads elsewhere."""
    change(project)
    report = load_report(REPORT, 2017, project.params)
    found = [item for item in check_in_context(report, Past(), Names({})) if "mixed" in item.id]
    assert [item.severity for item in found] == ["warning"]
    assert found[0].problem.file.endswith(file)
    assert found[0].text("en").endswith(f"contains letters that are not Latin: {sign}")


@pytest.mark.parametrize(
    "address", ["www.政务.中国", "https://a.gov.cn/政府", "详见www.a.gov.cn查阅"]
)
def test_an_address_with_chinese_words_is_no_finding(project: Sandbox, address: str) -> None:
    """Chinese domains are common, and a text goes on after an address without a blank."""
    project.write_section("other", f"详见{address}。")
    report = load_report(REPORT, 2017, project.params)
    assert not [f for f in check_in_context(report, Past(), Names({})) if "mixed" in f.id]


@pytest.mark.parametrize("website", ["javascript://www.a.cn/%0aalert(1)", "data:text/html,x", "FILE:///etc"])  # fmt: skip
def test_an_address_of_another_scheme_is_refused(
    project: Sandbox, gongkai: Callable[..., Ran], website: str
) -> None:
    """What machines read of a page would offer it as a link."""
    project.edit("agency.yaml", "www.ycxixia.gov.cn", website)
    assert gongkai("check").lines == [
        f"params/xixia-justice/agency.yaml:8: error: website: {website} is not a web address; "
        "write it as https://www.example.gov.cn or www.example.gov.cn [yaml-website]"
    ]


@pytest.mark.parametrize("website", ["www.a.cn:8080", "http://a.cn", "HTTPS://a.cn/x?y#z", "www.a.cn:80/x"])  # fmt: skip
def test_a_web_address_is_read_as_it_stands(project: Sandbox, website: str) -> None:
    """With or without its scheme and its port."""
    project.edit("agency.yaml", "www.ycxixia.gov.cn", website)
    assert load_report(REPORT, 2017, project.params).agency.website == website


# --- what a spreadsheet would run -------------------------------------------------


@given(st.text(alphabet="'=+-@＝\t\r\na1", max_size=6))
def test_a_guarded_cell_begins_no_formula_and_reads_back(text: str) -> None:
    """Whatever stands before it already."""
    assert unguarded(guarded(text)) == text
    assert not guarded(text).startswith(("=", "+", "-", "@", "＝", "\t", "\r", "\n"))


def test_the_table_to_take_along_has_no_formula_and_reads_back(project: Sandbox) -> None:
    """A extra line of the agency's own words; a number stays one."""
    extra = '{edition: 2014, code: "=1+1", label: "=cmd|x!A0", unit: "@SUM(1)", parent: "1.1"}'
    project.edit("agency.yaml", "postcode:", f"extra_lines: [{extra}]\npostcode:")
    path = project.example / "2017.csv"
    path.write_text(path.read_text("utf-8") + "=1+1,=cmd|x!A0,@SUM(1),7\n", "utf-8")
    report = load_report(REPORT, 2017, project.params)
    (table,) = report.form.tables
    text = table_csv(report, table)
    rows = list(csv.reader(io.StringIO(text)))
    assert ["'=1+1", "'=cmd|x!A0", "'@SUM(1)", "7"] in rows
    path.write_text(text, "utf-8")
    again = load_report(REPORT, 2017, project.params)
    assert {code: value.as_printed for code, value in again.values.items()} == {
        code: value.as_printed for code, value in report.values.items()
    }


def test_a_negative_number_of_a_table_stays_a_number(tmp_path: Path) -> None:
    """An apostrophe before -3 would make it a word."""
    shutil.copytree(ROOT / "params" / "shanghai-office", tmp_path / "params" / "shanghai-office")
    path = tmp_path / "params" / "shanghai-office" / "2019.csv"
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    signed = next(code for code, cell in load_form("2019").cells.items() if cell.kind == "signed")
    changed = [[*row[:3], "-3"] if row[0] == signed else row for row in rows]
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in changed), "utf-8")
    report = load_report("shanghai-office", 2019, tmp_path / "params")
    texts = [table_csv(report, table) for table in report.form.tables]
    assert any(row[0] == signed and row[3] == "-3" for text in texts for row in csv.reader(io.StringIO(text)))  # fmt: skip


# --- names ------------------------------------------------------------------------

CIVIL = "西夏区民政局"
WRITTEN: dict[str, str | bytes] = {
    "plainly": f"name: {CIVIL}\n",
    "with a comment": f"name: {CIVIL}   # 全称\n",
    "a quoted key": f'"name": {CIVIL}\n',
    "quoted": f"name: '{CIVIL}'\n",
    "a folded block": f"name: >\n  {CIVIL}\n",
    "a literal block": f"name: |\n  {CIVIL}\n",
    "in flow style": f"{{office: x, name: {CIVIL}}}\n",
    "escaped": 'name: "西夏区\\u6c11政局"\n',
    "below comments": "# " + "x" * 70_000 + f"\nname: {CIVIL}\n",
    "indented": f"  office: x\n  name: {CIVIL}\n",
    "on the next line": f"name:\n  {CIVIL}\n",
    "with a hidden sign": f"name: 西夏区{NOTHING}民政局\n",
    "in GB18030": f"name: {CIVIL}\n".encode("gb18030"),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_a_neighbours_name_is_known_however_it_is_written(tmp_path: Path, case: str) -> None:
    """As YAML reads it: what a person may type, the check for leftover names knows."""
    written = WRITTEN[case]
    (tmp_path / "a").mkdir()
    data = written if isinstance(written, bytes) else written.encode()
    (tmp_path / "a" / "agency.yaml").write_bytes(data)
    assert agency_names(tmp_path).called == {"a": (CIVIL,)}


PLAIN = st.lists(
    st.sampled_from(["name: 甲局", "short_name: 甲", "office: a:b", "name:", "name: 乙局 # x", "# x: y", "", "k: - a", "name: 'x'", "name: a: b", "  x", "name: 甲\t", "k: [a]", "name: &a b", "name: a#b", "---", "- a", "name: ~", "k: x\u2028y", "name: 甲\x85乙"]),
    max_size=6,
).map("\n".join) | st.text(alphabet="name: 甲'\"#|>-\n", max_size=30)  # fmt: skip


@given(PLAIN)
@example("name: 甲局\nname: 乙局")
@settings(max_examples=400)
def test_a_plain_file_is_read_as_yaml_reads_it(text: str) -> None:
    """The quick look at most files finds what the whole reading finds, or leaves it to it."""
    quick = agency_names_module._plainly(text.rstrip("\n") + "\n")
    if quick is None:
        return
    try:
        read = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes text alone
    except yaml.YAMLError as error:
        pytest.fail(f"{text!r} is no YAML: {error}")
    kept = {key: value for key, value in (read or {}).items() if key in agency_names_module.KEYS}
    assert {key: value.strip() for key, value in quick.items()} == kept


# Texts that come to name a neighbour in some way that the file itself does not show.
TOLD = {
    "typed": "西夏区民政局没有其他事项。",
    "before a fact": '{{ fact("place") }}民政局没有其他事项。',
    "after a fact": '西夏区{{ fact("bureau") }}没有其他事项。',
    "round a fact": '西夏{{ fact("part") }}局没有其他事项。',
    "two facts": '{{ fact("place") }}{{ fact("bureau") }}。',
    "two facts apart": '{{ fact("west") }}夏区{{ fact("bureau") }}。',
    "a blank figure": '西夏区{{ v("9.3") }}民政局。',
    "an entity": "西夏区&#x200b;民政局。",
    "blanks taken off": '西夏区 {{- fact("bureau") }}。',
    "not at all": '没有其他事项，共{{ fact("place") }}人，其中{{ v("1.1") }}件。',
    "not at all, around a share": '没有其他事项，共占西夏区{{ share("1.1", of="1.1") }}民宿。',
}
FACTS = "  place: 西夏区\n  bureau: 民政局\n  part: 区民政\n  west: 西\n"


@pytest.mark.parametrize("text", TOLD.values(), ids=TOLD)
def test_an_agency_that_comes_makes_stale_what_names_it(project: Sandbox, text: str) -> None:
    """What is fresh reproduces: where the findings change, an input changes."""
    project.edit("2017.yaml", "facts:\n", "facts:\n" + FACTS)
    project.write_section("other", text)
    project.set_value("9.3", "")
    before, found_before = state(project)
    other = project.params / "xixia-civil"
    other.mkdir()
    (other / "agency.yaml").write_text(f"name: {CIVIL}\n", "utf-8")
    after, found_after = state(project)
    assert (found_before != found_after) == ("没有其他事项，共" not in text)
    assert (before != after) == (found_before != found_after)


def state(project: Sandbox) -> tuple[dict[str, str], list[str]]:
    """Return the inputs of the example's report, and what is found of other agencies' names."""
    names = agency_names(project.params)
    report = load_report(REPORT, 2017, project.params)
    found = check_in_context(report, load_past(report), names)
    return (
        inputs(project.params, REPORT, 2017, names),
        [item.text("en") for item in found if item.id == "leftover-agency"],
    )


@given(
    st.lists(
        st.sampled_from(["西", "夏区", "民", "政局", "条", '{{ fact("a") }}', '{{ fact("b") }}', '{{ v("9.3") }}', "&#x200b;", "\u200b", "''"]),
        max_size=7,
    ).map("".join),
    st.sampled_from(["西", "夏区民", "民政", "", "7"]),
    st.sampled_from(["西夏区", "政局", "局"]),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_whatever_text_names_an_agency_depends_on_its_name(text: str, a: str, b: str) -> None:
    """The same for any text: if the check finds the name, adding the agency changes the input."""
    folder = scratch()
    path = folder / REPORT / "2017.yaml"
    whole = path.read_text("utf-8")
    path.write_text(f"facts: {{a: '{a}', b: '{b}'}}\nsections:\n  other: |\n    甲{text}\nyear: 2017\n", "utf-8")  # fmt: skip
    try:
        report = load_report(REPORT, 2017, folder)
        none, one = Names({}), Names({"c": (CIVIL, "民政局")})
        filled = report.filled("other").text
        changed = inputs(folder, REPORT, 2017, none) != inputs(folder, REPORT, 2017, one)
        assert changed or not one.index.mentioned(filled)
    finally:
        path.write_text(whole, "utf-8")


_SCRATCH: list[Path] = []


def scratch() -> Path:
    """Return a copy of the example's parameters, one for all examples of a test."""
    if not _SCRATCH:
        import tempfile

        _SCRATCH.append(Path(tempfile.mkdtemp()))
        shutil.copytree(ROOT / "params" / REPORT, _SCRATCH[0] / REPORT)
        path = _SCRATCH[0] / REPORT / "2017.csv"
        path.write_text(re.sub(r"(?m)^(9\.3,.*),\d+$", r"\1,", path.read_text("utf-8")), "utf-8")
    return _SCRATCH[0]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(list(slow()), ensure_ascii=False))

"""The catalogues of messages: one sentence an id, in every language, and none without a use."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import click

from conftest import ROOT
from gongkai.checks.findings import COMPARISONS
from gongkai.checks.parameters import CONTACT
from gongkai.errors import SEVERITIES
from gongkai.messages import LANGUAGES, catalogue, rules, say
from gongkai.report.parameters import Signatures

KIT = ROOT / "kit" / "gongkai"


def placeholders(text: str) -> set[str]:
    """Return the names that a message fills in."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_catalogues_have_the_same_messages_with_the_same_placeholders() -> None:
    """What is said in one language is said in the other."""
    first, second = (catalogue(language) for language in LANGUAGES)
    assert list(first) == list(second)
    for name, text in first.items():
        assert text
        assert placeholders(text) == placeholders(second[name]), name


def test_a_sentence_is_given_all_that_it_names() -> None:
    """Or saying it would end with a fault; where details are handed on, tests have to say it."""
    seen = 0
    for path in KIT.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
                continue
            given = {keyword.arg for keyword in call.keywords}
            given |= {"place"} if call.func.id == "Doubt" else set()
            if call.func.id not in ("Problem", "Doubt", "say") or None in given:
                continue
            for word in call.args[:1]:
                if isinstance(word, ast.Constant):
                    needed = placeholders(catalogue("en")[str(word.value)])
                    assert needed <= given, (path.name, call.lineno, word.value)
                    seen += 1
    assert seen > 300


def test_a_count_has_its_noun_in_the_form_of_its_number() -> None:
    """English has one form for 1 and another for all other numbers, Chinese has only one."""
    counts = {"errors": 1, "warnings": 2, "notes": 0}
    assert say("tally", "en", **counts) == "1 error, 2 warnings, 0 notes."
    assert say("tally", "zh", **counts) == "错误1项，警告2项，提示0项。"
    for name, text in catalogue("en").items():
        assert "(s)" not in text, name
        for _, _, form, _ in string.Formatter().parse(text):
            assert not form or form.count("|") == 1, name


def test_click_s_own_words_are_those_that_click_looks_up() -> None:
    """A message that a new version of click words otherwise would stay English unnoticed."""
    folder = Path(click.__file__).parent
    code = "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.py")))
    for name, text in catalogue("en").items():
        if name.startswith("click-"):
            assert f'"{text}"' in code, name


def test_every_message_is_used_and_every_used_message_exists() -> None:
    """No sentence that nobody says, and none that is missing when it is needed."""
    code = "\n".join(path.read_text("utf-8") for path in KIT.rglob("*.py"))
    forms = "\n".join(path.read_text("utf-8") for path in KIT.glob("forms/*.yaml"))
    built = {f"severity-{severity}" for severity in SEVERITIES}
    built |= {f"page-has-{severity}s" for severity in SEVERITIES}
    built |= {f"build-{status}" for status in ("built", "fresh", "blocked", "failed")}
    built |= {f"died-{how}" for how in ("hung", "signal", "exit", "raised")}
    copies = ("written", "written-pdf", "fresh", "missing", "blocked", "edited", "failed")
    built |= {f"export-{status}" for status in copies}
    kinds = ("error", "warning", "clear")
    built |= {f"{said}-{kind}" for said in ("verdict", "next") for kind in kinds}
    built |= {f"rap-{level}" for level in ("none", "baseline", "silver", "gold")}
    built |= {f"site-{became}" for became in ("removed", "kept", "left-out")}
    built |= {name for name in catalogue("en") if name.startswith(("help-", "click-"))}
    built |= {f"key-{key}" for key in ("signed", *CONTACT)}
    built |= {f"key-signatures.{key}" for key in Signatures.model_fields}
    built |= {f"rule-{kind}" for kind in rules()} | {
        f"{side}-{kind}" for kind in COMPARISONS for side in ("left", "right")
    }
    used = re.findall(r'\b(?:say|Problem|Reason|_?refuse)\(\s*"([a-z0-9-]+)"', code)
    assert len(used) > 100
    assert set(used) <= catalogue("en").keys()
    for name in catalogue("en"):
        said = f'"{name}"' in code or f"when_equal: {name}" in forms
        assert said or name in built, name

"""The catalogues of messages: one sentence an id, in every language, and none without a use."""

from __future__ import annotations

import re
import string

from conftest import ROOT
from gongkai.checks.findings import SEVERITIES, SIDES
from gongkai.checks.parameters import CONTACT
from gongkai.errors import LANGUAGES, catalogue, rules
from gongkai.report.model import Signatures

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


def test_every_message_is_used_and_every_used_message_exists() -> None:
    """No sentence that nobody says, and none that is missing when it is needed."""
    code = "\n".join(path.read_text("utf-8") for path in KIT.rglob("*.py"))
    forms = "\n".join(path.read_text("utf-8") for path in KIT.glob("forms/*.yaml"))
    built = {f"severity-{severity}" for severity in SEVERITIES}
    built |= {f"page-has-{severity}s" for severity in SEVERITIES}
    built |= {f"build-{status}" for status in ("built", "fresh", "blocked", "failed")}
    built |= {f"died-{how}" for how in ("hung", "signal", "exit", "raised")}
    built |= {f"pdf-{status}" for status in ("printed", "fresh", "missing", "blocked", "failed")}
    built |= {name for name in catalogue("en") if name.startswith("help-")}
    built |= {f"key-{key}" for key in ("signed", *CONTACT)}
    built |= {f"key-signatures.{key}" for key in Signatures.model_fields}
    built |= {f"rule-{kind}" for kind in rules()} | {
        f"{side}-{kind}" for kind in SIDES for side in ("left", "right")
    }
    used = re.findall(r'\b(?:say|Problem|Reason|_?refuse)\(\s*"([a-z0-9-]+)"', code)
    assert len(used) > 100
    assert set(used) <= catalogue("en").keys()
    for name in catalogue("en"):
        said = f'"{name}"' in code or f"when_equal: {name}" in forms
        assert said or name in built, name

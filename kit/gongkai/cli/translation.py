"""Translate click's own words ("Usage:", "Options", "required" …) into the reader's language."""

from __future__ import annotations

import gettext
import sys

from gongkai.messages import catalogue, language

_PREFIX = "click-"  # the ids of click's messages; their English text is what click looks up


class _Words(gettext.NullTranslations):
    """Translations for the reader's language at the time of each look-up."""

    def gettext(self, message: str) -> str:
        """Return the translation, or the message itself if the catalogue has none."""
        ids = (name for name, text in catalogue("en").items() if text == message)
        name = next((name for name in ids if name.startswith(_PREFIX)), None)
        return catalogue(language())[name] if name else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the translation of the first form for 1, of the second for any other number."""
        return self.gettext(msgid1 if n == 1 else msgid2)


def translate_click() -> None:
    """Make click look up its words in the catalogues of the kit.

    click imports `gettext` and `ngettext` into each of its modules. The standard library finds
    translations only as compiled .mo files, for the environment's locale; neither --lang nor
    a catalogue in TOML would have an effect. So the two functions are replaced, only in click.
    """
    words = _Words()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != "click":
            continue
        if getattr(module, "_", None) is gettext.gettext:
            module._ = words.gettext  # type: ignore[attr-defined]
        if getattr(module, "ngettext", None) is gettext.ngettext:
            module.ngettext = words.ngettext  # type: ignore[attr-defined]

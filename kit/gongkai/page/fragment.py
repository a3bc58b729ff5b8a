"""A piece of the page, as shown by a notebook cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gongkai.manifest import Facts
from gongkai.outputs import Audience, metadata_of
from gongkai.text.plain_text import html_as_text
from gongkai.text.templates import Markup, split_marks


@dataclass(frozen=True)
class Fragment:
    """A piece of the page, as HTML: of which report it is, and who may see it.

    `report` is the digest of that report's facts. `facts` are stored in the output's metadata; so
    are the marks, which only the review copy restores.
    """

    html: Markup
    report: str
    audience: Audience = "public"
    facts: Facts | None = None

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, Any]]:
        """Return the piece as output of a notebook cell; called by IPython."""
        audience = "" if self.audience == "public" else f' data-audience="{self.audience}"'
        html, marks = split_marks(f'<div class="gongkai"{audience}>\n{self.html}\n</div>')
        metadata = metadata_of(html, self.audience, self.report, marks, self.facts)
        return {"text/html": html, "text/plain": html_as_text(html)}, metadata

"""A piece of the page, as a notebook's cell shows it.

Imports: text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gongkai.text.markup import Markup, taken_apart


@dataclass(frozen=True)
class Fragment:
    """A piece of the page, as HTML; `facts` travel in the output's metadata.

    So do the marks, which only the review copy puts back in their places.
    """

    html: Markup
    name: str
    facts: dict[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, Any]]:
        """Show the piece in a notebook: IPython asks for this."""
        html, marks = taken_apart(f'<div class="gongkai">\n{self.html}\n</div>')
        facts = {**self.facts, **({"marks": marks} if marks else {})}
        metadata = {"gongkai": facts} if facts else {}
        return {"text/html": html, "text/plain": f"<{self.name}>"}, metadata

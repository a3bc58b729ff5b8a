"""Turn an executed notebook into the public page and into the review copy.

The home of nbconvert. Imports: errors. What the pages say, their title and what was found
in them all come out of the notebook's own outputs, so that `jupyter nbconvert --to gongkai`
and `gongkai build` cannot differ.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from nbconvert.exporters import TemplateExporter
from nbconvert.utils.exceptions import ConversionException
from nbformat import NotebookNode, from_dict
from traitlets import Bool, Unicode, default
from traitlets.config import Application, Config

from gongkai.errors import KitError, Problem

TEMPLATES = Path(__file__).parent / "templates"
STYLES = ("page.css", "print.css")
IN_NOTEBOOK = ("page.css", "lab.css")
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


class PageRefused(KitError, ConversionException):
    """The notebook is no report that may be shown: not executed, or with errors found."""


class ReportExporter(TemplateExporter):
    """What both copies share: one file with its style inside, and nothing loaded."""

    output_mimetype = "text/html"
    styles: tuple[str, ...] = STYLES
    hidden: tuple[str, ...] = ("notebook",)

    @default("file_extension")
    def _html(self) -> str:
        return ".html"

    @default("template_extension")
    def _template(self) -> str:
        return ".html.j2"

    @default("extra_template_basedirs")
    def _found_by_name(self) -> list[str]:
        return [str(TEMPLATES)]

    @default("extra_template_paths")
    def _found_by_path(self) -> list[str]:
        return [str(TEMPLATES)]

    @default("optimistic_validation")
    def _validate_once(self) -> bool:
        return True

    @property
    def default_config(self) -> Config:
        """Leave out the cells that are not part of this copy."""
        config = Config({"TagRemovePreprocessor": {"remove_cell_tags": set(self.hidden)}})
        inherited: Config = super().default_config.copy()
        inherited.merge(config)
        return inherited

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Return the page of an executed notebook. Raises PageRefused where there is none."""
        try:
            facts = facts_of(nb)
            self._refuse(facts["findings"])
        except PageRefused as refused:
            _end_command(refused)
            raise
        resources = dict(resources or {})
        resources["gongkai"] = {**facts, "style": _style(self.styles)}
        page, resources = super().from_notebook_node(self._shown(nb), resources, **kw)
        return page, resources

    def _shown(self, notebook: NotebookNode) -> NotebookNode:
        """Return what a page shows of a notebook; nbconvert copies all of it many times over."""
        return _node(**{**notebook, "cells": [self._shown_cell(cell) for cell in notebook.cells]})

    def _shown_cell(self, cell: NotebookNode) -> NotebookNode:
        if not cell.get("outputs"):
            return cell
        html = [self._html_of(output) for output in cell.outputs if "data" in output]
        shown = [
            _node(output_type="display_data", metadata={}, data={"text/html": text})
            for text in html
        ]
        return _node(**{**cell, "outputs": shown})

    def _html_of(self, output: NotebookNode) -> str:
        """Return the HTML of an output as this copy has it."""
        return str(output.data.get("text/html", ""))

    def _refuse(self, findings: list[dict[str, Any]]) -> None:
        """Refuse the page where what was found forbids it."""


class PublicExporter(ReportExporter):
    """The public page: no finding, no code, no provenance. Errors stop it."""

    export_from_notebook = "政府信息公开工作年度报告"
    template_name = Unicode("gongkai").tag(config=True, affects_template=True)
    strict = Bool(False, help="Warnings stop the page too.").tag(config=True)
    hidden = ("notebook", "review")
    exclude_input = Bool(True).tag(config=True)

    def _refuse(self, findings: list[dict[str, Any]]) -> None:
        standing = [finding for finding in findings if not finding.get("accepted")]
        severities = [finding["severity"] for finding in standing]
        for severity, stops in (("error", True), ("warning", self.strict)):
            if stops and severity in severities:
                details = {"count": severities.count(severity)}
                raise PageRefused(Problem(f"page-has-{severity}s", details=details))


def _node(**fields: Any) -> NotebookNode:
    return NotebookNode(fields)  # type: ignore[no-untyped-call]


def with_marks(output: NotebookNode) -> str:
    """Return the HTML of an output, its marks put back in their places."""
    html = str(output.data.get("text/html", ""))
    pieces, done = [], 0
    for place, mark in output.metadata.get("gongkai", {}).get("marks", ()):
        pieces += [html[done:place], mark]
        done = place
    return "".join([*pieces, html[done:]])


class ReviewExporter(ReportExporter):
    """The review copy: findings, the report with the code of each part, provenance."""

    export_from_notebook = "政府信息公开工作年度报告（审阅本）"
    template_name = Unicode("gongkai-review").tag(config=True, affects_template=True)
    styles = (*STYLES, "review.css")

    @default("file_extension")
    def _html(self) -> str:
        return ".review.html"

    def _html_of(self, output: NotebookNode) -> str:
        """Return the HTML of an output, its marks put back in their places."""
        return with_marks(output)


def facts_of(notebook: NotebookNode) -> dict[str, Any]:
    """Return what the notebook says of its report: title, edition, figures, findings and more.

    Raises PageRefused where it was not executed to its end.
    """
    outputs = _outputs(notebook)
    if any(output.output_type == "error" for output in outputs):
        raise PageRefused(Problem("page-not-executed"))
    for output in outputs:
        facts = output.get("metadata", {}).get("gongkai")
        if facts and "findings" in facts:
            return dict(facts)
    raise PageRefused(Problem("page-not-executed"))


def _outputs(notebook: NotebookNode) -> list[NotebookNode]:
    return [output for cell in notebook.cells for output in cell.get("outputs", [])]


def _end_command(refused: PageRefused) -> None:
    """End `jupyter nbconvert` with the sentence alone, where it would print a traceback."""
    command = Application.instance() if Application.initialized() else None
    if command and command.name == "jupyter-nbconvert":
        command.log.error(str(refused))
        command.exit(1)


@cache
def _style(names: tuple[str, ...]) -> str:
    return "".join((TEMPLATES / name).read_text("utf-8") for name in names)


def public_page(notebook: NotebookNode, *, strict: bool = False) -> str:
    """Return the public page. Raises PageRefused where findings forbid it."""
    return str(_exporter(PublicExporter, strict=strict).from_notebook_node(notebook)[0])


def review_copy(notebook: NotebookNode) -> str:
    """Return the review copy."""
    return str(_exporter(ReviewExporter).from_notebook_node(notebook)[0])


@cache
def _exporter(kind: type[ReportExporter], **settings: bool) -> ReportExporter:
    """Return an exporter; one is used for many notebooks, for it compiles its template once."""
    return kind(**settings)


def restyled(notebook: NotebookNode) -> NotebookNode:
    """Give an executed notebook the style of today: it shows in JupyterLab as in the page."""
    style = f"<style>{_style(IN_NOTEBOOK)}</style>"
    for output in _outputs(notebook):
        if output.get("metadata", {}).get("gongkai"):
            html = output["data"]["text/html"]
            output["data"]["text/html"] = _STYLE.sub(lambda _: style, html, count=1)
            break
    return notebook


def warm() -> None:
    """Compile the templates and what checks notebooks, with one that shows nothing."""
    said = dict.fromkeys(("title", "edition", "findings", "meta", "linked_data"), "")
    facts = {"gongkai": said}
    shown = {"output_type": "display_data", "data": {"text/html": ""}, "metadata": facts}
    code: dict[str, Any] = {
        "cell_type": "code",
        "source": "",
        "execution_count": 1,
        "outputs": [shown],
    }
    text: dict[str, Any] = {"cell_type": "markdown", "source": ""}
    cells = [{**cell, "id": str(place), "metadata": {}} for place, cell in enumerate((code, text))]
    whole = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    notebook = from_dict(whole)  # type: ignore[no-untyped-call]
    public_page(notebook)
    review_copy(notebook)

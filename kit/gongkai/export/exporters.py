"""The exporters of `jupyter nbconvert --to gongkai` and of JupyterLab's export menu.

The home of nbconvert. A page is made from the notebook's outputs alone: templates, preprocessors
and filters of a configuration are ignored, so `jupyter nbconvert` and `gongkai build` cannot
differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import nbformat
from nbconvert.exporters import Exporter
from nbconvert.preprocessors import ExecutePreprocessor
from nbconvert.utils.exceptions import ConversionException
from nbformat import NotebookNode
from traitlets import Bool, default
from traitlets.config import Application

from gongkai.errors import KitError
from gongkai.export import pages
from gongkai.kinds import WORD
from gongkai.messages import say
from gongkai.office.copies import copy_of
from gongkai.project import PUBLIC, REVIEW

# Sections of nbconvert's configuration whose settings have no effect here.
FOREIGN = ("TemplateExporter", "Exporter")
UNDERSTOOD = {"strict", "enabled", "file_extension"}


class ExportRefused(ConversionException):
    """No page can be made from the notebook; the message says why."""


class ReportExporter(Exporter):
    """Base class of the copies: one file that includes its style and loads nothing."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _html(self) -> str:
        return PUBLIC

    def _init_preprocessors(self) -> None:
        """Register only the preprocessor for `--execute`."""
        self._preprocessors: list[Any] = []
        self.register_preprocessor(ExecutePreprocessor)  # type: ignore[no-untyped-call]

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **_: Any
    ) -> tuple[str | bytes, dict[str, Any]]:
        """Return the page of an executed notebook. Raises ExportRefused if there is none."""
        for setting in self._without_effect():
            self.log.warning(say("export-setting", name=setting))
        resources = self._init_resources(resources)  # type: ignore[no-untyped-call]
        if any(step.enabled for step in self._preprocessors):
            nb, resources = self._preprocess(nb, resources)  # type: ignore[no-untyped-call]
        try:
            nbformat.validate(nb, relax_add_props=True)
            copies = pages.Copies(nb)
            page = self._page_of(copies)
        except (KitError, nbformat.ValidationError) as error:
            _end_command(str(error))
            raise ExportRefused(str(error)) from None
        for item in copies.left_out:
            self.log.warning(str(item.problem))
        return page, resources

    def _page_of(self, copies: pages.Copies) -> str | bytes:
        raise NotImplementedError

    def _without_effect(self) -> Iterator[str]:
        """Yield each setting in the configuration of nbconvert that has no effect here."""
        own = {kind.__name__ for kind in type(self).__mro__}
        for section, settings in sorted(self.config.items()):
            if section.endswith("Preprocessor") and section != ExecutePreprocessor.__name__:
                yield from (f"{section}.{name}" for name in sorted(settings))
            elif section in {*FOREIGN, *own}:
                yield from (f"{section}.{name}" for name in sorted(settings.keys() - UNDERSTOOD))


class PublicExporter(ReportExporter):
    """The public page, without findings, code and provenance. Errors stop it."""

    export_from_notebook = "政府信息公开工作年度报告"
    strict = Bool(False, help="Warnings, and outputs that are left out, stop the page too.").tag(
        config=True
    )

    def _page_of(self, copies: pages.Copies) -> str | bytes:
        return copies.public_page(strict=self.strict)


class WordExporter(PublicExporter):
    """The public page as a Word document after GB/T 9704, under the same conditions."""

    export_from_notebook = "政府信息公开工作年度报告（Word）"
    output_mimetype = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @default("file_extension")
    def _docx(self) -> str:
        return WORD.suffix

    def _page_of(self, copies: pages.Copies) -> bytes:
        return copy_of(WORD.name, copies.public_page(strict=self.strict).encode())


class ReviewExporter(ReportExporter):
    """The review copy: findings, the report with the code of each part, provenance."""

    export_from_notebook = "政府信息公开工作年度报告（审阅本）"

    @default("file_extension")
    def _html(self) -> str:
        return REVIEW

    def _page_of(self, copies: pages.Copies) -> str:
        return copies.review_copy()


class HyphenatedReviewExporter(ReviewExporter):
    """The review copy under its earlier name, `gongkai-review`."""

    @default("enabled")
    def _outside_a_server(self) -> bool:
        """Keep it out of JupyterLab's menu: the server accepts no hyphen in an export's URL."""
        server = sys.modules.get("jupyter_server.serverapp")
        return server is None or not server.ServerApp.initialized()


def _end_command(reason: str) -> None:
    """End `jupyter nbconvert` with the message alone, instead of a traceback."""
    command = Application.instance() if Application.initialized() else None
    if command and command.name == "jupyter-nbconvert":
        command.log.error(reason)
        command.exit(1)

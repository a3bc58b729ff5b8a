"""papermill's engine `gongkai`: the cells of a notebook in a process forked for it.

Imports nothing of the kit. papermill loads this module by its entry point.
"""

from __future__ import annotations

from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager

from gongkai.engine import pool


class ForkedEngine(Engine):  # type: ignore[misc]
    """The engine `gongkai` of papermill: cells run in a process forked for one notebook.

    It needs no kernel to be started, for the process is a copy of one that has imported
    everything; and nothing that the cells do reaches that one.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        execution_timeout: float | None = None,
        **settings: Any,
    ) -> None:
        """Run every cell; where this process is a child already, in this very process.

        Raises CellTimeoutError and DeadKernelError as papermill does with a kernel.
        """
        del kernel_name, settings
        if pool.is_child():
            _Client(nb_man).execute()
            return
        limits = pool.Limits(execution_timeout)
        (outcome,) = pool.run([nb_man.nb], lambda _: _Client(nb_man).execute(), limits=limits)
        if outcome.died is None:
            nb_man.nb = outcome.value
        elif outcome.died.how == "hung":
            cell = nb_man.nb.cells[outcome.step]
            raise CellTimeoutError.error_from_timeout_and_cell(
                "", int(execution_timeout or 0), cell
            )
        else:
            detail = outcome.died.detail if outcome.died.how == "raised" else ""
            ended = not detail or detail.startswith(DeadKernelError.__name__)
            raise DeadKernelError("Kernel died" if ended else f"Kernel died: {detail}")


class _Client(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, with a shell in this process in the place of a kernel."""

    def execute(self, **_: Any) -> NotebookNode:
        """Run the notebook's cells, and return it with their outputs."""
        from gongkai.engine.shell import entered

        self.reset_execution_trackers()
        self.shell = entered()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = self.shell.language
        self.set_widgets_metadata()
        notebook: NotebookNode = self.nb
        return notebook

    def execute_cell(self, cell: NotebookNode, cell_index: int, **_: Any) -> NotebookNode:
        """Run a cell. Raises CellExecutionError where it fails, DeadKernelError where it exits."""
        from gongkai.engine.shell import ShellExited

        pool.at_step(cell_index)
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        if self.skip_cells_with_tag in cell.metadata.get("tags", []):
            return cell
        cell.outputs = []
        self.clear_before_next_output = False
        try:
            reply = self.shell.run(
                cell.source, lambda message: self.process_message(message, cell, cell_index)
            )
        except ShellExited:
            raise DeadKernelError("Kernel died") from None
        cell.execution_count = reply["content"]["execution_count"]
        run_sync(self._check_raise_for_error)(cell, cell_index, reply)
        return cell

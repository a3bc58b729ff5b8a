"""papermill's engine `gongkai`: runs the cells of a notebook in a process forked for it.

papermill loads this module by its entry point.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbformat import NotebookNode, from_dict
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, NotebookExecutionManager
from papermill.log import logger

from gongkai.engine import child, pool
from gongkai.errors import KitError, Problem

if TYPE_CHECKING:
    from gongkai.engine.shell import Message, Shell

DIED = "Kernel died"  # nbclient's wording
# The kernel messages that are outputs, and the fields of each that a notebook stores.
OUTPUTS = {
    "execute_result": ("metadata", "data", "execution_count"),
    "display_data": ("metadata", "data"),
    "stream": ("name", "text"),
    "error": ("ename", "evalue", "traceback"),
}
TIMED_OUT = "Cell execution timed out"
# Settings that papermill's own engine keeps, and does not pass on to a client.
NOT_FOR_CLIENTS = ("input_path", "start_timeout", "startup_timeout", "timeout", "kernel_name")
LOGGING = ("log_output", "stdout_file", "stderr_file")


class ForkedEngine(Engine):  # type: ignore[misc]
    """The engine `gongkai` of papermill: cells run in a process forked for one notebook.

    No kernel has to be started, since the process is a copy of one that has imported
    everything; nothing that the cells do affects that one.
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
        """Run every cell; in this process, if it is a child that runs no other cells.

        Raises CellTimeoutError and DeadKernelError as papermill does with a kernel, and KitError
        if the notebook is not for Python.
        """
        del kernel_name
        refuse_other_languages(nb_man.nb)
        timeout = execution_timeout or settings.get("timeout")
        given = {key: value for key, value in settings.items() if key not in NOT_FOR_CLIENTS}
        quiet = {key: value for key, value in given.items() if key not in LOGGING}
        if child.is_child() and not _is_taken():
            _execute_here(nb_man, quiet)
            return

        def work(_: None) -> dict[str, Any]:
            manager = NotebookExecutionManager(nb_man.nb, progress_bar=False)
            return dict(_execute_here(manager, quiet).metadata["language_info"])

        Client(nb_man, _ForkedCells(work, timeout), log=logger, **given).execute()


class _Untimed(NotebookExecutionManager):  # type: ignore[misc]
    """papermill's record of which cells ran and how they ended, without durations."""

    def cell_complete(self, cell: NotebookNode, *_: object, **__: object) -> None:
        """Record the end of a cell."""
        if cell.metadata.papermill["status"] != self.FAILED:
            cell.metadata.papermill["status"] = self.COMPLETED


def execute(notebook: NotebookNode, timeout: float | None) -> NotebookNode:
    """Run a notebook's cells as the engine does, without recording times.

    Raises what the engine raises, and ValidationError for outputs that are not valid in a notebook.
    """
    manager = _Untimed(notebook, progress_bar=False, autosave_cell_every=0)
    manager.notebook_start()
    try:
        ForkedEngine.execute_managed_notebook(manager, "", execution_timeout=timeout)
    finally:
        manager.notebook_complete()
    nbformat.validate(manager.nb)
    executed: NotebookNode = manager.nb
    return executed


def refuse_other_languages(notebook: NotebookNode, file: str = "") -> None:
    """Raise KitError if a notebook is for another language than Python."""
    metadata = notebook.metadata
    language = metadata.get("kernelspec", {}).get("language")
    language = str(language or metadata.get("language_info", {}).get("name") or "python")
    if not language.lower().startswith(("python", "ipython")):
        raise KitError(Problem("notebook-language", file, language=language))


def _execute_here(nb_man: NotebookExecutionManager, given: dict[str, Any]) -> NotebookNode:
    """Run the cells in this process, which is then reserved for them."""
    from gongkai.engine.shell import SILENT

    return Client(nb_man, _LocalCells(), log=SILENT, **given).execute()


def _is_taken() -> bool:
    """Whether the cells of a notebook run in this process, so that it is not free for others."""
    from gongkai.engine import shell

    return shell.is_entered()


class Client(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, with cells that run here or elsewhere instead of in a kernel."""

    def __init__(
        self, nb_man: NotebookExecutionManager, cells: _LocalCells | ReplayedCells, **given: Any
    ):
        super().__init__(nb_man, **given)
        self._cells = cells

    def execute(self, **_: Any) -> NotebookNode:
        """Run the notebook's cells, and return it with their outputs."""
        self.reset_execution_trackers()
        with closing(self._cells):
            # An Output widget replies to the kernel; it needs nothing else of a client.
            self.kc = self._cells.frontend()
            self.papermill_execute_cells()
            self.nb.metadata["language_info"] = self._cells.language()
        self.set_widgets_metadata()
        notebook: NotebookNode = self.nb
        return notebook

    def execute_cell(self, cell: NotebookNode, cell_index: int, **_: Any) -> NotebookNode:
        """Run a cell. Raises CellExecutionError, DeadKernelError and CellTimeoutError."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        if self.skip_cells_with_tag in cell.metadata.get("tags", []):
            return cell
        cell.outputs = []
        self.clear_before_next_output = False

        def handle(message: Message) -> None:
            self.process_message(message, cell, cell_index)

        try:
            reply = self._cells.run(cell, cell_index, handle)
        except (DeadKernelError, CellTimeoutError):
            self.nb_man.cell_exception(cell, cell_index=cell_index)
            raise
        cell.execution_count = reply["content"]["execution_count"]
        run_sync(self._check_raise_for_error)(cell, cell_index, reply)
        return cell

    def output(
        self, outs: list[NotebookNode], msg: Message, display_id: str, cell_index: int
    ) -> NotebookNode | None:
        """Add the output in a message to those of a cell.

        nbclient validates each against a schema; here the whole notebook is validated once.
        """
        fields = OUTPUTS.get(msg["msg_type"])
        waits = self.output_hook_stack[msg["parent_header"].get("msg_id")]
        if not fields or display_id or waits or self.clear_before_next_output:
            added: NotebookNode | None = super().output(outs, msg, display_id, cell_index)
            return added
        content = {name: msg["content"][name] for name in fields}
        plain = {"output_type": msg["msg_type"], **content}
        output: NotebookNode = from_dict(plain)  # type: ignore[no-untyped-call]
        outs.append(output)
        return output


class _LocalCells:
    """Cells that are run in this process; each message goes to its parent too."""

    def frontend(self) -> object:
        """Take over this process; return as much of a kernel's client as widgets need."""
        from gongkai.engine.shell import acquire_shell

        self._shell: Shell = acquire_shell()
        return SimpleNamespace(session=self._shell.session, shell_channel=self._shell)

    def run(self, cell: NotebookNode, index: int, handle: Callable[[Message], object]) -> Message:
        """Run a cell and return the kernel's reply. Raises DeadKernelError if it exits."""
        from gongkai.engine.shell import ShellExited

        def send_and_handle(message: Message) -> None:
            child.send(message)
            handle(message)

        child.at_step(index)
        try:
            reply = self._shell.run(cell.source, send_and_handle)
        except ShellExited:
            raise DeadKernelError(DIED) from None
        child.send(reply)
        return reply

    def language(self) -> dict[str, Any]:
        """Return the language information of a kernel."""
        return dict(self._shell.language)

    def close(self) -> None:
        """Free the process for the cells of another notebook."""
        from gongkai.engine.shell import is_entered, release_shell

        if is_entered():
            release_shell()


class ReplayedCells:
    """Cells that were run elsewhere, replayed from their messages."""

    def __init__(self, notes: Iterable[Any]) -> None:
        self._notes = iter(notes)

    def frontend(self) -> object:
        """Return a client without a kernel: widgets had their replies where the cells ran."""
        session = SimpleNamespace(msg=lambda *_, **__: {})
        return SimpleNamespace(session=session, shell_channel=SimpleNamespace(send=lambda _: None))

    def run(self, cell: NotebookNode, index: int, handle: Callable[[Message], object]) -> Message:
        """Handle a cell's messages, and return the reply. Raises DeadKernelError without one."""
        del cell, index
        for note in self._notes:
            if note["msg_type"] == "execute_reply":
                return dict(note)
            handle(note)
        raise DeadKernelError(DIED)

    def language(self) -> dict[str, Any]:
        """Return the language information, as far as it is known."""
        return {"name": "python"}

    def close(self) -> None:
        """Do nothing: there is no process to end."""


class _ForkedCells(ReplayedCells):
    """Cells that run in a process forked for them; each message is handled as it comes."""

    def __init__(self, work: Callable[[None], Any], timeout: float | None) -> None:
        self._timeout = timeout
        self._following = pool.follow(work, pool.Limits(timeout))
        super().__init__(self._messages())

    def _messages(self) -> Generator[Any, None, None]:
        self._outcome = yield from self._following

    def run(self, cell: NotebookNode, index: int, handle: Callable[[Message], object]) -> Message:
        """Handle a cell's messages as they come, and return the reply.

        Raises DeadKernelError or CellTimeoutError if the process ends before that.
        """
        try:
            return super().run(cell, index, handle)
        except DeadKernelError:
            raise self._end(cell) from None

    def language(self) -> dict[str, Any]:
        """Wait for the end, and return the language information of the shell."""
        for _ in self._notes:
            pass
        if self._outcome.died is not None:
            raise self._end(None)
        return dict(self._outcome.value)

    def close(self) -> None:
        """End the process."""
        self._following.close()

    def _end(self, cell: NotebookNode | None) -> Exception:
        """Return the end of the process as the exception for the end of a kernel."""
        died = self._outcome.died
        if died is not None and died.how == "hung":
            how: Any = (TIMED_OUT, self._timeout, cell)
            return CellTimeoutError.error_from_timeout_and_cell(*how)
        detail = died.detail if died is not None and died.how == "raised" else ""
        ended = not detail or detail.startswith(DeadKernelError.__name__)
        return DeadKernelError(DIED if ended else f"{DIED}: {detail}")

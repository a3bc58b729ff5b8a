"""Serve a report on the loopback interface, and refresh the open page whenever it is rebuilt.

The home of tornado and watchfiles. The pages and the rebuild are passed in.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream, StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RedirectHandler, RequestHandler
from watchfiles import Change, DefaultFilter, awatch
from watchfiles._rust_notify import WatchfilesRustInternalError

from gongkai.disk import read_file
from gongkai.errors import KitError, Problem, first_line

HOST = "127.0.0.1"
MOST_OPEN = 1000  # open files; select, which Windows uses, supports no higher numbers
RESERVED = 40  # of these, for the pages, the watched folders, and rebuilding
# The inputs of a report; editors and Excel leave other files next to them.
SUFFIXES = (".yaml", ".csv", ".ipynb", ".py", ".css", ".j2", ".json", ".toml", ".mplstyle")
INPUTS_EVERY = 1000  # milliseconds between looks for new or removed folders of inputs
# Added to served pages, never to built files. After the server was away, the browser
# reconnects by itself; a page that differs from the one it was served is reloaded.
REFRESH = """<script>
new EventSource("/changes?of=" + encodeURIComponent(location.pathname) + "&seen={seen}").onmessage =
  () => location.reload();
</script>
"""


class Pages:
    """The last readable state of each page, by path; a page that disappears stays as it was."""

    def __init__(self, files: Mapping[str, Path], instead: str) -> None:
        self._files = files
        self._instead = instead.encode()
        self._whole: dict[str, bytes] = {}
        self._changed = asyncio.Condition()
        self.read()

    def read(self) -> None:
        """Read every page that is there."""
        for path, file in self._files.items():
            with suppress(OSError):  # not there, or just being replaced
                self._whole[path] = read_file(file)

    async def refresh(self) -> None:
        """Read every page again, and wake those that wait for a change."""
        self.read()
        async with self._changed:
            self._changed.notify_all()

    def __getitem__(self, path: str) -> bytes:
        if path not in self._files:
            raise HTTPError(404)
        return self._whole.get(path, self._instead)

    def mark(self, path: str) -> str:
        """Return a short hash of the state of a page."""
        return hashlib.sha256(self[path]).hexdigest()[:16]

    async def other_than(self, path: str, seen: str) -> None:
        """Wait until a page differs from the state that was seen."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.mark(path) != seen)


class _Page(RequestHandler):
    def initialize(self, pages: Pages) -> None:
        self.pages = pages

    def get(self) -> None:
        page, seen = self.pages[self.request.path], self.pages.mark(self.request.path)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.write(page + REFRESH.format(seen=seen).encode())


class _Changes(RequestHandler):
    """Server-sent events: one message, once the page has changed."""

    def initialize(self, pages: Pages) -> None:
        self.pages = pages

    async def get(self) -> None:
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        path, seen = self.get_query_argument("of"), self.get_query_argument("seen")
        self.pages[path]
        self._waiting = asyncio.ensure_future(self.pages.other_than(path, seen))
        try:
            await self.flush()
            await self._waiting
            self.write("data: changed\n\n")
            await self.flush()
        except (StreamClosedError, asyncio.CancelledError):
            return  # the page was closed, or the server is ending

    def on_connection_close(self) -> None:
        self._waiting.cancel()


def application(pages: Pages, first: str) -> Application:
    """Return the application, which only answers requests for this machine's own host names.

    This prevents DNS rebinding: a foreign name that resolves to this machine is refused.
    """
    here = r"(127\.0\.0\.1|localhost)"
    made = Application(log_function=lambda _: None)
    made.add_handlers(
        here,
        [
            (r"/", RedirectHandler, {"url": first, "permanent": False}),
            (r"/changes", _Changes, {"pages": pages}),
            (r"/.+\.html", _Page, {"pages": pages}),
        ],
    )
    return made


class _Server(HTTPServer):
    """Closes connections beyond the open files allowed, of which a rebuild needs some too."""

    _open_count = 0
    crowded: Callable[[], None] | None = None

    def handle_stream(self, stream: IOStream, address: Any) -> None:
        """Serve a connection, or close it; the first one that is closed is reported."""
        if self._open_count < max(_open_files() - RESERVED, 1):
            self._open_count += 1
            super().handle_stream(stream, address)
            return
        stream.close()
        if self.crowded:
            self.crowded()
            self.crowded = None

    def on_close(self, server_conn: object) -> None:
        """Make room for the next connection."""
        self._open_count -= 1
        super().on_close(server_conn)


def _open_files() -> int:
    """Return how many files this process may have open."""
    if os.name == "nt":
        return MOST_OPEN
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_OPEN if soft == resource.RLIM_INFINITY else min(soft, MOST_OPEN)


Inputs = Callable[[], Iterable[Path]]


class Calls(NamedTuple):
    """The callbacks: at each change, once a page is served, and once a connection is refused.

    `started` gets the address; `crowded` is called if a connection had to be closed.
    """

    rebuild: Callable[[], Awaitable[None]]
    started: Callable[[str], None]
    crowded: Callable[[], None]


async def watch(
    pages: Pages,
    first: str,
    port: int,
    inputs: Inputs,
    calls: Calls,
) -> None:
    """Serve until cancelled: rebuild at once and at each change, and refresh open pages.

    `inputs` returns the files and folders to follow at the moment. Raises OSError if the port is
    taken, and KitError if the system does not let them be followed.
    """
    sockets = bind_sockets(port, HOST)
    server = _Server(application(pages, first))
    server.crowded = calls.crowded
    server.add_sockets(sockets)
    changed = asyncio.Event()
    noting = asyncio.ensure_future(_note_changes(inputs, changed))
    try:
        await calls.rebuild()
        await pages.refresh()
        calls.started(f"http://{HOST}:{sockets[0].getsockname()[1]}{first}")
        while True:
            waiting = asyncio.ensure_future(changed.wait())
            await asyncio.wait((noting, waiting), return_when=asyncio.FIRST_COMPLETED)
            if noting.done():
                noting.result()
                return
            changed.clear()
            await calls.rebuild()
            await pages.refresh()
    finally:
        noting.cancel()
        server.stop()


_USUAL = DefaultFilter(ignore_dirs=[*DefaultFilter.ignore_dirs, ".ipynb_checkpoints"])


class _Watched(NamedTuple):
    """What is followed: single files, files below folders, and the folders that are watched.

    A single file is watched by its folder: editors replace a file instead of writing to it. Each
    root has its device and inode, since the system follows a folder, not its name.
    """

    files: frozenset[Path]
    folders: frozenset[Path]
    roots: Mapping[Path, tuple[int, int]]

    def has(self, change: Change, name: str) -> bool:
        """Whether a change is one of what is followed, or the end of a root."""
        path = Path(name)
        below = path.suffix in SUFFIXES and any(path.is_relative_to(it) for it in self.folders)
        is_end = bool(self.ends([(change, name)]))
        return (path in self.files or below or is_end) and _USUAL(change, name)

    def ends(self, changes: Iterable[tuple[Change, str]]) -> set[Path]:
        """Return the roots that were removed or moved; others may have their names by now."""
        removed = (Path(name) for change, name in changes if change is Change.deleted)
        return {path for path in removed if path in self.roots}


def _watched(inputs: Iterable[Path]) -> _Watched:
    """Return what is to be followed of these paths, as far as they exist."""
    there = [path.resolve() for path in inputs if os.path.exists(path)]
    folders = frozenset(path for path in there if os.path.isdir(path))
    files = frozenset(there) - folders
    roots = {}
    for path in {*folders, *(path.parent for path in files)}:
        with suppress(OSError):  # removed in this moment
            state = path.stat()
            roots[path] = (state.st_dev, state.st_ino)
    return _Watched(files, folders, roots)


@contextmanager
def _following() -> Iterator[None]:
    """Convert errors of watchfiles to KitError, but not that a root was removed in this moment.

    Linux limits how many files are watched, which is an OSError, and how many programs watch some,
    which is not.
    """
    try:
        yield
    except FileNotFoundError:
        pass
    except (OSError, WatchfilesRustInternalError) as error:
        raise KitError(Problem("watch-refused", reason=first_line(error))) from None


async def _note_changes(inputs: Inputs, changed: asyncio.Event) -> None:
    """Note each burst of changes to the inputs.

    Their list is refreshed all the time: a folder can begin to exist, or be moved away and back,
    as by `git switch`.
    """
    watched, is_new = _watched(inputs()), False
    while True:
        stop, ends = asyncio.Event(), set[Path]()
        with _following():
            async for found in awatch(
                *sorted(watched.roots),
                watch_filter=watched.has,
                debounce=400,
                rust_timeout=INPUTS_EVERY,
                yield_on_timeout=True,
                stop_event=stop,
            ):
                if found or is_new:  # files may have been saved before their folder was watched
                    changed.set()
                is_new, ends = False, watched.ends(found)
                if ends or _watched(inputs()) != watched:
                    stop.set()
        before, watched = watched, _watched(inputs())
        is_new = any(
            path in ends or before.roots.get(path) != root for path, root in watched.roots.items()
        )

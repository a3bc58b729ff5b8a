"""Build reports on the machines of a Dask cluster that share a folder with this one.

The home of distributed (extra `cluster`).

A worker is sent the names of some reports, and runs `gongkai build` for them: it reads
params/ and writes outputs/ in the shared folder, as any build does. If a worker is lost, all
its reports are sent to another one, which skips those already built.
"""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from distributed import CancelledError, Client, Future, get_worker, wait
from distributed.comm.addressing import get_address_host_port, parse_address
from distributed.comm.core import connect
from distributed.security import Security

from gongkai.engine import pool
from gongkai.errors import KitError, Problem
from gongkai.messages import language
from gongkai.pipeline import batch
from gongkai.pipeline.batch import BuildRecord, Plan
from gongkai.pipeline.build import Result
from gongkai.project import Project, Target

CHUNK = 100  # most reports sent at once, which a lost worker may lose
ROUNDS = 4  # chunks for each thread, so that all threads end at about the same time
PATIENCE = 30  # seconds to wait for the scheduler, and for a worker
GLANCE = 1  # second between two checks for workers
RETRIES = 3
LOST = "cancelled"  # the status of a future whose scheduler has ended; this client cancels none


def run(
    project: Project,
    targets: list[Target],
    plan: Plan,
    address: str,
    on_result: Callable[[BuildRecord], object],
) -> None:
    """Build the targets that are out of date on a cluster; `on_result` gets each result.

    Raises KitError if there is no scheduler at the address, or if it ends, or has no workers, or
    loses all of them; the reports passed to `on_result` until then are built.
    """
    log = batch.Log(project.outputs)
    with _client(address) as client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise KitError(Problem("cluster-idle", address=address)) from None
        todo = batch.stale_targets(project, targets, plan, on_result)
        threads = sum(client.nthreads().values())
        size = min(max(len(todo) // (ROUNDS * max(threads, 1)), 1), CHUNK)
        chunks = [todo[start : start + size] for start in range(0, len(todo), size)]
        command = _command(_absolute(project), plan)
        sent = {
            client.submit(
                _build, command, [str(one) for one in chunk], pure=False, retries=RETRIES
            ): chunk
            for chunk in chunks
        }
        for future in _as_they_end(client, sent, address):
            for done in _results(future, sent[future]):
                if future.status != "finished":  # no worker could write it into the log
                    log.write(done)
                on_result(done)


def _client(address: str) -> Client:
    """Return a client of a scheduler. Raises KitError if there is none at the address."""
    for logger in ("distributed", "distributed.client"):  # they would print tracebacks
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    reason: str | Problem
    try:
        asyncio.run(_try_out(address))
        return Client(address, timeout=PATIENCE, set_as_default=False)
    except TimeoutError as error:
        reason = str(error) or Problem("cluster-silent", seconds=PATIENCE)
    except (OSError, ValueError) as error:
        reason = str(error) or type(error).__name__
    raise KitError(Problem("cluster-missing", address=address, reason=reason))


async def _try_out(address: str) -> None:
    """Raise OSError or ValueError for an address at which a client would wait forever.

    It is impossible, or what accepts connections there is no scheduler and does not answer.
    """
    get_address_host_port(address)
    scheme, _ = parse_address(address)
    certificates = Security().get_connection_args("client")
    if scheme in ("tls", "wss") and certificates.get("ssl_context") is None:
        raise ValueError("no certificates are configured (distributed.comm.tls)")
    asked = connect(address, timeout=PATIENCE, **certificates)
    comm = await asyncio.wait_for(asked, PATIENCE + GLANCE)
    await comm.close()


def _as_they_end(
    client: Client, futures: Iterable[Future[str]], address: str
) -> Iterator[Future[str]]:
    """Yield each future once it has ended.

    Raises KitError if the scheduler has ended, or if there is no worker for too long: without
    workers the scheduler would wait for new ones forever.
    """
    left, last_worker_seen = list(futures), time.monotonic()
    while left:
        with client.as_current(), suppress(TimeoutError, CancelledError):
            wait(left, timeout=GLANCE, return_when="FIRST_COMPLETED")
        ended = [future for future in left if future.done()]
        yield from (future for future in ended if future.status != LOST)
        if any(future.status == LOST for future in ended):
            raise KitError(Problem("cluster-ended", address=address))
        left = [future for future in left if future not in ended]
        if ended or client.nthreads():
            last_worker_seen = time.monotonic()
        elif time.monotonic() - last_worker_seen > PATIENCE:
            raise KitError(Problem("cluster-idle", address=address))


def _absolute(project: Project) -> Project:
    """Return the project with absolute folders, as all machines of the cluster need them."""
    return replace(
        project,
        params=project.params.resolve(),
        outputs=project.outputs.resolve(),
        notebook=project.notebook.resolve(),
        forms=project.forms and project.forms.resolve(),
    )


def _command(project: Project, plan: Plan) -> list[str]:
    """Return the options of the command that a worker runs: one job, our folders and forms."""
    options = plan.options
    words = ["--format", "json", "--no-index", "--jobs", "1", "--engine", options.engine]
    words += ["--params", str(project.params), "--outputs", str(project.outputs)]
    words += ["--notebook", str(project.notebook), "--lang", language()]
    words += ["--forms", str(project.forms)] if project.forms else []
    words += ["--timeout", str(options.timeout)] if options.timeout else []
    words += ["--memory", str(plan.memory)] if plan.memory else []
    words += ["--strict"] if options.strict else []
    words += ["--isolate"] if plan.isolate else []
    return words + (["--force"] if plan.force else [])


def _build(options: list[str], targets: list[str]) -> str:
    """Run the command on a worker, and return its output: a line of JSON for each report.

    Raises RuntimeError if the command did not finish, so that the scheduler tries elsewhere.
    """
    if "--memory" not in options and pool.POSSIBLE:  # its other threads build as well
        share = batch.fair_share(get_worker().state.nthreads)
        options = [*options, "--memory", str(share // batch.MEGABYTE)]
    command = [
        sys.executable,
        "-P",
        "-X",
        "utf8",
        "-m",
        "gongkai",
        "build",
        *options,
        "--",
        *targets,
    ]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)  # noqa: S603 - our own command
    reported = _lines(ran.stdout)
    if ran.returncode not in (0, 1) or len(reported) != len(targets):
        last = " ".join(ran.stderr.splitlines()[-3:])
        raise RuntimeError(f"exit status {ran.returncode}: {last}")
    return ran.stdout


def _results(future: Future[str], chunk: list[Target]) -> list[BuildRecord]:
    """Return the results of a chunk; all its reports have failed if no worker finished it."""
    if future.status != "finished":
        problem = Problem("cluster-lost", reason=str(future.exception()))
        return [BuildRecord(Result(target, "failed", problems=(problem,))) for target in chunk]
    return [batch.record_of_row(json.loads(line)) for line in _lines(future.result())]


def _lines(printed: str) -> list[str]:
    """Split at line feeds only: texts in JSON may have other line separators of Unicode."""
    return printed.removesuffix("\n").split("\n") if printed else []

"""Build reports on the machines of a Dask cluster that share a folder with this one.

The home of distributed (extra `cluster`).

A worker is sent the names of some reports, and runs `gongkai build` for them: it reads
params/ and writes outputs/ on the shared folder, as everywhere else. Where a worker is lost,
its reports are sent to another, who finds what is finished up to date.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from distributed import CancelledError, Client, Future, get_worker, wait
from distributed.comm.addressing import get_address_host_port, parse_address
from distributed.security import Security

from gongkai.engine import pool
from gongkai.errors import KitError, Problem, language, problem_of_row
from gongkai.manifest import FindingRow, LeftOutRow
from gongkai.pipeline import batch
from gongkai.pipeline.batch import BuildRecord, Plan
from gongkai.pipeline.build import Result
from gongkai.pipeline.stale import Reason
from gongkai.project import Project, Target

CHUNK = 100  # reports at the most that are sent at once: what a lost worker may lose
ROUNDS = 4  # times that each thread is given something, so that all end at the same time
PATIENCE = 30  # seconds to find the scheduler, and to be without any worker
GLANCE = 1  # second between two looks at whether there are workers
RETRIES = 3


def run(
    project: Project,
    targets: list[Target],
    plan: Plan,
    address: str,
    on_result: Callable[[BuildRecord], object],
) -> None:
    """Build the targets that are out of date on a cluster; `on_result` gets each as it comes back.

    Raises KitError where there is no scheduler at the address, or where it has no worker, or
    none any more; what was reported until then is built.
    """
    try:
        _refuse_address(address)
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        details = {"address": address, "reason": str(error) or type(error).__name__}
        raise KitError(Problem("cluster-missing", **details)) from None
    log = batch.Log(project.outputs)
    with client:
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


def _refuse_address(address: str) -> None:
    """Raise ValueError where no scheduler can have an address; a client would wait for ever."""
    get_address_host_port(address)
    scheme, _ = parse_address(address)
    certificates = Security().get_connection_args("client").get("ssl_context")
    if scheme in ("tls", "wss") and certificates is None:
        raise ValueError("no certificates are configured (distributed.comm.tls)")


def _as_they_end(
    client: Client, futures: Iterable[Future[str]], address: str
) -> Iterator[Future[str]]:
    """Yield each future once it has ended. Raises KitError where no worker has been left for long.

    Without workers the scheduler would wait for new ones for ever.
    """
    left, manned = list(futures), time.monotonic()
    while left:
        # One that was cancelled has ended, too.
        with client.as_current(), suppress(TimeoutError, CancelledError):
            wait(left, timeout=GLANCE, return_when="FIRST_COMPLETED")
        ended = [future for future in left if future.done()]
        yield from ended
        left = [future for future in left if future not in ended]
        if ended or client.nthreads():
            manned = time.monotonic()
        elif time.monotonic() - manned > PATIENCE:
            raise KitError(Problem("cluster-idle", address=address))


def _absolute(project: Project) -> Project:
    """Return the project's folders as every machine of the cluster knows them."""
    return replace(
        project,
        params=project.params.resolve(),
        outputs=project.outputs.resolve(),
        notebook=project.notebook.resolve(),
        forms=project.forms and project.forms.resolve(),
    )


def _command(project: Project, plan: Plan) -> list[str]:
    """Return the options of the command that a worker runs: one core, our folders and forms."""
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
    """Run the command on a worker, and return what it says of each report.

    Raises RuntimeError, for the scheduler to try elsewhere, where it did not come to its end.
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
    """Return what became of the reports of a chunk; all failed where no worker came to its end."""
    if future.status != "finished":
        reason = future.exception() or "the scheduler was lost"
        problem = Problem("cluster-lost", reason=str(reason))
        return [BuildRecord(Result(target, "failed", problems=(problem,))) for target in chunk]
    return [_done(json.loads(line)) for line in _lines(future.result())]


def _lines(printed: str) -> list[str]:
    """Return lines of JSON; a text in them may hold what Unicode takes for the end of a line."""
    return printed.removesuffix("\n").split("\n") if printed else []


def _done(row: dict[str, Any]) -> BuildRecord:
    slug, _, year = row["report"].partition("/")
    problems = tuple(map(problem_of_row, row["problems"]))
    result = Result(
        Target(slug, int(year)),
        row["status"],
        tuple(row["severities"]),
        problems,
        row["stages"],
        withdrawn=row["withdrawn"],
        left_out=tuple(LeftOutRow(**item) for item in row["left_out"]),
        errors=tuple(FindingRow(**item) for item in row["errors"]),
        renamed=tuple(row["renamed"]),
    )
    reasons = tuple(Reason(*reason) for reason in row["reasons"])
    return BuildRecord(result, reasons, row["seconds"], row["peak"], row["worker"])

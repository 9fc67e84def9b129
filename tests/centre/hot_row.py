"""What one row of figures costs stations, and what the deltas give back: postings a second, in one run.

``python3 installer/dev.py centre hot-row`` prints a table: for 1, 8 and 32 stations, with commits that cost
nothing, with commits on this disk, and with commits that take 5 ms longer, the medians without triggers, with
the web application's nine row triggers, with one touch of the row for each statement, and with the station's
deltas. A station is a process of its own that posts one child bag after another, each in one transaction.

Exit status 1 when figures do not agree with a recount in the end.
"""

import argparse
import hashlib
import json
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from uuid import uuid4

import psycopg2
from centre.servers import CHOICES, running, servers
from fakes.plain_address import plain
from psycopg2.errors import DeadlockDetected, SerializationFailure

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.storage.central.upgrade import upgrade

HERE = Path(__file__).parent
CHILDREN = 30
TRIGGERS_OF_THE_WEB_APPLICATION = HERE / "shapes" / "statistics_triggers.sql"
ONCE_PER_STATEMENT = HERE / "statistics_once_per_statement.sql"
COMMITS = {
    "no wait": {"synchronous_commit": "off", "commit_delay": "0"},
    "this disk": {"synchronous_commit": "on", "commit_delay": "0"},
    "5 ms more": {"synchronous_commit": "on", "commit_delay": "5000"},
}
"""How a commit ends. Every one of the last kind sleeps 5 ms before it writes, alone or with others."""

_ROW = "INSERT INTO statistics_cache (id) VALUES (1) ON CONFLICT DO NOTHING"
_AGREES = """
    SELECT s.total_bags = (SELECT count(*) FROM bag) AND s.total_scans = (SELECT count(*) FROM scan)
    FROM statistics_cache AS s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way of keeping the figures. *prepare* gets the address of a fresh centre."""

    name: str
    prepare: Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Postings a second of all stations together, and how long the slowest of a hundred took."""

    rate: float
    p99_milliseconds: float


def main(arguments: list[str]) -> int:
    """Measure and print. Return the exit status."""
    parser = argparse.ArgumentParser(prog="centre hot-row", description=__doc__)
    parser.add_argument("--postgres", choices=CHOICES, default="18")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="the median of so many counts")
    parser.add_argument("--stations", type=int, nargs="+", default=[1, 8, 32])
    given = parser.parse_args(arguments)
    agreed = True
    for kind in servers(given.postgres):
        with running(kind, fast=False) as server:
            print(f"PostgreSQL {server.version}")
            agreed &= _run(server, given)
    return 0 if agreed else 1


def _run(server: EmbeddedPostgres, given: argparse.Namespace) -> bool:
    addresses = {}
    for number, variant in enumerate(VARIANTS):
        server.create_database(f"v{number}")
        addresses[variant.name] = plain(server.url(f"v{number}"))
        upgrade(server.url(f"v{number}"))
        variant.prepare(server.url(f"v{number}"))
    for commits, settings in COMMITS.items():
        _set(plain(server.url("postgres")), settings)
        for stations in given.stations:
            cells: dict[str, list[Measured]] = {name: [] for name in addresses}
            for _ in range(given.rounds):
                for name, address in addresses.items():
                    cells[name].append(_measure(address, stations, given.seconds))
            _print(commits, stations, cells)
    kept = [_agrees(name, address) for name, address in addresses.items() if name != VARIANTS[0].name]
    return all(kept)


def _print(commits: str, stations: int, cells: dict[str, list[Measured]]) -> None:
    rates = {name: statistics.median(one.rate for one in found) for name, found in cells.items()}
    slowest = {
        name: statistics.median(one.p99_milliseconds for one in found) for name, found in cells.items()
    }
    best = next(iter(rates.values()))
    figures = "   ".join(
        f"{name} {rate:7.0f}/s ({rate / best:4.2f}) p99 {slowest[name]:6.1f} ms"
        for name, rate in rates.items()
    )
    print(f"{commits:>9}, {stations:>2} stations:  {figures}", flush=True)


def _agrees(name: str, address: str) -> bool:
    _execute(address, "SELECT station.fold_statistics()")
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute(_AGREES)
        row = cursor.fetchone()
    agrees = bool(row and row[0])
    print(f"{name}: the figures {'agree with' if agrees else 'DIFFER from'} a recount")
    return agrees


# -- the variants


def _with_script(path: Path, url: str) -> None:
    _execute(plain(url), _ROW)
    _execute(plain(url), path.read_text("utf-8"))


def _with_deltas(url: str) -> None:
    upgrade(url, unblock=True)


VARIANTS = (
    Variant(name="none", prepare=lambda _url: None),
    Variant(name="nine row triggers", prepare=partial(_with_script, TRIGGERS_OF_THE_WEB_APPLICATION)),
    Variant(name="once a statement", prepare=partial(_with_script, ONCE_PER_STATEMENT)),
    Variant(name="deltas", prepare=_with_deltas),
)


# -- the stations


def _measure(address: str, stations: int, seconds: float) -> Measured:
    """Let *stations* processes post for *seconds*; they start together when all are ready."""
    context = multiprocessing.get_context("fork")
    ready = context.Barrier(stations)
    pipes, processes = [], []
    for _ in range(stations):
        mine, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_station, args=(address, seconds, ready, theirs), daemon=True)
        process.start()
        theirs.close()
        pipes.append(mine)
        processes.append(process)
    waits = [wait for pipe in pipes for wait in pipe.recv()]
    for process in processes:
        process.join()
    return Measured(rate=len(waits) / seconds, p99_milliseconds=1000 * statistics.quantiles(waits, n=100)[98])


def _station(
    address: str, seconds: float, ready: "multiprocessing.synchronize.Barrier", out: Connection
) -> None:
    device, waits = str(uuid4()), []
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT station.enrol_device(%s, 'hot row', '1')", (device,))
            batches = _batches(device)
            for _ in range(5):
                cursor.execute("SELECT station.post_entries(%s, %s)", (device, next(batches)))
            ready.wait()
            end = time.monotonic() + seconds
            while (started := time.monotonic()) < end:
                _post(cursor, device, next(batches))
                waits.append(time.monotonic() - started)
    out.send(waits)


def _post(cursor: "psycopg2.extensions.cursor", device: str, batch: str) -> None:
    """Post *batch*, again at once when the centre could not have its locks in their order."""
    while True:
        try:
            cursor.execute("SELECT station.post_entries(%s, %s)", (device, batch))
        except (DeadlockDetected, SerializationFailure):
            continue
        receipts = cursor.fetchone()[0]["receipts"]
        assert all(receipt["outcome"] == "posted" for receipt in receipts), receipts
        return


def _batches(device: str) -> Iterator[str]:
    """Yield postings: a parent with its first child, then a child each, then the next parent."""
    epoch, mark, seq = str(uuid4()), device[:6].upper(), 0
    for parent in range(1_000_000):
        code = f"SB{mark}{parent}"
        for child in range(CHILDREN):
            entries = [("open_parent", None)] if child == 0 else []
            items = []
            for kind, inside in [*entries, ("add_child", f"{mark}{parent}C{child}")]:
                seq += 1
                names = {"device": device, "epoch": epoch, "seq": seq, "kind": kind}
                items.append(_item({**names, "code": inside or code, "parent": code, "child": inside}))
            yield json.dumps(items)


def _item(what: dict[str, object]) -> dict[str, object]:
    payload = {
        **what, "v": 1, "id": str(uuid4()), "at": datetime.now(UTC).isoformat(), "operator": "nobody",
        "station": "hot row", "source": "bench", "verdict": "accepted", "capacity": CHILDREN,
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(payload).encode()).hexdigest()
    return {"payload": payload, "hash": digest, "prev": digest}


# -- the server


def _set(address: str, settings: dict[str, str]) -> None:
    for name, value in {**settings, "commit_siblings": "0"}.items():
        _execute(address, f"ALTER SYSTEM SET {name} = '{value}'")
    _execute(address, "SELECT pg_reload_conf()")


def _execute(address: str, statements: str) -> None:
    with closing(psycopg2.connect(address)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statements)

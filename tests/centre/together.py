"""Stations and the web application on the same bags at the same time; figures at the end.

    python3 installer/dev.py centre together --connections 16 --transactions 5000 --seed 1
    python3 installer/dev.py centre together --statistics-triggers --postgres 15

Half the connections are stations, the others the web application. Exit status 0 when everything was as
it should be: no deadlock with a station in it, no rule broken, every entry in the ledger once, no false
figure that the web application did not make, none after the repair.
"""

import argparse
import contextlib
import json
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from centre.servers import CHOICES, ServerKind, servers
from centre.shapes import owner_cursor
from centre.together_run import Plan, Result, run

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.storage.central.upgrade import upgrade


def main(arguments: list[str]) -> int:
    """Run it and print what happened; return the exit status."""
    given = _parser().parse_args(arguments)
    seed = random.randrange(1 << 32) if given.seed is None else given.seed
    stations = given.connections // 2 if given.stations is None else given.stations
    plan = Plan(
        connections=given.connections,
        stations=stations,
        transactions=given.transactions,
        seed=seed,
        statistics_triggers=given.statistics_triggers,
        careful=given.careful,
    )
    wrong = False
    for kind in servers(given.postgres):
        with _database(kind, fast=not given.safe) as url:
            upgrade(url)
            result = run(url, plan)
        print(json.dumps(result.as_json()) if given.json else _table(result))
        wrong |= bool(result.wrong)
    return 1 if wrong else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev.py centre together", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--postgres", choices=CHOICES, default="18", help="which servers (default 18)")
    parser.add_argument("--connections", type=int, default=16, metavar="N")
    parser.add_argument("--stations", type=int, metavar="N", help="how many of them are stations (half)")
    parser.add_argument("--transactions", type=int, default=5000, metavar="N")
    parser.add_argument("--seed", type=int, metavar="N", help="repeats a run as far as threads allow")
    parser.add_argument(
        "--statistics-triggers", action="store_true", help="with the web application's nine row triggers"
    )
    parser.add_argument(
        "--careful", action="store_true", help="only such work of the web application as leaves figures right"
    )
    parser.add_argument("--safe", action="store_true", help="wait for the disk at every commit")
    parser.add_argument("--json", action="store_true", help="one JSON object for each server")
    return parser


@contextlib.contextmanager
def _database(kind: ServerKind, *, fast: bool) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="traitortrack-together-") as folder:
        place = Path(folder, "server")
        with (
            EmbeddedPostgres.start(place, fast=fast, find=kind.find) as server,
            owner_cursor(server.url("postgres"), autocommit=True) as cursor,
        ):
            # When each transaction was committed tells whose figure is false.
            cursor.execute("ALTER SYSTEM SET track_commit_timestamp = on")
        with EmbeddedPostgres.start(place, fast=fast, find=kind.find) as server:
            server.create_database("together")
            yield server.url("together")


def _table(result: Result) -> str:
    told = result.as_json()
    lines = [
        f"PostgreSQL {told['server']}, {told['connections']} connections ({told['stations']} stations),"
        f" seed {told['seed']}, statistics triggers {'on' if told['statistics_triggers'] else 'off'}:"
        f" {sum(told['transactions'].values())} transactions in {told['seconds']} s",
        *_counts("transactions", told["transactions"]),
        *_counts("entries of stations", told["entries"]),
        *_counts("by kind", told["kinds"]),
        *_counts("postings that lost a race and were tried again at once, by SQLSTATE", told["lost_races"]),
        *_counts("batches offered again after several such, by SQLSTATE", told["offered_again"]),
        "",
        f"deadlocks: {told['deadlocks']['counted_by_the_server']} by the server's count,"
        f" {told['deadlocks']['with_a_station']} with a station in them",
        *(f"  {count} x given up: {work}" for work, count in told["deadlocks"]["seen_by"].items()),
        f"false figures before the repair: {len(result.drift)}, after it: {len(result.left_after_repair)}",
        *(f"  {one.kind} {one.code} says {one.told}, counted {one.counted}; made so by"
          f" {', '.join(one.made_by) if one.made_by else 'unknown'}" for one in result.drift),
        "",
        *(f"WRONG: {one}" for one in result.wrong),
        "all well" if not result.wrong else f"{len(result.wrong)} not as it should be",
    ]  # fmt: skip
    return "\n".join(lines)


def _counts(title: str, counts: dict[str, int]) -> list[str]:
    return ["", f"{title}:", *(f"  {count:>7}  {name}" for name, count in counts.items())]

"""Stations and the web application on the same few bags and bills, for thousands of transactions at once."""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from centre.together_findings import (
    FalseFigure,
    broken_rules,
    false_figures,
    wrong_ledger,
    wrong_statistics,
)
from centre.together_workers import Floor, StationWorker, Tally, WebWorker, lost_races_counted
from fakes.central_owner import query

from traitortrack_desktop.storage.central.audit import audit

HERE = Path(__file__).parent
USER = "ravi"
AHEAD = 40
"""How many transactions stations and web application may be ahead of each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be run. *stations* of the *connections* are stations, the others the web application."""

    connections: int
    stations: int
    transactions: int
    seed: int
    statistics_triggers: bool = False
    careful: bool = False
    pause_seconds: float = 0.002


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What happened, and what is not as it should be (*wrong*, empty when all is well)."""

    plan: Plan
    server: str
    seconds: float
    tally: Tally
    counted_by_server: int
    with_stations: tuple[str, ...]
    """Deadlocks in which a station had a part."""
    drift: tuple[FalseFigure, ...]
    left_after_repair: tuple[FalseFigure, ...]
    wrong: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        tally = self.tally
        return {
            "server": self.server,
            "connections": self.plan.connections,
            "stations": self.plan.stations,
            "seed": self.plan.seed,
            "statistics_triggers": self.plan.statistics_triggers,
            "careful": self.plan.careful,
            "seconds": round(self.seconds, 1),
            "transactions": dict(sorted(tally.transactions.items())),
            "entries": dict(tally.reasons.most_common()),
            "kinds": dict(tally.kinds.most_common()),
            "lost_races": dict(tally.lost_races),
            "offered_again": dict(tally.offered_again),
            "deadlocks": {
                "counted_by_the_server": self.counted_by_server,
                "with_a_station": len(self.with_stations),
                "seen_by": dict(Counter(work for work, _ in tally.deadlocks)),
            },
            "false_before_repair": [figure.as_json() for figure in self.drift],
            "false_after_repair": [figure.as_json() for figure in self.left_after_repair],
            "wrong": list(self.wrong),
        }


def prepare(url: str, plan: Plan) -> Floor:
    """Fill the upgraded centre at *url* with what the run is about."""
    floor = Floor(
        parents=tuple(f"SB{number:05}" for number in range(1, 49)),
        children=tuple(f"C{number:04}" for number in range(1, 1201)),
        small=tuple(f"M444-{number:05}" for number in range(1, 4)),
        few=tuple(f"F{number:03}" for number in range(1, 13)),
        bills=tuple(f"BILL-{number}" for number in range(1, 13)),
        ticket="RTN-20260105-0001",
    )
    if plan.statistics_triggers:
        query(url, (HERE / "shapes" / "statistics_triggers.sql").read_text("utf-8"))
        query(url, "INSERT INTO statistics_cache (id) VALUES (1) ON CONFLICT DO NOTHING")
        query(
            url,
            """UPDATE statistics_cache SET total_bags = 0, parent_bags = 0, child_bags = 0, total_scans = 0,
                   total_bills = 0, total_users = 0""",
        )
        query(
            url,
            """UPDATE statistics_cache SET total_users = (SELECT count(*) FROM "user"),
                   total_bags = (SELECT count(*) FROM bag)""",
        )
    query(url, (HERE / "together.sql").read_text("utf-8"))
    query(
        url,
        """INSERT INTO "user" (username, email, password_hash, role, dispatch_area, verified)
           VALUES (%s, 'r@x', 'x', 'dispatcher', 'lucknow', true)""",
        USER,
    )
    query(
        url,
        """INSERT INTO bill (bill_id, parent_bag_count, status)
           SELECT code, 5, 'new' FROM unnest(%s) AS w (code)""",
        list(floor.bills),
    )
    query(url, "INSERT INTO return_ticket (ticket_code, cf_location) VALUES (%s, 'lucknow')", floor.ticket)
    query(
        url,
        """INSERT INTO bag (qr_id, type, child_count, weight_kg, status)
           SELECT code, 'parent', 0, 0, 'pending' FROM unnest(%s) AS w (code)""",
        [*floor.parents, *floor.small],
    )
    return floor


def run(url: str, plan: Plan) -> Result:
    """Run *plan* on the upgraded, empty centre at *url* and say what came of it."""
    floor = prepare(url, plan)
    luck = random.Random(plan.seed)
    user_id = query(url, 'SELECT id FROM "user" WHERE username = %s', USER)[0]["id"]
    stations = [
        StationWorker(url, floor, random.Random(luck.random()), number) for number in range(plan.stations)
    ]
    web = [
        WebWorker(
            url, floor, random.Random(luck.random()), user_id=user_id, careful=plan.careful,
            pause_seconds=plan.pause_seconds,
        )
        for _ in range(plan.connections - plan.stations)
    ]  # fmt: skip
    before = _deadlocks(url)
    started = time.monotonic()
    with lost_races_counted():
        failures = _at_once([stations, web], plan.transactions)
    seconds = time.monotonic() - started
    tally = Tally()
    for worker in (*stations, *web):
        worker.close()
        tally.add(worker.tally)
    counted = _counted_deadlocks(url, before + len(tally.deadlocks)) - before
    with_stations = _with_stations(tally, {worker.pid for worker in web})
    drift = tuple(false_figures(url))
    wrong = [*failures, *_wrong(url, plan, tally, drift, with_stations)]
    if counted != len(tally.deadlocks):
        wrong.append(f"the server counted {counted} deadlocks, clients saw {len(tally.deadlocks)}")
    audit(url, repair=True)
    left = tuple(false_figures(url, explain=False))
    wrong += [f"still false after the repair: {figure}" for figure in left]
    return Result(
        plan=plan,
        server=query(url, "SHOW server_version")[0]["server_version"],
        seconds=seconds,
        tally=tally,
        counted_by_server=counted,
        with_stations=with_stations,
        drift=drift,
        left_after_repair=left,
        wrong=tuple(wrong),
    )


def _at_once(groups: Sequence[Sequence[StationWorker | WebWorker]], transactions: int) -> list[str]:
    """Let all work until *transactions* were made, as many by each group; return what ended a thread."""
    working = [group for group in groups if group]
    left = [transactions // len(working) for _ in working]
    lock = threading.Lock()
    failures: list[str] = []

    def another(group: int) -> bool:
        while True:
            with lock:
                if failures or left[group] <= 0:
                    return False
                if max(left) - left[group] < AHEAD:
                    left[group] -= 1
                    return True
            time.sleep(0.001)

    def shift(group: int, work: Callable[[], None]) -> None:
        try:
            while another(group):
                work()
        except Exception as error:  # noqa: BLE001 - told at the end
            failures.append(f"{type(error).__name__}: {error}")

    threads = [
        threading.Thread(target=shift, args=(number, worker.work))
        for number, group in enumerate(working)
        for worker in group
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def _with_stations(tally: Tally, web_pids: set[int]) -> tuple[str, ...]:
    """Return the deadlocks in which somebody waited for what a station held.

    Who waits for a row that many want holds a place in its queue, and is named too when others of the
    queue meet; that is no part in it.
    """
    return tuple(
        f"{work}: {detail}"
        for work, detail in tally.deadlocks
        if work == "station" or not set(_waited_for(detail)) <= web_pids
    )


def _waited_for(detail: str) -> list[int]:
    """Return the processes that others of a deadlock waited for, but for a place in a queue."""
    return [
        int(pid)
        for what, pid in re.findall(r"waits for \w+ on (\w+) .*?; blocked by process (\d+)", detail)
        if what != "tuple"
    ]


def _wrong(
    url: str, plan: Plan, tally: Tally, drift: tuple[FalseFigure, ...], with_stations: tuple[str, ...]
) -> list[str]:
    wrong = [*tally.wrong, *broken_rules(url), *wrong_ledger(url, tally.posted)]
    wrong += [f"a deadlock with a station: {one}" for one in with_stations]
    wrong += [f"nobody but a posting wrote {figure}" for figure in drift if figure.made_by == ()]
    if plan.careful:
        wrong += [f"false: {figure}" for figure in drift]
    if plan.statistics_triggers:
        wrong += wrong_statistics(url)
    return wrong


def _deadlocks(url: str) -> int:
    found: int = query(url, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")[0][
        "deadlocks"
    ]
    return found


def _counted_deadlocks(url: str, expected: int) -> int:
    """Return the server's count; processes that have just ended tell theirs a moment later."""
    for _ in range(200):
        if _deadlocks(url) >= expected:
            break
        time.sleep(0.01)
    return _deadlocks(url)

"""What a wrong sign-in tells by how long it takes, and how far twenty stations get that guess together.

``python3 installer/dev.py centre timing`` signs in with a name that nobody has and with a wrong password, in
turns, by the station's own code, and compares the medians: of the whole sign-in, and of the centre's part.
Then twenty processes, each a station with a database account of its own, guess one password at once.

Exit status 1 when the medians of whole sign-ins differ by more than a tenth, or when the twenty got more than
five guesses.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from uuid import UUID, uuid4

import psycopg2
from centre.servers import CHOICES, running, servers
from centre.steps import Steps, require, summary
from fakes.central_owner import query
from fakes.enrolled_stations import enrolled
from fakes.plain_address import plain
from fakes.signing_in import accounts_at, audit, person
from werkzeug.security import generate_password_hash

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import SignedIn, SignInRefused
from traitortrack_desktop.storage.central.accounts import CentralAccounts
from traitortrack_desktop.storage.central.station_login import create_station_login
from traitortrack_desktop.storage.central.upgrade import upgrade

STATIONS = 20
MOST_DIFFERENCE = 0.10
LONGEST_SECONDS = 120
RIGHT = "the Right 1!"
DATABASE_WORD = "of a station"
KNOWN, UNKNOWN = "ravi", "nobody"
_FORGET = """
    DELETE FROM station.sign_in_failure;
    UPDATE "user" SET failed_login_attempts = 0, locked_until = NULL, last_failed_login = NULL
"""
_SIGN_IN = "SELECT station.sign_in(%s, %s, %s, %s)"

Attempt = Callable[[str], None]
"""Signs in with a name and a word that is never right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guessed:
    """What came of one process's guesses."""

    signed_in: int
    locked: int


def main(arguments: list[str]) -> int:
    """Measure, guess and print. Return the exit status."""
    parser = argparse.ArgumentParser(prog="centre timing", description=__doc__)
    parser.add_argument("--postgres", choices=CHOICES, default="18")
    parser.add_argument("--rounds", type=int, default=5, help="how often all is measured (default 5)")
    parser.add_argument("--times", type=int, default=30, help="pairs of sign-ins a round (default 30)")
    parser.add_argument("--guesses", type=int, default=6, help="of each of the twenty stations (default 6)")
    given = parser.parse_args(arguments)
    done = []
    for kind in servers(given.postgres):
        with running(kind) as server:
            done.append(_run(server, given))
    print(f"\n{summary(done)}\n")
    return 1 if any(steps.failed for steps in done) else 0


def _run(server: EmbeddedPostgres, given: argparse.Namespace) -> Steps:
    steps = Steps(subject=f"PostgreSQL {server.version}")
    server.create_database("timing")
    url = server.url("timing")
    upgrade(url)
    person(url, KNOWN, password_hash=generate_password_hash(RIGHT))
    stations = [_station(url, number) for number in range(STATIONS)]
    steps.do("a whole sign-in", lambda: _whole(url, *stations[0], given))
    steps.do("the centre's part", lambda: _of_the_centre(url, *stations[0], given))
    steps.do(f"{STATIONS} stations guess at once", lambda: _guess_together(url, stations, given.guesses))
    return steps


def _station(url: str, number: int) -> tuple[str, UUID]:
    """Let in one more station with an account of its own; return its address and its number."""
    account = f"line_{number}"
    login = create_station_login(url, account, DATABASE_WORD)
    word = DATABASE_WORD.replace(" ", "%20")
    return login.address.replace(":PASSWORD@", f":{word}@"), enrolled(url, uuid4(), account=account)


# -- how long it takes


def _whole(url: str, station: str, device: UUID, given: argparse.Namespace) -> str:
    with closing(accounts_at(station, device)) as accounts:

        def attempt(name: str) -> None:
            accounts.sign_in(name, "wrong", session=uuid4())

        ratios = _ratios(url, attempt, given)
    within = abs(statistics.median(ratios) - 1) <= MOST_DIFFERENCE
    require(within, f"a name that nobody has is told apart by time: {_told(ratios)}")
    return _told(ratios)


def _of_the_centre(url: str, station: str, device: UUID, given: argparse.Namespace) -> str:
    """Measure what somebody sees who asks the functions and makes no digest. Nothing is required."""
    with closing(psycopg2.connect(plain(station))) as connection, connection.cursor() as cursor:
        connection.autocommit = True

        def attempt(name: str) -> None:
            session = str(uuid4())
            cursor.execute("SELECT station.sign_in_challenge(%s, %s)", (str(device), name))
            for _ in range(2):
                cursor.execute(_SIGN_IN, (str(device), session, name, "0" * 64))

        return _told(_ratios(url, attempt, given))


def _ratios(url: str, attempt: Attempt, given: argparse.Namespace) -> list[float]:
    """Return, for each round, the median for a name that nobody has over that for a wrong password."""
    attempt(KNOWN)
    return [_ratio(url, attempt, given.times) for _ in range(given.rounds)]


def _ratio(url: str, attempt: Attempt, times: int) -> float:
    taken: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for number in range(times):
        query(url, _FORGET)
        for name in (KNOWN, UNKNOWN) if number % 2 else (UNKNOWN, KNOWN):
            started = time.perf_counter()
            attempt(name)
            taken[name].append(time.perf_counter() - started)
    return statistics.median(taken[UNKNOWN]) / statistics.median(taken[KNOWN])


def _told(ratios: list[float]) -> str:
    rounds = " ".join(f"{ratio:.3f}" for ratio in ratios)
    return f"unknown name : wrong password = {statistics.median(ratios):.3f} (rounds {rounds})"


# -- how far many get


def _guess_together(url: str, stations: list[tuple[str, UUID]], guesses: int) -> str:
    query(url, _FORGET)
    query(url, "DELETE FROM audit_log")
    found = _in_processes(stations, guesses)
    looked_at = sum(action == "login_failed_invalid_password" for action, _ in audit(url))
    tried = len(stations) * guesses
    require(looked_at == 5, f"{looked_at} of {tried} guesses were looked at, and not 5")
    require(not sum(one.signed_in for one in found), "somebody got in")
    with closing(accounts_at(*stations[0])) as accounts:
        late = accounts.sign_in(KNOWN, RIGHT, session=uuid4())
    require(not isinstance(late, SignedIn) and late.locked_until is not None, "the account is not locked")
    blocked = sum(one.locked for one in found)
    return f"{tried} guesses: {looked_at} looked at, {blocked} heard of the lock; the right one waits too"


def _in_processes(stations: list[tuple[str, UUID]], guesses: int) -> list[Guessed]:
    """Start a process for each of *stations*; all guess once every one is ready."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(len(stations))
    pipes, processes = [], []
    for number, station in enumerate(stations):
        mine, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_guess, args=(station, number, guesses, ready, theirs), daemon=True)
        process.start()
        theirs.close()
        pipes.append(mine)
        processes.append(process)
    try:
        return [_answer(pipe) for pipe in pipes]
    finally:
        for process in processes:
            process.kill()
            process.join()


def _answer(pipe: Connection) -> Guessed:
    require(pipe.poll(LONGEST_SECONDS), f"a station gave no answer in {LONGEST_SECONDS} s")
    answer = pipe.recv()
    assert isinstance(answer, Guessed)
    return answer


def _guess(station: tuple[str, UUID], number: int, guesses: int, ready: Barrier, answer: Connection) -> None:
    with closing(accounts_at(*station)) as accounts:
        _wrong(accounts, UNKNOWN + str(number))  # it connects
        ready.wait(LONGEST_SECONDS)
        answers = [_wrong(accounts, KNOWN) for _ in range(guesses)]
    signed_in = sum(isinstance(one, SignedIn) for one in answers)
    locked = sum(not isinstance(one, SignedIn) and one.locked_until is not None for one in answers)
    answer.send(Guessed(signed_in=signed_in, locked=locked))


def _wrong(accounts: CentralAccounts, name: str) -> SignedIn | SignInRefused:
    return accounts.sign_in(name, f"guess {uuid4()}", session=uuid4())

"""One throttle for all stations, and no way around it."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg2
import pytest
from fakes.central_owner import query
from fakes.enrolled_stations import enrolled
from fakes.plain_address import plain
from fakes.signing_in import CHEAP, audit, person

from traitortrack_desktop.services.ports import SignedIn, SignInRefused
from traitortrack_desktop.storage.central.accounts import CentralAccounts
from traitortrack_desktop.storage.central.password_proof import proof_of

ASK = "SELECT station.sign_in(%s, %s, %s, %s)"
STATIONS = 20


class Station:
    """A station's own connection, with SQL of its own."""

    def __init__(self, url: str, device: UUID) -> None:
        self._connection = psycopg2.connect(plain(url))
        self._device = str(device)

    def ask(self, name: str, proof: str, session: UUID) -> str:
        """Call the function once, and return its outcome; nothing is committed."""
        with self._connection.cursor() as cursor:
            cursor.execute(ASK, (self._device, str(session), name, proof))
            (answer,) = cursor.fetchone()
        return answer["outcome"]

    def commit(self) -> None:
        self._connection.commit()

    def rollback(self) -> None:
        self._connection.rollback()

    def guess(self, name: str, proof: str) -> list[str]:
        """Sign in as a station does, and return the outcomes of both calls."""
        session = uuid4()
        outcomes = []
        for _ in range(2):
            outcomes.append(self.ask(name, proof, session))
            self.commit()
            if outcomes[-1] != "counted":
                break
        return outcomes

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(autouse=True)
def _no_time_for_names_that_nobody_has(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(
        "traitortrack_desktop.storage.central.accounts.proof_of",
        lambda method, *told, **of: proof_of(method, *told, **of) if method == CHEAP else "0",
    )


@pytest.fixture
def stations(people_url: str, people_station_url: str) -> Iterator[Sequence[Station]]:
    found = [
        Station(people_station_url, enrolled(people_url, uuid4(), account="people_station"))
        for _ in range(STATIONS)
    ]
    yield found
    for station in found:
        station.close()


@pytest.fixture
def station(people_url: str, people_station_url: str) -> Iterator[Station]:
    with closing(
        Station(people_station_url, enrolled(people_url, uuid4(), account="people_station"))
    ) as station:
        yield station


def looked_at(url: str) -> int:
    return query(url, "SELECT count(*) AS n FROM station.sign_in_failure WHERE answer IS NOT NULL")[0]["n"]


def all_at_once(stations: Sequence[Station], name: str) -> list[list[str]]:
    together = threading.Barrier(len(stations))

    def attack(station: Station) -> list[str]:
        together.wait()
        return [outcome for n in range(3) for outcome in station.guess(name, f"guess {n}")]

    with ThreadPoolExecutor(len(stations)) as pool:
        return list(pool.map(attack, stations))


# Threads of one process; the run `dev.py centre timing` does it with processes.
@pytest.mark.parametrize("name", ["ravi", "nobody"])
def test_twenty_stations_at_once_meet_one_limit(stations: Sequence[Station], people_url: str, name: str):
    person(people_url, "ravi")

    outcomes = [outcome for answers in all_at_once(stations, name) for outcome in answers]

    assert outcomes.count("counted") == looked_at(people_url) == 5
    assert set(outcomes) == {"counted", "refused", "locked"}


def test_it_is_counted_in_the_web_applications_columns(stations: Sequence[Station], people_url: str):
    person(people_url, "ravi")
    all_at_once(stations, "ravi")

    (row,) = query(people_url, 'SELECT failed_login_attempts AS n, locked_until AS until FROM "user"')
    assert row["n"] == 5
    assert abs(row["until"].replace(tzinfo=UTC) - datetime.now(UTC) - timedelta(minutes=15)) < timedelta(
        minutes=1
    )


def test_what_is_rolled_back_was_no_guess(station: Station, people_url: str):
    person(people_url, "ravi")
    session = uuid4()

    outcomes = [station.ask("ravi", "guess", session) for _ in range(3)]
    station.rollback()

    assert set(outcomes) == {"counted"}


def test_a_count_that_is_committed_allows_no_other_guess(station: Station, people_url: str):
    person(people_url, "ravi")
    session = uuid4()
    station.ask("ravi", "one guess", session)
    station.commit()

    outcome = station.ask("ravi", "another guess", session)

    assert outcome == "counted"


def test_a_guess_that_is_rolled_back_stays_counted(station: Station, people_url: str):
    person(people_url, "ravi")
    for _ in range(5):
        session = uuid4()
        station.ask("ravi", "guess", session)
        station.commit()
        station.ask("ravi", "guess", session)
        station.rollback()

    assert station.guess("ravi", "guess") == ["locked"]


def test_a_snapshot_of_yesterday_counts_nothing(station: Station, people_url: str):
    station.commit()
    station._connection.set_session(isolation_level="REPEATABLE READ")

    with pytest.raises(psycopg2.Error, match="READ COMMITTED"):
        station.ask("ravi", "guess", uuid4())


def test_a_right_password_among_wrong_ones_begins_anew(accounts: CentralAccounts, people_url: str):
    person(people_url, "ravi")
    answers = [
        accounts.sign_in("ravi", password, session=uuid4())
        for password in ["wrong"] * 4 + ["pw"] + ["wrong"] * 4 + ["pw"]
    ]

    assert [type(answer) for answer in answers] == ([SignInRefused] * 4 + [SignedIn]) * 2


def test_known_and_unknown_names_get_the_same_answers(accounts: CentralAccounts, people_url: str):
    person(people_url, "ravi")
    answers = {
        name: [accounts.sign_in(name, "wrong", session=uuid4()) for _ in range(7)]
        for name in ("ravi", "nobody")
    }

    for known, unknown in zip(answers["ravi"], answers["nobody"], strict=True):
        assert (known.locked_until is None) == (unknown.locked_until is None)
    assert [answer.locked_until is None for answer in answers["ravi"]] == [True] * 4 + [False] * 3


@pytest.mark.parametrize("name", ["ravi", "nobody"])
def test_a_lock_that_is_over_starts_anew_for_every_name(
    accounts: CentralAccounts, people_url: str, name: str
):
    person(people_url, "ravi")
    fail = [accounts.sign_in(name, "wrong", session=uuid4()) for _ in range(5)]
    query(people_url, "UPDATE \"user\" SET locked_until = locked_until - interval '16 minutes'")
    query(people_url, "UPDATE station.sign_in_failure SET at = at - interval '16 minutes'")

    again = [accounts.sign_in(name, "wrong", session=uuid4()) for _ in range(5)]

    assert [answer.locked_until is None for answer in fail + again] == ([True] * 4 + [False]) * 2


def test_a_station_waits_after_thirty_failures_over_all_names(accounts: CentralAccounts, people_url: str):
    person(people_url, "ravi")
    query(
        people_url,
        """
        INSERT INTO station.sign_in_failure (device, kind, answer)
        SELECT id, 'password', 'refused' FROM station.device, generate_series(1, 29)
        """,
    )
    accounts.sign_in("nobody", "wrong", session=uuid4())

    answer = accounts.sign_in("ravi", "pw", session=uuid4())

    assert isinstance(answer, SignInRefused)
    assert answer.locked_until is not None


def test_other_stations_do_not_wait_for_it(accounts: CentralAccounts, people_url: str):
    person(people_url, "ravi")
    query(
        people_url,
        """
        INSERT INTO station.sign_in_failure (device, kind, answer)
        SELECT %s, 'password', 'refused' FROM generate_series(1, 40)
        """,
        str(enrolled(people_url, uuid4(), account="people_station")),
    )

    assert isinstance(accounts.sign_in("ravi", "pw", session=uuid4()), SignedIn)


@pytest.mark.parametrize("kind", ["badge", "blocked"])
def test_what_was_no_guess_of_a_password_makes_no_station_wait(
    accounts: CentralAccounts, people_url: str, kind: str
):
    person(people_url, "ravi")
    query(
        people_url,
        """
        INSERT INTO station.sign_in_failure (device, kind)
        SELECT id, %s FROM station.device, generate_series(1, 40)
        """,
        kind,
    )

    assert isinstance(accounts.sign_in("ravi", "pw", session=uuid4()), SignedIn)


def test_failures_of_the_day_before_are_forgotten_at_the_next_sign_in(
    accounts: CentralAccounts, people_url: str
):
    accounts.sign_in("nobody", "wrong", session=uuid4())
    query(people_url, "UPDATE station.sign_in_failure SET at = at - interval '25 hours', session = NULL")

    accounts.sign_in("no one", "wrong", session=uuid4())

    assert query(people_url, "SELECT count(*) AS n FROM station.sign_in_failure") == [{"n": 1}]


def test_the_lock_itself_stands_in_the_audit(accounts: CentralAccounts, people_url: str):
    ravi = person(people_url, "ravi")
    for _ in range(6):
        accounts.sign_in("ravi", "wrong", session=uuid4())

    assert audit(people_url)[-3:] == [
        ("login_failed_invalid_password", ravi),
        ("account_locked", ravi),
        ("login_blocked_account_locked", ravi),
    ]


def test_no_station_fills_the_audit_by_asking_for_a_locked_account(
    accounts: CentralAccounts, people_url: str
):
    person(people_url, "ravi", locked_until="2999-01-01")
    for _ in range(35):
        accounts.sign_in("ravi", "wrong", session=uuid4())

    assert len(audit(people_url)) == 30

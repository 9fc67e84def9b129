"""Connections to the centre: what each failure means, and that every connection comes back."""

import socket
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fakes.central_owner import query
from fakes.decisions import opened
from fakes.entry_chain import EntryChain
from sqlalchemy import text
from sqlalchemy.orm import Session

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    EntriesNotAcceptableError,
    NotPermittedError,
)
from traitortrack_desktop.storage.central import engine as engine_module
from traitortrack_desktop.storage.central.engine import CentralDatabase, owner_connection
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.upgrade import upgrade

UNREACHABLE = ["57P01", "53300", "40001", "40P01", "55P03", "57014", "53100", "XX000", "08006"]
MISMATCH = ["42883", "42P01", "42703", "42501", "42804", "3F000", "28000", "28P01", "TT001", "TT002", "25006"]
CENTRE_ERRORS = (CentreUnreachableError, CentreMismatchError, EntriesNotAcceptableError)
NOT_ACCEPTABLE = ["22001", "22P02", "23505", "23502", "P0001", "54000", "54001"]


@pytest.fixture
def database(central_url: str) -> Iterator[CentralDatabase]:
    database = CentralDatabase(central_url)
    yield database
    database.close()


def interrupted(session: Session, statement: str) -> None:
    session.execute(text(statement))
    raise RuntimeError


@pytest.mark.parametrize(
    ("state", "meaning"),
    [(state, CentreUnreachableError) for state in UNREACHABLE]
    + [(state, CentreMismatchError) for state in MISMATCH]
    + [(state, EntriesNotAcceptableError) for state in NOT_ACCEPTABLE]
    + [("TT006", NotPermittedError)],
)
def test_a_failure_is_told_by_its_sqlstate(database: CentralDatabase, state: str, meaning: type[Exception]):
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$"

    with pytest.raises(meaning), database.delivery() as cursor:
        cursor.execute(statement)

    with pytest.raises(meaning), database.session() as session:
        session.execute(text(statement))


def test_a_wrong_password_is_for_a_person_to_mend(central_url: str):
    wrong = central_url.replace(urlsplit(central_url).password, "wrong")
    database = CentralDatabase(wrong)

    with pytest.raises(CentreMismatchError) as refused, database.delivery():
        pass

    assert "wrong" not in str(refused.value)
    database.close()


def test_a_database_without_the_stations_schema_is_for_a_person_to_mend(empty_database_url: str):
    chain = EntryChain()
    office = CentralPostingOffice(empty_database_url, device=chain.device, station_name="s", version="1")

    with pytest.raises(CentreMismatchError):
        office.post([chain.entry(opened("SB00001"))])

    office.close()


def test_every_connection_comes_back(database: CentralDatabase):
    for _ in range(5):
        with database.delivery() as cursor:
            cursor.execute("SELECT 1")
        with database.session() as session:
            session.execute(text("SELECT 1"))
        with pytest.raises(CentreMismatchError), database.delivery() as cursor:
            cursor.execute("SELECT nothing")
        with pytest.raises(RuntimeError), database.session() as session:
            interrupted(session, "SELECT 1")

    assert database.connections_in_use() == 0


def test_a_session_commits_and_rolls_back_on_an_error(database: CentralDatabase, central_url: str):
    with database.session() as session:
        session.execute(text("INSERT INTO bag (qr_id, type) VALUES ('SB00001', 'parent')"))
    with pytest.raises(RuntimeError), database.session() as session:
        interrupted(session, "INSERT INTO bag (qr_id, type) VALUES ('SB00002', 'parent')")

    assert query(central_url, "SELECT qr_id FROM bag") == [{"qr_id": "SB00001"}]


def test_a_lock_that_is_not_given_up_is_waited_for_three_seconds(central_url: str):
    chain = EntryChain()
    office = CentralPostingOffice(central_url, device=chain.device, station_name="s", version="1")
    office.post([chain.entry(opened("SB00001"))])
    owner = CentralDatabase(central_url)

    with owner.session() as session:
        session.execute(text("SELECT 1 FROM bag FOR UPDATE"))
        started = time.monotonic()
        with pytest.raises(CentreUnreachableError, match="55P03"):
            office.post([chain.entry(opened("SB00001"))])
        assert 2.5 < time.monotonic() - started < 6

    office.close()
    owner.close()


def test_the_limits_do_not_outlive_their_transaction(database: CentralDatabase):
    with database.delivery() as cursor:
        cursor.execute(engine_module.STATEMENT_LIMIT + "SELECT 1")
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_a_network_that_swallows_everything_is_given_up(central_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine_module, "DEADLINE_SECONDS", 1.0)
    with _line(urlsplit(central_url).port) as (port, swallow):
        address = central_url.replace(f":{urlsplit(central_url).port}/", f":{port}/")
        chain = EntryChain()
        office = CentralPostingOffice(address, device=chain.device, station_name="s", version="1")
        office.probe()
        swallow.set()
        entry = chain.entry(opened("SB00001"))

        started = time.monotonic()
        with pytest.raises(CentreUnreachableError):
            office.post([entry])
        assert time.monotonic() - started < 5

        swallow.clear()
        assert office.post([entry]).receipts[0].reason is None
        office.close()


def test_a_pooler_that_lets_in_and_never_answers_is_given_up(
    central_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine_module, "DEADLINE_SECONDS", 1.0)
    with _line(urlsplit(central_url).port, queries_only=True) as (port, swallow):
        address = central_url.replace(f":{urlsplit(central_url).port}/", f":{port}/")
        office = CentralPostingOffice(address, device=EntryChain().device, station_name="s", version="1")
        swallow.set()
        with pytest.raises(CentreUnreachableError):
            office.probe()
        swallow.clear()
        office.probe()
        office.close()


def test_a_connection_that_fell_silent_while_it_lay_idle_is_given_up(
    central_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine_module, "DEADLINE_SECONDS", 0.5)
    with _line(urlsplit(central_url).port, queries_only=True) as (port, swallow):
        database = CentralDatabase(central_url.replace(f":{urlsplit(central_url).port}/", f":{port}/"))
        with database.session() as session:
            session.execute(text("SELECT 1"))
        swallow.set()
        with pytest.raises(CentreUnreachableError), database.session() as session:
            session.execute(text("SELECT 1"))
        swallow.clear()
        with database.session() as session:
            assert session.scalar(text("SELECT 1")) == 1
        assert database.connections_in_use() == 0
        database.close()


def test_a_reading_connection_that_died_while_it_lay_idle_is_replaced_unseen(
    database: CentralDatabase, central_url: str
):
    with database.session() as session:
        died = session.scalar(text("SELECT pg_backend_pid()"))
    query(central_url, "SELECT pg_terminate_backend(%s, 5000)", died)
    with database.session() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != died


def test_a_connection_that_was_set_up_in_time_is_kept(central_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine_module, "DEADLINE_SECONDS", 0.3)
    database = CentralDatabase(central_url)
    with database.delivery() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        first = cursor.fetchone()
    query(central_url, "SELECT pg_sleep(0.6)")
    with database.delivery() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() == first
    database.close()


def test_a_server_that_restarts_is_found_again(tmp_path: Path):
    chain = EntryChain()
    with EmbeddedPostgres.start(tmp_path / "server", fast=True) as server:
        server.create_database("depot")
        upgrade(server.url("depot"))
        office = CentralPostingOffice(server.url("depot"), device=chain.device, station_name="s", version="1")
        first = chain.entry(opened("SB00001"))
        office.post([first])
        query(
            server.url("postgres"),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'depot'",
        )

        with pytest.raises(CentreUnreachableError):
            office.post([first])

        assert office.post([first]).receipts[0].outcome == "already_posted"
        office.close()


@contextmanager
def _line(port: int, *, queries_only: bool = False) -> Iterator[tuple[int, threading.Event]]:
    """A wire to the server that, when *swallow* is set, takes everything and delivers nothing.

    With *queries_only* it still lets people in, as a connection pooler does that is stuck.
    """
    swallow = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    ends: list[socket.socket] = [listener]

    def carry(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                if not swallow.is_set() or (queries_only and data[:1] != b"Q"):
                    target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def accept() -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", port))
            ends.extend((near, far))
            threading.Thread(target=carry, args=(near, far), daemon=True).start()
            threading.Thread(target=carry, args=(far, near), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1], swallow
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        for end in ends:
            end.close()


SECRET = "-".join(("a", "hash"))  # not as it would stand in a source line
REVEALING = {
    "statement": "SELECT no_such_function(:secret)",
    "parameters": "SELECT 1 / length(CAST(:secret AS text)) / 0",
    "row": 'INSERT INTO "user" (username, password_hash) VALUES (NULL, :secret)',
}


@pytest.mark.parametrize("statement", REVEALING.values(), ids=REVEALING)
def test_a_failed_statement_does_not_tell_the_values_that_went_with_it(
    database: CentralDatabase, statement: str
):
    with pytest.raises(CENTRE_ERRORS) as failed, database.session() as session:
        session.execute(text(statement), {"secret": SECRET})

    assert SECRET not in told_in_a_traceback(failed.value)


@pytest.mark.parametrize("statement", REVEALING.values(), ids=REVEALING)
def test_a_command_that_fails_does_not_tell_the_values_either(central_url: str, statement: str):
    with pytest.raises(CENTRE_ERRORS) as failed, owner_connection(central_url) as connection:
        connection.execute(text(statement), {"secret": SECRET})

    assert SECRET not in told_in_a_traceback(failed.value)


def test_posting_that_fails_does_not_tell_the_values_either(database: CentralDatabase):
    with pytest.raises(CENTRE_ERRORS) as failed, database.delivery() as cursor:
        cursor.execute("SELECT no_such_function(%s)", (SECRET,))

    assert SECRET not in told_in_a_traceback(failed.value)


def told_in_a_traceback(error: BaseException) -> str:
    """Return what a log would hold of *error* and what led to it, without the source lines."""
    chain = traceback.TracebackException.from_exception(error)
    return "".join(chain.format())

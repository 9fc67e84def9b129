"""What an administrator does from a station, with a station's database account, and who may not."""

import hmac
import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from fakes.attacker import Attacker
from fakes.hidden_address import HiddenAddress
from fakes.kept_accounts import EMPTY, HASH, KeptAccounts
from sqlalchemy import text
from werkzeug.security import check_password_hash, generate_password_hash

from traitortrack_desktop.domain.accounts import (
    PAGE,
    AccountAct,
    AccountChange,
    AccountProblem,
    AuditFilter,
    OwnPasswordAnswer,
    StationAct,
    StationProblem,
)
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.services.account_secrets import badge_code_hash, new_badge_code
from traitortrack_desktop.services.ports import (
    CentreMismatchError,
    CentreUnreachableError,
    NotPermittedError,
)
from traitortrack_desktop.storage.central.database_on_demand import DatabaseOnDemand
from traitortrack_desktop.storage.central.people_office import CentralPeopleOffice
from traitortrack_desktop.storage.central.station_login import create_station_login

ACCOUNT = "office_station"
OLD, NEW = "0ld!Password", "N3w!Password"
CHEAP = "pbkdf2:sha256:1"
pytestmark = pytest.mark.usefixtures("_cheap_hashes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A station with an administrator signed in."""

    kept: KeptAccounts
    office: CentralPeopleOffice
    url: str
    device: UUID
    session: UUID
    boss: int

    def sign_in(self, name: str, role: str, **columns: object) -> UUID:
        """Make an account, and a session of it at this station."""
        return UUID(self.kept.session_of(self.kept.add(name, role), str(self.device), **columns))

    def actions(self) -> list[str]:
        return [row["action"] for row in self.kept.audit()]


@pytest.fixture(scope="module")
def address(kept_centre: KeptAccounts) -> str:
    password = secrets.token_urlsafe(12)
    create_station_login(kept_centre.url, ACCOUNT, password)
    return HiddenAddress(
        f"postgresql+psycopg2://{ACCOUNT}:{password}{kept_centre.url[kept_centre.url.rindex('@') :]}"
    )


@pytest.fixture
def desk(kept_centre: KeptAccounts, address: str) -> Iterator[Desk]:
    kept_centre.query(EMPTY)
    device, boss = uuid4(), kept_centre.add("boss", "admin")
    station(kept_centre, device, "Station 7")
    session = UUID(kept_centre.session_of(boss, str(device), username="boss"))
    office = CentralPeopleOffice(address, device=DeviceId(device))
    yield Desk(kept=kept_centre, office=office, url=address, device=device, session=session, boss=boss)
    office.close()


def station(kept: KeptAccounts, device: UUID, name: str, account: str = ACCOUNT) -> None:
    kept.query("INSERT INTO station.device (id, name, version, role_name) VALUES (%s, %s, '1', %s)",
               str(device), name, account)  # fmt: skip


def create(name: str, **values: str | None) -> AccountChange:
    return AccountChange(
        act=AccountAct.CREATE, username=name, values={"role": "biller", "password_hash": HASH, **values}
    )


# -- what an administrator does


def test_an_account_is_made_and_the_administrator_is_who_did_it(desk: Desk):
    assert desk.office.change_account(create("meera"), session=desk.session) is None

    (account,) = desk.office.accounts(session=desk.session, search="meera").accounts
    (row,) = desk.office.audit(AuditFilter(), session=desk.session).rows
    assert (account.role, account.verified, account.open_sessions) == ("biller", True, 0)
    assert (row.action, row.username, row.details["by"], row.entity_id) == (
        "account_created", "boss", "boss", account.id)  # fmt: skip


def test_what_is_against_a_change_is_told(desk: Desk):
    assert desk.office.change_account(create("boss"), session=desk.session) is AccountProblem.NAME_TAKEN
    own = AccountChange(act=AccountAct.DISABLE, username="boss")
    assert desk.office.change_account(own, session=desk.session) is AccountProblem.OWN_ACCOUNT


@pytest.mark.parametrize("name", ["a\x00b", "\ud800abc"])
def test_a_name_that_the_server_cannot_hold_is_a_bad_name(desk: Desk, name: str):
    assert desk.office.change_account(create(name), session=desk.session) is AccountProblem.BAD_NAME
    assert desk.office.accounts(session=desk.session, search=name).accounts == ()


def test_accounts_come_in_pages(desk: Desk):
    desk.kept.query(
        """INSERT INTO "user" (username, email, password_hash)
           SELECT 'u' || n, n || '@x.example', 'x' FROM generate_series(1, %s) AS n""",
        PAGE,
    )

    first = desk.office.accounts(session=desk.session)
    second = desk.office.accounts(session=desk.session, after=first.next_after)

    names = [account.username for account in (*first.accounts, *second.accounts)]
    assert (len(first.accounts), len(second.accounts), second.next_after) == (PAGE, 1, None)
    assert len(set(names)) == PAGE + 1


def test_an_account_tells_of_badge_pin_lock_and_sessions(desk: Desk):
    desk.sign_in("bina", "biller", username="bina")
    desk.kept.query("""UPDATE "user" SET locked_until = 'infinity' WHERE username = 'bina'""")
    for act, values in (
        (AccountAct.SET_PIN, {"pin_hash": HASH}),
        (AccountAct.MAKE_BADGE, {"code_hash": badge_code_hash(new_badge_code())}),
    ):
        change = AccountChange(act=act, username="bina", values=values)
        assert desk.office.change_account(change, session=desk.session) is None

    (bina,) = desk.office.accounts(session=desk.session, search="bina").accounts

    assert (bina.has_pin, bina.badge_made_at is None, bina.badge_expires_at) == (True, False, None)
    assert (bina.locked_until.year, bina.open_sessions, bina.last_sign_in_at is None) == (9999, 1, False)


def test_a_session_is_seen_and_ended(desk: Desk):
    other = desk.sign_in("ravi", "dispatcher", username="ravi")

    desk.office.end_session(other, session=desk.session)

    (record,) = desk.office.sessions(session=desk.session, username="ravi")
    assert (record.id, record.station, record.ended_by) == (other, "Station 7", "boss")
    assert desk.actions() == ["session_revoked"]


def test_stations_are_seen_renamed_and_let_in(desk: Desk):
    desk.office.change_station(StationAct.RENAME, desk.device, {"name": "Dock"}, session=desk.session)
    code = desk.office.enrolment_code(session=desk.session, name="Dock 2", area="indore")

    (record,) = desk.office.stations(session=desk.session)
    assert (record.name, record.account, record.operator, len(code)) == ("Dock", ACCOUNT, "boss", 14)


@pytest.mark.parametrize(
    ("act", "values", "problem"),
    [
        (StationAct.RENAME, {"name": ""}, StationProblem.BAD_NAME),
        (StationAct.MOVE, {"area": "atlantis"}, StationProblem.UNKNOWN_AREA),
    ],
)
def test_a_station_that_cannot_be_called_or_stand_so_is_left_as_it_is(desk: Desk, act, values, problem):
    assert desk.office.change_station(act, desk.device, values, session=desk.session) is problem


def test_the_audit_comes_in_pages_newest_first(desk: Desk):
    desk.kept.query(
        """INSERT INTO audit_log ("timestamp", action, entity_type)
           SELECT now(), 'a' || n, 'bag' FROM generate_series(1, %s) AS n""",
        PAGE + 1,
    )

    first = desk.office.audit(AuditFilter(), session=desk.session)
    second = desk.office.audit(AuditFilter(), session=desk.session, before=first.next_before)

    assert [row.action for row in (*first.rows, *second.rows)] == [f"a{n}" for n in range(PAGE + 1, 0, -1)]
    assert second.next_before is None


# -- the own password


@pytest.fixture
def ravi(desk: Desk) -> UUID:
    """The session of somebody who came by badge, and whose password is OLD."""
    session = desk.sign_in("ravi", "dispatcher", username="ravi", way="badge", rights="operator")
    desk.kept.query(
        """UPDATE "user" SET password_hash = %s WHERE username = 'ravi'""", generate_password_hash(OLD, CHEAP)
    )
    return session


def test_everybody_changes_the_own_password_with_the_old_one(desk: Desk, ravi: UUID):
    desk.kept.query("""UPDATE "user" SET failed_login_attempts = 2 WHERE username = 'ravi'""")

    assert desk.office.change_own_password(OLD, NEW, session=ravi) is OwnPasswordAnswer.CHANGED

    row = desk.kept.row("ravi")
    assert check_password_hash(row["password_hash"], NEW)
    assert row["failed_login_attempts"] == 0
    assert desk.actions() == ["password_changed"]


def test_a_wrong_old_password_changes_nothing_and_counts(desk: Desk, ravi: UUID):
    assert desk.office.change_own_password("wrong", NEW, session=ravi) is OwnPasswordAnswer.REFUSED

    row = desk.kept.row("ravi")
    assert check_password_hash(row["password_hash"], OLD)
    assert row["failed_login_attempts"] == 1
    assert desk.actions() == ["password_change_failed"]


def test_a_locked_account_keeps_its_password(desk: Desk, ravi: UUID):
    desk.kept.query("""UPDATE "user" SET locked_until = '2099-01-01' WHERE username = 'ravi'""")

    assert desk.office.change_own_password(OLD, NEW, session=ravi) is OwnPasswordAnswer.LOCKED
    assert check_password_hash(desk.kept.row("ravi")["password_hash"], OLD)


def test_a_change_whose_answer_was_lost_is_done_once_and_stays_done(desk: Desk, ravi: UUID):
    proof = hmac.digest(b"ab" * 32, f"{desk.device} {ravi}".encode(), "sha256").hex()
    arguments = (str(desk.device), str(ravi), proof, HASH[:-1] + "2")
    desk.kept.query(
        """UPDATE "user" SET password_hash = %s WHERE username = 'ravi'""", f"pbkdf2:sha256:1$x${'ab' * 32}"
    )
    with closing(Attacker(desk.url)) as line:
        answers = [
            line.rows("SELECT station.change_own_password(%s, %s, %s, %s) ->> 'outcome'", *arguments)[0][0]
            for _ in range(3)
        ]

    assert answers == ["counted", "changed", "changed"]
    assert desk.actions() == ["password_changed"]


@pytest.mark.parametrize(
    ("old", "answered"), [(OLD, OwnPasswordAnswer.CHANGED), ("wrong", OwnPasswordAnswer.REFUSED)]
)
def test_an_answer_that_got_lost_once_the_attempt_was_counted_is_asked_for_again(
    desk: Desk, ravi: UUID, monkeypatch: pytest.MonkeyPatch, old: str, answered: OwnPasswordAnswer
):
    answers = iter(range(10))
    real = CentralPeopleOffice._value

    def losing(self, statement, session, **values):
        answer = real(self, statement, session, **values)
        if next(answers) == 2:  # the challenge, the count, and this
            raise CentreUnreachableError
        return answer

    monkeypatch.setattr(CentralPeopleOffice, "_value", losing)

    assert desk.office.change_own_password(old, NEW, session=ravi) is answered
    assert desk.kept.row("ravi")["failed_login_attempts"] == (0 if old == OLD else 1)


def test_rules_and_counts_are_exact_whatever_isolation_a_database_is_set_to(desk: Desk, ravi: UUID):
    desk.kept.query(f"ALTER ROLE {ACCOUNT} SET default_transaction_isolation = 'serializable'")
    with closing(CentralPeopleOffice(desk.url, device=DeviceId(desk.device))) as office:
        assert office.change_own_password(OLD, NEW, session=ravi) is OwnPasswordAnswer.CHANGED
        assert office.change_account(create("meera"), session=desk.session) is None
    desk.kept.query(f"ALTER ROLE {ACCOUNT} RESET default_transaction_isolation")


def test_a_weak_new_password_is_not_sent(desk: Desk, ravi: UUID):
    with pytest.raises(ValueError, match="too weak"):
        desk.office.change_own_password(OLD, "weak", session=ravi)


# -- who may not


def everything(desk: Desk, session: UUID) -> list:
    office = desk.office
    return [
        lambda: office.accounts(session=session),
        lambda: office.change_account(create("meera"), session=session),
        lambda: office.audit(AuditFilter(), session=session),
        lambda: office.sessions(session=session),
        lambda: office.end_session(desk.session, session=session),
        lambda: office.stations(session=session),
        lambda: office.change_station(StationAct.REVOKE, desk.device, {}, session=session),
        lambda: office.enrolment_code(session=session, name=None, area=None),
    ]


@pytest.mark.parametrize(
    ("role", "columns"),
    [
        ("biller", {}),
        ("dispatcher", {}),
        ("admin", {"rights": "operator", "way": "badge"}),
        ("admin", {"ended_at": "2026-01-01"}),
    ],
    ids=["a biller", "a dispatcher", "an administrator by badge", "an administrator who left"],
)
def test_whoever_is_no_administrator_with_full_rights_may_nothing(desk: Desk, role: str, columns: dict):
    session = desk.sign_in("other", role, **columns)

    for question in everything(desk, session):
        with pytest.raises(NotPermittedError):
            question()

    assert [desk.actions(), len(desk.kept.query('SELECT id FROM "user"'))] == [[], 2]


def test_a_session_of_another_station_opens_nothing(desk: Desk):
    elsewhere = uuid4()
    station(desk.kept, elsewhere, "Station 8")
    session = UUID(desk.kept.session_of(desk.boss, str(elsewhere)))

    for question in everything(desk, session):
        with pytest.raises(NotPermittedError):
            question()


def test_somebody_elses_station_opens_nothing(desk: Desk):
    foreign = uuid4()
    station(desk.kept, foreign, "Station 9", account="another_account")
    session = UUID(desk.kept.session_of(desk.boss, str(foreign)))
    with closing(CentralPeopleOffice(desk.url, device=DeviceId(foreign))) as office:
        with pytest.raises(CentreMismatchError):
            office.accounts(session=session)
        with pytest.raises(CentreMismatchError):
            office.change_own_password(OLD, NEW, session=session)


def test_a_disabled_or_demoted_administrator_may_nothing_from_then_on(desk: Desk):
    desk.kept.query("""UPDATE "user" SET verified = NULL WHERE username = 'boss'""")
    with pytest.raises(NotPermittedError):
        desk.office.accounts(session=desk.session)

    desk.kept.query("""UPDATE "user" SET verified = true, role = 'biller' WHERE username = 'boss'""")
    with pytest.raises(NotPermittedError):
        desk.office.accounts(session=desk.session)


def test_of_two_administrators_who_disable_each_other_at_once_one_is_left(desk: Desk):
    other, vice = uuid4(), desk.kept.add("vice", "admin")
    station(desk.kept, other, "Station 8")
    sessions = {
        "vice": (DeviceId(desk.device), desk.session),
        "boss": (DeviceId(other), UUID(desk.kept.session_of(vice, str(other)))),
    }

    def disable(name: str) -> object:
        device, session = sessions[name]
        with closing(CentralPeopleOffice(desk.url, device=device)) as office:
            try:
                return office.change_account(
                    AccountChange(act=AccountAct.DISABLE, username=name), session=session
                )
            except NotPermittedError:
                return "not permitted"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(disable, sessions))

    assert sorted(answers, key=str) == [None, "not permitted"]


def test_whose_session_has_ended_cannot_change_a_password(desk: Desk, ravi: UUID):
    desk.office.end_session(ravi, session=desk.session)

    with pytest.raises(NotPermittedError):
        desk.office.change_own_password(OLD, NEW, session=ravi)


def test_a_stations_account_cannot_call_what_is_behind_these_functions(desk: Desk):
    inner = desk.kept.query("""
        SELECT p.oid::regprocedure::text AS name,
               string_agg('NULL::' || format_type(t.type, NULL), ', ' ORDER BY t.place) AS nothing
        FROM pg_proc AS p LEFT JOIN unnest(p.proargtypes) WITH ORDINALITY AS t (type, place) ON true
        WHERE p.pronamespace = 'station'::regnamespace AND p.prorettype <> 'trigger'::regtype
          AND NOT p.proisstrict AND p.provariadic = 0  -- called with nothing, these are not even begun
          AND NOT has_function_privilege('traitortrack_station', p.oid, 'EXECUTE')
        GROUP BY p.oid
    """)
    with closing(Attacker(desk.url)) as attacker:
        calls = [f"SELECT {row['name'].split('(')[0]}({row['nothing'] or ''})" for row in inner]
        opened = attacker.not_refused(calls)

    assert len(calls) > 50
    assert opened == []
    named = {row["name"].split("(")[0].removeprefix("station.") for row in inner}
    assert {"change_account", "accounts_page", "audit_page", "write_audit"} <= named


# -- the connection


def test_without_a_centre_there_is_no_answer_and_no_verdict():
    office = CentralPeopleOffice("postgresql://x@127.0.0.1:1/x", device=DeviceId(uuid4()))

    with closing(office), pytest.raises(CentreUnreachableError):
        office.accounts(session=uuid4())


def test_a_connection_that_lies_idle_is_closed_and_the_next_question_opens_another(desk: Desk):
    closed = ClosingSeen(desk.url, application="idle", idle_seconds=0.01)
    with closing(closed):
        for _ in range(2):
            with closed.session() as session:
                assert session.scalar(text("SELECT 1")) == 1
                assert closed.is_open
            assert closed.seen_closed()


class ClosingSeen(DatabaseOnDemand):
    """Tells when its timer has closed it."""

    def __init__(self, url: str, **options: object) -> None:
        super().__init__(url, **options)
        self._closed = threading.Event()

    def seen_closed(self) -> bool:
        return self._closed.wait(20) and not self.is_open

    def _taken(self):
        self._closed.clear()
        return super()._taken()

    def _close_if_idle(self) -> None:
        super()._close_if_idle()
        self._closed.set()

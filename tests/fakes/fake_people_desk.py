"""An administrator's desk without a centre: answers at once, later or never, and remembers what was asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import UUID

from traitortrack_desktop.domain.accounts import (
    Account,
    AccountAct,
    AccountsPage,
    AuditPage,
    AuditRow,
    OwnPasswordAnswer,
    SessionRecord,
    StationRecord,
)
from traitortrack_desktop.domain.operators import OperatorSession, SignInWay
from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Person, Rights

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
ADMIN = OperatorSession(
    id=UUID(int=1),
    person=Person(username="admin", role="admin"),
    way=SignInWay.PASSWORD,
    rights=Rights.FULL,
)
DISPATCHER = replace(ADMIN, person=Person(username="rsharma", role="dispatcher", area="sri_ganganagar"))
ENTRY = UUID("0190b2c4-7d1e-7c3a-9f00-2f4b6a8c0d1e")
STATION = UUID(int=77)
SESSION = UUID(int=501)
NEW_CODE = "4F7KQ2XM9RTB"


def account(username, role="dispatcher", area="lucknow", **more):
    more = {"email": f"{username}@depot.example", "verified": True} | more
    return Account(id=hash(username) % 1000, username=username, role=role, area=area, **more)


def accounts():
    """Every state that an account can be in, and a name as long as names can be."""
    day = timedelta(days=1)
    found = [
        account("admin", "admin", None, two_factor=True, last_sign_in_at=NOON - timedelta(minutes=5)),
        account("biller_kumari", "biller", None, has_pin=True, badge_made_at=NOON, open_sessions=1),
        account("disabled_one", area="akola", verified=False, last_sign_in_at=NOON - 90 * day),
        account("locked_one", area="hisar", locked_until=NOON + timedelta(minutes=12)),
        account("odd_role", "employee", None, email=""),
        account(
            "rsharma_sriganganagr",
            area="sri_ganganagar",
            badge_made_at=NOON - 30 * day,
            badge_expires_at=NOON + 335 * day,
            open_sessions=2,
            last_sign_in_at=NOON - timedelta(hours=3),
            email="ramesh.sharma.dispatch@sri-ganganagar.depot.example.com",
        ),
        *(account(f"d_{area}"[:20], area=area) for area in DISPATCH_AREAS),
    ]
    return sorted(found, key=lambda each: each.username)


def sessions():
    def one(number, username, way, rights="operator", **more):
        return SessionRecord(
            id=UUID(int=500 + number),
            username=username,
            station=more.pop("station", "Station 7, Sri Ganganagar loading dock"),
            way=way,
            rights=rights,
            started_at=NOON - timedelta(minutes=7 * number),
            last_seen_at=NOON - timedelta(minutes=number),
            **more,
        )

    own = replace(one(0, "admin", "password", "full", station="Office"), id=ADMIN.id)
    ended = {"ended_at": NOON - timedelta(minutes=2), "ended_by": "rsharma_sriganganagr"}
    return [
        own,
        one(1, "rsharma_sriganganagr", "remembered_password"),
        one(2, "biller_kumari", "pin", "full"),
        one(3, "d_akola", "badge", **ended),
        one(4, "d_hisar", "from_the_future", "odd", ended_at=NOON - timedelta(days=40)),
    ]


def stations():
    def one(number, name, area, **more):
        return StationRecord(
            id=UUID(int=76 + number),
            name=name,
            area=area,
            version="1.4.0",
            account=f"station_{number:02}",
            enrolled_at=NOON - timedelta(days=200),
            last_seen_at=NOON - timedelta(seconds=40 * number),
            **more,
        )

    revoked = {"revoked_at": NOON - timedelta(days=3), "revoked_by": "admin"}
    return [
        one(1, "Station 7, Sri Ganganagar loading dock", "sri_ganganagar", operator="rsharma_sriganganagr"),
        one(2, "", None),
        one(3, "Station 9", "akola", **revoked),
        *(
            one(4 + i, f"Station {20 + i}", area, operator=f"d_{area}"[:20])
            for i, area in enumerate(DISPATCH_AREAS)
        ),
    ]


def audit_rows():
    """Rows of the station and the web application's odd ones: no user, plain text, broken JSON, all long."""

    def row(number, action, entity, **more):
        return AuditRow(
            id=9000 - number,
            at=NOON - timedelta(seconds=97 * number),
            action=action,
            entity_type=entity,
            **{"username": "admin", "entity_id": 40 + number, "address": "10.20.30.0"} | more,
        )

    return [
        row(
            0,
            "role_change",
            "user",
            before={"role": "dispatcher", "dispatch_area": "lucknow", "verified": True},
            after={"role": "biller", "dispatch_area": None, "verified": True},
            details={"username": "rsharma", "reason": "asked for by the depot"},
        ),
        row(
            1,
            "link_child",
            "link",
            username="rsharma_sriganganagr",
            request=str(ENTRY),
            after={"parent": "SB10001", "child": "AB12C04F7K"},
            details={"station": "Station 7, Sri Ganganagar loading dock", "seq": 1204},
        ),
        row(
            2,
            "login_failed_user_not_found",
            "auth",
            username=None,
            entity_id=None,
            details={"username": "rsharm"},
        ),
        row(3, "BULK_IMPORT", "system", username=None, details={"text": "Imported 4820 rows from bags.xlsx"}),
        row(4, "delete_bag", "bag", before={"text": '{"qr_id": "SB1", "status": '}, details={}),
        row(
            5,
            "comprehensive_data_delete_success",
            "system",
            username=None,
            address="2001:db8:85a3::",
            details={"counts": {"bag": 120344, "link": 988120}, "note": "x" * 900, "empty": None},
            before={"bags": 120344},
            request="not-an-entry",
        ),
        *(
            row(6 + i, "login_success", "auth", username=f"d_{area}"[:20])
            for i, area in enumerate(DISPATCH_AREAS)
        ),
    ]


class FakePeopleOffice:
    """Implements ``PeopleOffice``. ``done`` holds every change; ``problem`` is what the next one meets."""

    def __init__(self):
        self.all_accounts, self.all_sessions = accounts(), sessions()
        self.all_stations, self.all_rows = stations(), audit_rows()
        self.page = 50
        self.done, self.asked = [], []
        self.problem = None
        self.station_problem = None
        self.own_password = "Old-pass1"

    def accounts(self, *, session, search="", after=None):
        self.asked.append(("accounts", search, after))
        found = [
            each for each in self.all_accounts if search in each.username and each.username > (after or "")
        ]
        rest = len(found) > self.page
        return AccountsPage(
            accounts=tuple(found[: self.page]), next_after=found[self.page - 1].username if rest else None
        )

    def change_account(self, change, *, session):
        if self.problem is not None:
            return self.problem
        self.done.append(change)
        if change.act is AccountAct.CREATE:
            self.all_accounts.append(account(change.username, change.values["role"], change.values["area"]))
            self.all_accounts.sort(key=lambda each: each.username)
        return None

    def audit(self, wanted, *, session, before=None):
        self.asked.append(("audit", wanted, before))
        found = [row for row in self.all_rows if before is None or row.id < before]
        if wanted.request is not None:
            found = [row for row in found if row.request == str(wanted.request)]
        rest = len(found) > self.page
        return AuditPage(
            rows=tuple(found[: self.page]), next_before=found[self.page - 1].id if rest else None
        )

    def sessions(self, *, session, username=None):
        self.asked.append(("sessions", username))
        return tuple(each for each in self.all_sessions if username in {None, each.username})

    def end_session(self, ended, *, session):
        self.done.append(("end_session", ended))

    def stations(self, *, session):
        self.asked.append(("stations",))
        return tuple(self.all_stations)

    def change_station(self, act, station, values, *, session):
        self.done.append((act, station, dict(values)))
        return self.station_problem

    def enrolment_code(self, *, session, name, area):
        self.done.append(("enrolment_code", name, area))
        return NEW_CODE

    def change_own_password(self, old, new, *, session):
        if old != self.own_password:
            return OwnPasswordAnswer.REFUSED
        self.own_password = new
        return OwnPasswordAnswer.CHANGED


class FakePeopleDesk:
    """Implements ``PeopleDesk``: answers at once unless ``held``; ``trouble`` is the answer to everything."""

    def __init__(self):
        self.office = FakePeopleOffice()
        self.session = ADMIN
        self.trouble = None
        self.held = False
        self.waiting = []

    def ask(self, question, answered):
        asked = SimpleNamespace(question=question, answered=answered)
        if self.held:
            self.waiting.append(asked)
        else:
            self._answer(asked)

    def own_password_change(self, old, new):
        return lambda office, session: office.change_own_password(old, new, session=session)

    def let_go(self, *, last_first=False):
        waiting, self.waiting = self.waiting, []
        for asked in reversed(waiting) if last_first else waiting:
            self._answer(asked)

    def _answer(self, asked):
        asked.answered(self.trouble or asked.question(self.office, self.session.id))

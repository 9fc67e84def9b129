"""What an administrator does from a station: accounts, sessions, the audit, stations, and the own password.

Any thread but the GUI's. Every call is one of the centre's functions, which looks at the session first.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from traitortrack_desktop.domain.accounts import (
    PAGE,
    AccountChange,
    AccountProblem,
    AccountsPage,
    AuditFilter,
    AuditPage,
    OwnPasswordAnswer,
    SessionRecord,
    StationAct,
    StationProblem,
    StationRecord,
    missing_in_password,
)
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.services.account_secrets import hashed_secret
from traitortrack_desktop.storage.central.database_on_demand import DatabaseOnDemand
from traitortrack_desktop.storage.central.engine import EXACTLY
from traitortrack_desktop.storage.central.enrolment import enrolment_code_hash, new_enrolment_code
from traitortrack_desktop.storage.central.password_proof import proof_of
from traitortrack_desktop.storage.central.people_rows import (
    accounts_page,
    audit_page,
    filter_values,
    session_record,
    station_record,
    storable,
)
from traitortrack_desktop.storage.central.sign_in_answers import looked_at


class CentralPeopleOffice:
    """A ``PeopleOffice`` over the centre at *url*, for the station *device*."""

    def __init__(self, url: str, *, device: DeviceId) -> None:
        self._device = device
        self._database = DatabaseOnDemand(url, application="traitortrack people")

    def accounts(self, *, session: UUID, search: str = "", after: str | None = None) -> AccountsPage:
        """Return a page of accounts; see ``services.ports.PeopleOffice``."""
        rows = self._rows(
            "SELECT * FROM station.accounts(:device, :session, :search, :after, :limit)",
            session,
            search=storable(search.strip()),
            after=None if after is None else storable(after),
            limit=PAGE + 1,
        )
        return accounts_page(rows, PAGE)

    def change_account(self, change: AccountChange, *, session: UUID) -> AccountProblem | None:
        """Make *change*."""
        answer: Mapping[str, str | None] = self._value(
            "SELECT station.administer_account(:device, :session, :act, :username, CAST(:values AS jsonb))",
            session,
            act=str(change.act),
            username=storable(change.username),
            values=json.dumps(_storable_values(change.values)),
        )
        problem = answer["problem"]
        return AccountProblem(problem) if problem is not None else None

    def audit(self, wanted: AuditFilter, *, session: UUID, before: int | None = None) -> AuditPage:
        """Return a page of the audit."""
        rows = self._rows(
            "SELECT * FROM station.audit_entries("
            ":device, :session, CAST(:wanted AS jsonb), CAST(:before AS bigint), :limit)",
            session,
            wanted=json.dumps(filter_values(wanted)),
            before=before,
            limit=PAGE + 1,
        )
        return audit_page(rows, PAGE)

    def sessions(self, *, session: UUID, username: str | None = None) -> tuple[SessionRecord, ...]:
        """Return the newest 200 sessions, open ones first."""
        rows = self._rows(
            "SELECT * FROM station.sessions(:device, :session, :username)",
            session,
            username=None if username is None else storable(username),
        )
        return tuple(session_record(row) for row in rows)

    def end_session(self, ended: UUID, *, session: UUID) -> None:
        """Revoke one session."""
        self._value("SELECT station.revoke_session(:device, :session, :ended)", session, ended=ended)

    def stations(self, *, session: UUID) -> tuple[StationRecord, ...]:
        """Return all stations by name."""
        rows = self._rows("SELECT * FROM station.stations(:device, :session)", session)
        return tuple(station_record(row) for row in rows)

    def change_station(
        self, act: StationAct, station: UUID, values: Mapping[str, str | None], *, session: UUID
    ) -> StationProblem | None:
        """Rename, move, revoke or restore a station; return why not, ``None`` when it is done."""
        problem: str | None = self._value(
            "SELECT station.administer_station(:device, :session, :act, :station, CAST(:values AS jsonb))",
            session,
            act=str(act),
            station=station,
            values=json.dumps(_storable_values(values)),
        )
        return None if problem is None else StationProblem(problem)

    def enrolment_code(self, *, session: UUID, name: str | None, area: str | None) -> str:
        """Make and return a one-time code for a new station."""
        code = new_enrolment_code()
        self._value(
            "SELECT station.make_enrolment_code(:device, :session, :name, :area, :code_hash)",
            session,
            name=None if name is None else storable(name),
            area=area,
            code_hash=enrolment_code_hash(code),
        )
        return code

    def change_own_password(self, old: str, new: str, *, session: UUID) -> OwnPasswordAnswer:
        """Change the password of whoever has *session*.

        Raises ``ValueError`` for a new one that is too weak: the window does not let it come that far.
        """
        if missing_in_password(new):
            raise ValueError("the new password is too weak")
        challenge = self._value("SELECT station.own_password_challenge(:device, :session)", session)
        proof = proof_of(challenge["method"], challenge["salt"], old, device=self._device, session=session)
        hashed = hashed_secret(new)
        answer = looked_at(
            lambda: self._value(
                "SELECT station.change_own_password(:device, :session, :proof, :hashed)",
                session,
                proof=proof,
                hashed=hashed,
            )
        )
        return OwnPasswordAnswer(answer["outcome"])

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def _value(self, statement: str, session: UUID, **values: object) -> Any:
        with self._database.session() as database:
            return database.scalar(text(EXACTLY + statement), self._with_session(session, values))

    def _rows(self, statement: str, session: UUID, **values: object) -> Sequence[Row[Any]]:
        with self._database.session() as database:
            return database.execute(text(EXACTLY + statement), self._with_session(session, values)).all()

    def _with_session(self, session: UUID, values: Mapping[str, object]) -> dict[str, object]:
        return {"device": self._device, "session": session, **values}


def _storable_values(values: Mapping[str, str | None]) -> dict[str, str | None]:
    return {name: None if value is None else storable(value) for name, value in values.items()}

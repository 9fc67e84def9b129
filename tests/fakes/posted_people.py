"""People, their sessions and badges at one centre, and stations that post their work. For tests.

Everything is named anew for each test, so that many may share one database.
"""

import itertools
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from fakes.central_owner import OwnerSession
from fakes.entry_chain import EntryChain, item
from psycopg2.extras import Json

from traitortrack_desktop.domain.entries import Decision, JournalEntry

_NUMBERS = itertools.count(1)


class PostedPeople:
    """The owner's hand on the centre at *url*; close it."""

    def __init__(self, url: str) -> None:
        self.owner = OwnerSession(url)

    def close(self) -> None:
        self.owner.close()

    def person(
        self, role: str | None = "dispatcher", *, verified: bool | None = True, name: str | None = None
    ) -> str:
        """Return the name of somebody new."""
        name = name or f"person{next(_NUMBERS)}"
        self.owner.query(
            """INSERT INTO "user" (username, email, password_hash, role, dispatch_area, verified)
               VALUES (%s, %s || '@x', 'x', %s, 'lucknow', %s)""",
            *(name, name, role, verified),
        )
        return name

    def user_id(self, name: str) -> int:
        number: int = self.owner.query('SELECT id FROM "user" WHERE username = %s', name)[0]["id"]
        return number

    def change(self, name: str, **values: Any) -> None:
        """Change the account's columns."""
        for column, value in values.items():
            self.owner.query(f'UPDATE "user" SET {column} = %s WHERE username = %s', value, name)

    def delete(self, name: str) -> None:
        self.owner.query('DELETE FROM "user" WHERE username = %s', name)

    def badge(self, name: str, *, expires: str | None = None) -> UUID:
        """Return the number of a new badge of *name*; *expires* is an interval from now."""
        return UUID(
            self.owner.query(
                """INSERT INTO station.badge (user_id, code_hash, made_by, expires_at)
                   VALUES (%s, %s, 'admin', clock_timestamp() + CAST(%s AS interval)) RETURNING id""",
                *(self.user_id(name), uuid4().bytes, expires),
            )[0]["id"]
        )

    def revoke_badge(self, badge: UUID) -> None:
        self.owner.query("UPDATE station.badge SET revoked_at = now() WHERE id = %s", str(badge))

    def session(
        self,
        name: str,
        station: "PostingStation",
        *,
        way: str = "password",
        rights: str = "full",
        ago: str = "0",
    ) -> UUID:
        """Return a session that a sign-in at the centre began, so long *ago*."""
        return self.session_at(name, station.chain.device, way=way, rights=rights, ago=ago)

    def session_at(
        self, name: str, device: UUID, *, way: str = "password", rights: str = "full", ago: str = "0"
    ) -> UUID:
        """Return the same at the station that is *device*, which need not be enrolled yet."""
        number = uuid4()
        if way == "pin":
            self.owner.query(
                """INSERT INTO station.pin (user_id, pin_hash, set_by) VALUES (%s, 'x', 'admin')
                   ON CONFLICT DO NOTHING""",
                self.user_id(name),
            )
        self.owner.query(
            """INSERT INTO station.session (id, device, user_id, username, way, rights, started_at, shown)
               VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp() - CAST(%s AS interval),
                       station.shown_to_sign_in(%s, %s))""",
            *(str(number), str(device), self.user_id(name), name, way, rights, ago, self.user_id(name), way),
        )
        return number

    def revoke(self, session: UUID) -> None:
        self.owner.query("SELECT station.end_session(%s, NULL, 'admin')", str(session))

    def session_row(self, session: UUID) -> dict[str, Any] | None:
        rows = self.owner.query("SELECT * FROM station.session WHERE id = %s", str(session))
        return rows[0] if rows else None

    def audit(self, entries: Iterable[JournalEntry]) -> list[dict[str, Any]]:
        """Return the rows of the audit that belong to *entries*, oldest first."""
        return self.owner.query(
            """SELECT a.*, u.username FROM audit_log AS a LEFT JOIN "user" AS u ON u.id = a.user_id
               WHERE request_id = ANY (%s) ORDER BY a.id""",
            [str(entry.id) for entry in entries],
        )


class PostingStation:
    """A station with entries of its own, posted by the owner's connection."""

    def __init__(self, people: PostedPeople) -> None:
        self._people = people
        self.chain = EntryChain()
        people.owner.query(
            """INSERT INTO station.device (id, name, version, role_name, area)
               VALUES (%s, 'Station 7', '1', session_user, 'indore')""",
            str(self.chain.device),
        )

    def post(
        self, *decisions: Decision, by: str | None, session: UUID | None = None, isolate: bool = False
    ) -> list[dict[str, Any]]:
        return self.offer(self.entries(*decisions, by=by, session=session), isolate=isolate)

    def entries(
        self, *decisions: Decision, by: str | None, session: UUID | None = None
    ) -> list[JournalEntry]:
        return [self.chain.entry(decision, operator=by, session=session) for decision in decisions]

    def offer(self, entries: Iterable[JournalEntry], *, isolate: bool = False) -> list[dict[str, Any]]:
        receipts: list[dict[str, Any]] = self.send([item(entry) for entry in entries], isolate=isolate)[
            "receipts"
        ]
        return receipts

    def send(self, items: list[Any], *, isolate: bool = False, session: UUID | None = None) -> dict[str, Any]:
        """Return the whole reply to *items*."""
        reply: dict[str, Any] = self._people.owner.query(
            "SELECT station.post_entries(%s, %s, %s, %s) AS reply",
            *(str(self.chain.device), Json(items), isolate, str(session) if session else None),
        )[0]["reply"]
        return reply


def told(receipts: Iterable[dict[str, Any]]) -> list[tuple[str, str | None, str | None]]:
    """Return what receipts say: outcome, reason and notice."""
    return [(one["outcome"], one.get("reason"), one.get("notice")) for one in receipts]

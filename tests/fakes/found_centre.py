"""A centre with rows as the web application and its faults leave them, asked by a station. For tests.

Everything is named anew for each test, so that many may share one database.
"""

import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from fakes.central_owner import OwnerSession
from fakes.hidden_address import HiddenAddress

from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.storage.central.finder import CentralFinderOffice
from traitortrack_desktop.storage.central.station_login import create_station_login

ACCOUNT = "finding_station"
WITHOUT_RULES = """
    ALTER TABLE link DROP CONSTRAINT link_child_bag_id_unique;
    DROP INDEX station_bill_bag_one_bill;
    DROP INDEX idx_bag_qr_id_unique_ci;
"""
"""A year of faults could only come in where these were missing."""

_NUMBERS = itertools.count(1)


class FoundCentre:
    """The owner's hand on the centre at *url*, and the finder of one of its stations. Close it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.owner = OwnerSession(url)
        self.owner.query(WITHOUT_RULES)
        create_station_login(url, ACCOUNT, "pw")
        self.station_url = HiddenAddress(f"postgresql://{ACCOUNT}:pw{url[url.rindex('@') :]}")
        self.device = self.station("Station 7")
        self.finder = CentralFinderOffice(self.station_url, device=self.device, zone=UTC)
        self.boss = self.signed_in("admin")

    def close(self) -> None:
        self.finder.close()
        self.owner.close()

    def query(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        return self.owner.query(statement, *values)

    def station(self, name: str) -> DeviceId:
        device = DeviceId(uuid4())
        self.query(
            "INSERT INTO station.device (id, name, version, role_name) VALUES (%s, %s, '1', %s)",
            *(str(device), name, ACCOUNT),
        )
        return device

    def new(self, start: str) -> str:
        """Return *start* with a number that nobody had before."""
        return f"{start}{next(_NUMBERS):05}"

    def person(self, role: str | None = "dispatcher", *, area: str | None = None) -> str:
        name = self.new("person")
        self.query(
            """INSERT INTO "user" (username, email, password_hash, role, dispatch_area, verified)
               VALUES (%s, %s || '@x', 'x', %s, %s, true)""",
            *(name, name, role, area),
        )
        return name

    def user_id(self, name: str) -> int:
        return int(self.query('SELECT id FROM "user" WHERE username = %s', name)[0]["id"])

    def session_of(self, name: str, *, rights: str = "full", device: UUID | None = None) -> UUID:
        number = uuid4()
        self.query(
            """INSERT INTO station.session (id, device, user_id, username, way, rights)
               VALUES (%s, %s, %s, %s, %s, %s)""",
            *(str(number), str(device or self.device), self.user_id(name), name),
            *("password" if rights == "full" else "badge", rights),
        )
        return number

    def signed_in(
        self, role: str | None = "dispatcher", *, area: str | None = None, rights: str = "full"
    ) -> UUID:
        """Return the session of somebody new."""
        return self.session_of(self.person(role, area=area), rights=rights)

    def bag(self, code: str, kind: str = "child", **columns: Any) -> int:
        """Make a bag as an import does: with nothing that it does not need."""
        return self._made("bag", qr_id=code, type=kind, **columns)

    def link(self, parent: int, child: int, at: datetime | None = None) -> int:
        return self._made("link", parent_bag_id=parent, child_bag_id=child, created_at=at)

    def scan(self, *, by: int | None = None, at: datetime | None = None, **bags: int) -> int:
        return self._made("scan", user_id=by, timestamp=at, **bags)

    def bill(self, name: str, *parents: int, **columns: Any) -> int:
        bill = self._made("bill", bill_id=name, **columns)
        for parent in parents:
            self._made("bill_bag", bill_id=bill, bag_id=parent)
        return bill

    def ticket(self, code: str, **columns: Any) -> int:
        return self._made("return_ticket", ticket_code=code, cf_location="indore", **columns)

    def returned(self, ticket: int, bag: int, **columns: Any) -> int:
        return self._made("return_ticket_bag", return_ticket_id=ticket, bag_id=bag, **columns)

    def filled(self, *, children: int, **columns: Any) -> tuple[int, str, list[str]]:
        """Make a parent with children; return its id and code, and theirs."""
        code = self.new("SB")
        parent = self.bag(code, "parent", **columns)
        codes = [self.new("K") for _ in range(children)]
        for child in codes:
            self.link(parent, self.bag(child))
        return parent, code, codes

    def entry(self, kind: str, *, at: datetime | None = None, outcome: str = "posted", **named: Any) -> UUID:
        """Write a line of the ledger; *named* are its payload's, as a station would have posted it."""
        number = uuid4()
        columns = {
            key: named.get(key) for key in ("code", "parent", "child", "bill", "ticket", "operator", "reason")
        }
        bags = {
            f"{side}_bag_id": self._id_of(named[side]) if named.get(side) else None
            for side in ("parent", "child")
        }
        moment = at or datetime.now(UTC)
        row = {
            **columns, **bags, "id": str(number), "device": str(self.device), "epoch": str(self.device),
            "seq": next(_NUMBERS), "kind": kind, "verdict": "accepted", "device_time": moment,
            "received_at": moment, "hash": b"x", "outcome": outcome,
            "payload": json.dumps({"station": "Station 7", **named}),
        }  # fmt: skip
        self._insert("station.entry", row)
        return number

    def _id_of(self, code: str) -> int | None:
        rows = self.query("SELECT id FROM bag WHERE upper(qr_id) = %s ORDER BY id LIMIT 1", code)
        return rows[0]["id"] if rows else None

    def _made(self, table: str, **columns: Any) -> int:
        return int(self._insert(table, columns)[0]["id"])

    def _insert(self, table: str, row: dict[str, Any]) -> list[dict[str, Any]]:
        names = ", ".join(f'"{name}"' for name in row)
        places = ", ".join(["%s"] * len(row))
        return self.query(f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING id", *row.values())


def minutes(count: int) -> datetime:
    """Return a moment of a made-up day, without zone, as the web application's tables keep it."""
    return datetime(2026, 3, 4, 9, 0) + timedelta(minutes=count)  # noqa: DTZ001 - the web application's UTC

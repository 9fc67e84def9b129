"""Two stations with real journals and the web application on the same few bags, at random.

Deliveries come late and in parts, replies get lost after they were posted, stations are stopped and
started. Whatever the order: the rows are what the ledger and the web application say, every figure
agrees with its rows, and after the next answer a station shows the centre's count.
"""

import os
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from fakes.asked_badges import AskedBadges
from fakes.central_owner import OwnerSession
from fakes.own_knowledge import own_knowledge

from traitortrack_desktop.domain.codes import Command, code_rules
from traitortrack_desktop.domain.entries import EntryKind, Verdict
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.services.scan_intake import ScanIntake
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.local.journal import SqliteJournal
from traitortrack_desktop.storage.local.reading import SqliteWaitingEntries

CAPACITY = 4
PARENTS = [f"SB{number:05}" for number in range(3)]
CHILDREN = [f"C{number:03}" for number in range(12)]
STEPS = 250


class Station:
    def __init__(self, directory: Path, url: str) -> None:
        self._directory = directory
        self._device = DeviceId(uuid4())
        self.office = CentralPostingOffice(url, device=self._device, station_name="s", version="1")
        self.waiting = SqliteWaitingEntries(directory)
        self.open()

    def open(self) -> None:
        self.journal = SqliteJournal.open(
            self._directory, device=self._device, station="s", clock=lambda: datetime.now(UTC)
        )
        self.intake = ScanIntake(
            journal=self.journal,
            rules=code_rules(capacity=CAPACITY),
            tell=lambda _event: None,
            known_about=own_knowledge(self.journal),
            badges=AskedBadges(),
        )
        self.intake.resume()

    def restart(self) -> None:
        before = self.state
        self.intake.close()
        self.open()
        assert self.state == before

    @property
    def state(self) -> WorkState:
        return self.intake._keeping.state

    def scan(self, text: str) -> None:
        self.intake.take(ScanFrame(source="gun", raw=text.encode()))

    def deliver(self, limit: int = 500, *, lose_reply: bool = False) -> None:
        entries = self.waiting.first(limit)
        if entries:
            reply = self.office.post(entries)
            if not lose_reply:
                assert self.intake.take_receipts(entries, reply)

    def understand_everything(self) -> None:
        while self.state.stop is not None or self.state.attention:
            self.scan(Command.UNDERSTOOD)

    def close(self) -> None:
        self.intake.close()
        self.waiting.close()
        self.office.close()


class WebApplication:
    """Changes rows as the web application does."""

    def __init__(self, owner: OwnerSession) -> None:
        self._owner = owner

    def unlink(self, child: str) -> None:
        self._owner.query(
            """
            WITH gone AS (SELECT id FROM bag WHERE qr_id = %s AND type = 'child'),
                 link_gone AS (DELETE FROM link WHERE child_bag_id IN (SELECT id FROM gone)),
                 scan_gone AS (DELETE FROM scan WHERE child_bag_id IN (SELECT id FROM gone))
            DELETE FROM bag WHERE id IN (SELECT id FROM gone)
            """,
            child,
        )

    def link(self, parent: str, child: str) -> None:
        self._owner.query(
            """
            WITH made AS (
                INSERT INTO bag (qr_id, type) SELECT %s, 'child'
                WHERE EXISTS (SELECT FROM bag WHERE qr_id = %s AND type = 'parent' AND child_count < 3)
                ON CONFLICT DO NOTHING RETURNING id)
            INSERT INTO link (parent_bag_id, child_bag_id)
            SELECT p.id, made.id FROM made, bag AS p WHERE p.qr_id = %s
            """,
            child,
            parent,
            parent,
        )

    def delete_parent(self, parent: str) -> None:
        self._owner.query(
            "DELETE FROM scan WHERE parent_bag_id = (SELECT id FROM bag WHERE qr_id = %s)", parent
        )
        self._owner.query(
            "DELETE FROM link WHERE parent_bag_id = (SELECT id FROM bag WHERE qr_id = %s)", parent
        )
        self._owner.query(
            "DELETE FROM bill_bag WHERE bag_id = (SELECT id FROM bag WHERE qr_id = %s)",
            parent,
        )
        self._owner.query("DELETE FROM bag WHERE qr_id = %s", parent)

    def attach(self, parent: str) -> None:
        self._owner.query(
            "INSERT INTO bill_bag (bill_id, bag_id) SELECT bill.id, bag.id FROM bill, bag"
            " WHERE bag.qr_id = %s AND bag.type = 'parent' ON CONFLICT DO NOTHING",
            parent,
        )

    def refresh(self) -> None:
        """Bring stored figures in line with the rows."""
        self._owner.query(
            """
            UPDATE bag SET child_count = n.n, weight_kg = n.n,
                status = CASE WHEN n.n >= 4 THEN 'completed' ELSE 'pending' END
            FROM (SELECT b.id, count(l.id) AS n FROM bag b LEFT JOIN link l ON l.parent_bag_id = b.id
                  WHERE b.type = 'parent' GROUP BY b.id) AS n WHERE bag.id = n.id
            """,
        )
        self._owner.query(
            """
            SELECT station.refresh_bills(array_agg(id), now()::timestamp) FROM bill HAVING count(*) > 0
            """,
        )


class Floor:
    def __init__(self, url: str, folder: Path, luck: random.Random) -> None:
        self._url = url
        self._owner = OwnerSession(url)
        self._luck = luck
        self.stations = [Station(folder / name, url) for name in "ab"]
        self._web = WebApplication(self._owner)
        self._inside: dict[str, str] = {}
        self._ledger = 0

    def begin(self) -> None:
        self._owner.query("INSERT INTO bill (bill_id, status) VALUES ('BILL-1', 'new')")

    def step(self) -> None:
        luck, station = self._luck, self._luck.choice(self.stations)
        chance = luck.random()
        if chance < 0.6:
            self._scan(station)
        elif chance < 0.8:
            station.deliver(luck.randrange(1, 8), lose_reply=luck.random() < 0.2)
            self._follow_the_ledger()
            self.check_rows()
        elif chance < 0.84:
            station.restart()
        else:
            self.check_rows()
            self._change_by_web()
            self.check_rows()

    def _scan(self, station: Station) -> None:
        luck, state = self._luck, station.state
        if state.stop is not None or state.attention:
            station.scan(Command.UNDERSTOOD)
        elif state.question is not None and luck.random() < 0.5:
            station.scan(state.question.code)
        else:
            groups = [CHILDREN, PARENTS, list(Command)]
            station.scan(luck.choice(luck.choices(groups, weights=[10, 3, 3])[0]))

    def _change_by_web(self) -> None:
        luck = self._luck
        parent, child = luck.choice(PARENTS), luck.choice(CHILDREN)
        change = luck.choice(["unlink", "unlink", "link", "attach", "delete"])
        if change == "unlink":
            self._web.unlink(child)
        elif change == "link":
            self._web.link(parent, child)
        elif change == "attach":
            self._web.attach(parent)
        else:
            self._web.delete_parent(parent)
        self._web.refresh()
        self._inside = self._rows()

    def _follow_the_ledger(self) -> None:
        new = self._owner.query("SELECT * FROM station.entry ORDER BY received_at, device, seq")[
            self._ledger :
        ]
        self._ledger += len(new)
        for row in new:
            if row["outcome"] != "posted":
                continue
            if row["kind"] == EntryKind.ADD_CHILD:
                assert row["child"] not in self._inside
                self._inside[row["child"]] = row["parent"]
            elif row["kind"] == EntryKind.REMOVE_CHILD:
                assert self._inside.pop(row["child"]) == row["parent"]
            elif row["kind"] == EntryKind.MOVE_CHILDREN:
                self._inside |= dict.fromkeys(row["payload"]["children"], row["parent"])
            elif row["kind"] == EntryKind.REPLACE_LABEL:
                self._rename(row["payload"]["bag"], row["parent"] or row["child"])

    def _rename(self, old: str, new: str) -> None:
        named = {child: new if parent == old else parent for child, parent in self._inside.items()}
        self._inside = {new if child == old else child: parent for child, parent in named.items()}

    def _rows(self) -> dict[str, str]:
        found = self._owner.query(
            "SELECT p.qr_id AS parent, c.qr_id AS child FROM link"
            " JOIN bag p ON p.id = parent_bag_id JOIN bag c ON c.id = child_bag_id",
        )
        return {row["child"]: row["parent"] for row in found}

    def check_rows(self) -> None:
        assert self._rows() == self._inside
        report = consistency(self._url)
        assert report.holds, report

    def settle(self) -> None:
        """Let everything be delivered; then each station scans once more, and shows what the centre holds."""
        for station in self.stations:
            station.deliver()
            self._follow_the_ledger()
            station.understand_everything()
            for fresh in range(2):
                station.scan(f"FRESH{fresh}{id(station) % 997}")
                station.deliver()
                self._follow_the_ledger()
                station.understand_everything()
                station.scan(Command.CANCEL)
            parent = station.state.parent
            if parent is not None and any(c.receipt is not None for c in parent.changes):
                assert parent.count == list(self._inside.values()).count(parent.code), station.state
                for change in parent.children:
                    assert change.receipt is not None
            station.deliver()
            self._follow_the_ledger()
        self.check_rows()
        for station in self.stations:
            assert station.journal.backlog().pending == 0

    def close(self) -> None:
        for station in self.stations:
            station.close()
        self._owner.close()

    def was_busy(self) -> None:
        told = self._owner.query(
            "SELECT count(*) AS n FROM station.entry WHERE verdict = %s", Verdict.ACCEPTED
        )
        assert told[0]["n"] > 20


@pytest.fixture
def floor(central_url: str, tmp_path: Path, number: int) -> Iterator[Floor]:
    # The same histories in every run; HISTORY_SEED explores others.
    seed = int(os.environ.get("HISTORY_SEED", "20260105"))
    floor = Floor(central_url, tmp_path, random.Random(seed + number))
    floor.begin()
    yield floor
    floor.close()


@pytest.mark.parametrize("number", range(4))
def test_rows_figures_and_shown_counts_agree_whatever_happens(floor: Floor, number: int):
    for _ in range(STEPS):
        floor.step()
    floor.settle()
    floor.was_busy()

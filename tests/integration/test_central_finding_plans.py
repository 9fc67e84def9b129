"""What the centre reads for a look-up does not grow with the number of bags, nor with the depth of a page.

A session keeps plans that it made while the tables were empty: the hard case, and the one that is tried here.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg2
import pytest
from fakes.found_centre import FoundCentre
from fakes.plain_address import plain
from sqlalchemy import text

from traitortrack_desktop.domain.findings import BagFilter, BillFilter, FoundKind
from traitortrack_desktop.storage.central.finder import CentralFinderOffice

SMALL, LARGE = 2_000, 20_000
MOST_ROWS_READ = {
    "a child": 150,
    "a parent": 200,
    "a bill": 300,
    "an unknown code": 20,
    "the beginning of a code": 100,
    "the end of a code": 100,
    "the history of a child": 60,
    "the history of a parent": 100,
    "bags": 500,
    "bags by the end of their code": 100,
    "bags of two days": 800,
    "parents on a bill": 1_500,
    "bills": 7_000,
    "bills of a status": 7_000,
    "returns": 20,
}
"""Rows read by each, from tables and indexes; with 20,000 bags any full reading shows."""

_LARGE_TABLES = "('bag', 'link', 'scan', 'bill', 'bill_bag', 'entry')"
_READ = f"""
    SELECT (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables
            WHERE relname IN {_LARGE_TABLES}) AS whole,
           (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes
            WHERE relname IN {_LARGE_TABLES}) AS rows
"""
_GROWN = (
    """WITH made AS (
           INSERT INTO bag (qr_id, type, created_at)
           SELECT CASE WHEN n %% 10 = 0 THEN 'SB' ELSE 'K' END || n,
                  CASE WHEN n %% 10 = 0 THEN 'parent' ELSE 'child' END,
                  timestamp '2026-01-01' + n * interval '10 minutes'
           FROM generate_series(%(first)s, %(last)s) AS n RETURNING id, qr_id, type)
       INSERT INTO link (parent_bag_id, child_bag_id)
       SELECT p.id, c.id FROM made AS c JOIN made AS p
         ON p.qr_id = 'SB' || (substr(c.qr_id, 2)::integer / 10 * 10) AND c.type = 'child'""",
    """INSERT INTO bill (bill_id, created_at) SELECT 'B' || qr_id, created_at FROM bag
       WHERE type = 'parent' AND id > %(highest)s AND qr_id LIKE '%%50'""",
    """INSERT INTO bill_bag (bill_id, bag_id)
       SELECT i.id, b.id FROM bag AS b JOIN bill AS i ON i.bill_id = 'B' || left(b.qr_id, -2) || '50'
       WHERE b.type = 'parent' AND b.id > %(highest)s""",
    "INSERT INTO scan (timestamp, child_bag_id) SELECT created_at, id FROM bag WHERE id > %(highest)s",
    """INSERT INTO station.entry (id, device, epoch, seq, kind, verdict, code, parent, child, hash, payload,
                                  outcome, parent_bag_id, child_bag_id)
       SELECT gen_random_uuid(), %(device)s, %(device)s, c.id, 'add_child', 'accepted', c.qr_id, p.qr_id,
              c.qr_id, 'x', '{}', 'posted', p.id, c.id
       FROM link AS l JOIN bag AS p ON p.id = l.parent_bag_id JOIN bag AS c ON c.id = l.child_bag_id
       WHERE c.id > %(highest)s""",
)


class GrowingCentre:
    """One station with one connection that stays open, as its plans do."""

    def __init__(self, url: str) -> None:
        self.centre = FoundCentre(url)
        self.finder = CentralFinderOffice(self.centre.station_url, device=self.centre.device)
        self.bags = 0
        with closing(psycopg2.connect(plain(url))) as connection:
            connection.autocommit = True
            connection.cursor().execute("VACUUM ANALYZE")
        for ask in self.questions().values():
            ask()

    def close(self) -> None:
        self.finder.close()
        self.centre.close()

    def grow(self, bags: int) -> None:
        """Bring the centre to *bags* bags, every tenth a parent with nine children, all of those billed."""
        highest = self.centre.query("SELECT coalesce(max(id), 0) AS id FROM bag")[0]["id"]
        values = {
            "first": 100_000 + self.bags,
            "last": 100_000 + bags - 1,
            "highest": highest,
            "device": str(self.centre.device),
        }
        with closing(psycopg2.connect(plain(self.centre.url))) as connection, connection.cursor() as cursor:
            for statement in _GROWN:
                cursor.execute(statement, values)
            connection.commit()
        self.bags = bags

    def questions(self) -> dict[str, Callable[[], object]]:
        finder, session = self.finder, self.centre.boss
        day = self.centre.query("SELECT (max(created_at) - interval '3 days')::date AS day FROM bag")[0][
            "day"
        ]
        return {
            "a child": lambda: finder.look("K100011", session=session),
            "a parent": lambda: finder.look("SB100010", session=session),
            "a bill": lambda: finder.look("BSB100050", session=session),
            "an unknown code": lambda: finder.look("99999XYZ", session=session),
            "the beginning of a code": lambda: finder.look("K100", session=session),
            "the end of a code": lambda: finder.look("0010", session=session),
            "the history of a child": lambda: finder.history("K100011", session=session),
            "the history of a parent": lambda: finder.history("SB100010", session=session),
            "bags": lambda: finder.bags(BagFilter(), session=session),
            "bags by the end of their code": lambda: finder.bags(BagFilter(text="0011"), session=session),
            "bags of two days": lambda: finder.bags(BagFilter(since=day, until=day), session=session),
            "parents on a bill": lambda: finder.bags(
                BagFilter(kind=FoundKind.PARENT, billed=True), session=session
            ),
            "bills": lambda: finder.bills(BillFilter(), session=session),
            "bills of a status": lambda: finder.bills(BillFilter(status="new"), session=session),
            "returns": lambda: finder.tickets(session=session),
        }

    def read_by(self, ask: Callable[[], object]) -> tuple[int, int]:
        """Return how many rows *ask* reads in whole tables, and by indexes."""
        before = self._told()
        ask()
        after = self._told()
        return after[0] - before[0], after[1] - before[1]

    def _told(self) -> tuple[int, int]:
        """Return all that was read, once the station's own process has handed in its figures."""
        with self.finder._database.session() as session:
            session.execute(text("SELECT pg_stat_force_next_flush()"))
        with self.finder._database.session() as session:
            session.execute(text("SELECT 1"))
        last = None
        while last != (last := self.centre.query(_READ)[0]):
            time.sleep(0.01)
        return int(last["whole"]), int(last["rows"])


@pytest.fixture
def growing(central_url: str) -> Iterator[GrowingCentre]:
    growing = GrowingCentre(central_url)
    yield growing
    growing.close()


def test_no_look_up_reads_a_table_whole_or_more_rows_because_there_are_more_bags(growing: GrowingCentre):
    for bags in (SMALL, LARGE):
        growing.grow(bags)
        read = {name: growing.read_by(ask) for name, ask in growing.questions().items()}
        assert {name: whole for name, (whole, _) in read.items() if whole} == {}, bags
        assert {name: rows for name, (_, rows) in read.items() if rows > MOST_ROWS_READ[name]} == {}, bags

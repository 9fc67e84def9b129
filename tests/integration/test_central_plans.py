"""What the centre reads for a posting and a look-up does not grow with the number of bags.

Tables that were looked at by the server while they were empty are the hard case: plans made then would
read them from end to end for as long as a session lasts.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import psycopg2
import pytest
from fakes.central_owner import query
from fakes.decisions import added, opened, removed, signed_in, signed_out
from fakes.entry_chain import OPERATOR, EntryChain, filled
from fakes.plain_address import plain
from fakes.posted_people import PostedPeople

from traitortrack_desktop.storage.central.posting import CentralPostingOffice

SMALL, LARGE = 2_000, 20_000
MOST_ROWS_READ = {
    "one child": 60,
    "under a badge": 120,
    "a refusal": 60,
    "a batch": 2_500,
    "a probe": 10,
    "a sign-in": 10,
}
"""Rows read by each, from tables and indexes; with 20,000 bags any full reading shows."""

_READ = """
    SELECT (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables
            WHERE relname <> 'setting' AND relname <> 'device')
         + (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes) AS rows
"""


class Centre:
    """One station with one connection that stays open, as its plans do."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bags = 0
        self.chain = EntryChain()
        self.office = CentralPostingOffice(url, device=self.chain.device, station_name="s", version="1")
        with closing(PostedPeople(url)) as people:
            self.badge = people.badge(people.person(name=OPERATOR))

    def grow(self, bags: int) -> None:
        """Bring the centre to *bags* bags, every tenth a parent with nine children, some of those billed."""
        query(
            self.url,
            """WITH made AS (
                   INSERT INTO bag (qr_id, type, child_count, weight_kg, status)
                   SELECT CASE WHEN n %% 10 = 0 THEN 'SB' ELSE 'K' END || n,
                          CASE WHEN n %% 10 = 0 THEN 'parent' ELSE 'child' END, 9, 9, 'pending'
                   FROM generate_series(%s, %s) AS n RETURNING id, qr_id, type)
               INSERT INTO link (parent_bag_id, child_bag_id)
               SELECT p.id, c.id FROM made AS c JOIN made AS p
                 ON p.qr_id = 'SB' || (substr(c.qr_id, 2)::integer / 10 * 10) AND c.type = 'child'""",
            100_000 + self.bags,
            100_000 + bags - 1,
        )
        query(
            self.url,
            """INSERT INTO bill (bill_id) SELECT 'B' || id FROM bag WHERE type = 'parent' AND id % 50 = 0
               ON CONFLICT DO NOTHING""",
        )
        query(
            self.url,
            """INSERT INTO bill_bag (bill_id, bag_id)
               SELECT bill.id, bag.id FROM bag JOIN bill ON bill.bill_id = 'B' || bag.id
               ON CONFLICT DO NOTHING""",
        )
        query(
            self.url,
            """INSERT INTO station.session (id, device, user_id, username, way, rights, ended_at)
               SELECT gen_random_uuid(), CASE WHEN n %% 2 = 0 THEN %s ELSE gen_random_uuid() END, 1, 'x',
                      'badge', 'operator', now() FROM generate_series(%s, %s) AS n""",
            *(str(self.chain.device), self.bags, bags),
        )
        self.bags = bags
        self.rows_read()

    def rows_read(self) -> int:
        """Return what all have read, once every process that ended has handed its figures in."""
        last = None
        while last != (last := query(self.url, _READ)[0]["rows"]) or self._others():
            time.sleep(0.01)
        return int(last)

    def _others(self) -> bool:
        others: bool = query(
            self.url,
            """SELECT count(*) > 1 AS there FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()
                 AND backend_type = 'client backend'""",
        )[0]["there"]
        return others


@pytest.fixture
def centre(central_url: str) -> Iterator[Centre]:
    centre = Centre(central_url)
    _vacuum(central_url)
    # The plans of this session are made now, over empty tables.
    centre.office.post(centre.chain.entries([opened("SB00001"), added("SB00001", "A001")]))
    yield centre
    centre.office.close()


def _vacuum(url: str) -> None:
    with closing(psycopg2.connect(plain(url))) as connection:
        connection.autocommit = True
        connection.cursor().execute("VACUUM ANALYZE")


def _read_by(centre: Centre, work: str) -> int:
    """Return how many rows *work* reads. The station's process tells its figures when it is asked to."""
    before = _told(centre)
    session = uuid4() if work == "under a badge" else None
    entries = {
        "one child": [added("SB100010", f"X{centre.bags}")],
        "under a badge": [signed_in(badge=centre.badge), added("SB100010", f"Z{centre.bags}"), signed_out()],
        "a refusal": [added("SB100020", "K100011")],
        "a batch": [
            *filled(f"SB{centre.bags}", [f"Y{centre.bags}{n:02}" for n in range(29)]),
            *(removed("SB100030", f"K{n}") for n in range(100_031, 100_036)),
        ],
        "a probe": [],
        "a sign-in": [],
    }[work]
    if work == "a sign-in":
        query(centre.url, "SELECT * FROM station.account_for_sign_in('ravi')")
    elif entries:
        made = [centre.chain.entry(decision, session=session) for decision in entries]
        receipts = centre.office.post(made).receipts
        assert session is None or {receipt.reason for receipt in receipts} == {None}
    else:
        centre.office.probe()
    return _told(centre) - before


def _told(centre: Centre) -> int:
    """Let the station's own process hand in its figures, then read them; its connection stays the same."""
    with centre.office._database.delivery() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT 1")
    return centre.rows_read()


def test_no_work_reads_more_rows_because_there_are_more_bags(centre: Centre):
    for bags in (SMALL, LARGE):
        centre.grow(bags)
        read = {work: _read_by(centre, work) for work in MOST_ROWS_READ}
        assert {work: rows for work, rows in read.items() if rows > MOST_ROWS_READ[work]} == {}, bags

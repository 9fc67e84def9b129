"""``db audit`` on a real server: what it finds, what it mends and records, what it leaves to people."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest
from fakes.central_owner import query
from fakes.heard_sentence import HeardSentence
from sqlalchemy import create_engine

from traitortrack_desktop.commands.db_audit import change_text, lines
from traitortrack_desktop.services.ports import CentreMismatchError
from traitortrack_desktop.storage.central import repair
from traitortrack_desktop.storage.central.audit import AuditReport, audit
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.engine import owner_engine
from traitortrack_desktop.storage.central.recount import Difference, wrong_bills, wrong_parents
from traitortrack_desktop.storage.central.repair import Mender
from traitortrack_desktop.storage.central.turns import REPAIR, my_turn

DEPOT = """
    INSERT INTO "user" (username, email, password_hash, role)
    VALUES ('ramesh', 'r@example.org', '!', 'dispatcher'), ('sunita', 's@example.org', '!', 'dispatcher');
    INSERT INTO bag (qr_id, type, child_count, weight_kg, status)
    SELECT 'SB0000' || n, 'parent', 0, 0, 'pending' FROM generate_series(1, 6) AS n
    UNION ALL SELECT 'M444-1', 'parent', 0, 0, 'pending';
    INSERT INTO bag (qr_id, type, child_count, weight_kg, status)
    SELECT 'C' || n, 'child', 0, 0, 'pending' FROM generate_series(1, 40) AS n;
    INSERT INTO bill (bill_id, parent_bag_count, linked_parent_count, total_child_bags, total_weight_kg,
                      expected_weight_kg, status)
    VALUES ('B1', 10, 0, 0, 0, 0, 'processing'), ('B2', 10, 0, 0, 0, 300, 'new');
"""
WITHOUT_UNIQUENESS = """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT conrelid::regclass AS table, conname FROM pg_constraint
                     WHERE contype = 'u' AND conrelid::regclass::text IN ('link', 'bag', 'bill_bag')
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.table, found.conname); END LOOP;
        FOR found IN SELECT indexrelid::regclass AS name FROM pg_index
                     WHERE indisunique AND NOT indisprimary
                       AND indrelid IN ('link'::regclass, 'bag'::regclass, 'bill_bag'::regclass)
        LOOP EXECUTE format('DROP INDEX %s', found.name); END LOOP;
    END $$;
"""
DECISIONS = """
    INSERT INTO bag (qr_id, type) VALUES ('sb00001', 'parent'), ('X1', 'crate');
    INSERT INTO link (parent_bag_id, child_bag_id, created_at)
    SELECT p.id, c.id, '2025-12-01' FROM bag AS p, bag AS c
    WHERE (p.qr_id, c.qr_id) IN (('SB00002', 'C1'), ('C2', 'SB00003'));
    INSERT INTO bill_bag (bill_id, bag_id)
    SELECT b.id, p.id FROM bill AS b, bag AS p WHERE p.qr_id = 'SB00004';
    INSERT INTO bill (bill_id, parent_bag_count, status) VALUES ('B3', 0, 'active'), ('B4', NULL, 'draft');
    INSERT INTO scan ("timestamp") VALUES ('2025-12-01');
    INSERT INTO scan ("timestamp", child_bag_id, user_id)
    SELECT '2025-12-01 00:00:01', b.id, u.id FROM bag AS b, "user" AS u
    WHERE b.qr_id = 'C1' AND u.username = 'sunita';
    UPDATE bill SET parent_bag_count = 1 WHERE bill_id = 'B1';
    INSERT INTO bill_bag (bill_id, bag_id)
    SELECT b.id, p.id FROM bill AS b, bag AS p WHERE b.bill_id = 'B1' AND p.qr_id = 'SB00005';
"""
CHECKSUMS = """
    SELECT (SELECT md5(string_agg(l::text, ',' ORDER BY id)) FROM link AS l) AS links,
           (SELECT md5(string_agg(b::text, ',' ORDER BY id)) FROM bill_bag AS b) AS bill_bags,
           (SELECT md5(string_agg(s::text, ',' ORDER BY id)) FROM scan AS s) AS scans,
           (SELECT md5(string_agg(concat(id, qr_id, type), ',' ORDER BY id)) FROM bag) AS bags,
           (SELECT md5(string_agg(concat(id, bill_id, parent_bag_count, status), ',' ORDER BY id)) FROM bill)
               AS bills
"""


@pytest.fixture
def centre(central_url: str) -> str:
    """A centre with seven empty parents, forty children and two bills, all figures right."""
    query(central_url, DEPOT)
    return central_url


@pytest.fixture
def holder(centre: str) -> Iterator[psycopg2.extensions.connection]:
    """Another writer, who may keep a transaction open."""
    with closing(psycopg2.connect(centre.replace("+psycopg2", ""))) as connection:
        yield connection


def link(url: str, parent: str, first: int, last: int) -> None:
    query(
        url,
        """INSERT INTO link (parent_bag_id, child_bag_id, created_at)
           SELECT (SELECT id FROM bag WHERE qr_id = %s), id, '2025-11-30' FROM bag
           WHERE type = 'child' AND substr(qr_id, 2)::int BETWEEN %s AND %s""",
        parent,
        first,
        last,
    )


def load(url: str, bill: str, parent: str) -> None:
    query(
        url,
        """INSERT INTO bill_bag (bill_id, bag_id)
           SELECT b.id, p.id FROM bill AS b, bag AS p WHERE b.bill_id = %s AND p.qr_id = %s""",
        bill,
        parent,
    )


def post(url: str, seq: int, kind: str, child: str, *, completed: bool = False) -> None:
    """Leave what a station of capacity 4 leaves in the ledger when it posts about a child of SB00001."""
    query(
        url,
        """INSERT INTO station.entry (id, device, epoch, seq, kind, verdict, parent, child, operator, hash,
                                      payload, outcome, completed, parent_bag_id, child_bag_id)
           SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %s, %s, 'accepted', p.qr_id,
                  c.qr_id, 'ramesh', '', '{"capacity": 4}', 'posted', %s, p.id, c.id
           FROM bag AS p, bag AS c WHERE p.qr_id = 'SB00001' AND c.qr_id = %s""",
        seq, kind, completed, child,
    )  # fmt: skip


def codes(differences: tuple[Difference, ...]) -> list[str]:
    return [difference.code for difference in differences]


def decided(report: AuditReport) -> dict[str, int]:
    return {answer.question.name: answer.count for answer in report.decisions if answer.count}


def records(url: str) -> list[dict]:
    return query(url, "SELECT what, code, before, after FROM station.repair ORDER BY id")


def test_a_wrong_count_is_mended_with_its_record(centre: str):
    link(centre, "SB00001", 1, 3)

    audit(centre, repair=True)

    assert records(centre) == [
        {
            "what": "parent",
            "code": "SB00001",
            "before": {"child_count": 0, "weight_kg": 0, "status": "pending"},
            "after": {"child_count": 3, "weight_kg": 3, "status": "pending"},
        }
    ]
    assert consistency(centre).holds


def test_a_status_is_what_the_links_say(centre: str):
    for parent, links, status in [
        ("SB1", 30, "in_progress"),
        ("SB2", 30, None),
        ("SB3", 29, "completed"),
        ("SB4", 29, "in_progress"),
        ("M444-15", 15, "completed"),
        ("M444-14", 14, "completed"),
        ("M444-16", 16, "pending"),
    ]:
        query(
            centre,
            """WITH parent AS (
                   INSERT INTO bag (qr_id, type, child_count, weight_kg, status)
                   VALUES (%s, 'parent', %s, %s, %s) RETURNING id, qr_id
               ), children AS (
                   INSERT INTO bag (qr_id, type)
                   SELECT qr_id || '-' || n, 'child' FROM parent, generate_series(1, %s) AS n RETURNING id
               )
               INSERT INTO link (parent_bag_id, child_bag_id)
               SELECT p.id, c.id FROM parent AS p, children AS c""",
            parent, links, links, status, links,
        )  # fmt: skip

    audit(centre, repair=True)

    found = query(centre, "SELECT qr_id, status FROM bag WHERE type = 'parent' AND child_count > 0")
    assert {row["qr_id"]: row["status"] for row in found} == {
        "SB1": "completed",
        "SB2": "completed",
        "SB3": "pending",
        "SB4": "in_progress",
        "M444-15": "completed",
        "M444-14": "pending",
        "M444-16": "pending",
    }


def test_a_parent_that_a_station_completed_at_its_own_capacity_stays_completed(centre: str):
    link(centre, "SB00001", 1, 4)
    query(centre, "UPDATE bag SET child_count = 3, status = 'completed' WHERE qr_id = 'SB00001'")
    post(centre, 1, "add_child", "C4", completed=True)

    audit(centre, repair=True)

    assert query(centre, "SELECT child_count, status FROM bag WHERE qr_id = 'SB00001'") == [
        {"child_count": 4, "status": "completed"}
    ]


def test_a_bill_expects_30_kg_of_a_bag_and_15_of_a_mini_bag_in_any_case(centre: str):
    link(centre, "SB00001", 1, 2)
    link(centre, "M444-1", 3, 5)
    query(centre, "INSERT INTO bag (qr_id, type) VALUES ('m444-00001', 'parent')")
    for parent in ("SB00001", "M444-1", "m444-00001"):
        load(centre, "B1", parent)

    audit(centre, repair=True)

    assert query(
        centre,
        """SELECT linked_parent_count, total_child_bags, total_weight_kg, expected_weight_kg
           FROM bill WHERE bill_id = 'B1'""",
    ) == [{"linked_parent_count": 3, "total_child_bags": 5, "total_weight_kg": 5, "expected_weight_kg": 60}]
    assert [record["code"] for record in records(centre)] == ["B1", "SB00001", "M444-1"]


def test_what_is_planned_for_a_new_bill_is_not_a_difference(centre: str):
    assert audit(centre).clean
    query(centre, "UPDATE bill SET status = 'processing' WHERE bill_id = 'B2'")
    assert codes(audit(centre).differences) == ["B2"]


def test_a_wrong_row_of_statistics_is_mended(centre: str):
    query(centre, "INSERT INTO statistics_cache (id, total_bags, last_updated) VALUES (1, 7, now())")

    report = audit(centre, repair=True)

    assert codes(report.mended) == ["statistics_cache"]
    assert query(centre, "SELECT total_bags, parent_bags, total_users FROM statistics_cache") == [
        {"total_bags": 47, "parent_bags": 7, "total_users": 2}
    ]
    assert records(centre)[0]["before"]["total_bags"] == 7


@pytest.mark.parametrize("statement", ["TRUNCATE statistics_cache", "DROP TABLE statistics_cache"])
def test_a_centre_without_the_row_of_statistics_lacks_nothing(centre: str, statement: str):
    query(centre, statement)
    assert audit(centre, repair=True).differences == ()


def test_a_sequence_behind_its_table_is_set_right(centre: str):
    query(centre, "SELECT setval('bag_id_seq', 3)")

    report = audit(centre, repair=True)

    assert [(change.code, change.before, change.after) for change in report.mended] == [
        ("bag", {"next_id": 4}, {"next_id": 48})
    ]
    query(centre, "INSERT INTO bag (qr_id, type) VALUES ('SB00009', 'parent')")


def test_a_second_repair_finds_nothing(centre: str):
    link(centre, "SB00001", 1, 3)
    load(centre, "B1", "SB00001")
    query(centre, "SELECT setval('link_id_seq', 1)")
    audit(centre, repair=True)
    before = records(centre)

    report = audit(centre, repair=True)

    assert (report.differences, report.mended, records(centre)) == ((), (), before)


def test_without_repair_nothing_is_changed(centre: str):
    link(centre, "SB00001", 1, 3)
    before = query(centre, CHECKSUMS)

    report = audit(centre)

    assert codes(report.differences) == ["SB00001"]
    assert (query(centre, CHECKSUMS), records(centre)) == (before, [])


def test_what_a_person_has_to_decide_is_listed_and_left_alone(centre: str):
    query(centre, WITHOUT_UNIQUENESS)
    link(centre, "SB00001", 1, 31)
    query(centre, DECISIONS)
    before = query(centre, CHECKSUMS)

    report = audit(centre, repair=True)

    assert decided(report) == {
        "child_in_two_parents": 1,
        "parent_on_two_bills": 1,
        "codes_differing_in_case": 1,
        "orphan_children": 9,
        "links_that_cannot_be": 1,
        "unknown_bag_types": 1,
        "parents_over_capacity": 1,
        "bills_over_capacity": 1,
        "bills_without_capacity": 2,
        "unknown_bill_status": 2,
        "odd_codes": 42,
    }
    assert [answer.count for answer in report.for_information] == [1, 0]
    assert query(centre, CHECKSUMS) == before
    assert report.clean


def test_a_child_in_two_parents_is_told_with_both_stories(centre: str):
    query(centre, WITHOUT_UNIQUENESS)
    link(centre, "SB00001", 1, 1)
    query(centre, DECISIONS)

    [told] = [line for line in lines(audit(centre)) if line.startswith("  child C1,")]

    assert "parent SB00001, since 2025-11-30T00:00:00" in told
    assert "parent SB00002, since 2025-12-01T00:00:00, by sunita" in told


def test_the_record_cannot_be_changed(centre: str):
    link(centre, "SB00001", 1, 3)
    audit(centre, repair=True)
    with pytest.raises(psycopg2.Error, match="append-only"):
        query(centre, "DELETE FROM station.repair")


def test_the_web_applications_users_see_one_line_in_their_log(centre: str):
    link(centre, "SB00001", 1, 3)
    load(centre, "B1", "SB00001")

    audit(centre, repair=True)

    [row] = query(centre, "SELECT action, entity_type, details, after_state FROM audit_log")
    assert (row["action"], row["entity_type"]) == ("station_audit_repair", "system")
    assert json.loads(row["details"]) == {"bill": 1, "parent": 1, "record": "station.repair"}
    assert json.loads(row["after_state"])["left"] == {}


def test_its_log_may_lack_the_columns_for_states(centre: str):
    query(centre, "ALTER TABLE audit_log DROP COLUMN before_state, DROP COLUMN after_state")
    link(centre, "SB00001", 1, 3)
    assert audit(centre, repair=True).clean
    assert len(query(centre, "SELECT 1 FROM audit_log")) == 1


def test_a_bag_that_another_writer_moved_since_is_told_for_information(centre: str):
    link(centre, "SB00002", 1, 1)
    query(centre, "UPDATE bag SET child_count = 1, weight_kg = 1 WHERE qr_id = 'SB00002'")
    for seq, kind, child in [(1, "add_child", "C1"), (2, "add_child", "C2"), (3, "remove_child", "C2")]:
        post(centre, seq, kind, child)

    report = audit(centre)

    assert report.clean
    [changed] = [answer for answer in report.for_information if answer.count]
    told = changed.items[0]
    assert (told["child"], told["parent"], told["is_now_in"]) == ("C1", "SB00001", "SB00002")


# -- while others write


def mender(url: str, **options) -> Iterator[Mender]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            yield Mender(connection, "public", **options)
    finally:
        engine.dispose()


def differences(url: str) -> tuple[Difference, ...]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return (*wrong_parents(connection), *wrong_bills(connection))
    finally:
        engine.dispose()


@pytest.mark.parametrize(
    "held",
    [
        "SELECT FROM bag WHERE qr_id = 'SB00001' FOR UPDATE",
        "SELECT pg_advisory_xact_lock(100000 + id) FROM bill WHERE bill_id = 'B1'",
        "SELECT FROM bill WHERE bill_id = 'B1' FOR UPDATE",
    ],
)
def test_who_holds_a_row_is_waited_for_and_what_he_did_is_counted(
    centre: str, holder: psycopg2.extensions.connection, held: str
):
    link(centre, "SB00001", 1, 3)
    load(centre, "B1", "SB00001")
    wrong = differences(centre)
    cursor = holder.cursor()
    cursor.execute(held)
    waits = []

    def finish(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 1:
            cursor.execute(
                """INSERT INTO link (parent_bag_id, child_bag_id) SELECT p.id, c.id FROM bag AS p, bag AS c
                   WHERE p.qr_id = 'SB00001' AND c.qr_id = 'C4'"""
            )
            holder.commit()

    for hand in mender(centre, pause=finish):
        list(hand.mend(wrong))

    assert len(waits) == 1
    assert consistency(centre).wrong_parents == ()
    assert query(centre, "SELECT child_count FROM bag WHERE qr_id = 'SB00001'") == [{"child_count": 4}]


def test_what_is_held_all_the_time_is_left_and_the_rest_is_mended(
    centre: str, holder: psycopg2.extensions.connection, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(repair, "_ATTEMPTS", 1)
    link(centre, "SB00001", 1, 3)
    link(centre, "SB00002", 4, 5)
    holder.cursor().execute("SELECT FROM bag WHERE qr_id = 'SB00001' FOR UPDATE")

    report = audit(centre, repair=True)

    assert (codes(report.mended), codes(report.left)) == (["SB00002"], ["SB00001"])
    assert not report.clean
    assert "status: 1 not mended, because others held them all the time" in "\n".join(lines(report))


def test_what_became_right_meanwhile_is_left_alone(centre: str):
    link(centre, "SB00001", 1, 3)
    load(centre, "B1", "SB00001")

    def count_it(_change: Difference) -> None:
        query(centre, "UPDATE bag SET child_count = 3, weight_kg = 3 WHERE qr_id = 'SB00001'")

    report = audit(centre, repair=True, heard=count_it)

    assert codes(report.mended) == ["B1"]
    assert (report.left, report.clean) == ((), True)


def test_a_repair_that_was_killed_between_chunks_is_finished_by_the_next(
    centre: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(repair, "CHUNK", 2)
    for number in range(1, 7):
        link(centre, f"SB0000{number}", number, number)

    def die(change: Difference) -> None:
        if change.code == "SB00003":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit(centre, repair=True, heard=die)
    done = [record["code"] for record in records(centre)]
    audit(centre, repair=True)

    assert done == ["SB00001", "SB00002", "SB00003", "SB00004"]
    assert [record["code"] for record in records(centre)] == [f"SB0000{n}" for n in range(1, 7)]
    assert consistency(centre).holds


def test_a_second_repair_says_that_it_waits_for_the_first(centre: str):
    link(centre, "SB00001", 1, 3)
    said = HeardSentence()

    with ThreadPoolExecutor(1) as pool:
        with owner_engine(centre) as engine, my_turn(engine, REPAIR, lambda _: None):
            second = pool.submit(audit, centre, repair=True, tell=said)
            assert said.anything.wait(30)
            assert records(centre) == []
        assert codes(second.result().mended) == ["SB00001"]

    assert said.text == "Another db audit --repair is at work on this database; waiting for it to end."


# -- the command


def test_what_is_in_a_code_plays_no_tricks_on_a_terminal(centre: str):
    trick = "\x1b[2K\rEvery stored figure is what was counted.\n" + "X" * 200
    query(centre, "INSERT INTO bag (id, qr_id, type, child_count) VALUES (0, %s, 'parent', 4)", trick)

    report = audit(centre)

    told = "\n".join(lines(report))
    assert told.count(r'"\x1b[2K\rEvery stored figure is what was cou…"') == 2
    assert "\x1b" not in told
    assert report.as_json()["differences"]["parent"]["items"][0]["code"] == trick


def test_figures_are_told_in_one_order_before_and_after_they_are_mended(centre: str):
    query(centre, "UPDATE bag SET child_count = 30, weight_kg = 2, status = 'completed' WHERE id = 1")

    found, mended = audit(centre), audit(centre, repair=True)

    told = "child_count 30 → 0, weight_kg 2 → 0, status completed → pending"
    assert (change_text(found.differences[0]), change_text(mended.mended[0])) == (told, told)


def test_a_database_that_was_not_upgraded_is_not_audited(empty_database_url: str):
    query(
        empty_database_url,
        """CREATE TABLE bag (id serial PRIMARY KEY, qr_id text, type text);
           CREATE TABLE link (id serial PRIMARY KEY, parent_bag_id int, child_bag_id int);
           CREATE TABLE bill (id serial PRIMARY KEY, bill_id text, parent_bag_count int)""",
    )
    with pytest.raises(CentreMismatchError, match=r"before it can be audited: run db upgrade"):
        audit(empty_database_url)


def run(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "traitortrack_desktop", "db", "audit", *arguments],
        env={**os.environ, "TRAITORTRACK_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_command_says_by_its_exit_code_whether_anything_is_left_to_mend(centre: str):
    query(centre, "UPDATE bag SET child_count = 5 WHERE qr_id = 'SB00001'")

    looked, mended = run(centre, "--json"), run(centre, "--repair")

    assert (looked.returncode, mended.returncode) == (3, 0)
    assert json.loads(looked.stdout)["differences"]["parent"] == {
        "count": 1,
        "items": [
            {
                "id": 1,
                "code": "SB00001",
                "before": {"child_count": 5, "weight_kg": 0, "status": "pending"},
                "after": {"child_count": 0, "weight_kg": 0, "status": "pending"},
            }
        ],
    }
    assert mended.stdout.startswith(
        "Counted in the schema public: parent bags: 7, child bags: 40, links: 0, bills: 2, scans: 0, entries"
    )
    assert "  SB00001: child_count 5 → 0\n" in mended.stdout
    assert mended.stdout.endswith(
        "what was changed is in station.repair. Rows that wait for a person's decision: 81.\n"
    )

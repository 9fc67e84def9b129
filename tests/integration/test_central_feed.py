"""The catalogue feed: every change once, whoever wrote it and in whatever order transactions end."""

import secrets
from collections.abc import Iterator

import psycopg2
import pytest
from fakes.central_owner import query
from fakes.feed_reader import FeedReader, connect, transaction

ADD = "INSERT INTO bag (qr_id, type) VALUES (%s, %s) RETURNING id"
MANY = "INSERT INTO bag (qr_id, type) SELECT 'B' || g, 'child' FROM generate_series(1, %s) AS g"
ADD_BILL = "INSERT INTO bill (bill_id, status, parent_bag_count) VALUES ('B-1', 'new', 5) RETURNING id"
LINK = """
    INSERT INTO link (parent_bag_id, child_bag_id, created_at)
    SELECT p.id, c.id, now() FROM bag AS p, bag AS c WHERE p.qr_id = %s AND c.qr_id = %s
"""


@pytest.fixture
def reader(central_url: str) -> Iterator[FeedReader]:
    reader = FeedReader(central_url)
    yield reader
    reader.close()


def add(url: str, *codes: str, kind: str = "child") -> list[int]:
    return [query(url, ADD, code, kind)[0]["id"] for code in codes]


def test_what_commits_late_is_read_late_and_nothing_is_read_twice(central_url: str, reader: FeedReader):
    with transaction(central_url) as first:
        first.execute(ADD, ("EARLY", "child"))
        add(central_url, "LATER")
        assert reader.codes() == ["LATER"]
        assert reader.codes() == []

    assert reader.codes() == ["EARLY"]
    assert reader.codes() == []


def test_many_transactions_that_end_in_another_order_are_each_read_once(central_url: str, reader: FeedReader):
    seen = []
    open_ones = []
    for number in range(12):
        held = connect(central_url)
        connection = held.__enter__()
        connection.cursor().execute(ADD, (f"BAG{number:02}", "child"))
        open_ones.append((held, connection))
        if number % 3 == 2:
            held, connection = open_ones.pop(len(open_ones) // 2)
            connection.commit()
            held.__exit__(None, None, None)
            seen += reader.codes()
    for held, connection in open_ones:
        connection.commit()
        held.__exit__(None, None, None)
        seen += reader.codes()

    assert sorted(seen) == [f"BAG{number:02}" for number in range(12)]


def test_what_is_rolled_back_is_never_read(central_url: str, reader: FeedReader):
    with connect(central_url) as connection:
        connection.cursor().execute(ADD, ("NEVER", "child"))
        connection.rollback()

    assert reader.codes() == []


def test_parts_of_a_transaction_belong_to_the_whole(central_url: str, reader: FeedReader):
    with transaction(central_url) as cursor:
        cursor.execute("SAVEPOINT one")
        cursor.execute(ADD, ("KEPT", "child"))
        cursor.execute("RELEASE one")
        cursor.execute("SAVEPOINT two")
        cursor.execute(ADD, ("UNDONE", "child"))
        cursor.execute("ROLLBACK TO two")
        add(central_url, "BESIDE")
        assert reader.codes() == ["BESIDE"]

    assert reader.codes() == ["KEPT"]


def test_a_writer_that_takes_long_has_nobody_read_anything_twice(central_url: str, reader: FeedReader):
    with transaction(central_url) as slow:
        slow.execute(ADD, ("SLOW", "child"))
        for number in range(50):
            add(central_url, f"BAG{number}")
            assert reader.codes() == [f"BAG{number}"]
        plan = query(
            central_url,
            "SELECT count(*) AS open FROM pg_snapshot_xip(%s::pg_snapshot)",
            reader.cursor.split("|")[1],
        )
        assert plan[0]["open"] == 1

    assert reader.codes() == ["SLOW"]


def test_a_round_of_many_changes_comes_in_pages_and_ends_where_it_began(central_url: str):
    reader = FeedReader(central_url, limit=7)
    query(central_url, MANY, 40)
    first = reader.ask()
    reader.cursor = first["cursor"]
    add(central_url, "MEANWHILE")

    assert sorted([bag[1] for bag in first["bags"]] + reader.codes()) == sorted(f"B{n}" for n in range(1, 41))
    assert reader.pages == 5
    assert reader.codes() == ["MEANWHILE"]

    reader.close()


def test_a_linked_child_comes_with_its_parent_and_both_of_them_changed(central_url: str, reader: FeedReader):
    (parent,) = add(central_url, "SB10001", kind="parent")
    add(central_url, "C1")
    reader.codes()
    query(central_url, LINK, "SB10001", "C1")
    bags = reader.bags()

    assert bags["C1"][2:5] == ["child", parent, "SB10001"]
    assert isinstance(bags["C1"][5], int)
    assert bags["SB10001"][6] == 1


def test_of_two_links_the_older_one_says_where_a_child_is(central_url: str, reader: FeedReader):
    query(central_url, "ALTER TABLE link DROP CONSTRAINT IF EXISTS link_child_bag_id_unique")
    query(central_url, "DROP INDEX IF EXISTS link_child_bag_id_unique")
    add(central_url, "SB10001", "SB10002", kind="parent")
    add(central_url, "C1")
    query(central_url, LINK, "SB10002", "C1")
    query(central_url, LINK, "SB10001", "C1")

    assert reader.bags()["C1"][4] == "SB10002"


def test_weight_and_time_are_no_change_and_status_and_code_are(central_url: str, reader: FeedReader):
    add(central_url, "sb10001", kind="parent")
    reader.codes()
    query(central_url, "UPDATE bag SET weight_kg = 3, updated_at = now(), child_count = 3")

    assert reader.codes() == []

    query(central_url, "UPDATE bag SET status = 'completed'")

    assert reader.bags()["SB10001"][7] is True

    query(central_url, "UPDATE bag SET qr_id = 'SB10002'")

    assert reader.codes() == ["SB10002"]


def test_the_web_applications_unlinking_is_told_as_gone(central_url: str, reader: FeedReader):
    add(central_url, "SB10001", kind="parent")
    (child,) = add(central_url, "C1")
    query(central_url, LINK, "SB10001", "C1")
    reader.codes()
    query(
        central_url,
        """
        WITH gone AS (SELECT id FROM bag WHERE qr_id = 'C1'),
             link_gone AS (DELETE FROM link WHERE child_bag_id IN (SELECT id FROM gone))
        DELETE FROM bag WHERE id IN (SELECT id FROM gone)
        """,
    )

    assert reader.gone() == [child]


def test_deleting_a_parent_tells_of_the_children_that_its_links_go_with(central_url: str, reader: FeedReader):
    (parent,) = add(central_url, "SB10001", kind="parent")
    add(central_url, "C1")
    query(central_url, LINK, "SB10001", "C1")
    reader.codes()
    query(central_url, "DELETE FROM bag WHERE id = %s", parent)
    answer = reader.ask()

    assert answer["gone"] == [parent]
    assert [bag[1:4] for bag in answer["bags"]] == [["C1", "child", None]]


def test_a_bill_and_the_parents_on_it_are_told(central_url: str, reader: FeedReader):
    (parent,) = add(central_url, "SB10001", kind="parent")
    reader.codes()
    (bill,) = query(central_url, ADD_BILL)[0].values()
    query(central_url, "INSERT INTO bill_bag (bill_id, bag_id) VALUES (%s, %s)", bill, parent)
    answer = reader.ask()

    assert answer["bills"] == [[bill, "B-1", "new", 5, 1]]
    assert [(bag[1], bag[8]) for bag in answer["bags"]] == [("SB10001", bill)]


def test_a_writer_needs_no_right_on_the_stations_schema(central_url: str, reader: FeedReader):
    password = secrets.token_urlsafe(8)
    role = f"web_{secrets.token_hex(4)}"
    query(central_url, f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")
    query(
        central_url, f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON bag, link, bill, bill_bag TO {role}"
    )
    query(central_url, f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    web = f"postgresql://{role}:{password}{central_url[central_url.rindex('@') :]}"
    try:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            query(web, "SELECT count(*) FROM station.change")
        query(web, ADD, "SB10001", "parent")
        query(web, ADD, "C1", "child")
        query(web, LINK, "SB10001", "C1")
        query(web, "UPDATE bag SET status = 'pending'")
        query(web, "DELETE FROM link")
        assert reader.codes() == ["C1", "SB10001"]
    finally:
        query(central_url, f"DROP OWNED BY {role}")
        query(central_url, f"DROP ROLE {role}")


def test_emptying_a_table_has_everybody_load_anew(central_url: str, reader: FeedReader):
    add(central_url, "C1")
    query(central_url, "TRUNCATE link")

    assert reader.ask() == {"reload": True}


def test_a_cursor_that_cannot_be_read_has_the_station_load_anew(reader: FeedReader):
    centre = reader.cursor.split("|")[0]
    spoilt = [None, "", "x", "{}|", "{}|1:1", "{}|9:1:|", "{}|1:2:zz||||", "{}|99999999:99999999:|||||"]
    for text in spoilt:
        reader.cursor = text and text.replace("{}", centre)
        assert reader.ask() == {"reload": True}


def test_a_cursor_of_another_centre_has_the_station_load_anew(reader: FeedReader):
    reader.cursor = "1/1" + reader.cursor[reader.cursor.index("|") :]

    assert reader.ask() == {"reload": True}


def test_what_is_older_than_three_days_goes_and_only_cursors_older_than_that_are_lost(
    central_url: str, reader: FeedReader
):
    old = reader.cursor
    add(central_url, "LONG_AGO")
    reader.codes()

    assert reader.value("SELECT station.prune_changes()") == 0

    query(central_url, "UPDATE station.change_mark SET taken_at = taken_at - interval '4 days'")
    add(central_url, "TODAY")

    assert reader.value("SELECT station.prune_changes()") == 1
    assert reader.codes() == ["TODAY"]

    reader.cursor = old

    assert reader.ask() == {"reload": True}


def test_tidying_waits_for_nobody(central_url: str, reader: FeedReader):
    with transaction(central_url) as other:
        other.execute("SELECT station.prune_changes()")
        assert reader.value("SELECT station.prune_changes()") == 0


def test_a_transaction_that_is_open_for_days_keeps_what_nobody_can_have_read(
    central_url: str, reader: FeedReader
):
    with transaction(central_url) as slow:
        slow.execute(ADD, ("SLOW", "child"))
        reader.value("SELECT station.prune_changes()")
        query(central_url, "UPDATE station.change_mark SET taken_at = taken_at - interval '4 days'")
        reader.codes()
        assert reader.value("SELECT station.prune_changes()") == 0
    reader.value("SELECT station.prune_changes()")

    assert reader.codes() == ["SLOW"]


def test_without_all_triggers_no_load_begins(central_url: str, reader: FeedReader):
    query(central_url, "ALTER TABLE link DISABLE TRIGGER station_feed_link_delete")

    assert reader.value("SELECT station.catalogue_start()") is None


def test_a_plan_made_for_one_row_is_good_for_many(central_url: str, reader: FeedReader):
    with transaction(central_url) as cursor:
        cursor.execute(ADD, ("ONE", "child"))
        cursor.execute("UPDATE bag SET status = 'pending'")
        cursor.execute(
            "INSERT INTO bag (qr_id, type) SELECT 'B' || g, 'child' FROM generate_series(1, 20000) g"
        )
        cursor.execute("SET LOCAL statement_timeout = '20s'")
        cursor.execute("UPDATE bag SET status = 'in_progress'")

    assert query(central_url, "SELECT count(*) AS n FROM station.change")[0]["n"] == 40003


def test_the_question_reads_no_more_of_the_feed_than_it_answers(central_url: str, reader: FeedReader):
    query(
        central_url, "INSERT INTO bag (qr_id, type) SELECT 'B' || g, 'child' FROM generate_series(1, 5000) g"
    )
    for _ in range(60):
        reader.codes()
    add(central_url, "LAST")
    with connect(central_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT station.changes_since(%s, 100)", (reader.cursor,))
        cursor.execute(
            "SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables"
            " WHERE relid = 'station.change'::regclass"
        )
        scans, read = cursor.fetchone()

    assert scans == 0
    assert read < 10
    assert reader.codes() == ["LAST"]

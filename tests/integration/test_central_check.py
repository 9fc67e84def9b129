"""``db check`` on a real server: each kind of fault, remark and row to decide on, in its own words."""

from uuid import uuid4

import pytest
from fakes.central_owner import query
from fakes.enrolled_stations import enrolled, one_time_code

from traitortrack_desktop.storage.central.check import check
from traitortrack_desktop.storage.central.rows_in_words import answer_lines


def test_a_centre_as_upgrade_makes_it_has_no_faults_and_only_lacks_an_administrator(central_url: str):
    report = check(central_url)

    assert (report.faults, report.remarks[:-1], report.to_decide, report.not_looked_at) == (
        (),
        ("there is no administrator",),
        (),
        (),
    )
    # the tests' own server, which waits for no disk
    assert report.remarks[-1].startswith(
        "server settings that are off: fsync, full_page_writes, synchronous_commit (a crash there"
    )
    assert report.found == (
        "Tables of the web application as of December 2025 or later, in the schema public, 0 bags;"
        " codes unique in any case."
    )


def test_functions_of_another_program_are_remarked_and_a_missing_one_is_a_fault(central_url: str):
    query(central_url, "UPDATE station.setting SET value = '\"of another\"' WHERE name = 'functions'")
    query(central_url, "DROP FUNCTION station.post_entries; DROP FUNCTION station.prune_changes")

    report = check(central_url)

    assert "the station's functions are not those of this program: run db upgrade" in report.remarks
    assert report.faults == ("missing functions: post_entries (stations cannot post: run db upgrade)",)


def test_a_function_that_only_stations_of_the_last_release_call_is_missed_and_no_fault(central_url: str):
    query(central_url, "DROP FUNCTION station.account_for_sign_in; DROP FUNCTION station.sign_in_challenge")

    report = check(central_url)

    assert report.faults == ("missing functions: sign_in_challenge (stations cannot post: run db upgrade)",)
    assert "account_for_sign_in" in report.missing_functions


def test_stations_can_work_with_the_last_releases_centre(released_url: str):
    report = check(released_url)

    assert report.faults == ()
    assert report.remarks[0] == (
        f"the centre is at schema 0004, and this program brings {report.expected_version}: stations work as"
        " before, without the list of bags of other stations; db upgrade adds it"
    )
    assert not [said for said in report.remarks if "function" in said or "trigger" in said]


def test_without_the_tables_of_returns_stations_work_at_everything_else(central_url: str):
    query(central_url, "DROP TABLE bill_return_event, return_ticket_bag, return_ticket CASCADE")

    report = check(central_url)

    assert report.faults == ()
    assert [said for said in report.remarks if "return" in said] == [
        "missing tables of returns: bill_return_event, return_ticket, return_ticket_bag"
        " (stations cannot work at returns: run db upgrade)"
    ]


def test_only_what_stations_use_is_a_fault_when_it_is_missing(central_url: str):
    query(
        central_url,
        """DROP TABLE notification, statistics_cache;
           ALTER TABLE bill DROP COLUMN destination, DROP COLUMN linked_parent_count""",
    )

    report = check(central_url)

    assert report.faults == (
        "missing tables and columns: bill.linked_parent_count (stations cannot post: run db upgrade)",
    )
    assert (
        "missing tables and columns of the newest shape: notification, statistics_cache"
        " (db upgrade adds them; stations do not need them)"
    ) in report.remarks
    assert (
        "missing columns of bills and returns: bill.destination (work at them may be refused: run db upgrade)"
    ) in report.remarks
    assert "totals of bills were not compared: db upgrade has to add bill.linked_parent_count first" in (
        report.remarks
    )


def test_an_empty_database_is_said_to_be_empty_and_nothing_else(empty_database_url: str):
    report = check(empty_database_url)

    assert (report.faults, report.remarks) == (("this database is empty: db upgrade makes it ready",), ())


def test_triggers_that_are_missing_or_disabled_are_told_apart(central_url: str):
    query(central_url, "DROP TRIGGER station_feed_link_insert ON link")
    query(central_url, "ALTER TABLE bag DISABLE TRIGGER station_feed_bag_update")

    report = check(central_url)

    assert report.missing_triggers == ("station_feed_link_insert",)
    assert report.disabled_triggers == ("station_feed_bag_update",)


def test_a_number_that_is_taken_already_is_a_fault_unless_stations_move_it_on(central_url: str):
    query(central_url, "INSERT INTO bill (id, bill_id, parent_bag_count, status) VALUES (5, 'B1', 3, 'new')")
    query(central_url, "INSERT INTO bag (id, qr_id, type) VALUES (5, 'SB00001', 'parent')")

    report = check(central_url)

    assert report.sequences_behind == ("bag", "bill")
    assert report.faults == (
        "the next number for a new row is taken already in: bill (nobody can add rows there: run db audit"
        " --repair)",
    )
    assert (
        "the next number for a new row is taken already in: bag (the web application cannot add rows there"
        " until somebody runs db audit --repair; stations move the numbers of bag, link and scan on by"
        " themselves)"
    ) in report.remarks


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ("UNIQUE INDEX ON bag (qr_id)", "codes are unique only as they are written"),
        ("INDEX ON bag (qr_id)", "nothing keeps codes unique; stations take turns in making bags"),
    ],
)
def test_what_stands_in_for_a_rule_is_not_said_to_hold_more_than_it_does(
    central_url: str, index: str, said: str
):
    query(
        central_url,
        f"""DROP INDEX idx_bag_qr_id_unique_ci; CREATE INDEX station_bag_code ON bag (upper(qr_id));
            CREATE {index};
            ALTER TABLE link DROP CONSTRAINT link_child_bag_id_unique;
            CREATE UNIQUE INDEX station_link_one_parent ON link (child_bag_id) WHERE id > 7""",
    )

    report = check(central_url)

    assert report.faults == ()
    assert f"{said} (see the rows to decide on)" in report.remarks
    assert (
        "rules that hold for new rows only: link_child_bag_id_unique (see the rows to decide on)"
        in report.remarks
    )


def test_columns_that_would_have_rows_refused_are_faults(central_url: str):
    query(
        central_url,
        """ALTER TABLE scan ALTER COLUMN user_id SET NOT NULL;
           ALTER TABLE bag ADD COLUMN qr_code text NOT NULL;
           ALTER TABLE link ALTER COLUMN created_at TYPE text, ALTER COLUMN id DROP DEFAULT""",
    )

    assert check(central_url).faults == (
        "the column bag.qr_code must not be empty and has no default, and stations do not know it:"
        " ALTER TABLE bag ALTER COLUMN qr_code DROP NOT NULL",
        "the column link.created_at is text and has to hold points in time: stations cannot post before its"
        " type is changed",
        "the column link.id gives new rows no number, so that stations cannot add any: give it a sequence as"
        " its default",
        "the column scan.user_id must not be empty, but a scan by somebody whom the web application does not"
        " know names nobody: ALTER TABLE scan ALTER COLUMN user_id DROP NOT NULL",
    )


def test_columns_that_keep_work_at_bills_and_returns_from_being_stored_are_faults(central_url: str):
    query(
        central_url,
        """ALTER TABLE bill ALTER COLUMN vehicle_number SET NOT NULL, ALTER COLUMN parent_bag_count TYPE text;
           ALTER TABLE return_ticket ADD COLUMN depot text NOT NULL;
           ALTER TABLE return_ticket_bag ALTER COLUMN id DROP DEFAULT;
           ALTER TABLE bill_return_event ALTER COLUMN removed_at TYPE text""",
    )

    assert check(central_url).faults == (
        "the column bill.parent_bag_count is text and has to hold whole numbers: stations cannot work at"
        " bills and returns before its type is changed",
        "the column bill.vehicle_number must not be empty, but of most bills nobody says what takes them:"
        " ALTER TABLE bill ALTER COLUMN vehicle_number DROP NOT NULL",
        "the column return_ticket.depot must not be empty and has no default, and stations do not know it:"
        " ALTER TABLE return_ticket ALTER COLUMN depot DROP NOT NULL",
        "the column return_ticket_bag.id gives new rows no number, so that stations cannot add any: give it a"
        " sequence as its default",
        "the column bill_return_event.removed_at is text and has to hold points in time: stations cannot work"
        " at bills and returns before its type is changed",
    )


def test_an_audit_that_takes_no_rows_is_remarked_and_keeps_no_station_from_working(central_url: str):
    query(
        central_url,
        """ALTER TABLE audit_log ALTER COLUMN details TYPE jsonb USING NULL,
             ALTER COLUMN user_id SET NOT NULL, ADD COLUMN depot text NOT NULL""",
    )

    report = check(central_url)

    unaudited = "what people do at stations is not written into the audit before"
    assert report.faults == ()
    assert {said for said in report.remarks if unaudited in said} == {
        f"the column audit_log.details is jsonb and has to hold text: {unaudited} its type is changed",
        f"the column audit_log.user_id must not be empty: {unaudited}"
        " ALTER TABLE audit_log ALTER COLUMN user_id DROP NOT NULL",
        f"the column audit_log.depot must not be empty: {unaudited}"
        " ALTER TABLE audit_log ALTER COLUMN depot DROP NOT NULL",
    }


def test_columns_that_are_only_wider_do_no_harm(central_url: str):
    query(central_url, "ALTER TABLE bag ALTER COLUMN qr_id TYPE text, ALTER COLUMN weight_kg TYPE numeric")

    report = check(central_url)

    assert (report.faults, report.missing_unique, report.missing_indexes) == ((), (), ())


def test_odd_and_lower_case_codes_are_counted_and_named(central_url: str):
    query(
        central_url,
        """INSERT INTO bag (qr_id, type, status, child_count, weight_kg) VALUES
           ('sb00001', 'parent', 'pending', 0, 0), ('Ramesh K', 'parent', 'pending', 0, 0)""",
    )

    report = check(central_url)

    assert report.lower_case_codes == 2
    assert [(answer.question.name, answer.items) for answer in report.to_decide] == [
        ("odd_codes", ({"code": "Ramesh K", "id": 2, "type": "parent"},))
    ]


def test_a_bag_that_breaks_a_condition_is_named_with_its_figure(central_url: str):
    query(
        central_url,
        """ALTER TABLE bag DROP CONSTRAINT check_bag_weight_non_negative;
           INSERT INTO bag (qr_id, type, weight_kg, child_count) VALUES ('SB00001', 'parent', -3, 0)""",
    )

    [answer] = check(central_url).to_decide

    assert next(answer_lines(answer)).startswith("Bags with a negative weight_kg: 1. ")
    assert answer.items == ({"qr_id": "SB00001", "id": 1, "weight_kg": -3},)


def test_many_things_that_are_missing_are_counted(central_url: str):
    query(
        central_url,
        """DO $$ DECLARE name text; BEGIN
               FOR name IN SELECT indexrelid::regclass::text FROM pg_index
                           WHERE indrelid = 'bag'::regclass AND NOT indisunique
               LOOP EXECUTE 'DROP INDEX ' || name; END LOOP;
           END $$""",
    )

    report = check(central_url)

    assert (
        f"{len(report.missing_indexes)} indexes are missing: look-ups are slow; db upgrade adds them"
        " (names: --json)"
    ) in report.remarks


def test_scans_that_name_no_bag_are_remarked_and_ask_nobody_for_anything(central_url: str):
    query(central_url, "INSERT INTO scan DEFAULT VALUES")

    report = check(central_url)

    assert report.to_decide == ()
    assert [
        said for said in report.remarks if said.startswith("Rows of the scan history that name no bag: 1.")
    ]


def test_the_schema_can_be_named_where_several_hold_bags(empty_database_url: str):
    for schema in ("development", "production"):
        query(
            empty_database_url,
            f"""CREATE SCHEMA {schema}; CREATE TABLE {schema}.bag (id serial, qr_id text);
                CREATE TABLE {schema}.link (id serial)""",
        )

    assert check(empty_database_url, "production").web_schema == "production"


def test_tables_in_another_schema_are_mentioned(central_url: str):
    query(
        central_url,
        "CREATE SCHEMA development; CREATE TABLE development.bag (); CREATE TABLE development.link ()",
    )

    report = check(central_url)

    assert report.other_schemas == ("development",)
    assert report.web_schema == "public"


def test_a_check_changes_nothing(central_url: str):
    query(central_url, "INSERT INTO bag (qr_id, type) VALUES ('sb00001', 'parent')")
    before = query(central_url, "SELECT xmin::text, ctid::text, * FROM bag")

    check(central_url)

    assert query(central_url, "SELECT xmin::text, ctid::text, * FROM bag") == before


def test_stations_that_are_silent_or_of_an_older_release_and_open_codes_are_remarked(central_url: str):
    enrolled(central_url, uuid4(), name="Bench 1")
    enrolled(central_url, uuid4(), name="Bench 2")
    query(central_url, "UPDATE station.device SET speaks = 1 WHERE name = 'Bench 1'")
    query(
        central_url,
        "UPDATE station.device SET last_seen_at = now() - interval '31 days' WHERE name = 'Bench 2'",
    )
    one_time_code(central_url)

    said = " ".join(check(central_url).remarks)

    assert 'stations not heard of for 30 days: "Bench 2" (' in said
    assert 'stations of a release that checks passwords itself: "Bench 1" (' in said
    assert "one-time codes that are open: 1 (" in said


def test_stations_that_were_revoked_and_codes_that_were_used_are_not(central_url: str):
    enrolled(central_url, uuid4())
    one_time_code(central_url)
    query(
        central_url,
        """UPDATE station.device SET speaks = 1, revoked_at = now(), last_seen_at = '2020-01-01';
           UPDATE station.enrolment_code SET used_at = now()""",
    )

    found = check(central_url).stations

    assert (found.silent, found.checking_passwords, found.open_codes) == ((), (), 0)

"""``db check`` on a real server: each kind of fault, remark and row to decide on, in its own words."""

from fakes.central_owner import query

from traitortrack_desktop.storage.central.check import check


def test_a_centre_as_upgrade_makes_it_has_no_faults_and_only_lacks_an_administrator(central_url: str):
    report = check(central_url)

    assert (report.faults, report.remarks, report.to_decide, report.not_looked_at) == (
        (),
        ("there is no administrator",),
        (),
        (),
    )
    assert report.found == (
        "Tables of the web application as of December 2025 or later, in the schema public, 0 bags;"
        " codes unique in any case."
    )


def test_functions_of_another_program_are_remarked_and_a_missing_one_is_a_fault(central_url: str):
    query(central_url, "UPDATE station.setting SET value = '\"of another\"' WHERE name = 'functions'")
    query(central_url, "DROP FUNCTION station.post_entries")

    report = check(central_url)

    assert "the station's functions are not those of this program: run db upgrade" in report.remarks
    assert report.faults == ("missing functions: post_entries (stations cannot post: run db upgrade)",)


def test_triggers_that_are_missing_or_disabled_are_told_apart(central_url: str):
    query(central_url, "DROP TRIGGER station_feed_link_insert ON link")
    query(central_url, "ALTER TABLE bag DISABLE TRIGGER station_feed_bag_update")

    report = check(central_url)

    assert report.missing_triggers == ("station_feed_link_insert",)
    assert report.disabled_triggers == ("station_feed_bag_update",)


def test_a_sequence_behind_its_table_is_a_fault(central_url: str):
    query(central_url, "INSERT INTO bill (id, bill_id, parent_bag_count, status) VALUES (5, 'B1', 3, 'new')")

    report = check(central_url)

    assert report.sequences_behind == ("bill",)
    assert report.faults == (
        "the numbers for new rows are used up already in: bill (stations and the web application cannot add"
        " rows there: run db audit --repair)",
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
    assert [(found.subject, found.total, found.rows) for found in report.to_decide] == [
        ("odd_codes", 1, ("id 2, code Ramesh K, type parent",))
    ]


def test_many_rows_are_counted_and_the_first_twenty_named(central_url: str):
    query(
        central_url,
        "INSERT INTO bag (qr_id, type) SELECT 'CHILD' || n, 'child' FROM generate_series(100, 149) AS n",
    )

    found = next(found for found in check(central_url).to_decide if found.subject == "orphan_children")

    assert (found.total, len(found.rows)) == (50, 20)
    assert ": 50 (child CHILD100, id 1; " in found.sentence
    assert "; and 30 more). Scan each into the parent" in found.sentence


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

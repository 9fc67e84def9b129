"""``db upgrade`` and ``db check`` on a real server."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes.central_owner import query

from traitortrack_desktop.services.ports import CentreMismatchError, CentreUnreachableError
from traitortrack_desktop.storage.central.check import check
from traitortrack_desktop.storage.central.station_functions import function_names
from traitortrack_desktop.storage.central.upgrade import expected_version, upgrade
from traitortrack_desktop.storage.central.web_shape import wanted_shape


def test_an_empty_database_gets_everything(empty_database_url: str):
    report = upgrade(empty_database_url)

    assert (report.before, report.after, report.notes) == (None, expected_version(), ())
    assert report.added_in_words == "13 tables with their indexes, rules and triggers."
    assert check(empty_database_url).faults == ()


def test_a_second_upgrade_changes_nothing(central_url: str):
    before = _catalogue(central_url)

    report = upgrade(central_url)

    assert report.before == report.after
    assert _catalogue(central_url) == before


def test_two_upgrades_at_once_take_turns(empty_database_url: str):
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(upgrade, [empty_database_url] * 2))

    assert sorted(report.before or "" for report in reports) == ["", expected_version()]
    assert check(empty_database_url).ok


def test_a_database_of_the_web_application_keeps_its_rows_and_gets_what_is_missing(empty_database_url: str):
    query(
        empty_database_url,
        "CREATE TABLE bag (id serial PRIMARY KEY, qr_id text UNIQUE, type text, extra int)",
    )
    query(empty_database_url, "INSERT INTO bag (qr_id, type, extra) VALUES ('sb00001', 'parent', 7)")

    report = upgrade(empty_database_url)

    assert report.added_in_words.startswith("12 tables, 9 columns, ")
    assert report.added_in_words.endswith(" triggers (names: --json).")
    assert query(empty_database_url, "SELECT qr_id, extra, status FROM bag") == [
        {"qr_id": "sb00001", "extra": 7, "status": None}
    ]
    assert check(empty_database_url).faults == ()


def test_rows_that_break_a_constraint_keep_it_away_and_are_reported(empty_database_url: str):
    query(empty_database_url, "CREATE TABLE bag (id serial PRIMARY KEY, qr_id text UNIQUE, type text)")
    query(
        empty_database_url,
        "INSERT INTO bag (qr_id, type) VALUES ('sb00001', 'parent'), ('SB00001', 'parent')",
    )

    upgrade(empty_database_url)

    report = check(empty_database_url)
    assert report.missing_unique == ("idx_bag_qr_id_unique_ci",)
    assert (report.faults, [found.question.name for found in report.to_decide]) == (
        (),
        ["codes_differing_in_case"],
    )


def test_a_database_that_was_never_upgraded_is_described(empty_database_url: str):
    report = check(empty_database_url)

    assert not report.ok
    assert report.schema_version is None
    assert "bag" in report.missing_tables
    assert {"post_entries", "enrol_device", "account_for_sign_in", "record_sign_in"} <= set(function_names())
    assert report.missing_functions == function_names()


def test_odd_rows_are_named(central_url: str):
    query(central_url, "INSERT INTO bag (qr_id, type, child_count) VALUES ('SB00001', 'parent', 4)")
    query(central_url, "INSERT INTO bill (bill_id, total_child_bags) VALUES ('B1', 3)")

    report = check(central_url)

    assert (report.wrong_parent_counts, report.wrong_bill_totals) == (("SB00001",), ("B1",))
    assert report.ok
    assert "there is no administrator" in report.remarks


def test_a_missing_index_and_a_missing_column_are_named(central_url: str):
    query(central_url, "DROP INDEX idx_bag_qr_id_lower")
    query(central_url, "ALTER TABLE bill DROP COLUMN destination")

    report = check(central_url)

    assert (report.missing_indexes, report.missing_columns) == (
        ("idx_bag_qr_id_lower",),
        ("bill.destination",),
    )


def test_the_statistics_triggers_are_reported(central_url: str):
    query(
        central_url,
        """CREATE FUNCTION count_bag() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
           CREATE TRIGGER bag_insert_trigger AFTER INSERT ON bag FOR EACH ROW EXECUTE FUNCTION count_bag()""",
    )

    report = check(central_url)
    assert report.statistics_triggers == ("bag_insert_trigger",)
    assert any("db upgrade --unblock-statistics" in remark for remark in report.remarks)


def test_everything_that_check_expects_is_read_from_the_declared_shape():
    columns = {(column.table, column.name) for column in wanted_shape().columns}
    assert {("user", "locked_until"), ("bag", "qr_id"), ("scan", "timestamp")} <= columns
    assert {"idx_bag_qr_id_lower", "idx_scan_child_bag"} <= {x.name for x in wanted_shape().plain_indexes}
    assert len(wanted_shape().tables) == 13


def test_a_report_is_json(central_url: str):
    assert check(central_url).as_json()["ok"] is True


def test_an_account_without_rights_is_a_mismatch(central_url: str, station_url: str):
    with pytest.raises(CentreMismatchError):
        upgrade(station_url)


def test_a_server_that_is_not_there_is_unreachable():
    with pytest.raises(CentreUnreachableError):
        upgrade("postgresql://somebody@127.0.0.1:1/nowhere")


def _catalogue(url: str) -> list[dict]:
    return query(
        url,
        """SELECT oid, relname FROM pg_class
           WHERE relnamespace IN ('public'::regnamespace, 'station'::regnamespace) ORDER BY oid""",
    )

"""``db upgrade`` on a database that the web application has written for a while."""

from collections.abc import Iterator
from dataclasses import dataclass

import psycopg2
import pytest
from fakes import october_centre
from fakes.central_owner import query
from fakes.database_pictures import catalogue, columns_of, rows_as_they_lie

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import CentreMismatchError
from traitortrack_desktop.storage.central.check import check
from traitortrack_desktop.storage.central.check_report import CentreReport
from traitortrack_desktop.storage.central.upgrade import NewerCentreError, upgrade
from traitortrack_desktop.storage.central.upgrade_report import UpgradeReport
from traitortrack_desktop.storage.central.web_schema import RightsMissingError, WebSchemaUnclearError

NAME = "october"


@dataclass(frozen=True)
class Upgraded:
    url: str
    checked_before: CentreReport
    report: UpgradeReport
    rows_before: dict
    rows_after: dict


@pytest.fixture(scope="module")
def october(postgres_server: EmbeddedPostgres) -> Iterator[Upgraded]:
    """A database of October 2025, looked at and then upgraded. Only looked at by the tests."""
    postgres_server.create_database(NAME)
    url = postgres_server.url(NAME)
    query(url, october_centre.TABLES)
    query(url, october_centre.ROWS)
    query(url, october_centre.LEFT_BEHIND)
    _unique_index_that_fails(url)
    columns = columns_of(url, "production")
    before = rows_as_they_lie(url, "production", columns)
    checked = check(url)
    report = upgrade(url)
    yield Upgraded(url, checked, report, before, rows_as_they_lie(url, "production", columns))
    postgres_server.drop_database(NAME)


@pytest.fixture
def copy_of_october(october: Upgraded, postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The upgraded database, to be changed."""
    postgres_server.create_database("october_copy", NAME)
    yield postgres_server.url("october_copy")
    postgres_server.drop_database("october_copy")


def test_what_was_found_is_said_in_words(october: Upgraded):
    assert october.report.found == (
        "Tables of the web application as of October 2025, in the schema production, 6 bags;"
        " no return tickets; codes unique only with their case; nothing that keeps a child in one parent;"
        " statistics by row triggers."
    )


def test_no_row_of_others_is_touched(october: Upgraded):
    assert october.rows_after == october.rows_before


def test_what_was_missing_is_there_now(october: Upgraded):
    report = check(october.url)

    assert october.report.not_added == ()
    assert (report.missing_tables, report.missing_columns, report.missing_indexes) == ((), (), ())
    assert (report.missing_functions, report.missing_triggers, report.broken_indexes) == ((), (), ())


def test_the_report_names_what_it_added(october: Upgraded):
    assert {
        "table return_ticket",
        "column bill.linked_parent_count",
        "index idx_bag_type on bag",
        "rule check_bill_linked_count_non_negative on bill",
        "trigger station_feed_bag_insert on bag",
    } <= set(october.report.added)


def test_an_equal_index_of_another_name_counts(october: Upgraded):
    assert "idx_bag_qr_id_lower" not in _indexes(october.url)


def test_a_name_that_another_index_has_is_left_to_it(october: Upgraded):
    assert {"idx_bag_user_type", "station_idx_bag_user_type"} <= _indexes(october.url).keys()


def test_rows_that_keep_a_rule_away_are_named_for_a_person(october: Upgraded):
    named = {found.subject: (found.total, found.rows) for found in october.report.to_decide}

    assert named == {
        "codes_that_differ_in_case": (1, ("SB00001 (id 1), sb00001 (id 2)",)),
        "children_in_two_parents": (1, ("ab12 in SB00001 and SB00002",)),
        "parents_on_two_bills": (1, ("SB00001 on B1 and B2",)),
        "check_bag_weight_non_negative": (1, ("id 3",)),
        "bill_created_by_id": (1, ("id 2: 99",)),
    }


def test_where_rows_break_a_rule_newer_rows_are_held_to_it(october: Upgraded):
    indexes = _indexes(october.url)

    assert "WHERE (id > 3)" in indexes["station_link_one_parent"]
    assert "WHERE (id > 3)" in indexes["station_bill_bag_one_bill"]
    assert indexes["station_bag_code"].endswith("(upper((qr_id)::text))")
    assert "idx_bag_qr_id_unique_ci" not in indexes


def test_old_rows_that_break_a_reference_do_not_keep_new_ones_from_it(copy_of_october: str):
    with pytest.raises(psycopg2.errors.ForeignKeyViolation):
        query(copy_of_october, "INSERT INTO production.bill (bill_id, created_by_id) VALUES ('B3', 98)")


def test_posting_is_told_that_codes_are_unique(october: Upgraded):
    settings = {row["name"]: row["value"] for row in query(october.url, "SELECT * FROM station.setting")}

    assert (settings["bag_codes"], settings["web_schema"]) == ("unique", "production")


def test_a_repeated_upgrade_changes_nothing(copy_of_october: str):
    columns = columns_of(copy_of_october, "production")
    before = catalogue(copy_of_october, "production")
    rows_before = rows_as_they_lie(copy_of_october, "production", columns)

    report = upgrade(copy_of_october)

    assert report.added == ()
    assert catalogue(copy_of_october, "production") == before
    assert rows_as_they_lie(copy_of_october, "production", columns) == rows_before


def test_when_people_have_decided_the_whole_rules_are_made(copy_of_october: str):
    query(copy_of_october, october_centre.DECIDED)

    report = upgrade(copy_of_october)

    indexes = _indexes(copy_of_october)
    assert (report.to_decide, report.not_added) == ((), ())
    assert check(copy_of_october).missing_rules == ()
    assert {"idx_bag_qr_id_unique_ci", "link_child_bag_id_unique"} <= indexes.keys()
    assert "WHERE" not in indexes["station_bill_bag_one_bill"]
    assert indexes.keys().isdisjoint({"station_bag_code", "station_link_one_parent"})
    assert check(copy_of_october).missing_unique == ()


def test_a_database_that_was_never_upgraded_is_examined(october: Upgraded):
    report = october.checked_before

    assert not report.ok
    assert {found.subject for found in report.to_decide} >= {
        "codes_that_differ_in_case",
        "children_in_two_parents",
        "parents_on_two_bills",
        "odd_codes",
        "bills_without_capacity",
        "unknown_bill_status",
    }
    assert "totals of bills, before db upgrade has added what it needs" in report.not_looked_at
    assert report.broken_indexes == ("idx_bag_qr_id_unique_ci", "idx_bag_type", "idx_link_child_id_ccnew")


def test_what_would_have_rows_refused_is_a_fault(october: Upgraded):
    assert check(october.url).faults == (
        "the column scan.user_id must not be empty, but a scan by somebody whom the web application does not"
        " know names nobody: ALTER TABLE scan ALTER COLUMN user_id DROP NOT NULL",
        "the numbers for new rows are used up already in: bag (stations and the web application cannot add"
        " rows there: run db audit --repair)",
    )


def test_codes_that_nothing_keeps_unique_are_made_one_at_a_time(empty_database_url: str):
    query(empty_database_url, "CREATE TABLE bag (id serial PRIMARY KEY, qr_id text, type text)")
    query(empty_database_url, "INSERT INTO bag (qr_id, type) VALUES ('AB12', 'child'), ('AB12', 'child')")

    upgrade(empty_database_url)

    setting = query(empty_database_url, "SELECT value FROM station.setting WHERE name = 'bag_codes'")
    assert setting == [{"value": "serialised"}]


def test_an_older_program_leaves_a_newer_centre_alone(central_url: str):
    query(central_url, "UPDATE station.alembic_version SET version_num = '9999'; DROP INDEX idx_bag_type")
    before = catalogue(central_url, "public")

    with pytest.raises(NewerCentreError, match="nothing was changed"):
        upgrade(central_url)

    assert catalogue(central_url, "public") == before
    assert check(central_url).newer


def test_of_several_schemas_one_has_to_be_named(empty_database_url: str):
    for schema in ("development", "production"):
        query(
            empty_database_url,
            f"""CREATE SCHEMA {schema}; CREATE TABLE {schema}.bag (id serial, qr_id text);
                CREATE TABLE {schema}.link (id serial)""",
        )

    with pytest.raises(WebSchemaUnclearError, match=r"development, production.*--web-schema NAME"):
        upgrade(empty_database_url)
    with pytest.raises(WebSchemaUnclearError, match="no schema staging; bags are in development, production"):
        upgrade(empty_database_url, web_schema="staging")
    with pytest.raises(CentreMismatchError, match="has no type, so it is not the web application's"):
        upgrade(empty_database_url, web_schema="production")
    assert query(empty_database_url, "SELECT to_regnamespace('station') AS made") == [{"made": None}]


def test_tables_of_another_owner_are_named_with_him(empty_database_url: str):
    query(
        empty_database_url,
        """CREATE ROLE it_person LOGIN PASSWORD 'x';
           CREATE TABLE bag (id serial PRIMARY KEY, qr_id text, type text);
           GRANT ALL ON SCHEMA public TO it_person""",
    )
    server = empty_database_url[empty_database_url.rindex("@") :]

    with pytest.raises(RightsMissingError, match=r"it_person does not own bag .* address of their owner"):
        upgrade(f"postgresql://it_person:x{server}")

    query(empty_database_url, "REVOKE ALL ON SCHEMA public FROM it_person; DROP ROLE it_person")


def _unique_index_that_fails(url: str) -> None:
    connection = psycopg2.connect(url.replace("postgresql+psycopg2://", "postgresql://"))
    connection.autocommit = True
    with connection.cursor() as cursor, pytest.raises(psycopg2.errors.UniqueViolation):
        cursor.execute(october_centre.FAILS)
    connection.close()


def _indexes(url: str) -> dict[str, str]:
    found = query(url, "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'production'")
    return {row["indexname"]: row["indexdef"] for row in found}

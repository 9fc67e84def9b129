"""The indexes by which codes are found: made by every upgrade, wherever tables are and whatever was left."""

from fakes.central_owner import query

from traitortrack_desktop.storage.central.finding_indexes import FINDING_INDEXES
from traitortrack_desktop.storage.central.upgrade import upgrade

NAMES = {index.name for index in FINDING_INDEXES}
_VALID = """
    SELECT c.relname AS name FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
    WHERE i.indisvalid AND c.relname = ANY (%s)
"""


def valid(url: str) -> set[str]:
    return {row["name"] for row in query(url, _VALID, list(NAMES))}


def test_an_upgrade_makes_those_that_are_missing_or_broken_off_and_then_adds_nothing(central_url: str):
    assert valid(central_url) == NAMES
    query(central_url, "DROP INDEX station_bag_tail; DROP INDEX station.entry_of_parent")
    query(
        central_url,
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'station_bag_head'::regclass",
    )
    assert upgrade(central_url).added == (
        "index station_bag_head on bag",
        "index station_bag_tail on bag",
        "index entry_of_parent on entry",
    )
    assert valid(central_url) == NAMES
    assert upgrade(central_url).added == ()


def test_they_are_on_the_web_applications_tables_in_whatever_schema(empty_database_url: str):
    query(empty_database_url, "CREATE SCHEMA production")
    assert upgrade(empty_database_url, web_schema="production").not_added == ()
    assert valid(empty_database_url) == NAMES
    query(empty_database_url, "DROP INDEX production.station_bag_head")
    assert upgrade(empty_database_url).added == ("index station_bag_head on bag",)
    assert upgrade(empty_database_url).added == ()

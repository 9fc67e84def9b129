"""Every state in which the web application may have left its database, upgraded, examined and posted to.

The same with a real station, the command line, a web application at work and another PostgreSQL:
``python3 installer/dev.py centre``.
"""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import psycopg2
import pytest
from centre.kept_rows import (
    Columns,
    Digests,
    Places,
    catalogue,
    changed,
    columns_of,
    digests,
    places,
    structure,
)
from centre.shapes import DECIDED, SHAPES, Shape, build, fill_with_faults, make_web_owner, owner_cursor
from fakes.bill_decisions import (
    attached,
    completed_bill,
    created,
    deleted_bill,
    detached,
    edited,
    finalised_return,
    opened_return,
    reopened_bill,
    returned,
    unreturned,
)
from fakes.bill_desk import BillDesk, told
from fakes.central_owner import query
from fakes.decisions import added, opened
from fakes.entry_chain import EntryChain
from fakes.posted_people import PostedPeople

from traitortrack_desktop.domain.entries import JournalEntry
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import CentreMismatchError
from traitortrack_desktop.storage.central.check import check
from traitortrack_desktop.storage.central.check_report import CentreReport
from traitortrack_desktop.storage.central.consistency import consistency
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.upgrade import NewerCentreError, upgrade
from traitortrack_desktop.storage.central.upgrade_report import UpgradeReport
from traitortrack_desktop.storage.central.web_schema import RightsMissingError, WebSchemaUnclearError

NAMED = {shape.name: shape for shape in SHAPES}
ASKS, COPIED_IN, BY_HAND = NAMED["two_schemas"], NAMED["copied_in"], NAMED["october_by_hand"]
UPGRADED = [shape for shape in SHAPES if shape not in {ASKS, COPIED_IN}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """A shape that was examined and then upgraded, with what was there before."""

    shape: Shape
    url: str
    left_out: frozenset[str]
    columns: Columns
    bags: int
    last: Mapping[str, int]
    """The greatest id in some tables, before the upgrade."""
    structure: frozenset[str]
    structure_after: frozenset[str]
    rows: Digests
    rows_after: Digests
    places: Places
    places_after: Places
    checked_before: CentreReport
    report: UpgradeReport


@pytest.fixture(scope="module")
def upgraded_once(postgres_server: EmbeddedPostgres) -> Iterator[Callable[[Shape], Upgraded]]:
    """Upgrades a shape when it is asked for the first time."""
    make_web_owner(postgres_server.url("postgres"), secrets.token_urlsafe(12))
    names: list[str] = []
    made: dict[str, Upgraded] = {}

    def upgraded_once(shape: Shape) -> Upgraded:
        if shape.name not in made:
            postgres_server.create_database(shape.name)
            names.append(shape.name)
            made[shape.name] = _upgraded(postgres_server.url(shape.name), shape)
        return made[shape.name]

    yield upgraded_once
    for name in names:
        postgres_server.drop_database(name)


def _upgraded(url: str, shape: Shape) -> Upgraded:
    build(url, shape)
    left_out = fill_with_faults(url, shape)
    columns = columns_of(url, shape.schema)
    made, rows, lie = structure(url, shape.schema), digests(url, columns), places(url, columns)
    checked = check(url)
    report = upgrade(url, web_schema=shape.schema)
    return Upgraded(
        shape=shape,
        url=url,
        left_out=frozenset(item.fault for item in left_out),
        columns=columns,
        bags=len(rows["bag"]),
        last={table: max(map(int, rows[table])) for table in ("link", "bill_bag")},
        structure=made,
        structure_after=structure(url, shape.schema),
        rows=rows,
        rows_after=digests(url, columns),
        places=lie,
        places_after=places(url, columns),
        checked_before=checked,
        report=report,
    )


@pytest.fixture(params=UPGRADED, ids=[shape.name for shape in UPGRADED])
def upgraded(upgraded_once: Callable[[Shape], Upgraded], request: pytest.FixtureRequest) -> Upgraded:
    """Each of the shapes; tests may post to it, for other bags than other tests."""
    return upgraded_once(request.param)


@pytest.fixture
def by_hand(upgraded_once: Callable[[Shape], Upgraded]) -> Upgraded:
    """The shape that somebody worked on by hand and that killed upgrades left things in."""
    return upgraded_once(BY_HAND)


@pytest.fixture
def copy_of_it(by_hand: Upgraded, postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """That database, upgraded, to be changed."""
    postgres_server.create_database("by_hand_copy", by_hand.shape.name)
    yield postgres_server.url("by_hand_copy")
    postgres_server.drop_database("by_hand_copy")


# -- every shape


def test_only_faults_that_the_shape_itself_forbids_are_left_out(upgraded: Upgraded):
    assert upgraded.left_out == upgraded.shape.forbidden


def test_no_row_is_changed_or_written_again(upgraded: Upgraded):
    assert changed(upgraded.rows, upgraded.rows_after) == {}
    assert upgraded.places_after == upgraded.places


def test_no_column_index_rule_trigger_or_owner_is_changed(upgraded: Upgraded):
    assert upgraded.structure - upgraded.structure_after == set()


def test_what_is_added_belongs_to_whom_the_bags_belong(upgraded: Upgraded):
    owners = {line.split()[-1] for line in upgraded.structure_after if line.startswith("owner ")}

    assert owners == {upgraded.shape.owner or "traitortrack"}


def test_what_was_missing_is_there_now(upgraded: Upgraded):
    report = check(upgraded.url)

    assert upgraded.report.not_added == ()
    assert (report.missing_tables, report.missing_columns, report.missing_indexes) == ((), (), ())
    assert (report.missing_functions, report.missing_triggers, report.broken_indexes) == ((), (), ())


def test_stations_can_work_with_it(upgraded: Upgraded):
    assert check(upgraded.url).faults == ()


def test_odd_bags_are_posted_to_and_the_others_stay_as_they_were(upgraded: Upgraded):
    chain = EntryChain()
    office = CentralPostingOffice(upgraded.url, device=chain.device, station_name="Station 7", version="1.0")
    entries = chain.entries(
        [opened("SB40001"), added("SB40001", "LORPH1"), added("SB40001", "SND101"), opened("SB30005"),
         added("SB30005", "ORPH1"), opened("SB35001"), added("SB35001", "ORPH2")]
    )  # fmt: skip

    answers = [str(receipt.reason or receipt.outcome) for receipt in office.post(entries).receipts]
    office.close()

    assert answers == [
        "posted", "posted", "child_in_other_parent", "posted", "posted", "posted", "parent_completed",
    ]  # fmt: skip
    different = changed(upgraded.rows_after, digests(upgraded.url, upgraded.columns))
    different.pop("statistics_cache", None)
    assert {table: len(rows) for table, rows in different.items()} == {"bag": 3, "bill": 1}
    assert audited(upgraded.shape.schema or "public", upgraded.url, entries) == [2, 5]


def test_a_bill_and_a_return_are_worked_at_in_every_shape(upgraded: Upgraded):
    with closing(PostedPeople(upgraded.url)) as people:
        people.owner.query("SELECT set_config('search_path', %s, false)", upgraded.shape.schema or "public")
        desk = BillDesk(people, "admin")
        wrong = consistency(upgraded.url)
        parents = [desk.parent(number) for number in (1, 2, 3)]
        receipts = desk.post(
            created(desk.bill, 3, destination="Kota", vehicle="RJ14"),
            *(attached(desk.bill, parent, makes=True) for parent in parents),
            completed_bill(desk.bill), opened_return(desk.ticket), returned(desk.ticket, parents[0]),
            returned(desk.ticket, parents[1]), unreturned(desk.ticket, parents[1]),
            finalised_return(desk.ticket),
            reopened_bill(desk.bill), edited(desk.bill, capacity=2), detached(desk.bill, parents[2]),
        )  # fmt: skip
        page = desk.web.bill(desk.bill)
        ticket = desk.web.ticket(desk.ticket)

        assert [receipt.get("reason") for receipt in receipts] == [None] * len(receipts)
        assert page is not None
        assert (page.figures, page.row["destination"]) == (("processing", 2, 1, 0, 30), "Kota")
        assert (ticket["status"], ticket["bags_scanned_count"]) == ("committed", 1)
        assert consistency(upgraded.url) == wrong
        assert told(desk.one(deleted_bill(desk.bill))) == ("posted", None)


def audited(schema: str, url: str, entries: list[JournalEntry]) -> list[int]:
    """Return the numbers of the entries that put a child in and stand in the web application's audit."""
    rows = query(url, f"SELECT request_id FROM {schema}.audit_log WHERE action = 'link_child'")
    numbers = {str(entry.id): entry.seq for entry in entries}
    return sorted(numbers[row["request_id"]] for row in rows)


# -- what the upgrade says, and what it makes of things done by hand


def test_what_was_found_is_said_in_words(by_hand: Upgraded):
    assert by_hand.report.found == (
        f"Tables of the web application as of October 2025, in the schema production, {by_hand.bags:,} bags;"
        " no return tickets; codes unique only with their case; nothing that keeps a child in one parent;"
        " statistics by row triggers."
    )


def test_the_report_names_what_it_added(by_hand: Upgraded):
    assert {
        "table return_ticket",
        "column bill.linked_parent_count",
        "index idx_bag_type on bag",
        "rule check_bill_linked_count_non_negative on bill",
        "trigger station_feed_bag_insert on bag",
    } <= set(by_hand.report.added)


def test_an_equal_index_of_another_name_counts(by_hand: Upgraded):
    assert "idx_bag_qr_id_lower" not in _indexes(by_hand.url)


def test_a_name_that_another_index_has_is_left_to_it(by_hand: Upgraded):
    assert {"idx_bag_user_type", "station_idx_bag_user_type"} <= _indexes(by_hand.url).keys()


def test_rows_that_keep_a_rule_away_are_named_for_a_person(by_hand: Upgraded):
    told = {answer.question.name: (answer.count, _named(answer.items)) for answer in by_hand.report.to_decide}

    assert told == {
        "codes_differing_in_case": (
            2, ["CASE22", "Case22", "case22", "CASE22", "SB22001", "sb22001", "SB22001"],
        ),
        "child_in_two_parents": (1, ["TWO01", "SB25001", "SB25002"]),
        "parent_on_two_bills": (1, ["BILL-26001", "BILL-26002", "SB26001"]),
        "check_bag_weight_non_negative": (1, ["SB31001"]),
        "check_bill_expected_weight_non_negative": (1, ["BILL-31002"]),
        "bill_created_by_id": (1, [999999]),
    }  # fmt: skip


def test_where_rows_break_a_rule_newer_rows_are_held_to_it(by_hand: Upgraded):
    indexes = _indexes(by_hand.url)

    assert f"WHERE (id > {by_hand.last['link']})" in indexes["station_link_one_parent"]
    assert f"WHERE (id > {by_hand.last['bill_bag']})" in indexes["station_bill_bag_one_bill"]
    assert indexes["station_bag_code"].endswith("(upper((qr_id)::text))")
    assert "idx_bag_qr_id_unique_ci" not in indexes


def test_old_rows_that_break_a_reference_do_not_keep_new_ones_from_it(copy_of_it: str):
    with pytest.raises(psycopg2.errors.ForeignKeyViolation):
        query(copy_of_it, "INSERT INTO production.bill (bill_id, created_by_id) VALUES ('B3', 999998)")


def test_posting_is_told_that_codes_are_unique(by_hand: Upgraded):
    settings = {row["name"]: row["value"] for row in query(by_hand.url, "SELECT * FROM station.setting")}

    assert (settings["bag_codes"], settings["web_schema"]) == ("unique", "production")


def test_a_repeated_upgrade_changes_nothing(copy_of_it: str):
    columns = columns_of(copy_of_it, "production")
    before = (
        catalogue(copy_of_it, "production"), digests(copy_of_it, columns), places(copy_of_it, columns)
    )  # fmt: skip

    report = upgrade(copy_of_it)

    assert report.added == ()
    assert before == (
        catalogue(copy_of_it, "production"), digests(copy_of_it, columns), places(copy_of_it, columns)
    )  # fmt: skip


def test_when_people_have_decided_the_whole_rules_are_made(copy_of_it: str):
    with owner_cursor(copy_of_it, "production") as cursor:
        cursor.execute(DECIDED.read_text("utf-8"))

    report = upgrade(copy_of_it)

    indexes, checked = _indexes(copy_of_it), check(copy_of_it)
    assert (report.to_decide, report.not_added) == ((), ())
    assert (checked.missing_rules, checked.missing_unique) == ((), ())
    assert {"idx_bag_qr_id_unique_ci", "link_child_bag_id_unique"} <= indexes.keys()
    assert "WHERE" not in indexes["station_bill_bag_one_bill"]
    assert indexes.keys().isdisjoint({"station_bag_code", "station_link_one_parent"})


def test_a_database_that_was_never_upgraded_is_examined(by_hand: Upgraded):
    report = by_hand.checked_before

    assert not report.ok
    assert {answer.question.name for answer in report.to_decide} >= {
        "codes_differing_in_case",
        "child_in_two_parents",
        "parent_on_two_bills",
        "odd_codes",
        "bills_without_capacity",
        "unknown_bill_status",
    }
    assert [sentence for sentence in report.not_looked_at if "linked_parent_count" in sentence]
    assert report.broken_indexes == ("idx_bag_qr_id_unique_ci", "idx_bag_type", "idx_link_child_id_ccnew")


def test_a_column_that_would_have_rows_refused_is_a_fault(copy_of_it: str):
    query(
        copy_of_it,
        """ALTER TABLE production.scan DISABLE TRIGGER USER;
           DELETE FROM production.scan WHERE user_id IS NULL;
           ALTER TABLE production.scan ENABLE TRIGGER USER;
           ALTER TABLE production.scan ALTER COLUMN user_id SET NOT NULL""",
    )

    assert check(copy_of_it).faults == (
        "the column scan.user_id must not be empty, but a scan by somebody whom the web application does not"
        " know names nobody: ALTER TABLE scan ALTER COLUMN user_id DROP NOT NULL",
    )


# -- shapes that stop it, and others that are told about


def test_where_two_schemas_hold_bags_somebody_has_to_say_which(empty_database_url: str):
    build(empty_database_url, ASKS)

    with pytest.raises(WebSchemaUnclearError, match=r"development, production.*--web-schema NAME"):
        upgrade(empty_database_url)
    with pytest.raises(WebSchemaUnclearError, match="no schema staging; bags are in development, production"):
        upgrade(empty_database_url, web_schema="staging")
    assert query(empty_database_url, "SELECT to_regnamespace('station') AS made") == [{"made": None}]


def test_tables_with_the_names_alone_are_not_taken_for_the_web_applications(empty_database_url: str):
    query(empty_database_url, "CREATE TABLE bag (id serial, qr_id text); CREATE TABLE link (id serial)")

    with pytest.raises(CentreMismatchError, match="has no type, so it is not the web application's"):
        upgrade(empty_database_url, web_schema="public")
    assert query(empty_database_url, "SELECT to_regnamespace('station') AS made") == [{"made": None}]


def test_where_the_numbers_of_new_rows_are_taken_already_it_is_said_what_helps(empty_database_url: str):
    build(empty_database_url, COPIED_IN)
    fill_with_faults(empty_database_url, COPIED_IN)
    upgrade(empty_database_url)

    report = check(empty_database_url)

    taken = "the next number for a new row is taken already in: "
    faults = [said for said in report.faults if said.startswith(taken)]
    remarks = [said for said in report.remarks if said.startswith(taken)]
    assert [said.removeprefix(taken).partition(" (")[0] for said in faults] == ["bill, bill_bag"]
    assert [said.removeprefix(taken).partition(" (")[0] for said in remarks] == ["bag, link, scan"]
    assert all("db audit --repair" in said for said in (*faults, *remarks))


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


def _named(said: object) -> list[object]:
    """Return the codes of bags and bills, and the lost references, in what is *said* of rows."""
    if isinstance(said, Mapping):
        names = {"code", "child", "parent", "bill", "qr_id", "bill_id", "created_by_id"}
        found = sorted(said.items(), key=lambda pair: pair[0])
        return [
            named
            for name, value in found
            for named in ([value] if name in names else _named(value) if isinstance(value, list) else [])
        ]
    if isinstance(said, list | tuple):
        return [named for item in said for named in _named(item)]
    return []


def _indexes(url: str) -> dict[str, str]:
    found = query(url, "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'production'")
    return {row["indexname"]: row["indexdef"] for row in found}

"""Every state in which the web application may have left its database, upgraded and posted to.

The same with a real station, the command line, a web application at work and another PostgreSQL:
``python3 installer/dev.py centre``.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from centre.kept_rows import Columns, Digests, changed, columns_of, digests, structure
from centre.shapes import SHAPES, Shape, build, fill_with_faults, make_web_owner
from fakes.decisions import added, opened
from fakes.entry_chain import EntryChain

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import CentreMismatchError
from traitortrack_desktop.storage.central.check import check
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.upgrade import upgrade

ASKS = next(shape for shape in SHAPES if len(shape.schemas) > 1)
COPIED_IN = next(shape for shape in SHAPES if shape.sequences_behind)
OTHERS = [shape for shape in SHAPES if shape not in {ASKS, COPIED_IN}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """A shape that was upgraded, with what was there before."""

    shape: Shape
    url: str
    left_out: frozenset[str]
    structure: frozenset[str]
    structure_after: frozenset[str]
    columns: Columns
    rows: Digests
    rows_after: Digests


@pytest.fixture(scope="module", params=OTHERS, ids=[shape.name for shape in OTHERS])
def upgraded(postgres_server: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[Upgraded]:
    shape: Shape = request.param
    make_web_owner(postgres_server.url("postgres"), secrets.token_urlsafe(12))
    postgres_server.create_database(shape.name)
    url = postgres_server.url(shape.name)
    build(url, shape)
    left_out = fill_with_faults(url, shape)
    columns = columns_of(url, shape.schema)
    before, rows = structure(url, shape.schema), digests(url, columns)
    upgrade(url, web_schema=shape.schema)
    yield Upgraded(
        shape=shape,
        url=url,
        left_out=frozenset(item.fault for item in left_out),
        structure=before,
        structure_after=structure(url, shape.schema),
        columns=columns,
        rows=rows,
        rows_after=digests(url, columns),
    )
    postgres_server.drop_database(shape.name)


def test_only_faults_that_the_shape_itself_forbids_are_left_out(upgraded: Upgraded):
    assert upgraded.left_out == upgraded.shape.forbidden


def test_no_row_is_changed(upgraded: Upgraded):
    assert changed(upgraded.rows, upgraded.rows_after) == {}


def test_no_column_index_rule_trigger_or_owner_is_changed(upgraded: Upgraded):
    assert upgraded.structure - upgraded.structure_after == set()


def test_what_is_added_belongs_to_whom_the_bags_belong(upgraded: Upgraded):
    owners = {line.split()[-1] for line in upgraded.structure_after if line.startswith("owner ")}

    assert owners == {upgraded.shape.owner or "traitortrack"}


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


def test_where_two_schemas_hold_bags_somebody_has_to_say_which(postgres_server: EmbeddedPostgres):
    postgres_server.create_database("asks")
    build(postgres_server.url("asks"), ASKS)

    with pytest.raises(CentreMismatchError, match=r"development, production.*--web-schema NAME"):
        upgrade(postgres_server.url("asks"))
    postgres_server.drop_database("asks")


def test_where_the_numbers_of_new_rows_are_taken_already_it_is_said_what_helps(empty_database_url: str):
    build(empty_database_url, COPIED_IN)
    fill_with_faults(empty_database_url, COPIED_IN)
    upgrade(empty_database_url)

    assert [fault for fault in check(empty_database_url).faults if "db audit --repair" in fault]

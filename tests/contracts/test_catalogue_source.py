"""What a load may rely on, asked of the centre and of the fake."""

from collections.abc import Callable, Iterator

import pytest
from fakes.central_owner import query
from fakes.memory_catalogue import MemorySource

from traitortrack_desktop.services.catalogue import CatalogueSource
from traitortrack_desktop.storage.central.catalogue_feed import CentralCatalogueSource


def _memory(_request: pytest.FixtureRequest) -> CatalogueSource:
    bags = [[str(number), f"C{number}", "child", *[None] * 5] for number in (1, 2, 4)]
    source = MemorySource(bags, [["1", "BILL-1", "new", "30", "0"]])
    source.detail_rows = [["1", None, None, "to the north", None, None, "0", "0"]]
    return source


def _central(request: pytest.FixtureRequest) -> CatalogueSource:
    url = request.getfixturevalue("central_url")
    query(
        url,
        "INSERT INTO bag (id, qr_id, type) VALUES (1, 'C1', 'child'), (2, 'C2', 'child'), (4, 'C4', 'child');"
        " INSERT INTO bill (id, bill_id, parent_bag_count, status, description)"
        " VALUES (1, 'BILL-1', 30, 'new', 'to the north')",
    )
    return CentralCatalogueSource(url, station_name="s")


@pytest.fixture(params=[_memory, _central], ids=["memory", "PostgreSQL"])
def source(request: pytest.FixtureRequest) -> Iterator[CatalogueSource]:
    make: Callable[[pytest.FixtureRequest], CatalogueSource] = request.param
    source = make(request)
    yield source
    source.close()


def test_a_load_begins_with_a_cursor_and_with_how_far_it_goes(source: CatalogueSource):
    start = source.start()

    assert start is not None
    assert (start.highest, bool(start.cursor), bool(start.centre)) == (4, True, True)
    assert start.rows >= 3


def test_pages_ascend_from_after_an_id_and_end(source: CatalogueSource):
    assert [bag[1] for bag in source.bags(0, 2)] == ["C1", "C2"]
    assert [bag[1] for bag in source.bags(2, 2)] == ["C4"]
    assert list(source.bags(4, 2)) == []


def test_a_bag_has_the_eight_columns_of_a_row(source: CatalogueSource):
    (bag,) = source.bags(2, 1)

    assert ([str(column) if column is not None else None for column in bag][:4], len(bag)) == (
        ["4", "C4", "child", None],
        8,
    )


def test_all_bills_come(source: CatalogueSource):
    assert [[str(column) for column in bill] for bill in source.bills()] == [
        ["1", "BILL-1", "new", "30", "0"]
    ]


def test_what_else_is_known_of_bills_comes_page_by_page(source: CatalogueSource):
    (row,) = source.bill_details(0, 9)

    assert (len(row), str(row[0]), row[3], str(row[6])) == (8, "1", "to the north", "0")
    assert list(source.bill_details(1, 9)) == []


def test_no_parent_is_open_at_a_station(source: CatalogueSource):
    assert source.holders() == {}


def test_after_it_was_closed_it_can_be_asked_again(source: CatalogueSource):
    source.start()
    source.close()

    assert len(source.bags(0, 9)) == 3

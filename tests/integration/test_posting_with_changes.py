"""Posting and asking what changed: one message, and never a posting that fails for the feed."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.central_owner import query
from fakes.counted_line import CountedLine
from fakes.decisions import added
from fakes.enrolled_stations import enrolled
from fakes.entry_chain import EntryChain, filled
from fakes.feed_reader import connect
from sqlalchemy.engine import make_url

from traitortrack_desktop.domain.entries import Outcome
from traitortrack_desktop.services.catalogue_load import CatalogueLoad
from traitortrack_desktop.services.ports import CentreChanges, CentreUnreachableError
from traitortrack_desktop.storage.central.catalogue_feed import CentralCatalogueSource
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.local.catalogue import SqliteCatalogue

MakeOffice = Callable[[str], CentralPostingOffice]


@pytest.fixture
def chain() -> EntryChain:
    return EntryChain()


@pytest.fixture
def make_office(chain: EntryChain) -> Iterator[MakeOffice]:
    offices: list[CentralPostingOffice] = []

    def make(url: str) -> CentralPostingOffice:
        offices.append(CentralPostingOffice(url, device=chain.device, station_name="s", version="1"))
        return offices[-1]

    yield make
    for office in offices:
        office.close()


def beginning(url: str) -> str:
    """Return a cursor of the feed from which on everything is new."""
    return query(url, "SELECT station.catalogue_start() ->> 'cursor' AS cursor")[0]["cursor"]


def codes(changes: CentreChanges | None) -> list[str]:
    assert changes is not None
    return sorted(str(bag[1]) for bag in changes.bags)


def test_what_others_changed_and_the_own_postings_come_with_the_receipts(
    central_url: str, make_office: MakeOffice, chain: EntryChain
):
    office, cursor = make_office(central_url), beginning(central_url)
    query(central_url, "INSERT INTO bag (qr_id, type) VALUES ('OTHER', 'child')")

    reply = office.post(chain.entries(filled("SB10001", ["C1"])), cursor)

    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.POSTED] * 2
    assert codes(reply.changes) == ["C1", "OTHER", "SB10001"]
    assert office.changes_since(reply.changes.cursor).bags == ()


def test_own_changes_come_also_while_another_transaction_is_open_and_only_once(
    central_url: str, make_office: MakeOffice, chain: EntryChain
):
    office, cursor = make_office(central_url), beginning(central_url)
    with connect(central_url) as other:
        other.cursor().execute("INSERT INTO bag (qr_id, type) VALUES ('OPEN', 'child')")
        query(central_url, "INSERT INTO bag (qr_id, type) VALUES ('OTHER', 'child')")

        first = office.post(chain.entries(filled("SB10001", ["C1"])), cursor).changes
        second = office.post(chain.entries([added("SB10001", "C2")]), first.cursor).changes
        other.commit()

    assert codes(first) == ["C1", "OTHER", "SB10001"]
    assert codes(second) == ["C2", "SB10001"]
    assert codes(office.changes_since(second.cursor)) == ["OPEN"]


def test_a_posting_with_its_changes_is_one_round_trip(
    central_url: str, make_office: MakeOffice, chain: EntryChain
):
    with CountedLine(make_url(central_url).port) as line:
        url = make_url(central_url).set(port=line.port).render_as_string(hide_password=False)
        office = make_office(url)
        cursor = office.post(chain.entries(filled("SB10001", ["C1"])), beginning(central_url)).changes.cursor
        before = line.round_trips

        reply = office.post(chain.entries([added("SB10001", "C2")]), cursor)

        assert line.round_trips - before == 1
        assert codes(reply.changes) == ["C2", "SB10001"]
        office.close()


def test_a_feed_that_fails_costs_no_posting_and_is_left_alone(
    central_url: str, make_office: MakeOffice, chain: EntryChain
):
    office, cursor = make_office(central_url), beginning(central_url)
    query(
        central_url,
        "CREATE OR REPLACE FUNCTION station.changes_since(p_cursor text, p_limit integer) RETURNS jsonb"
        " LANGUAGE sql AS 'SELECT to_jsonb(1 / 0)'",
    )

    reply = office.post(chain.entries(filled("SB10001", ["C1"])), cursor)

    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.POSTED] * 2
    assert reply.changes is None
    assert office.changes_since(cursor) is None


def test_a_centre_of_the_last_release_is_posted_to_without_a_feed(
    released_url: str, make_office: MakeOffice, chain: EntryChain
):
    office = make_office(released_url)

    reply = office.post(chain.entries(filled("SB10001", ["C1"])), "1/1|1:1:||||||")

    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.POSTED] * 2
    assert (reply.changes, office.changes_since("1/1|1:1:||||||")) == (None, None)
    assert office.post(chain.entries([added("SB10001", "C2")]), "x").receipts[0].count == 2


def test_a_posting_that_lost_a_race_is_tried_again_at_once(
    central_url: str, make_office: MakeOffice, chain: EntryChain
):
    """The server gives the same posting up three times: somebody else was first."""
    office = make_office(central_url)
    office.post(chain.entries(filled("SB10001", ["C1"])))
    query(
        central_url,
        """
        CREATE SEQUENCE lost;
        CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF nextval('lost') < 4 THEN
                RAISE EXCEPTION 'somebody was first' USING ERRCODE = '40001';
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER lose AFTER INSERT ON link FOR EACH ROW EXECUTE FUNCTION lose();
        """,
    )

    reply = office.post(chain.entries([added("SB10001", "C2")]), beginning(central_url))

    assert (reply.receipts[0].outcome, reply.receipts[0].count) == (Outcome.POSTED, 2)
    assert codes(reply.changes) == ["C2", "SB10001"]


def test_a_race_that_is_lost_every_time_is_no_answer_and_no_fault_of_the_feed(
    central_url: str, make_office: MakeOffice, chain: EntryChain
):
    office = make_office(central_url)
    office.post(chain.entries(filled("SB10001", ["C1"])))
    query(
        central_url,
        """
        CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'somebody was first' USING ERRCODE = '40P01'; END $$;
        CREATE TRIGGER lose AFTER INSERT ON link FOR EACH ROW EXECUTE FUNCTION lose();
        """,
    )
    entries, cursor = chain.entries([added("SB10001", "C2")]), beginning(central_url)

    with pytest.raises(CentreUnreachableError):
        office.post(entries, cursor)

    query(central_url, "DROP TRIGGER lose ON link")
    assert office.post(entries, cursor).changes is None  # alone, once: nobody knows whose fault it was
    assert office.changes_since(cursor) is not None


def test_a_first_load_with_a_stations_few_rights_holds_what_the_centre_does(
    central_url: str, station_url: str, make_office: MakeOffice, chain: EntryChain, tmp_path: Path
):
    enrolled(central_url, chain.device)
    office = make_office(station_url)
    office.post(chain.entries(filled("SB10001", ["C1", "C2"])))
    query(central_url, r"INSERT INTO bag (qr_id, type) VALUES (E'odd\\name\tof old', 'child')")
    catalogue = SqliteCatalogue(tmp_path)
    source = CentralCatalogueSource(station_url, station_name="s")
    load = CatalogueLoad(copy=catalogue, source=source, tell=lambda _: None, seconds=lambda: 0.0)

    assert load.run(lambda: False) is None
    query(central_url, "DELETE FROM scan; DELETE FROM bag WHERE qr_id = 'C2'")
    changes = office.changes_since(catalogue.cursor())

    assert catalogue.follow(changes, as_of=datetime.now(UTC), posted_seq=3)
    assert catalogue.known("C1").fact.parent == "SB10001"
    assert catalogue.known("ODD\\NAME\tOF OLD").fact.kind == "child"
    assert catalogue.known("C2").fact is None
    assert catalogue.known("SB10001").fact.count == 1
    catalogue.close()
    catalogue.known("")

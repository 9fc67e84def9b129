"""The catalogue feed where something is wrong: odd rows, old plans, missing triggers, slow answers."""

from collections.abc import Iterator

import pytest
from fakes.central_owner import query
from fakes.decisions import opened
from fakes.entry_chain import EntryChain
from fakes.feed_reader import FeedReader, connect

from traitortrack_desktop.domain.entries import Outcome
from traitortrack_desktop.services.ports import CentreUnreachableError
from traitortrack_desktop.storage.central.failures import sqlstate
from traitortrack_desktop.storage.central.feed_triggers import FEED_TRIGGERS
from traitortrack_desktop.storage.central.page_size import CHANGES_AT_ONCE, FEWEST_CHANGES
from traitortrack_desktop.storage.central.posting import CHANGES_WITH_A_POSTING, CentralPostingOffice
from traitortrack_desktop.storage.central.upgrade import upgrade

ADD_PARENT = "INSERT INTO bag (qr_id, type) VALUES ('SB10001', 'parent')"
ADD_CHILDREN = "INSERT INTO bag (qr_id, type) SELECT 'C' || g, 'child' FROM generate_series(1, %s) AS g"
LINK_CHILDREN = """
    INSERT INTO link (parent_bag_id, child_bag_id, created_at)
    SELECT p.id, c.id, now() FROM bag AS p, bag AS c WHERE p.type = 'parent' AND c.type = 'child'
"""
ANSWERS_A_FEW_ONLY = """
    CREATE TABLE station.asked (size integer);
    CREATE OR REPLACE FUNCTION station.changes_since(p_cursor text, p_limit integer) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        IF p_limit > 300 THEN
            RAISE EXCEPTION USING ERRCODE = 'query_canceled';
        END IF;
        INSERT INTO station.asked VALUES (p_limit);
        RETURN jsonb_build_object('cursor', 'c', 'more', true, 'bags', NULL, 'gone', NULL, 'bills', NULL,
                                  'bills_gone', NULL);
    END $$
"""
LOSES_TWO_RACES = """
    CREATE SEQUENCE station.attempts;
    ALTER FUNCTION station.post_entries RENAME TO really_post_entries;
    CREATE FUNCTION station.post_entries(p_device uuid, p_entries jsonb, p_isolate boolean) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        IF nextval('station.attempts') <= 2 THEN
            RAISE EXCEPTION USING ERRCODE = 'serialization_failure';
        END IF;
        RETURN station.really_post_entries(p_device, p_entries, p_isolate);
    END $$
"""


@pytest.fixture
def reader(central_url: str) -> Iterator[FeedReader]:
    reader = FeedReader(central_url, limit=300)
    yield reader
    reader.close()


@pytest.fixture
def chain() -> EntryChain:
    return EntryChain()


@pytest.fixture
def lost() -> list[str | None]:
    """What the office lost to others."""
    return []


@pytest.fixture
def office(central_url: str, chain: EntryChain, lost: list[str | None]) -> Iterator[CentralPostingOffice]:
    office = CentralPostingOffice(
        central_url,
        device=chain.device,
        station_name="s",
        version="1",
        lost_race=lambda error: lost.append(sqlstate(error)),
    )
    yield office
    office.close()


# -- odd rows


def test_a_link_of_no_time_that_anybody_can_count_with_costs_nobody_the_feed(
    central_url: str, reader: FeedReader
):
    query(central_url, ADD_PARENT)
    query(central_url, ADD_CHILDREN, 5)
    query(central_url, LINK_CHILDREN)
    odd = {"C1": "infinity", "C2": "-infinity", "C3": "0044-03-15 BC", "C4": "20000-01-01"}
    for code, moment in odd.items():
        query(
            central_url,
            "UPDATE link SET created_at = %s WHERE child_bag_id = (SELECT id FROM bag WHERE qr_id = %s)",
            moment,
            code,
        )

    bags = reader.bags()
    loaded = query(central_url, "SELECT code, since FROM station.catalogue_page(0, 100) ORDER BY code")

    assert [bags[code][4] for code in odd] == ["SB10001"] * 4
    assert [bags[code][5] for code in odd] == [None] * 4
    assert isinstance(bags["C5"][5], int)
    assert [row["since"] is None for row in loaded] == [True, True, True, True, False, True]


# -- old plans


def test_a_session_that_planned_while_there_were_few_links_reads_only_those_of_the_bags_it_answers(
    central_url: str,
):
    with connect(central_url) as session, session.cursor() as cursor:
        session.autocommit = True
        query(central_url, ADD_PARENT)
        query(central_url, ADD_CHILDREN, 3000)
        query(central_url, "ANALYZE")
        cursor.execute("SELECT station.catalogue_start() ->> 'cursor'")
        (feed_cursor,) = cursor.fetchone()
        query(central_url, "UPDATE bag SET status = 'x' WHERE qr_id = 'C1'")
        cursor.execute("SELECT station.changes_since(%s, 300) ->> 'cursor'", (feed_cursor,))
        (feed_cursor,) = cursor.fetchone()
        query(central_url, LINK_CHILDREN)
        session.autocommit = False

        cursor.execute("SELECT station.changes_since(%s, 300)", (feed_cursor,))
        cursor.execute("SELECT idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relid = 'link'::regclass")
        (read,) = cursor.fetchone()

    assert read < 10_000


# -- missing triggers


def test_whichever_trigger_does_not_work_the_feed_is_not_whole(central_url: str, reader: FeedReader):
    whole = []
    for trigger in FEED_TRIGGERS:
        query(central_url, f"ALTER TABLE {trigger.table} DISABLE TRIGGER {trigger.name}")
        whole.append(reader.value("SELECT station.feed_is_whole()"))
        query(central_url, f"ALTER TABLE {trigger.table} ENABLE TRIGGER {trigger.name}")

    assert whole == [False] * len(FEED_TRIGGERS)
    assert reader.value("SELECT station.feed_is_whole()")


def test_a_trigger_on_a_table_of_the_same_name_elsewhere_is_none_of_the_feeds(
    central_url: str, reader: FeedReader
):
    query(central_url, "CREATE SCHEMA elsewhere CREATE TABLE bag (id integer)")
    query(central_url, "ALTER TABLE bag DISABLE TRIGGER station_feed_bag_truncate")
    query(
        central_url,
        "CREATE TRIGGER station_feed_bag_truncate AFTER TRUNCATE ON elsewhere.bag"
        " FOR EACH STATEMENT EXECUTE FUNCTION station.feed_reload()",
    )
    assert not reader.value("SELECT station.feed_is_whole()")


def test_while_a_trigger_is_missing_nobody_is_told_that_nothing_changed(central_url: str, reader: FeedReader):
    query(central_url, "DROP TRIGGER station_feed_link_delete ON link")
    assert reader.ask() == {"reload": True}


@pytest.mark.parametrize(
    "broken",
    [
        "DROP TRIGGER station_feed_bag_insert ON bag",
        "ALTER TABLE bag DISABLE TRIGGER station_feed_bag_insert",
    ],
)
def test_who_followed_without_a_trigger_that_an_upgrade_puts_back_loads_anew(
    central_url: str, reader: FeedReader, broken: str
):
    query(central_url, ADD_PARENT)
    reader.codes()
    query(central_url, broken)
    query(central_url, ADD_CHILDREN, 1)

    upgrade(central_url)

    assert reader.value("SELECT station.feed_is_whole()")
    assert reader.ask() == {"reload": True}


def test_an_upgrade_that_finds_the_feed_whole_has_nobody_load_anew(central_url: str, reader: FeedReader):
    query(central_url, ADD_PARENT)
    upgrade(central_url)
    assert reader.codes() == ["SB10001"]


# -- what takes too long


def test_a_question_that_takes_too_long_is_asked_for_less_until_it_is_answered(
    central_url: str, office: CentralPostingOffice, chain: EntryChain
):
    office.post([], None)
    query(central_url, ANSWERS_A_FEW_ONLY)

    with pytest.raises(CentreUnreachableError):
        office.changes_since("c")
    alone = office.post(chain.entries([opened("SB10001")]), "c")
    beside = office.post(chain.entries([opened("SB10002")]), "c")
    answered = office.changes_since("c")

    assert [reply.receipts[0].outcome for reply in (alone, beside)] == [Outcome.POSTED] * 2
    assert (alone.changes, beside.changes) == (None, None)
    assert answered is not None
    assert query(central_url, "SELECT size FROM station.asked") == [{"size": CHANGES_AT_ONCE // 16}]


def test_pages_that_come_fast_grow_again(central_url: str, office: CentralPostingOffice):
    query(central_url, ANSWERS_A_FEW_ONLY.replace("> 300", "> 4000"))
    office._page.changes = FEWEST_CHANGES
    for _ in range(8):
        office.changes_since("c")
    office.post([], "c")

    sizes = [row["size"] for row in query(central_url, "SELECT size FROM station.asked")]

    assert sizes == [50, 100, 200, 400, 800, 1600, 3200, CHANGES_AT_ONCE, CHANGES_WITH_A_POSTING]


# -- races


def test_who_listens_hears_of_every_race_that_a_posting_lost(
    central_url: str, office: CentralPostingOffice, chain: EntryChain, lost: list[str | None]
):
    query(central_url, LOSES_TWO_RACES)
    (receipt,) = office.post(chain.entries([opened("SB10001")])).receipts

    assert receipt.outcome is Outcome.POSTED
    assert lost == ["40001", "40001"]

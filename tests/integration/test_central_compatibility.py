"""Stations and centres of different releases: they work together, or refuse politely; nothing is lost."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import pytest
from fakes.attacker import Attacker
from fakes.central_owner import children_by_parent, query
from fakes.decisions import added, opened, signed_in, signed_out
from fakes.enrolled_stations import enrolled, enrolled_chain
from fakes.entry_chain import EntryChain, filled
from fakes.hidden_address import HiddenAddress
from fakes.released_centre import (
    ReleasedStation,
    bring_to_the_release_after,
    make_released_centre,
    released_entries,
)
from fakes.signing_in import accounts_at

from traitortrack_desktop.domain.entries import Outcome
from traitortrack_desktop.domain.identifiers import DeviceId
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.account_secrets import hashed_secret
from traitortrack_desktop.services.ports import CentreMismatchError, CentreUnreachableError, SignedIn
from traitortrack_desktop.services.set_up import SetUpProblem
from traitortrack_desktop.storage.central.check import check
from traitortrack_desktop.storage.central.first_contact import CentralDoor
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.station_login import create_station_login
from traitortrack_desktop.storage.central.upgrade import upgrade
from traitortrack_desktop.storage.central.user_administration import add_user

PASSWORD = "Str0ng!pass"
TEMPLATE = "migrated"
MISMATCHES = {
    "never upgraded": (
        "DROP SCHEMA station CASCADE",
        "run traitortrack-desktop db upgrade",
        SetUpProblem.NOT_PREPARED,
    ),
    "without a function": (
        "DROP FUNCTION station.post_entries",
        "lacks a function .* run traitortrack-desktop db upgrade",
        SetUpProblem.NOT_PREPARED,
    ),
    "without a table": (
        "DROP TABLE station.device",
        "lacks a table .* run traitortrack-desktop db upgrade",
        SetUpProblem.NOT_PREPARED,
    ),
    "where the account may not": (
        "REVOKE EXECUTE ON FUNCTION station.post_entries FROM traitortrack_station",
        "run traitortrack-desktop db grant",
        SetUpProblem.NOT_ALLOWED,
    ),
    "that can only be read": (
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', "
        "current_database()); END $$",
        "can only be read",
        SetUpProblem.READ_ONLY,
    ),
    "whose functions belong to another": (
        """CREATE ROLE owner_of_functions; GRANT USAGE ON SCHEMA station TO owner_of_functions;
           GRANT ALL ON ALL TABLES IN SCHEMA station TO owner_of_functions;
           DO $$ DECLARE f regprocedure; BEGIN
               FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'station'::regnamespace LOOP
                   EXECUTE format('ALTER FUNCTION %s OWNER TO owner_of_functions', f);
               END LOOP;
           END $$""",
        "lack rights at the centre .* give their owner rights",
        SetUpProblem.FUNCTIONS_LACK_RIGHTS,
    ),
}


def station_at(url: str) -> str:
    """Return the address of the centre at *url* for a station's account."""
    create_station_login(url, "test_station", "pw")
    return HiddenAddress(f"postgresql://test_station:pw{url[url.rindex('@') :]}")


def office_at(url: str, chain: EntryChain) -> CentralPostingOffice:
    return CentralPostingOffice(url, device=chain.device, station_name="s", version="1")


# --- a station of the last release at today's centre


def test_what_the_last_release_posts_is_answered_as_that_release_answered(
    central_url: str, released_url: str
):
    with (
        closing(ReleasedStation(released_url)) as then,
        closing(ReleasedStation(station_at(central_url))) as now,
    ):
        enrolled(central_url, now.device)
        then.enrol()
        now.enrol()

        assert now.post(released_entries()) == then.post(released_entries())

    assert children_by_parent(central_url) == children_by_parent(released_url) != {}


def test_one_by_one_is_answered_as_then(central_url: str, released_url: str):
    with (
        closing(ReleasedStation(released_url)) as then,
        closing(ReleasedStation(station_at(central_url))) as now,
    ):
        enrolled(central_url, now.device)
        then.enrol()
        now.enrol()

        assert now.post(released_entries(), isolate=True) == then.post(released_entries(), isolate=True)


def test_the_last_releases_way_to_sign_in_is_still_there(central_url: str):
    add_user(central_url, username="ravi", password=PASSWORD, role="biller", area="indore")
    url = station_at(central_url)
    enrolled(central_url, uuid4())
    query(central_url, "UPDATE station.device SET speaks = 1")
    with closing(Attacker(url)) as session:
        account = session.rows("SELECT * FROM station.account_for_sign_in(%s)", "ravi")[0]

        assert (account[0], *account[2:]) == ("ravi", "biller", "indore", True, None)
        assert session.rows("SELECT station.record_sign_in(%s, %s)", "ravi", True) == [(None,)]


ASKED_BY_THE_LAST_RELEASE = {
    "station.catalogue_start()": "jsonb",
    "station.catalogue_page(integer,integer)": (
        "TABLE(id integer, code text, kind text, parent_id integer, since bigint, count integer,"
        " completed boolean, bill_id integer)"
    ),
    "station.catalogue_bills(integer,integer)": (
        "TABLE(id integer, code text, status text, capacity integer, linked integer)"
    ),
    "station.changes_since(text,integer)": "jsonb",
    "station.fold_statistics()": "boolean",
    "station.prune_changes()": "integer",
    "station.post_entries(uuid,jsonb,boolean,uuid)": "jsonb",
}
"""What stations of the release 0007 ask, and the columns that they copy by SELECT *, in their order."""
KEYS_OF_THE_FEED = {"cursor", "more", "bags", "gone", "bills", "bills_gone"}


def test_every_function_that_the_last_release_asks_is_there_and_answers_in_its_shape(central_url: str):
    found = query(
        central_url,
        """SELECT oid::regprocedure::text AS name, pg_get_function_result(oid) AS result FROM pg_proc
           WHERE pronamespace = 'station'::regnamespace
             AND has_function_privilege('traitortrack_station', oid, 'execute')""",
    )

    answers = {row["name"]: row["result"] for row in found}
    assert answers.items() >= ASKED_BY_THE_LAST_RELEASE.items()


def test_the_feed_has_the_keys_and_the_columns_that_the_last_release_reads(central_url: str):
    chain = enrolled_chain(central_url)
    office = office_at(station_at(central_url), chain)
    (row,) = query(central_url, "SELECT station.catalogue_start() ->> 'cursor' AS cursor")
    office.post(chain.entries(filled("SB00001", ["AAAA"])))
    office.close()
    query(central_url, "INSERT INTO bill (bill_id, status, parent_bag_count) VALUES ('BILL-1', 'new', 3)")

    (told,) = query(central_url, "SELECT station.changes_since(%s, 100) AS changes", row["cursor"])

    assert told["changes"].keys() >= KEYS_OF_THE_FEED
    assert {len(bag) for bag in told["changes"]["bags"]} == {9}
    assert {len(bill) for bill in told["changes"]["bills"]} == {5}


def test_what_only_a_newer_station_understands_is_answered_as_the_last_release_reads_it(central_url: str):
    entries = released_entries()
    device = enrolled(central_url, entries[0]["payload"]["device"])
    parent = next(one["payload"]["parent"] for one in entries if one["payload"].get("child"))
    query(
        central_url,
        """WITH parent AS (INSERT INTO bag (qr_id, type) VALUES (%s, 'parent') RETURNING id),
                bill AS (INSERT INTO bill (bill_id, status) VALUES ('BILL-1', 'completed') RETURNING id)
           INSERT INTO bill_bag (bill_id, bag_id) SELECT bill.id, parent.id FROM bill, parent""",
        parent,
    )
    with closing(Attacker(station_at(central_url))) as session:
        ((reply,),) = session.rows("SELECT station.post_entries(%s, %s, false)", device, json.dumps(entries))

    refused = [one for one in reply["receipts"] if one.get("reason") == "parent_on_completed_bill"]
    assert refused
    assert {one["outcome"] for one in refused} == {"refused"}
    assert all(one["fact"]["kind"] == "parent" for one in refused)


# --- today's station at a centre of the last release


def test_todays_station_posts_to_the_last_releases_centre(released_url: str):
    chain = EntryChain()
    office = office_at(station_at(released_url), chain)
    office.probe()

    receipts = office.post(chain.entries(filled("SB00001", ["AAAA", "BBBB"]))).receipts

    office.close()
    assert [receipt.outcome for receipt in receipts] == [Outcome.POSTED] * 3
    assert children_by_parent(released_url) == {"SB00001": ("AAAA", "BBBB")}


def test_todays_station_posts_there_also_when_it_wants_to_know_what_changed(released_url: str):
    chain = EntryChain()
    office = office_at(station_at(released_url), chain)

    reply = office.post(chain.entries(filled("SB00001", ["AAAA"])), "1:1:")
    changes = office.changes_since("1:1:")

    office.close()
    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.POSTED] * 2
    assert (reply.changes, changes) == (None, None)


def test_people_sign_in_at_the_last_releases_centre(released_url: str):
    query(
        released_url,
        """INSERT INTO "user" (username, email, password_hash, role, verified)
           VALUES ('ravi', 'ravi@station.invalid', %s, 'biller', true)""",
        hashed_secret(PASSWORD),
    )
    accounts = accounts_at(station_at(released_url))

    answer = accounts.sign_in("ravi", PASSWORD, session=uuid4())

    accounts.close()
    assert isinstance(answer, SignedIn)


def test_a_new_station_may_be_set_up_at_the_last_releases_centre(released_url: str):
    assert CentralDoor(DeviceId(uuid4())).attempt(station_at(released_url)) is None


# --- today's station at a centre that knows no sessions


@pytest.fixture(scope="module")
def yesterday(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The name of a database of the release right before today."""
    postgres_server.create_database("released_0006", "template1")
    url = postgres_server.url("released_0006")
    make_released_centre(url)
    bring_to_the_release_after(url)
    yield "released_0006"
    postgres_server.drop_database("released_0006")


@pytest.fixture(params=["0004", "0006"])
def older_url(
    request: pytest.FixtureRequest, released: str, yesterday: str, fresh_databases
) -> Iterator[str]:
    yield from fresh_databases.fresh(released if request.param == "0004" else yesterday)


@pytest.fixture
def yesterday_url(yesterday: str, fresh_databases) -> Iterator[str]:
    yield from fresh_databases.fresh(yesterday)


def test_work_under_a_session_is_posted_where_nobody_knows_sessions(older_url: str):
    chain, session = EntryChain(), uuid4()
    office = office_at(station_at(older_url), chain)
    entries = [
        chain.entry(decision, session=session)
        for decision in (signed_in(badge=uuid4()), *filled("SB00001", ["AAAA"]), signed_out())
    ]

    reply = office.post(entries, "1:1:", session=session)
    standing = office.probe(session=session)

    office.close()
    not_known = (Outcome.REFUSED, Reason.CENTRE_COULD_NOT_STORE)
    assert [(one.outcome, one.reason) for one in reply.receipts] == [
        not_known,
        (Outcome.POSTED, None),
        (Outcome.POSTED, None),
        not_known,
    ]
    assert children_by_parent(older_url) == {"SB00001": ("AAAA",)}
    assert (reply.standing, standing) == (None, None)


def test_a_centre_that_knows_no_sessions_is_not_asked_about_one_again_and_again(released_url: str):
    chain, session = EntryChain(), uuid4()
    office = office_at(station_at(released_url), chain)
    office.probe(session=session)
    query(released_url, WITH_A_TRAP)

    receipts = office.post([chain.entry(opened("SB00001"), session=session)]).receipts

    office.close()
    assert [receipt.outcome for receipt in receipts] == [Outcome.POSTED]


WITH_A_TRAP = """
    CREATE FUNCTION station.post_entries(uuid, jsonb, boolean, uuid) RETURNS jsonb
    LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'asked again' USING ERRCODE = 'TT002'; END $$;
    GRANT EXECUTE ON FUNCTION station.post_entries(uuid, jsonb, boolean, uuid) TO traitortrack_station
"""


def test_what_was_posted_under_sessions_before_an_upgrade_is_repeated_after_it(yesterday_url: str):
    chain, session = EntryChain(), uuid4()
    office = office_at(station_at(yesterday_url), chain)
    entries = [
        chain.entry(decision, session=session)
        for decision in (signed_in(badge=uuid4()), *filled("SB00001", ["AAAA"]))
    ]
    office.post(entries, session=session)

    upgrade(yesterday_url)
    receipts = office.post(entries, session=session).receipts

    office.close()
    assert [(one.outcome, one.reason) for one in receipts] == [
        (Outcome.REFUSED, Reason.CENTRE_COULD_NOT_STORE),
        (Outcome.ALREADY_POSTED, None),
        (Outcome.ALREADY_POSTED, None),
    ]


# --- the centre is upgraded


def test_what_was_posted_before_an_upgrade_is_known_after_it(released_url: str):
    with closing(ReleasedStation(released_url)) as station:
        station.enrol()
        before = station.post(released_entries())
        bags = query(released_url, "SELECT * FROM bag ORDER BY id")

        assert upgrade(released_url).before == "0004"

        again = [
            (seq, outcome.removeprefix("already_"), reason)
            for seq, outcome, reason in station.post(released_entries())
        ]
    assert again == before
    assert query(released_url, "SELECT * FROM bag ORDER BY id") == bags
    assert check(released_url).faults == ()


def test_a_station_that_works_while_its_centre_is_upgraded_loses_nothing(released_url: str):
    chain = EntryChain()
    office = office_at(station_at(released_url), chain)
    office.post([chain.entry(opened("SB00001"))])
    upgraded, working = threading.Event(), threading.Event()

    def work() -> list[str]:
        codes: list[str] = []
        while len(codes) < 29 and not (upgraded.is_set() and len(codes) > 20):
            codes.append(f"C{len(codes):03}")
            entry = chain.entry(added("SB00001", codes[-1]))
            while not _posted(office, entry):
                pass
            working.set()
        return codes

    with ThreadPoolExecutor(1) as pool:
        codes = pool.submit(work)
        working.wait(10)
        upgrade(released_url)
        upgraded.set()
        posted = codes.result(30)

    office.close()
    assert children_by_parent(released_url) == {"SB00001": tuple(posted)}


def _posted(office: CentralPostingOffice, entry: object) -> bool:
    try:
        receipts = office.post([entry]).receipts  # type: ignore[list-item]
    except (CentreUnreachableError, CentreMismatchError):
        return False
    assert receipts[0].outcome in {Outcome.POSTED, Outcome.ALREADY_POSTED}
    return True


# --- the centre is newer than the station


@pytest.fixture(scope="module")
def later_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """The owner's address of a centre of a later release; ``answering`` says what that answers."""
    postgres_server.create_database("later", TEMPLATE)
    url = HiddenAddress(postgres_server.url("later"))
    query(
        url,
        """
        UPDATE station.alembic_version SET version_num = '9999';
        ALTER FUNCTION station.post_entries RENAME TO post_entries_of_then
        """,
    )
    yield url
    postgres_server.drop_database("later")


def answering(url: str, change: str) -> str:
    """Let the later centre answer what *change* makes of today's reply ``r``; return a station's address."""
    query(
        url,
        f"""
        CREATE OR REPLACE FUNCTION station.post_entries(
            p_device uuid, p_entries jsonb, p_isolate boolean DEFAULT false, p_session uuid DEFAULT NULL)
        RETURNS jsonb LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        AS $$ SELECT {change}
              FROM station.post_entries_of_then(p_device, p_entries, p_isolate, p_session) AS r $$;
        GRANT EXECUTE ON FUNCTION station.post_entries TO traitortrack_station
        """,
    )
    return station_at(url)


def test_a_reply_that_says_more_is_understood(later_url: str):
    more = """jsonb_set(r, '{receipts,0}', r #> '{receipts,0}' || '{"hint": {"a": [1]}, "fact": {"code": "X",
              "zone": 7}}') || '{"minimum_version": "9.0", "settings": 12}'"""
    chain = enrolled_chain(later_url)
    office = office_at(answering(later_url, more), chain)

    receipts = office.post([chain.entry(opened("SB00001"))]).receipts

    office.close()
    assert [receipt.outcome for receipt in receipts] == [Outcome.POSTED]


def test_a_reason_of_a_later_release_is_told_as_the_general_one(later_url: str):
    reason = """jsonb_set(r, '{receipts,0}',
                          r #> '{receipts,0}' || '{"outcome": "refused", "reason": "bag_on_fire"}')"""
    chain = enrolled_chain(later_url)
    office = office_at(answering(later_url, reason), chain)

    receipts = office.post([chain.entry(opened("SB00001"))]).receipts

    office.close()
    assert [receipt.reason for receipt in receipts] == [Reason.CENTRE_COULD_NOT_STORE]


def test_a_notice_of_a_later_release_is_none_and_an_end_of_a_session_is_one(later_url: str):
    more = """jsonb_set(r, '{receipts,0}', r #> '{receipts,0}' || '{"notice": "bag_on_fire"}')
              || jsonb_build_object('session', r -> 'session' || '{"ended": "too_tired"}')"""
    chain = enrolled_chain(later_url)
    office = office_at(answering(later_url, more), chain)

    reply = office.post([chain.entry(opened("SB00001"), session=uuid4())])

    office.close()
    assert [receipt.notice for receipt in reply.receipts] == [None]
    assert reply.standing.session_ended is Reason.SESSION_REVOKED


@pytest.mark.parametrize(
    "change",
    [
        """jsonb_set(r, '{receipts,0,outcome}', '"postponed"')""",
        "r - 'receipts'",
        "r - 'server_time'",
        """jsonb_set(r, '{server_time}', '"tomorrow"')""",
        "jsonb_set(r, '{receipts}', '7')",
        "jsonb_set(r, '{receipts}', '[]')",
        "jsonb_build_array(r)",
        "'7'::jsonb",
        "NULL::jsonb",
        """r || '{"station": 7}'""",
        """r || '{"session": {"id": "me"}}'""",
    ],
)
def test_an_answer_that_is_not_understood_leaves_the_entry_waiting(later_url: str, change: str):
    chain = enrolled_chain(later_url)
    office = office_at(answering(later_url, change), chain)

    with pytest.raises(CentreMismatchError):
        office.post([chain.entry(opened("SB00001"))])

    office.close()


# --- a centre that does not fit


@pytest.mark.parametrize(("preparing", "said", "problem"), MISMATCHES.values(), ids=MISMATCHES)
def test_a_station_says_what_is_the_matter_with_a_centre(
    central_url: str, preparing: str, said: str, problem: SetUpProblem
):
    url = station_at(central_url)
    chain = enrolled_chain(central_url)
    office = office_at(url, chain)
    query(central_url, preparing)

    with pytest.raises(CentreMismatchError, match=said):
        office.post([chain.entry(opened("SB00001"))])

    office.close()
    assert CentralDoor(chain.device).attempt(url) is problem


def test_a_station_goes_on_by_itself_when_the_centre_fits_again(central_url: str):
    chain = enrolled_chain(central_url)
    office = office_at(station_at(central_url), chain)
    entry = chain.entry(opened("SB00001"))
    query(central_url, "ALTER SCHEMA station RENAME TO away")
    with pytest.raises(CentreMismatchError):
        office.post([entry])
    query(central_url, "ALTER SCHEMA away RENAME TO station")

    receipts = office.post([entry]).receipts

    office.close()
    assert [receipt.outcome for receipt in receipts] == [Outcome.POSTED]

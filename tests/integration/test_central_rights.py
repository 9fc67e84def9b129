"""A station's database account may call the station's functions, and nothing else."""

from uuid import uuid4

import pytest
from fakes.central_owner import query
from fakes.decisions import opened
from fakes.entry_chain import EntryChain, filled
from psycopg2.errors import InsufficientPrivilege

from traitortrack_desktop.domain.entries import Outcome
from traitortrack_desktop.services.ports import CentreMismatchError, SignedIn
from traitortrack_desktop.storage.central.accounts import CentralAccounts
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.station_login import create_station_login
from traitortrack_desktop.storage.central.user_administration import add_user

TABLES = (
    "public.bag", "public.link", "public.scan", 'public."user"', "public.bill", "public.bill_bag",
    "public.audit_log", "station.entry", "station.device", "station.setting",
)  # fmt: skip


def test_it_can_post(station_url: str):
    chain = EntryChain()
    office = CentralPostingOffice(station_url, device=chain.device, station_name="s", version="1")

    receipts = office.post(chain.entries(filled("SB00001", ["AAAA"]))).receipts

    office.close()
    assert [receipt.outcome for receipt in receipts] == [Outcome.POSTED] * 2


def test_it_can_sign_people_in(station_url: str, central_url: str):
    add_user(central_url, username="ravi", password="Str0ng!pass", role="biller")
    accounts = CentralAccounts(station_url)

    answer = accounts.sign_in("ravi", "Str0ng!pass")

    accounts.close()
    assert isinstance(answer, SignedIn)


@pytest.mark.parametrize("table", TABLES)
def test_it_cannot_read_a_table(station_url: str, table: str):
    with pytest.raises(InsufficientPrivilege):
        query(station_url, f"SELECT 1 FROM {table}")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "INSERT INTO {} DEFAULT VALUES", "TRUNCATE {}"])
def test_it_cannot_write_a_table(station_url: str, table: str, statement: str):
    with pytest.raises(InsufficientPrivilege):
        query(station_url, statement.format(table))


@pytest.mark.parametrize(
    "call",
    [
        "station.apply_entries('{}'::uuid, '[]')",
        "station.set_aside('{}'::uuid, '{{}}', '', '')",
        "station.bag_fact(1)",
        "station.refresh_bills(ARRAY[1], now()::timestamp)",
    ],
)
def test_it_cannot_call_what_is_behind_the_functions(station_url: str, call: str):
    with pytest.raises(InsufficientPrivilege):
        query(station_url, f"SELECT {call.format(uuid4())}")


def test_it_cannot_post_as_a_station_of_another_account(station_url: str, central_url: str):
    chain = EntryChain()
    query(central_url, "SELECT station.enrol_device(%s, 'other', '1')", str(chain.device))
    office = CentralPostingOffice(station_url, device=chain.device, station_name="s", version="1")

    with pytest.raises(CentreMismatchError, match="TT002"):
        office.post([chain.entry(opened("SB00001"))])

    office.close()


def test_a_revoked_station_cannot_post(central_url: str):
    chain = EntryChain()
    office = CentralPostingOffice(central_url, device=chain.device, station_name="s", version="1")
    office.probe()
    query(central_url, "UPDATE station.device SET revoked_at = now()")

    with pytest.raises(CentreMismatchError, match="TT002"):
        office.post([chain.entry(opened("SB00001"))])

    office.close()


def test_functions_of_a_caller_do_not_stand_in_for_the_real_ones(central_url: str):
    functions = query(
        central_url,
        """SELECT proname, coalesce(proconfig::text, '') AS config FROM pg_proc
           WHERE pronamespace = 'station'::regnamespace AND prosecdef""",
    )

    assert len(functions) == 4
    assert {row["proname"]: "search_path=pg_catalog, pg_temp" in row["config"] for row in functions} == {
        row["proname"]: True for row in functions
    }


def test_a_login_can_be_made_again_and_signs_in_with_its_last_password(central_url: str):
    create_station_login(central_url, "test_station", "first")
    create_station_login(central_url, "test_station", "second")
    place = central_url[central_url.rindex("@") :]

    assert query(f"postgresql://test_station:second{place}", "SELECT 1 AS one") == [{"one": 1}]

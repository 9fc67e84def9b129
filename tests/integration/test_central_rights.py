"""A station's database account may call the station's functions, and nothing else."""

import re
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import pytest
from fakes.attacker import Attacker
from fakes.central_owner import query
from fakes.decisions import opened
from fakes.enrolled_stations import enrolled, enrolled_chain, one_time_code
from fakes.entry_chain import EntryChain, filled, item
from fakes.hidden_address import HiddenAddress
from fakes.signing_in import accounts_at

from traitortrack_desktop.domain.entries import Outcome
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import CentreMismatchError, SignedIn
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.sql_files import read_file
from traitortrack_desktop.storage.central.station_login import create_station_login
from traitortrack_desktop.storage.central.upgrade import upgrade
from traitortrack_desktop.storage.central.user_administration import add_user

TEMPLATE = "migrated"
PASSWORD = "Str0ng!pass"
REVOKE = "UPDATE station.device SET revoked_at = now() WHERE id = %s"
ON_A_TABLE = (
    "SELECT 1 FROM {}",
    "INSERT INTO {} DEFAULT VALUES",
    "DELETE FROM {}",
    "TRUNCATE {}",
    "SELECT 1 FROM {} FOR UPDATE",
    "COPY {} TO STDOUT",
    "EXPLAIN SELECT * FROM {}",
    "ANALYZE {0}; SELECT 1 FROM {0}",
    "DROP TABLE {}",
    "ALTER TABLE {} OWNER TO CURRENT_USER",
    "GRANT SELECT ON {} TO PUBLIC",
    "CREATE TRIGGER x AFTER INSERT ON {} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
)
MAKING = (
    "CREATE TABLE public.mine (a int)",
    "CREATE TABLE station.mine (a int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION station.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION public.upper(varchar) RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
    "CREATE OR REPLACE FUNCTION station.enrol_device(uuid, text, text) RETURNS void LANGUAGE sql AS ''",
    "ALTER FUNCTION station.post_entries SET search_path = pg_temp",
    "ALTER FUNCTION station.post_entries OWNER TO CURRENT_USER",
    "CREATE EXTENSION dblink",
    "CREATE ROLE mine",
    "CREATE DATABASE mine",
    "ALTER SYSTEM SET log_statement = 'all'",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER CREATEROLE",
    "GRANT pg_read_all_data TO CURRENT_USER",
    "SET session_replication_role = replica",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "CHECKPOINT",
    "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION station.refuse_change()",
    "CREATE CAST (text AS integer) WITH INOUT AS IMPLICIT",
)
FILES = (
    "COPY (SELECT 1) TO '/tmp/loot'",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT pg_ls_dir('.')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/loot')",
    "SELECT lo_get(4711)",
    "SELECT lo_unlink(4711)",
    "SELECT pg_current_logfile()",
    "LOAD '/tmp/mine'",
)
SECRETS = (
    "SELECT rolpassword FROM pg_authid",
    "SELECT passwd FROM pg_shadow",
    "SELECT * FROM pg_statistic",
    "SELECT * FROM pg_user_mapping",
    "SELECT subconninfo FROM pg_subscription",
)


@pytest.fixture(scope="module")
def owner_url(postgres_server: EmbeddedPostgres) -> Iterator[str]:
    """A centre with a person, for all tests here that take no notice of what the others post."""
    postgres_server.create_database("attacked", TEMPLATE)
    url = HiddenAddress(postgres_server.url("attacked"))
    add_user(url, username="ravi", password=PASSWORD, role="biller")
    query(url, 'SELECT lo_create(4711); ANALYZE "user"')
    yield url
    postgres_server.drop_database("attacked")


@pytest.fixture(scope="module")
def attacker_url(owner_url: str) -> str:
    create_station_login(owner_url, "attacker", "pw")
    return f"postgresql://attacker:pw{owner_url[owner_url.rindex('@') :]}"


@pytest.fixture
def attacker(attacker_url: str) -> Iterator[Attacker]:
    with closing(Attacker(attacker_url)) as session:
        yield session


def test_it_can_post(attacker_url: str, owner_url: str):
    chain = enrolled_chain(owner_url, account="attacker")
    office = CentralPostingOffice(attacker_url, device=chain.device, station_name="s", version="1")

    receipts = office.post(chain.entries(filled("SB00001", ["AAAA"]))).receipts

    office.close()
    assert [receipt.outcome for receipt in receipts] == [Outcome.POSTED] * 2


def test_it_can_sign_people_in(attacker_url: str, owner_url: str):
    accounts = accounts_at(attacker_url, enrolled(owner_url, uuid4(), account="attacker"))

    answer = accounts.sign_in("ravi", PASSWORD, session=uuid4())

    accounts.close()
    assert isinstance(answer, SignedIn)


def test_it_can_do_nothing_with_any_table(attacker: Attacker, owner_url: str):
    tables = _relations(owner_url, "r")

    assert len(tables) > 10
    assert attacker.not_refused([act.format(table) for table in tables for act in ON_A_TABLE]) == []


def test_it_can_do_nothing_with_any_sequence(attacker: Attacker, owner_url: str):
    sequences = _relations(owner_url, "S")
    acts = ("SELECT nextval('{}')", "SELECT setval('{}', 1)", "SELECT last_value FROM {}")

    assert len(sequences) > 5
    assert attacker.not_refused([act.format(sequence) for sequence in sequences for act in acts]) == []


@pytest.mark.parametrize("statements", [MAKING, FILES, SECRETS], ids=["making", "files", "secrets"])
def test_it_may_not(attacker: Attacker, statements: tuple[str, ...]):
    assert attacker.not_refused(statements) == []


def test_it_may_not_become_anybody_else(attacker: Attacker, owner_url: str):
    others = [row["rolname"] for row in query(owner_url, "SELECT rolname FROM pg_roles WHERE rolsuper")]
    acts = (
        "SET ROLE {}",
        "SET SESSION AUTHORIZATION {}",
        "GRANT {} TO CURRENT_USER",
        "ALTER ROLE {} NOLOGIN",
    )

    assert others
    assert attacker.not_refused([act.format(other) for other in others for act in acts]) == []


def test_it_sees_nothing_of_the_accounts_in_the_servers_own_views(attacker: Attacker, owner_url: str):
    watched = "SELECT 1 AS watched"
    query(owner_url, watched)

    assert attacker.rows("SELECT * FROM pg_stats WHERE schemaname IN ('public', 'station')") == []
    assert attacker.rows("SELECT * FROM information_schema.columns WHERE table_name = 'user'") == []
    assert (
        attacker.rows("SELECT * FROM pg_stat_activity WHERE usename <> current_user AND query LIKE 'S%%'")
        == []
    )


def test_it_may_call_what_a_station_needs_and_no_other_function(attacker: Attacker):
    granted = set(re.findall(r"station\.(\w+)\(", read_file("grants.sql")))

    callable_ = attacker.rows("""
        SELECT p.proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(n.oid, 'USAGE')
    """)

    assert {"post_entries", "account_for_sign_in"} <= granted
    assert {name for (name,) in callable_} == granted


@pytest.mark.parametrize(
    "call",
    [
        "station.apply_entries('{}'::uuid, '[]')",
        "station.set_aside('{}'::uuid, '{{}}', '', '')",
        "station.bag_fact(1)",
        "station.refresh_bills(ARRAY[1], now()::timestamp)",
    ],
)
def test_it_cannot_call_what_is_behind_the_functions(attacker: Attacker, call: str):
    assert attacker.not_refused([f"SELECT {call.format(uuid4())}"]) == []


@pytest.mark.parametrize(
    "name", ["%", "", "RAVI", "ravi' OR '1'='1", "*", None, "r_vi", "ravi\x7f", "x" * 1_000_000]
)
def test_a_hash_is_given_for_the_one_name_that_is_asked_for(attacker: Attacker, name: str | None):
    assert attacker.rows("SELECT * FROM station.account_for_sign_in(%s)", name) == []
    assert attacker.rows("SELECT station.record_sign_in(%s, false)", name) == [(None,)]


def test_nobody_but_owner_and_stations_has_a_right_in_the_stations_schema(owner_url: str):
    found = query(
        owner_url,
        """
        SELECT DISTINCT coalesce(r.rolname, 'PUBLIC') AS who FROM (
            SELECT relacl FROM pg_class WHERE relnamespace = 'station'::regnamespace
            UNION ALL SELECT coalesce(proacl, acldefault('f', proowner)) FROM pg_proc
                WHERE pronamespace = 'station'::regnamespace
            UNION ALL SELECT nspacl FROM pg_namespace WHERE nspname = 'station'
        ) AS of_object (acl)
        CROSS JOIN LATERAL aclexplode(acl) AS a LEFT JOIN pg_roles AS r ON r.oid = a.grantee
        """,
    )

    owner = query(owner_url, "SELECT current_user AS me")[0]["me"]
    assert {row["who"] for row in found} == {owner, "traitortrack_station"}


def test_it_cannot_post_as_a_station_of_another_account(attacker_url: str, owner_url: str):
    chain = EntryChain()
    query(owner_url, "SELECT station.enrol_device(%s, 'other', '1')", str(chain.device))
    office = CentralPostingOffice(attacker_url, device=chain.device, station_name="s", version="1")

    with pytest.raises(CentreMismatchError, match="TT002"):
        office.post([chain.entry(opened("SB00001"))])

    office.close()


def test_it_cannot_take_over_a_station_of_another_account(attacker: Attacker, owner_url: str):
    device = str(uuid4())
    query(owner_url, "SELECT station.enrol_device(%s, 'other', '1')", device)

    assert attacker.state("SELECT station.enrol_device(%s, 'mine', '2')", device) == "TT002"
    assert query(owner_url, "SELECT name FROM station.device WHERE id = %s", device) == [{"name": "other"}]


def test_acting_as_all_stations_does_not_change_who_is_speaking(attacker: Attacker, owner_url: str):
    device = str(uuid4())
    query(owner_url, "SELECT station.enrol_device(%s, 'other', '1')", device)
    attacker.rows("SET ROLE traitortrack_station")

    assert attacker.state("SELECT station.post_entries(%s, '[]')", device) == "TT002"


def test_a_revoked_station_cannot_post(owner_url: str, attacker_url: str):
    chain = enrolled_chain(owner_url, account="attacker")
    office = CentralPostingOffice(attacker_url, device=chain.device, station_name="s", version="1")
    office.probe()
    query(owner_url, REVOKE, str(chain.device))

    with pytest.raises(CentreMismatchError, match="TT002"):
        office.post([chain.entry(opened("SB00001"))])

    office.close()


def test_a_revoked_station_cannot_enrol_itself_again(owner_url: str, attacker: Attacker):
    device = enrolled(owner_url, str(uuid4()), account="attacker")
    query(owner_url, REVOKE, device)

    assert attacker.state("SELECT station.enrol_device(%s, 's', '1')", device) == "TT002"
    code = one_time_code(owner_url)
    assert attacker.rows("SELECT station.enrol_station(%s, 's', '1', %s)", device, code) == [("revoked",)]


# --- names of the caller's own


def test_every_function_with_its_owners_rights_looks_for_names_at_the_caller_last(owner_url: str):
    paths = query(
        owner_url,
        """SELECT proname, (SELECT c FROM unnest(proconfig) AS c WHERE c LIKE 'search_path=%%') AS path
           FROM pg_proc WHERE pronamespace = 'station'::regnamespace AND prosecdef""",
    )

    assert len(paths) >= 4
    assert {row["path"] for row in paths} == {"search_path=pg_catalog, pg_temp"}


NEVER = "'BEGIN RAISE ''shadowed''; END'"
SHADOWS = f"""
    CREATE TEMP TABLE bag (id serial, qr_id text, type text, child_count int, status text, user_id int);
    CREATE TEMP TABLE link (id serial, parent_bag_id int, child_bag_id int);
    CREATE TEMP TABLE "user" (id int, username text, dispatch_area text);
    CREATE TEMP TABLE entry (id uuid); CREATE TEMP TABLE device (id uuid);
    CREATE TEMP TABLE setting (name text);
    INSERT INTO bag (qr_id, type) VALUES ('SB00001', 'child');
    CREATE FUNCTION pg_temp.never(varchar) RETURNS text LANGUAGE plpgsql AS {NEVER};
    CREATE FUNCTION pg_temp.never(varchar, varchar) RETURNS boolean LANGUAGE plpgsql AS {NEVER};
    CREATE FUNCTION pg_temp.upper(varchar) RETURNS text LANGUAGE plpgsql AS {NEVER};
    CREATE OPERATOR pg_temp.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = pg_temp.never);
    CREATE OPERATOR pg_temp.|| (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = pg_temp.never);
    CREATE DOMAIN pg_temp.uuid AS text; CREATE DOMAIN pg_temp.jsonb AS text;
    SET search_path = pg_temp, public, pg_catalog
"""


def test_the_callers_own_tables_and_functions_do_not_stand_in_for_the_real_ones(
    central_url: str, station_url: str
):
    chain, code = EntryChain(), one_time_code(central_url)
    with closing(Attacker(station_url)) as attacker:
        attacker.rows(SHADOWS)
        attacker.rows("SELECT station.enrol_station(%s, 's', '1', %s)", str(chain.device), code)
        receipts = attacker.post(chain.device, [item(e) for e in chain.entries(filled("SB00001", ["AAAA"]))])

        assert attacker.rows("SELECT qr_id FROM pg_temp.bag") == [("SB00001",)]

    assert [receipt["outcome"] for receipt in receipts] == ["posted", "posted"]
    assert query(central_url, "SELECT qr_id FROM bag ORDER BY qr_id") == [
        {"qr_id": "AAAA"},
        {"qr_id": "SB00001"},
    ]


WEB_TRIGGER = """
    CREATE FUNCTION update_bag_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE statistics_cache SET total_bags = total_bags + 1 WHERE id = 1;
        RETURN NULL;
    END $$;
    CREATE TRIGGER bag_insert_trigger AFTER INSERT ON bag FOR EACH ROW
        EXECUTE FUNCTION update_bag_statistics();
    INSERT INTO statistics_cache (id, total_bags, parent_bags, child_bags, total_scans, total_bills,
                                  total_users)
    VALUES (1, 0, 0, 0, 0, 0, 0) ON CONFLICT (id) DO UPDATE SET total_bags = 0
"""
TRAP = """
    CREATE TEMP TABLE statistics_cache (id int, total_bags int);
    INSERT INTO statistics_cache VALUES (1, 0);
    CREATE TEMP TABLE loot (of_role text, hash text);
    CREATE FUNCTION pg_temp.take() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO pg_temp.loot SELECT rolname, rolpassword FROM pg_authid;
        RETURN NEW;
    END $$;
    CREATE TRIGGER trap BEFORE UPDATE ON statistics_cache FOR EACH ROW EXECUTE FUNCTION pg_temp.take();
    GRANT ALL ON pg_temp.statistics_cache, pg_temp.loot TO PUBLIC
"""


def test_a_trigger_of_the_web_application_is_not_led_to_the_callers_table(central_url: str, station_url: str):
    query(central_url, WEB_TRIGGER)

    assert _loot(station_url, one_time_code(central_url)) == []
    assert query(central_url, "SELECT total_bags FROM statistics_cache") == [{"total_bags": 2}]


def test_nor_where_the_web_applications_tables_are_in_another_schema(empty_database_url: str):
    query(empty_database_url, 'CREATE SCHEMA "Depot A"')
    upgrade(empty_database_url, web_schema="Depot A")
    query(empty_database_url, f'SET search_path = "Depot A"; {WEB_TRIGGER}')
    create_station_login(empty_database_url, "attacker", "pw")
    place = empty_database_url[empty_database_url.rindex("@") :]

    assert _loot(f"postgresql://attacker:pw{place}", one_time_code(empty_database_url)) == []
    assert query(empty_database_url, 'SELECT total_bags FROM "Depot A".statistics_cache') == [
        {"total_bags": 2}
    ]


def test_where_everybody_may_create_functions_no_trigger_is_run_for_a_station(
    central_url: str, station_url: str
):
    query(central_url, WEB_TRIGGER)
    query(central_url, "GRANT CREATE ON SCHEMA public TO PUBLIC")
    chain = enrolled_chain(central_url)
    office = CentralPostingOffice(station_url, device=chain.device, station_name="s", version="1")

    with pytest.raises(CentreMismatchError, match=r"revoke CREATE .*TT004"):
        office.post([chain.entry(opened("SB00001"))])

    office.close()


def test_where_everybody_may_create_functions_theirs_do_not_stand_in_for_the_servers(
    central_url: str, station_url: str
):
    query(central_url, "GRANT CREATE ON SCHEMA public TO PUBLIC")
    query(station_url, f"CREATE FUNCTION public.upper(varchar) RETURNS text LANGUAGE plpgsql AS {NEVER}")
    chain = enrolled_chain(central_url)
    office = CentralPostingOffice(station_url, device=chain.device, station_name="s", version="1")

    receipts = office.post(chain.entries(filled("SB00001", ["AAAA"]))).receipts

    office.close()
    assert [receipt.outcome for receipt in receipts] == [Outcome.POSTED] * 2


def _loot(station_url: str, code: str) -> list[tuple[object, ...]]:
    """Post two bags from a session with a trap in it; return what went into the trap."""
    chain = EntryChain()
    with closing(Attacker(station_url)) as attacker:
        attacker.rows(TRAP)
        attacker.rows("SELECT station.enrol_station(%s, 's', '1', %s)", str(chain.device), code)
        attacker.post(chain.device, [item(entry) for entry in chain.entries(filled("SB00001", ["AAAA"]))])
        return attacker.rows("SELECT * FROM loot")


def _relations(url: str, kind: str) -> list[str]:
    found = query(
        url,
        """SELECT format('%%I.%%I', n.nspname, c.relname) AS name
           FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
           WHERE n.nspname IN ('public', 'station') AND c.relkind = %s""",
        kind,
    )
    return [row["name"] for row in found]

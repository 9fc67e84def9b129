"""Pages of the catalogue from odd centres: other encodings, codes of bytes, an account without the right."""

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import psycopg2
import pytest
from fakes.central_owner import query
from fakes.hidden_address import HiddenAddress
from fakes.plain_address import plain

from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import CentreMismatchError
from traitortrack_desktop.storage.central.catalogue_feed import CentralCatalogueSource

PAGE = """
    CREATE SCHEMA station;
    CREATE FUNCTION station.catalogue_page(integer, integer) RETURNS TABLE (id integer, code text)
    LANGUAGE sql AS $$ SELECT * FROM (VALUES (1, {code}), (2, 'C2')) AS bag $$;
"""


@pytest.fixture(params=["LATIN1", "SQL_ASCII"])
def odd_url(postgres_server: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database in another encoding, whose first bag has the byte of É in its code."""
    name = f"encoded_{uuid4().hex}"
    with closing(psycopg2.connect(plain(postgres_server.url("postgres")))) as connection:
        connection.autocommit = True
        made = f"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{request.param}' LOCALE 'C'"
        connection.cursor().execute(made)
    url = HiddenAddress(postgres_server.url(name))
    query(url, PAGE.format(code=r"convert_from('\xc9'::bytea, getdatabaseencoding()) || 'A'"))
    yield url
    postgres_server.drop_database(name)


def test_a_code_in_another_encoding_costs_no_page(odd_url: str, request: pytest.FixtureRequest):
    source = CentralCatalogueSource(odd_url, station_name="s")

    codes = [bag[1] for bag in source.bags(0, 9)]
    source.close()

    latin = "LATIN1" in request.node.name
    assert codes == ["ÉA" if latin else "�A", "C2"]


def test_an_account_without_the_right_is_told_which_right_and_that_it_works_without(
    central_url: str, station_url: str
):
    query(
        central_url,
        "REVOKE EXECUTE ON FUNCTION station.catalogue_page FROM PUBLIC, traitortrack_station",
    )
    source = CentralCatalogueSource(station_url, station_name="s")

    with pytest.raises(CentreMismatchError, match=r"no right to it.*scanning and posting do not need it"):
        source.bags(0, 9)
    source.close()

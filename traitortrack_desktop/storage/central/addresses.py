"""Database addresses: whatever IT writes becomes one spelling, and no password is ever shown."""

from urllib.parse import parse_qsl, quote, unquote, urlsplit

from sqlalchemy import URL

from traitortrack_desktop.environment.setting_kinds import POSTGRES_SCHEMES


class UnusableAddressError(ValueError):
    """The address of the central database cannot be used. The text never holds the password."""


def central_address(text: str) -> URL:
    """Return *text* as an address for psycopg2.

    ``postgres://``, ``postgresql://`` and ``postgresql+psycopg2://`` mean the same. Several servers
    (``host1:5432,host2:5432``) are tried in turn for the one that takes writes.
    Raises :class:`UnusableAddressError`.
    """
    scheme, _, rest = text.strip().partition("://")
    if scheme.lower() not in POSTGRES_SCHEMES or not rest:
        raise UnusableAddressError("the address of the central database must begin with postgresql://")
    try:
        parts = urlsplit(f"postgresql://{rest}")
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise UnusableAddressError("the address of the central database cannot be read") from None
    account, _, servers = parts.netloc.rpartition("@")
    username, colon, password = account.partition(":")
    database = unquote(parts.path.removeprefix("/"))
    if not database:
        raise UnusableAddressError("the address of the central database names no database")
    address = URL.create(
        "postgresql+psycopg2",
        username=unquote(username) or None,
        password=unquote(password) if colon else None,
        database=database,
    )
    return _with_servers(address, [*_named_servers(servers), *query])


def _named_servers(servers: str) -> list[tuple[str, str]]:
    return [("host", server) for server in servers.split(",") if server]


def _with_servers(address: URL, query: list[tuple[str, str]]) -> URL:
    servers = [value for name, value in query if name == "host"]
    others = {name: value for name, value in query if name != "host"}
    if len(servers) == 1 and not servers[0].startswith("/"):
        host, port = _host_and_port(servers[0])
        address = address.set(host=host, port=port)
    elif servers:
        address = address.update_query_pairs([("host", server) for server in servers])
    if len(servers) > 1:
        others = {"target_session_attrs": "read-write", **others}
    return address.update_query_dict(others)


def _host_and_port(server: str) -> tuple[str, int | None]:
    host, colon, port = server.rpartition(":")
    if not colon or server.endswith("]"):
        return server.strip("[]"), None
    if not port.isdigit():
        raise UnusableAddressError("the port in the address of the central database is not a number")
    return host.strip("[]"), int(port)


def shown(address: URL) -> str:
    """Return *address* for people and logs: without password."""
    return address.set(drivername="postgresql").render_as_string(hide_password=True)


def account_without_password(text: str) -> str | None:
    """Return the database account that *text* names when it carries no password for it."""
    address = central_address(text)
    return address.username if address.password is None else None


def with_password(text: str, password: str) -> str:
    """Return *text* with *password* in it, for the connection and nothing else."""
    return central_address(text).set(password=password).render_as_string(hide_password=False)


def address_of(*, servers: str, database: str, account: str) -> str:
    """Return the address, without password, of *database* on *servers* (``host:port``, by commas)."""
    return f"postgresql://{quote(account, safe='')}@{servers}/{quote(database, safe='')}"

"""Accounts as the owner of the database keeps them by commands; needs the owner's address, never a station's.

The rules are the centre's own (``station.change_account``), as for an administrator at a station.
"""

import json
from collections.abc import Iterator, Mapping
from uuid import UUID

from sqlalchemy import Connection, text

from traitortrack_desktop.domain.accounts import (
    Account,
    AccountAct,
    AccountProblem,
    AuditFilter,
    AuditRow,
    SessionRecord,
)
from traitortrack_desktop.services.account_secrets import hashed_secret
from traitortrack_desktop.storage.central.account_problems import (
    AccountNotPossibleError,
    not_possible,
    password_weakness,
)
from traitortrack_desktop.storage.central.engine import OWNER, owner_connection
from traitortrack_desktop.storage.central.people_rows import (
    accounts_page,
    audit_page,
    filter_values,
    session_record,
    storable,
)

_MOST_ROWS_AT_ONCE = 1000
_CHANGE = text(f"""
    SELECT station.change_account(NULL, {OWNER}, :act, :username, CAST(:values AS jsonb)) ->> 'problem'
""")
_ACCOUNTS = text("SELECT * FROM station.accounts_page(:search, CAST(:after AS text), :limit)")
_SESSIONS = text("SELECT * FROM station.sessions_page(CAST(:username AS text), :limit)")
_END_SESSION = text(f"SELECT station.revoke_one_session(NULL, {OWNER}, :ended)")
_AUDIT = text("SELECT * FROM station.audit_page(CAST(:wanted AS jsonb), CAST(:before AS bigint), :limit)")


def hashed_password(password: str) -> str:
    """Return the hash of a new *password*. Raises ``AccountNotPossibleError`` for a weak one."""
    weakness = password_weakness(password)
    if weakness is not None:
        raise AccountNotPossibleError(weakness)
    return hashed_secret(password)


def change_account(
    url: str, act: AccountAct, username: str, values: Mapping[str, str | None] | None = None
) -> None:
    """Do *act*, with the *values* that it says it needs, to the account *username*.

    Raises ``AccountNotPossibleError``, or the errors of ``services.ports``.
    """
    with owner_connection(url) as connection:
        change_account_by(connection, act, username, values or {})


def change_account_by(
    connection: Connection, act: AccountAct, username: str, values: Mapping[str, str | None]
) -> None:
    """Do the same on *connection*, in its transaction."""
    told = {"act": str(act), "username": storable(username), "values": json.dumps(values)}
    problem = connection.scalar(_CHANGE, told)
    if problem is not None:
        raise not_possible(AccountProblem(problem), username, values)


def add_user(
    url: str, *, username: str, password: str, role: str, area: str | None = None, email: str | None = None
) -> None:
    """Make a verified account. Without *email* it gets an address that can never be anybody's.

    Raises ``AccountNotPossibleError``, or the errors of ``services.ports``.
    """
    values = {
        "password_hash": hashed_password(password),
        "role": str(role),
        "area": area,
        "email": email,
    }
    change_account(url, AccountAct.CREATE, username, values)


def accounts(url: str, *, search: str = "", after: str | None = None) -> Iterator[Account]:
    """Yield the accounts whose name or e-mail address holds *search*, in the order of names, page by page.

    Those behind the name *after*, if one is given. Raises the errors of ``services.ports``.
    """
    values = {"search": storable(search), "limit": _MOST_ROWS_AT_ONCE + 1}
    place = None if after is None else storable(after)
    with owner_connection(url) as connection:
        while True:
            rows = connection.execute(_ACCOUNTS, {**values, "after": place}).all()
            page = accounts_page(rows, _MOST_ROWS_AT_ONCE)
            yield from page.accounts
            if page.next_after is None:
                return
            place = page.next_after


def sessions(url: str, username: str | None = None, *, limit: int = 200) -> tuple[SessionRecord, ...]:
    """Return the newest sessions, open ones first. Raises the errors of ``services.ports``."""
    wanted = {"username": None if username is None else storable(username), "limit": limit}
    with owner_connection(url) as connection:
        return tuple(session_record(row) for row in connection.execute(_SESSIONS, wanted))


def end_session(url: str, ended: UUID) -> bool:
    """Revoke one session; return whether there was one to revoke. Raises the errors of ``services.ports``."""
    with owner_connection(url) as connection:
        return bool(connection.scalar(_END_SESSION, {"ended": ended}))


def audit_rows(url: str, wanted: AuditFilter, *, limit: int) -> Iterator[AuditRow]:
    """Yield the newest *limit* rows of the audit that fit, newest first.

    Raises the errors of ``services.ports``.
    """
    filters = json.dumps(filter_values(wanted))
    before, left = None, limit
    with owner_connection(url) as connection:
        while left > 0:
            size = min(left, _MOST_ROWS_AT_ONCE)
            found = connection.execute(_AUDIT, {"wanted": filters, "before": before, "limit": size + 1}).all()
            page = audit_page(found, size)
            yield from page.rows
            before, left = page.next_before, left - len(page.rows)
            if before is None:
                return

"""Accounts, sessions and the audit as the centre's functions give them, turned into domain values. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from traitortrack_desktop.domain.accounts import (
    Account,
    AccountsPage,
    AuditFilter,
    AuditPage,
    AuditRow,
    SessionRecord,
    StationRecord,
)

_NO_TEXT_OF_THE_SERVER = "\ufffd"


def accounts_page(rows: Sequence[Row[Any]], limit: int) -> AccountsPage:
    """Return a page of *limit* accounts; *rows* are up to one more, which tells that there is a next page."""
    page = rows[:limit]
    return AccountsPage(
        accounts=tuple(_account(row) for row in page),
        next_after=page[-1].place if len(rows) > limit else None,
    )


def audit_page(rows: Sequence[Row[Any]], limit: int) -> AuditPage:
    """Return a page of *limit* rows of the audit; see :func:`accounts_page`."""
    page = rows[:limit]
    return AuditPage(
        rows=tuple(_audit_row(row) for row in page),
        next_before=page[-1].id if len(rows) > limit else None,
    )


def session_record(row: Row[Any]) -> SessionRecord:
    """Return a row of ``station.sessions``."""
    return SessionRecord(**_in_utc(row))


def station_record(row: Row[Any]) -> StationRecord:
    """Return a row of ``station.stations``."""
    return StationRecord(**_in_utc(row))


def filter_values(wanted: AuditFilter) -> dict[str, str]:
    """Return *wanted* as ``station.audit_page`` takes it."""
    values: Mapping[str, str | datetime | UUID | None] = {
        "username": wanted.username,
        "action": wanted.action,
        "entity_type": wanted.entity_type,
        "since": wanted.since,
        "until": wanted.until,
        "request": wanted.request,
    }
    return {name: _filter_text(value) for name, value in values.items() if value is not None}


def storable(text: str) -> str:
    """Return *text* as the server can read it: what no text of it holds becomes a sign that nobody types."""
    return "".join(
        _NO_TEXT_OF_THE_SERVER if sign == "\x00" or "\ud800" <= sign <= "\udfff" else sign for sign in text
    )


def _filter_text(value: str | datetime | UUID) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return storable(str(value))


def _in_utc(row: Row[Any]) -> dict[str, Any]:
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value
        for name, value in row._mapping.items()
    }


def _account(row: Row[Any]) -> Account:
    values = _in_utc(row)
    del values["place"]
    return Account(**values)


def _audit_row(row: Row[Any]) -> AuditRow:
    return AuditRow(**{**row._mapping, "at": datetime.fromisoformat(row.at)})

"""What posting needs of the columns that it writes: a type that takes its values, and NULL where it has none.

Databases of different ages have columns of different types; most do no harm. Only what would have the
server refuse a station's rows is a fault.
"""

from collections.abc import Iterator

from traitortrack_desktop.storage.central.found_shape import FoundColumn, FoundShape

_INTEGER = ("smallint", "integer", "bigint")
_TEXT = ("character varying", "character(", "text", "citext")
_NUMBER = ("double precision", "real", "numeric", *_INTEGER)
_TIME = ("timestamp",)
_FAMILIES = {"whole numbers": _INTEGER, "text": _TEXT, "numbers": _NUMBER, "points in time": _TIME}

_WRITTEN = {
    "bag": {
        "qr_id": "text", "type": "text", "name": "text", "child_count": "whole numbers",
        "weight_kg": "numbers", "status": "text", "user_id": "whole numbers", "dispatch_area": "text",
        "created_at": "points in time", "updated_at": "points in time",
    },
    "link": {
        "parent_bag_id": "whole numbers", "child_bag_id": "whole numbers", "created_at": "points in time",
    },
    "scan": {
        "timestamp": "points in time", "parent_bag_id": "whole numbers", "child_bag_id": "whole numbers",
        "user_id": "whole numbers",
    },
}  # fmt: skip
"""The columns that stations insert, with what they hold."""

_CHANGED = {
    "bill": {
        "linked_parent_count": "whole numbers", "total_child_bags": "whole numbers",
        "total_weight_kg": "numbers", "expected_weight_kg": "numbers", "updated_at": "points in time",
    },
    "bill_bag": {"bill_id": "whole numbers", "bag_id": "whole numbers"},
    "user": {"username": "text"},
}  # fmt: skip
"""Columns that stations read or change in rows which others make."""

_OF_ACTS = {
    "bill": {
        "bill_id": "text", "description": "text", "parent_bag_count": "whole numbers",
        "linked_parent_count": "whole numbers", "total_child_bags": "whole numbers",
        "total_weight_kg": "numbers", "expected_weight_kg": "numbers", "status": "text",
        "created_by_id": "whole numbers",
        "created_at": "points in time", "updated_at": "points in time", "destination": "text",
        "vehicle_number": "text",
    },
    "bill_bag": {"bill_id": "whole numbers", "bag_id": "whole numbers", "created_at": "points in time"},
    "return_ticket": {
        "ticket_code": "text", "cf_location": "text", "status": "text", "bags_scanned_count": "whole numbers",
        "total_weight_returned_kg": "numbers", "notes": "text", "created_by_id": "whole numbers",
        "created_at": "points in time", "updated_at": "points in time", "finalized_at": "points in time",
    },
    "return_ticket_bag": {
        "return_ticket_id": "whole numbers", "bag_id": "whole numbers", "original_bill_id": "whole numbers",
        "weight_at_return_kg": "numbers", "child_count_at_return": "whole numbers",
        "scanned_by_id": "whole numbers", "scanned_at": "points in time",
    },
    "bill_return_event": {
        "bill_id": "whole numbers", "return_ticket_id": "whole numbers", "bag_id": "whole numbers",
        "bag_qr_id": "text", "previous_linked_count": "whole numbers", "new_linked_count": "whole numbers",
        "previous_weight_kg": "numbers", "new_weight_kg": "numbers", "previous_child_count": "whole numbers",
        "new_child_count": "whole numbers", "removed_by_id": "whole numbers", "removed_at": "points in time",
        "reason": "text",
    },
}  # fmt: skip
"""The columns that work at bills and returns inserts, without which stations pack all the same."""

COLUMNS_OF_ACTS = frozenset(f"{table}.{column}" for table, columns in _OF_ACTS.items() for column in columns)
"""Without one of them work at bills, or at returns, is refused; packing goes on."""
OF_RETURNS = frozenset({"return_ticket", "return_ticket_bag", "bill_return_event"})
"""Tables without which stations pack and bill, and cannot work at returns."""

_READ = {
    "user": ("password_hash", "role", "dispatch_area", "verified", "failed_login_attempts", "locked_until",
             "last_failed_login", "email", "created_at", "two_fa_enabled", "totp_secret"),
}  # fmt: skip
"""Columns that signing in needs besides."""

_AUDIT = {
    "timestamp": "points in time", "user_id": "whole numbers", "action": "text", "entity_type": "text",
    "entity_id": "whole numbers", "details": "text", "before_state": "text", "after_state": "text",
    "ip_address": "text", "request_id": "text",
}  # fmt: skip
_ALWAYS_IN_AUDIT = frozenset({"id", "timestamp", "action", "entity_type", "details"})

FILLED_BY_STATIONS = frozenset(_WRITTEN)
"""The web application's tables that stations add rows to."""

USED_BY_STATIONS = frozenset({*_WRITTEN, *_CHANGED})
"""All of its tables that stations work with."""

_MAY_BE_NULL = {
    ("bag", "name"): "new bags have no name",
    ("bag", "user_id"): "a bag of somebody whom the web application does not know has no owner",
    ("bag", "dispatch_area"): "a bag may have no area",
    ("scan", "parent_bag_id"): "the scan of a child names no parent",
    ("scan", "child_bag_id"): "the scan of a parent names no child",
    ("scan", "user_id"): "a scan by somebody whom the web application does not know names nobody",
    ("bill", "destination"): "of most bills nobody says where they go",
    ("bill", "vehicle_number"): "of most bills nobody says what takes them",
    ("bill", "created_by_id"): "one that somebody unknown to the web application made has no maker",
    (
        "return_ticket",
        "created_by_id",
    ): "one that somebody made whom the web application does not know has no maker",
    ("return_ticket", "finalized_at"): "a return that is open has not ended",
    (
        "return_ticket_bag",
        "scanned_by_id",
    ): "a scan by somebody whom the web application does not know names nobody",
    (
        "bill_return_event",
        "removed_by_id",
    ): "a scan by somebody whom the web application does not know names nobody",
}


def missing_things(found: FoundShape) -> tuple[str, ...]:
    """Return the tables and columns without which stations cannot work, as ``bill`` or ``bag.name``."""
    needed = {
        table: ("id", *columns, *_READ.get(table, ())) for table, columns in {**_WRITTEN, **_CHANGED}.items()
    }
    return tuple(
        sorted(
            thing
            for table, columns in needed.items()
            for thing in (
                [f"{table}.{name}" for name in columns if name not in found.columns_of(table)]
                if found.table(table) is not None
                else [table]
            )
        )
    )


def unfit_columns(found: FoundShape) -> tuple[str, ...]:
    """Return what would have the server refuse a station's rows, as sentences that say what helps."""
    return tuple(
        sentence
        for table in dict.fromkeys((*_WRITTEN, *_CHANGED, *_OF_ACTS))
        if found.table(table) is not None
        for sentence in (*_wrong_types(found, table), *_wrong_nulls(found, table), *_without_id(found, table))
    )


def unwritable_audit(found: FoundShape) -> tuple[str, ...]:
    """Return what would have the server refuse rows of the audit, which keeps no station from working."""
    sentences = []
    for name, column in found.columns_of("audit_log").items():
        family = _AUDIT.get(name)
        if family is not None and not column.kind.startswith(_FAMILIES[family]):
            sentences.append(
                f"the column audit_log.{name} is {column.kind} and has to hold {family}:"
                f" {_UNAUDITED} before its type is changed"
            )
        elif name not in _ALWAYS_IN_AUDIT and not column.nullable and (family or not column.has_default):
            sentences.append(
                f"the column audit_log.{name} must not be empty: {_UNAUDITED} before {_cure(column)}"
            )
    return tuple(sentences)


_UNAUDITED = "what people do at stations is not written into the audit"


def _wrong_types(found: FoundShape, table: str) -> Iterator[str]:
    to_pack = {**_WRITTEN, **_CHANGED}.get(table, {})
    for name, family in {**_OF_ACTS.get(table, {}), **to_pack}.items():
        column = found.columns_of(table).get(name)
        if column is not None and not column.kind.startswith(_FAMILIES[family]):
            what = "post" if name in to_pack else _NO_ACTS
            yield (
                f"the column {table}.{name} is {column.kind} and has to hold {family}:"
                f" stations cannot {what} before its type is changed"
            )


def _wrong_nulls(found: FoundShape, table: str) -> Iterator[str]:
    written = _inserted(table)
    for column in found.columns_of(table).values() if written else ():
        if column.nullable or column.name == "id":
            continue
        reason = _MAY_BE_NULL.get((table, column.name))
        if reason is not None:
            yield f"the column {table}.{column.name} must not be empty, but {reason}: {_cure(column)}"
        elif column.name not in written and not column.has_default:
            yield (
                f"the column {table}.{column.name} must not be empty and has no default, and stations do not"
                f" know it: {_cure(column)}"
            )


def _without_id(found: FoundShape, table: str) -> Iterator[str]:
    column = found.columns_of(table).get("id")
    if _inserted(table) and column is not None and not column.has_default:
        yield (
            f"the column {table}.id gives new rows no number, so that stations cannot add any:"
            " give it a sequence as its default"
        )


_NO_ACTS = "work at bills and returns"


def _inserted(table: str) -> dict[str, str]:
    """Return the columns that stations insert into *table*, none where they add no rows."""
    return _WRITTEN.get(table) or _OF_ACTS.get(table, {})


def _cure(column: FoundColumn) -> str:
    return f"ALTER TABLE {column.table} ALTER COLUMN {column.name} DROP NOT NULL"

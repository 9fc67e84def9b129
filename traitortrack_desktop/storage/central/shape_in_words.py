"""Says in words what kind of database ``db upgrade`` found."""

from traitortrack_desktop.storage.central.found_shape import FoundShape, holds_web_tables
from traitortrack_desktop.storage.central.web_shape import Index

_ONE_PARENT = Index(table="link", name="", keys=("child_bag_id",), unique=True)
_ANY_CASE = Index(table="bag", name="", keys=("upper(qr_id)",), unique=True)
_AS_WRITTEN = Index(table="bag", name="", keys=("qr_id",), unique=True)
_AGES = (
    ("return_ticket", None, "December 2025 or later"),
    ("bill", "linked_parent_count", "the end of November 2025"),
    ("bill", "destination", "November 2025"),
    ("user", "two_fa_enabled", "the end of October 2025"),
    ("user", "failed_login_attempts", "October 2025"),
    ("bill", "expected_weight_kg", "October 2025"),
    ("bag", "user_id", "late summer 2025"),
)


def in_words(found: FoundShape, bags: str) -> str:
    """Return one sentence about the tables as *found*, with *bags* rows in the table of bags."""
    if not holds_web_tables(table.name for table in found.tables):
        return f"No tables of the web application in the schema {found.schema}: an empty centre."
    parts = [
        f"Tables of the web application as of {_age(found)}, in the schema {found.schema}, {bags} bags",
        _returns(found),
        _codes(found),
        _parents(found),
        _statistics(found),
    ]
    return "; ".join(part for part in parts if part) + "."


def _age(found: FoundShape) -> str:
    for table, column, age in _AGES:
        columns = found.columns_of(table)
        if columns and (column is None or column in columns):
            return age
    return "summer 2025 or earlier"


def _returns(found: FoundShape) -> str:
    return "" if found.table("return_ticket") else "no return tickets"


def _codes(found: FoundShape) -> str:
    if any(index.keeps_unique for index in found.equal_to(_ANY_CASE)):
        return "codes unique in any case"
    if any(index.keeps_unique for index in found.equal_to(_AS_WRITTEN)):
        return "codes unique only with their case"
    return "codes not kept unique"


def _parents(found: FoundShape) -> str:
    if any(index.keeps_unique for index in found.equal_to(_ONE_PARENT)):
        return ""
    return "nothing that keeps a child in one parent"


def _statistics(found: FoundShape) -> str:
    if found.table("statistics_cache") is None:
        return "no statistics table"
    slow = any(trigger.row_wise and trigger.name == "bag_insert_trigger" for trigger in found.triggers)
    return "statistics by row triggers" if slow else ""

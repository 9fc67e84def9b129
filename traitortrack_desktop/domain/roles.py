"""Who people are and what they may do: roles and depots as the web application has them. Pure.

The centre decides by the same table (``station.role_may``); a test holds the two against each other.
"""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles as the central database stores them."""

    ADMIN = "admin"
    BILLER = "biller"
    DISPATCHER = "dispatcher"


class Rights(StrEnum):
    """How far somebody has shown who they are."""

    OPERATOR = "operator"
    """A badge alone: never more than a dispatcher may."""
    FULL = "full"
    """All that the role may."""


class Operation(StrEnum):
    """What a role may or may not do: the rows of the web application's role matrix."""

    SCAN = "scan"
    """Scan parents and children, undo, remove a child, close."""
    LOOK_UP = "look_up"
    """Find a bag or a bill, read its detail, the history of scans, the dashboard; one's own password."""
    VIEW_BILL = "view_bill"
    LIST_BAGS = "list_bags"
    """All bags; a dispatcher those of the own area."""
    DELETE_BAG = "delete_bag"
    EDIT_CHILDREN = "edit_children"
    """Edit the list of a parent's children as a whole."""
    MANAGE_BILLS = "manage_bills"
    """List, create, edit, complete and reopen bills, attach and detach parents."""
    DELETE_BILL = "delete_bill"
    RETURNS = "returns"
    ADMINISTER = "administer"
    """Imports, exports, accounts, stations, the audit, health and recalculation."""
    REQUEST_PROMOTION = "request_promotion"
    OVERRIDE_COMPLETED = "override_completed"
    """Let a parent that is completed, and not full, take more bags, with a reason; not of the web."""


_EVERYBODY = frozenset(Role)
_OFFICE = frozenset({Role.ADMIN, Role.BILLER})
_ADMINISTRATOR = frozenset({Role.ADMIN})

ROLE_MATRIX = {
    Operation.SCAN: _EVERYBODY,
    Operation.LOOK_UP: _EVERYBODY,
    Operation.VIEW_BILL: _EVERYBODY,
    Operation.LIST_BAGS: _EVERYBODY,
    Operation.DELETE_BAG: _OFFICE,
    Operation.EDIT_CHILDREN: _ADMINISTRATOR,
    Operation.MANAGE_BILLS: _OFFICE,
    Operation.DELETE_BILL: _ADMINISTRATOR,
    Operation.RETURNS: _OFFICE,
    Operation.ADMINISTER: _ADMINISTRATOR,
    Operation.REQUEST_PROMOTION: frozenset({Role.BILLER, Role.DISPATCHER}),
    Operation.OVERRIDE_COMPLETED: _OFFICE,
}
"""Who may do what. Two slips of the web application are left out: there a dispatcher may open the page that
fills a bill, and finish a bill by its address."""

DISPATCH_AREAS = (
    "lucknow",
    "indore",
    "jaipur",
    "hisar",
    "sri_ganganagar",
    "sangaria",
    "bathinda",
    "raipur",
    "ranchi",
    "akola",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone with an account at the centre. *role* may be a text this program does not know."""

    username: str
    role: str
    area: str | None = None


def role_of(text: str | None) -> Role:
    """Return the role that *text* means: what is not known, or is of the first versions, is a dispatcher."""
    return Role(text) if text in set(Role) else Role.DISPATCHER


def may(role: str | None, rights: Rights, operation: Operation) -> bool:
    """Return whether somebody with *role* who has shown as much as *rights* says may do *operation*."""
    counts_as = role_of(role) if rights is Rights.FULL else Role.DISPATCHER
    return counts_as in ROLE_MATRIX[operation]

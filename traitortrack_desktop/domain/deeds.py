"""What a person asks of the station by a form or a list, and no scan says: values only. Pure.

Each takes its turn among the scans and is decided, stored and told like one (``deciding_deeds``).
"""

from dataclasses import dataclass

from traitortrack_desktop.domain.bills import BillDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkAtBill:
    """Go to the desk of a bill that is there already, whatever it is called."""

    bill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateBill:
    """Make a bill and go to its desk. *bill* is as a person typed it."""

    bill: str
    details: BillDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class EditBill:
    """Change what *details* hold of a bill."""

    bill: str
    details: BillDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReturn:
    """Make a return and go to its desk."""

    area: str
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkAtReturn:
    """Go to the desk of a return that is there already."""

    ticket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditChildren:
    """Put *added* into *parent* and take *removed* out, all of it or nothing."""

    parent: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


Deed = WorkAtBill | CreateBill | EditBill | OpenReturn | WorkAtReturn | EditChildren

"""What a form or a list asks for comes to: by the same rules as a scan. Pure."""

from traitortrack_desktop.domain.billing import created, leave_parent_first, towards
from traitortrack_desktop.domain.bills import (
    LEAST_CAPACITY,
    LONGEST_DESCRIPTION,
    LONGEST_DESTINATION,
    LONGEST_VEHICLE,
    MOST_CAPACITY,
    MOST_CAPACITY_AT_CREATION,
    BillDetails,
    bill_name,
)
from traitortrack_desktop.domain.codes import CodeKind, CodeRules, area_code, parse_frame
from traitortrack_desktop.domain.decided import Deciding, told
from traitortrack_desktop.domain.deeds import (
    CreateBill,
    Deed,
    EditBill,
    EditChildren,
    OpenReturn,
    WorkAtBill,
    WorkAtReturn,
)
from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.known_here import KnownHere
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.returning import opened, resumed
from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Operation
from traitortrack_desktop.domain.work import WorkState

_NEEDED = {
    WorkAtBill: Operation.MANAGE_BILLS,
    CreateBill: Operation.MANAGE_BILLS,
    EditBill: Operation.MANAGE_BILLS,
    OpenReturn: Operation.RETURNS,
    WorkAtReturn: Operation.RETURNS,
    EditChildren: Operation.EDIT_CHILDREN,
}


def bag_of(deed: Deed) -> str | None:
    """Return the bag that has to be known to decide *deed*."""
    return deed.parent.strip().upper() if isinstance(deed, EditChildren) else None


def bill_of(deed: Deed) -> str | None:
    """Return the bill that has to be known to decide *deed*."""
    return bill_name(deed.bill) if isinstance(deed, WorkAtBill | CreateBill | EditBill) else None


def ticket_of(deed: Deed) -> str | None:
    """Return the return that has to be known to decide *deed*."""
    return deed.ticket if isinstance(deed, WorkAtReturn) else None


def decide_deed(
    state: WorkState,
    deed: Deed,
    *,
    rules: CodeRules,
    known: KnownHere,
    fact: BagFact | None = None,
    barred: Reason | None = None,
) -> Decision:
    """Return what *deed* comes to. *fact* is of :func:`bag_of`, ``known.bill`` of :func:`bill_of`.

    *barred* is what ``workflow.decide`` says of it. Never raises.
    """
    code = bag_of(deed) or bill_of(deed) or ticket_of(deed) or ""
    deciding = Deciding(code, rules)
    if state.stop is not None:
        return deciding.refuse(Reason.NOT_COUNTED)
    if barred is not None or not known.may(_NEEDED[type(deed)]):
        return deciding.refuse(barred or Reason.NOT_PERMITTED)
    match deed:
        case WorkAtBill():
            return _work_at_bill(state, code, rules, known)
        case CreateBill():
            return _create_bill(state, deed, rules, known)
        case EditBill():
            return _edit_bill(deed, rules, known)
        case OpenReturn():
            return _open_return(state, deed, rules, known)
        case WorkAtReturn():
            return resumed(deciding, state, known, deed.ticket)
        case EditChildren():
            return _edit_children(deed, rules, fact)


def _work_at_bill(state: WorkState, bill: str, rules: CodeRules, known: KnownHere) -> Decision:
    deciding = Deciding(bill, rules, bill=bill)
    if known.bill is not None and known.bill.is_absent:
        return deciding.refuse(Reason.BILL_UNKNOWN)
    return towards(deciding, state, known, bill)


def _create_bill(state: WorkState, deed: CreateBill, rules: CodeRules, known: KnownHere) -> Decision:
    name = bill_name(deed.bill)
    deciding = Deciding(name or deed.bill.strip()[:50], rules, bill=name)
    if name is None or _means_something_else(name, rules):
        return deciding.refuse(Reason.BILL_NAME_UNUSABLE, bill=None)
    details = _cut(deed.details)
    if not LEAST_CAPACITY <= (details.capacity or 0) <= MOST_CAPACITY_AT_CREATION:
        return deciding.refuse(Reason.BILL_CAPACITY_WRONG)
    if known.bill is not None and not known.bill.is_absent:
        return deciding.refuse(Reason.BILL_EXISTS, bill_fact=known.bill)
    return leave_parent_first(deciding, state, name) or created(deciding, state, details)


def _means_something_else(name: str, rules: CodeRules) -> bool:
    """Whether a scan of *name* would be a bag's, a command's, a badge's: nobody could ever scan the bill."""
    scanned = parse_frame(ScanFrame(source="form", raw=name.encode()), rules)
    return scanned.kind not in {CodeKind.BILL, CodeKind.CHILD, CodeKind.UNUSABLE} or name.startswith("TT-")


def _edit_bill(deed: EditBill, rules: CodeRules, known: KnownHere) -> Decision:
    name, details, bill = bill_name(deed.bill), _cut(deed.details), known.bill
    deciding = Deciding(name or "", rules, bill=name)
    if name is None or (bill is not None and bill.is_absent):
        return deciding.refuse(Reason.BILL_UNKNOWN)
    least = max(LEAST_CAPACITY, (bill.linked if bill is not None else None) or 0)
    if details.capacity is not None and not least <= details.capacity <= MOST_CAPACITY:
        return deciding.refuse(Reason.BILL_CAPACITY_WRONG, bill_fact=bill)
    return deciding.accept(EntryKind.EDIT_BILL, details=details, bill_fact=bill)


def _cut(details: BillDetails) -> BillDetails:
    """Return *details* with what the central database has room for."""

    def cut(text: str | None, longest: int) -> str | None:
        return text.replace("\0", "").strip()[:longest] if text is not None else None

    return BillDetails(
        capacity=details.capacity,
        description=cut(details.description, LONGEST_DESCRIPTION),
        destination=cut(details.destination, LONGEST_DESTINATION),
        vehicle=cut(details.vehicle, LONGEST_VEHICLE),
    )


def _open_return(state: WorkState, deed: OpenReturn, rules: CodeRules, known: KnownHere) -> Decision:
    deciding = Deciding(area_code(deed.area), rules)
    if deed.area not in DISPATCH_AREAS:
        return deciding.refuse(Reason.WHERE_RETURNED)
    asked = leave_parent_first(deciding, state, deed.area)
    return asked or opened(deciding, state, known, deed.area, deed.notes)


def _edit_children(deed: EditChildren, rules: CodeRules, fact: BagFact | None) -> Decision:
    parent = deed.parent.strip().upper()
    added = tuple(dict.fromkeys(code.strip().upper() for code in deed.added))
    removed = tuple(dict.fromkeys(code.strip().upper() for code in deed.removed))
    deciding = Deciding(parent, rules, parent=parent)
    reason = _objection_to_editing(parent, added, removed, rules, fact)
    if reason is not None:
        return deciding.refuse(reason, fact=told(fact))
    return deciding.accept(EntryKind.EDIT_CHILDREN, children=added, removed=removed, fact=told(fact))


def _objection_to_editing(
    parent: str, added: tuple[str, ...], removed: tuple[str, ...], rules: CodeRules, fact: BagFact | None
) -> Reason | None:
    if not (added or removed) or set(added) & set(removed):
        return Reason.NOTHING_TO_MOVE
    if parent in added:
        return Reason.SAME_AS_PARENT
    if not all(rules.child.fullmatch(code) and not rules.parent.fullmatch(code) for code in added):
        return Reason.UNKNOWN_CODE
    if fact is None:
        return None
    if fact.is_absent:
        return Reason.PARENT_MISSING
    if fact.kind not in {None, "parent"}:
        return Reason.PARENT_IS_CHILD if fact.kind == "child" else Reason.UNKNOWN_BAG_TYPE
    if fact.bill_completed:
        return Reason.PARENT_ON_COMPLETED_BILL
    count = fact.count if fact.count is not None else 0
    return Reason.PARENT_FULL if count - len(removed) + len(added) > rules.capacity_of(parent) else None

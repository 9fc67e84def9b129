"""Why something an operator did was not done, as the station and the centre name it.

The only list: a reason, what it is about and how loudly it is told stand in one line. The central posting
function names the reasons of the bags and of the entry itself; tests hold it against this list.
"""

from enum import Enum, StrEnum, auto
from typing import Any, Self


class Severity(StrEnum):
    """How loudly a refusal is told."""

    INFO = "info"
    """Harmless: a soft sound, nothing to do."""
    FIXABLE = "fixable"
    """Attention: stays until the next valid scan."""
    BLOCKING = "blocking"
    """Stop: stays until acknowledged; scans meanwhile are not counted."""


class About(Enum):
    """What does not allow it."""

    READING = auto()
    """What was read cannot be used."""
    WORK = auto()
    """The work does not allow it now."""
    BAGS = auto()
    """The bags do not allow it: the web application's rules, which the centre keeps too."""
    PEOPLE = auto()
    """Who asks for it may not: the rules about accounts, badges and roles."""
    ENTRY = auto()
    """Something is wrong with the entry itself: only the centre can find that."""


class Reason(StrEnum):
    """The name of a refusal or of a question; its sentence lives in ``presentation.wording``."""

    about: About
    severity: Severity
    """How loudly it is told when the station itself refuses."""

    def __new__(cls, name: str, *place: Any) -> Self:
        """Make a member; one without its place in the list, *about* and *severity*, cannot be made."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.about, member.severity = place
        return member

    EMPTY_CODE = "empty_code", About.READING, Severity.FIXABLE
    INCOMPLETE = "incomplete", About.READING, Severity.FIXABLE
    READ_TWICE = "read_twice", About.READING, Severity.INFO
    READ_BY_BOTH = "read_by_both", About.READING, Severity.INFO
    NOT_A_SCAN = "not_a_scan", About.READING, Severity.INFO
    TOO_LONG = "too_long", About.READING, Severity.FIXABLE
    UNREADABLE = "unreadable", About.READING, Severity.FIXABLE
    UNKNOWN_CODE = "unknown_code", About.READING, Severity.FIXABLE
    UNKNOWN_COMMAND = "unknown_command", About.READING, Severity.FIXABLE
    UNKNOWN_BADGE = "unknown_badge", About.READING, Severity.FIXABLE
    SET_UP_CODE = "set_up_code", About.READING, Severity.FIXABLE
    PRACTICE_CODE = "practice_code", About.READING, Severity.FIXABLE
    """Of a training sheet: no station but one for practice takes it."""
    BILL_NOT_HERE = "bill_not_here", About.READING, Severity.FIXABLE
    WRONG_SCANNER = "wrong_scanner", About.READING, Severity.FIXABLE
    NOT_STORED = "not_stored", About.READING, Severity.FIXABLE
    NOT_SIGNED_IN = "not_signed_in", About.WORK, Severity.FIXABLE
    HELD = "held", About.WORK, Severity.FIXABLE
    NO_PARENT = "no_parent", About.WORK, Severity.FIXABLE
    PARENT_ALREADY_OPEN = "parent_already_open", About.WORK, Severity.INFO
    OTHER_PARENT_OPEN = "other_parent_open", About.WORK, Severity.FIXABLE
    ANSWER_FIRST = "answer_first", About.WORK, Severity.FIXABLE
    NOT_COUNTED = "not_counted", About.WORK, Severity.FIXABLE
    NOTHING_TO_UNDO = "nothing_to_undo", About.WORK, Severity.INFO
    NOTHING_TO_CANCEL = "nothing_to_cancel", About.WORK, Severity.INFO
    NOTHING_TO_ACKNOWLEDGE = "nothing_to_acknowledge", About.WORK, Severity.INFO
    NOTHING_HELD = "nothing_held", About.WORK, Severity.INFO
    CONFIRM_CLOSE = "confirm_close", About.WORK, Severity.FIXABLE
    CONFIRM_REMOVE = "confirm_remove", About.WORK, Severity.FIXABLE
    CONFIRM_ASIDE = "confirm_aside", About.WORK, Severity.FIXABLE
    CONFIRM_MOVE = "confirm_move", About.WORK, Severity.FIXABLE
    CONFIRM_WRONG_PARENT = "confirm_wrong_parent", About.WORK, Severity.FIXABLE
    CONFIRM_RELABEL = "confirm_relabel", About.WORK, Severity.FIXABLE
    CONFIRM_NEW_LABEL = "confirm_new_label", About.WORK, Severity.FIXABLE
    CONFIRM_NEW_LABEL_AGAIN = "confirm_new_label_again", About.WORK, Severity.FIXABLE
    CONFIRM_DELETE = "confirm_delete", About.WORK, Severity.FIXABLE
    CONFIRM_DELETE_AGAIN = "confirm_delete_again", About.WORK, Severity.FIXABLE
    WHY_CLOSED = "why_closed", About.WORK, Severity.FIXABLE
    PARENT_OPEN_ELSEWHERE = "parent_open_elsewhere", About.WORK, Severity.FIXABLE
    """Another station holds it open: asked before it is taken over, and a notice where nobody asked."""
    CONFIRM_LEAVE_PARENT = "confirm_leave_parent", About.WORK, Severity.FIXABLE
    """A bill or a return was scanned while a parent is open."""
    CONFIRM_NEW_BILL = "confirm_new_bill", About.WORK, Severity.FIXABLE
    CONFIRM_NEW_PARENT = "confirm_new_parent", About.WORK, Severity.FIXABLE
    CONFIRM_DETACH = "confirm_detach", About.WORK, Severity.FIXABLE
    CONFIRM_COMPLETE_BILL = "confirm_complete_bill", About.WORK, Severity.FIXABLE
    CONFIRM_REOPEN_BILL = "confirm_reopen_bill", About.WORK, Severity.FIXABLE
    CONFIRM_DELETE_BILL = "confirm_delete_bill", About.WORK, Severity.FIXABLE
    WHERE_RETURNED = "where_returned", About.WORK, Severity.FIXABLE
    """A new return needs the area where the bags come back."""
    CONFIRM_UNRETURN = "confirm_unreturn", About.WORK, Severity.FIXABLE
    CONFIRM_FINALISE_RETURN = "confirm_finalise_return", About.WORK, Severity.FIXABLE
    CONFIRM_CANCEL_RETURN = "confirm_cancel_return", About.WORK, Severity.FIXABLE
    COMMAND_NOT_HERE = "command_not_here", About.WORK, Severity.INFO
    """A command, number or area that means nothing at this desk or to this question."""
    NOTHING_TO_REOPEN = "nothing_to_reopen", About.WORK, Severity.INFO
    NOTHING_TO_MOVE = "nothing_to_move", About.WORK, Severity.INFO
    NOTHING_TO_LEAVE = "nothing_to_leave", About.WORK, Severity.INFO
    BILL_ALREADY_OPEN = "bill_already_open", About.WORK, Severity.INFO
    BILL_WAITS = "bill_waits", About.WORK, Severity.FIXABLE
    """Something of this bill, or return, still waits for the centre: what ends it waits too."""
    CHILD_NOT_ELSEWHERE = "child_not_elsewhere", About.WORK, Severity.FIXABLE
    """A bag to be moved that is in no other parent, as far as is known: it can simply be scanned."""
    SAME_AS_PARENT = "same_as_parent", About.BAGS, Severity.FIXABLE
    PARENT_MISSING = "parent_missing", About.BAGS, Severity.FIXABLE
    PARENT_IS_CHILD = "parent_is_child", About.BAGS, Severity.BLOCKING
    PARENT_COMPLETED = "parent_completed", About.BAGS, Severity.FIXABLE
    PARENT_FULL = "parent_full", About.BAGS, Severity.FIXABLE
    CHILD_IS_PARENT = "child_is_parent", About.BAGS, Severity.FIXABLE
    ALREADY_IN_THIS_PARENT = "already_in_this_parent", About.BAGS, Severity.INFO
    CHILD_IN_OTHER_PARENT = "child_in_other_parent", About.BAGS, Severity.BLOCKING
    CHILD_NOT_IN_PARENT = "child_not_in_parent", About.BAGS, Severity.FIXABLE
    UNKNOWN_BAG_TYPE = "unknown_bag_type", About.BAGS, Severity.FIXABLE
    PARENT_ON_COMPLETED_BILL = "parent_on_completed_bill", About.BAGS, Severity.BLOCKING
    """What is in it is settled: the bill has to be reopened before a bag is put in or taken out."""
    BAG_UNKNOWN = "bag_unknown", About.BAGS, Severity.FIXABLE
    LABEL_IN_USE = "label_in_use", About.BAGS, Severity.BLOCKING
    """A new label that another bag has already."""
    LABEL_OF_OTHER_KIND = "label_of_other_kind", About.BAGS, Severity.FIXABLE
    """A parent bag keeps a parent's label, a child bag a child's."""
    PARENT_HAS_CHILDREN = "parent_has_children", About.BAGS, Severity.FIXABLE
    CHILD_HAS_PARENT = "child_has_parent", About.BAGS, Severity.FIXABLE
    BAG_ON_BILL = "bag_on_bill", About.BAGS, Severity.FIXABLE
    BAG_WAS_RETURNED = "bag_was_returned", About.BAGS, Severity.FIXABLE
    """It stands on a return, whose figures would be false without it."""
    BILL_UNKNOWN = "bill_unknown", About.BAGS, Severity.FIXABLE
    BILL_EXISTS = "bill_exists", About.BAGS, Severity.FIXABLE
    BILL_NAME_UNUSABLE = "bill_name_unusable", About.BAGS, Severity.FIXABLE
    BILL_CAPACITY_WRONG = "bill_capacity_wrong", About.BAGS, Severity.FIXABLE
    """Not 1 to 50 for a new bill, not 1 to 500 for any, or less than stands on it."""
    BILL_COMPLETED = "bill_completed", About.BAGS, Severity.FIXABLE
    BILL_NOT_COMPLETED = "bill_not_completed", About.BAGS, Severity.INFO
    BILL_FULL = "bill_full", About.BAGS, Severity.FIXABLE
    BILL_NOT_FULL = "bill_not_full", About.BAGS, Severity.FIXABLE
    """It cannot be completed with fewer parents than it has places."""
    CHILD_NOT_BILLABLE = "child_not_billable", About.BAGS, Severity.FIXABLE
    """A child bag was scanned where parent bags go onto a bill or a return."""
    PARENT_ON_THIS_BILL = "parent_on_this_bill", About.BAGS, Severity.INFO
    PARENT_ON_OTHER_BILL = "parent_on_other_bill", About.BAGS, Severity.BLOCKING
    PARENT_NOT_ON_BILL = "parent_not_on_bill", About.BAGS, Severity.FIXABLE
    TICKET_UNKNOWN = "ticket_unknown", About.BAGS, Severity.FIXABLE
    TICKET_CLOSED = "ticket_closed", About.BAGS, Severity.FIXABLE
    TICKET_EMPTY = "ticket_empty", About.BAGS, Severity.FIXABLE
    ALREADY_RETURNED = "already_returned", About.BAGS, Severity.INFO
    """It stands on this return already."""
    PARENT_NOT_BILLED = "parent_not_billed", About.BAGS, Severity.FIXABLE
    """It is on no bill, so there is nothing to return it from."""
    NOT_RETURNED = "not_returned", About.BAGS, Severity.FIXABLE
    """It does not stand on this return."""
    BADGE_BEING_CHECKED = "badge_being_checked", About.PEOPLE, Severity.FIXABLE
    """The centre is being asked whose badge it is; of the badge, and of what is scanned meanwhile."""
    BADGE_UNCHECKED = "badge_unchecked", About.PEOPLE, Severity.FIXABLE
    """A badge that this station does not know, and the centre cannot be asked."""
    BADGE_NOT_VALID = "badge_not_valid", About.PEOPLE, Severity.FIXABLE
    """Revoked, expired, or of an account that is disabled or gone."""
    STATION_LOCKED = "station_locked", About.PEOPLE, Severity.FIXABLE
    NOT_PERMITTED = "not_permitted", About.PEOPLE, Severity.FIXABLE
    REASON_MISSING = "reason_missing", About.PEOPLE, Severity.FIXABLE
    """An override without its reason."""
    OPERATOR_DISABLED = "operator_disabled", About.PEOPLE, Severity.FIXABLE
    """The account was disabled or deleted, and work went on under it."""
    SESSION_REVOKED = "session_revoked", About.PEOPLE, Severity.FIXABLE
    """An administrator ended the session, and work went on under it."""
    NOTHING_TO_OVERRIDE = "nothing_to_override", About.WORK, Severity.INFO
    CONFLICTING_REPEAT = "conflicting_repeat", About.ENTRY, Severity.BLOCKING
    CENTRE_COULD_NOT_STORE = "centre_could_not_store", About.ENTRY, Severity.BLOCKING


ABOUT_BAGS = frozenset(reason for reason in Reason if reason.about is About.BAGS)
"""Rules about bags: the station and the centre both keep them, and name them alike."""

DECIDED_BY_CENTRE = frozenset(reason for reason in Reason if reason.about in {About.BAGS, About.ENTRY}) | {
    Reason.BADGE_NOT_VALID,
    Reason.NOT_PERMITTED,
    Reason.REASON_MISSING,
    Reason.OPERATOR_DISABLED,
    Reason.SESSION_REVOKED,
    Reason.PARENT_OPEN_ELSEWHERE,
    Reason.WHERE_RETURNED,
}
"""What the centre itself may answer. Any other reason it only gives back, as the station gave it."""

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
}
"""What the centre itself may answer. Any other reason it only gives back, as the station gave it."""

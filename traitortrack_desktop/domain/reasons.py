"""Why something an operator did was not done, as the station and the centre name it.

The same words stand in the central posting function; a model-based test keeps them equal.
"""

from enum import StrEnum


class Reason(StrEnum):
    """The name of a refusal or of a question; its sentence lives in ``presentation.wording``."""

    # What was read cannot be used.
    EMPTY_CODE = "empty_code"
    INCOMPLETE = "incomplete"
    READ_TWICE = "read_twice"
    READ_BY_BOTH = "read_by_both"
    NOT_A_SCAN = "not_a_scan"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    UNKNOWN_CODE = "unknown_code"
    UNKNOWN_COMMAND = "unknown_command"
    UNKNOWN_BADGE = "unknown_badge"
    SET_UP_CODE = "set_up_code"
    BILL_NOT_HERE = "bill_not_here"
    WRONG_SCANNER = "wrong_scanner"
    NOT_STORED = "not_stored"
    # The work does not allow it now.
    NOT_SIGNED_IN = "not_signed_in"
    HELD = "held"
    NO_PARENT = "no_parent"
    PARENT_ALREADY_OPEN = "parent_already_open"
    OTHER_PARENT_OPEN = "other_parent_open"
    ANSWER_FIRST = "answer_first"
    NOT_COUNTED = "not_counted"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NOTHING_TO_CANCEL = "nothing_to_cancel"
    NOTHING_TO_ACKNOWLEDGE = "nothing_to_acknowledge"
    NOTHING_HELD = "nothing_held"
    CONFIRM_CLOSE = "confirm_close"
    CONFIRM_REMOVE = "confirm_remove"
    CONFIRM_ASIDE = "confirm_aside"
    # The bags do not allow it (the web application's rules).
    SAME_AS_PARENT = "same_as_parent"
    PARENT_MISSING = "parent_missing"
    PARENT_IS_CHILD = "parent_is_child"
    PARENT_COMPLETED = "parent_completed"
    PARENT_FULL = "parent_full"
    CHILD_IS_PARENT = "child_is_parent"
    ALREADY_IN_THIS_PARENT = "already_in_this_parent"
    CHILD_IN_OTHER_PARENT = "child_in_other_parent"
    CHILD_NOT_IN_PARENT = "child_not_in_parent"
    UNKNOWN_BAG_TYPE = "unknown_bag_type"
    # Something is wrong with the entry itself.
    CONFLICTING_REPEAT = "conflicting_repeat"
    CENTRE_COULD_NOT_STORE = "centre_could_not_store"


class Severity(StrEnum):
    """How loudly a refusal is told."""

    INFO = "info"
    """Harmless: a soft sound, nothing to do."""
    FIXABLE = "fixable"
    """Attention: stays until the next valid scan."""
    BLOCKING = "blocking"
    """Stop: stays until acknowledged; scans meanwhile are not counted."""


_INFO = frozenset(
    {
        Reason.READ_TWICE,
        Reason.READ_BY_BOTH,
        Reason.NOT_A_SCAN,
        Reason.PARENT_ALREADY_OPEN,
        Reason.ALREADY_IN_THIS_PARENT,
        Reason.NOTHING_TO_UNDO,
        Reason.NOTHING_TO_CANCEL,
        Reason.NOTHING_TO_ACKNOWLEDGE,
        Reason.NOTHING_HELD,
    }
)
_BLOCKING = frozenset(
    {
        Reason.PARENT_IS_CHILD,
        Reason.CHILD_IN_OTHER_PARENT,
        Reason.CONFLICTING_REPEAT,
        Reason.CENTRE_COULD_NOT_STORE,
    }
)


def severity_of(reason: Reason) -> Severity:
    """Return how loudly *reason* is told when the station itself refuses."""
    if reason in _INFO:
        return Severity.INFO
    if reason in _BLOCKING:
        return Severity.BLOCKING
    return Severity.FIXABLE

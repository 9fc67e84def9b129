"""What the station asked, and when a question stands or falls. Pure."""

from dataclasses import dataclass

from traitortrack_desktop.domain.entries import BagFact, QuestionKind
from traitortrack_desktop.domain.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the station asked; *code* is the code whose second scan says yes."""

    kind: QuestionKind
    code: str
    about: str | None = None
    """The bag it is about, where *code* is another one."""
    seq: int = 0
    """Number of the entry that asked."""
    held: int | None = None
    """Number of the held command that asked: only the reading behind it in that memory answers."""
    fact: BagFact | None = None
    """What was known of the bag it is about when it was asked."""
    by: str | None = None
    """Who worked here when it was asked."""


ABOUT_THE_PARENT = frozenset(
    {
        QuestionKind.CLOSE,
        QuestionKind.REMOVE,
        QuestionKind.MOVE,
        QuestionKind.WRONG_PARENT,
        QuestionKind.WHY,
        QuestionKind.LEAVE_PARENT,
    }
)
"""Questions that mean nothing once the open parent is gone."""
ABOUT_THE_DESK = frozenset(
    {
        QuestionKind.DETACH,
        QuestionKind.NEW_PARENT,
        QuestionKind.COMPLETE_BILL,
        QuestionKind.REOPEN_BILL,
        QuestionKind.DELETE_BILL,
        QuestionKind.UNRETURN,
        QuestionKind.FINALISE_RETURN,
        QuestionKind.CANCEL_RETURN,
    }
)
"""Questions that mean nothing once the bill or return is gone that was worked at."""


ONLY_FOR_WHO_ASKED = ABOUT_THE_DESK | {
    QuestionKind.MOVE,
    QuestionKind.WRONG_PARENT,
    QuestionKind.RELABEL,
    QuestionKind.NEW_LABEL,
    QuestionKind.NEW_LABEL_AGAIN,
    QuestionKind.DELETE,
    QuestionKind.DELETE_AGAIN,
}
"""Questions whose answer undoes or ends something: whoever signs in next does not know of them.

REMOVE stays, as every question of plain packing does: what it takes out can be scanned again at once.
"""


def without(question: Question | None, fallen: frozenset[QuestionKind]) -> Question | None:
    """Return *question* unless it is one of those that mean nothing any more."""
    return None if question is not None and question.kind in fallen else question


LEAVES_QUESTION = frozenset(
    {
        Reason.ANSWER_FIRST,
        Reason.NOT_COUNTED,
        Reason.READ_TWICE,
        Reason.READ_BY_BOTH,
        Reason.NOT_A_SCAN,
        Reason.WRONG_SCANNER,
        Reason.EMPTY_CODE,
        Reason.INCOMPLETE,
        Reason.TOO_LONG,
        Reason.UNREADABLE,
        Reason.UNKNOWN_CODE,
        Reason.UNKNOWN_COMMAND,
        Reason.UNKNOWN_BADGE,
        Reason.SET_UP_CODE,
        Reason.BILL_NOT_HERE,
        Reason.COMMAND_NOT_HERE,
        Reason.NOTHING_TO_LEAVE,
        Reason.BILL_CAPACITY_WRONG,
        Reason.CHILD_NOT_BILLABLE,
        Reason.BAG_UNKNOWN,
        Reason.PARENT_HAS_CHILDREN,
        Reason.CHILD_HAS_PARENT,
        Reason.BAG_ON_BILL,
        Reason.BAG_WAS_RETURNED,
        Reason.LABEL_IN_USE,
        Reason.LABEL_OF_OTHER_KIND,
        Reason.CHILD_NOT_ELSEWHERE,
        Reason.BADGE_BEING_CHECKED,
        Reason.BADGE_UNCHECKED,
        Reason.BADGE_NOT_VALID,
        Reason.STATION_LOCKED,
        Reason.NOT_PERMITTED,
        Reason.REASON_MISSING,
        Reason.NOTHING_TO_OVERRIDE,
    }
)
"""Refusals after which a question still stands: nothing was said to it."""


STANDS_AT_EVERY_REFUSAL = frozenset(
    {QuestionKind.SWITCH, QuestionKind.TAKE_OVER, QuestionKind.MOVE, QuestionKind.WHY}
)
"""Questions that only an answer, or something else that was accepted, ends."""

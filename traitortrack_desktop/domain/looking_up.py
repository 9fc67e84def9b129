"""Finding: what is scanned is looked up, and nothing else, until somebody leaves. Pure."""

from traitortrack_desktop.domain.codes import CodeKind, CodeRules, Command, ParsedCode
from traitortrack_desktop.domain.decided import Deciding, told
from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, QuestionKind
from traitortrack_desktop.domain.known_here import KnownHere
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import WorkState

NOT_LOOKING_UP = frozenset(
    {Command.UNDERSTOOD, Command.CANCEL, Command.ASIDE, Command.DELETE, Command.RELABEL}
)
"""Commands that go on while finding: what is done with a bag that was found, and what is done anywhere."""
_ABOUT_THE_FOUND = frozenset(
    {
        QuestionKind.DELETE,
        QuestionKind.DELETE_AGAIN,
        QuestionKind.RELABEL,
        QuestionKind.NEW_LABEL,
        QuestionKind.NEW_LABEL_AGAIN,
    }
)
_LOOKED_UP = frozenset({CodeKind.PARENT, CodeKind.CHILD, CodeKind.BILL, CodeKind.TICKET})


def decide_while_finding(
    state: WorkState,
    scanned: ParsedCode,
    fact: BagFact | None,
    *,
    rules: CodeRules,
    known: KnownHere,
    deliberate: bool,  # noqa: ARG001 - one shape for all desks
) -> Decision | None:
    """Return what *scanned* means to finding, ``None`` where it means something else.

    For every reading that can be used, before desks and packing: FIND and LEAVE are decided here too.
    """
    deciding = Deciding.of(scanned, rules)
    if scanned.command is Command.FIND:
        return _leave(deciding, known) if state.finding else deciding.accept(EntryKind.FIND)
    if scanned.command is Command.LEAVE and state.finding:
        return _leave(deciding, known)
    if scanned.command is Command.LEAVE and state.desk is None:
        return deciding.refuse(Reason.NOTHING_TO_LEAVE)
    if not state.finding or scanned.command in NOT_LOOKING_UP:
        return None
    if state.question is not None and state.question.kind in _ABOUT_THE_FOUND:
        return None
    if scanned.kind in _LOOKED_UP:
        return deciding.accept(EntryKind.LOOK_UP, fact=told(fact), bill_fact=known.bill)
    return deciding.refuse(Reason.COMMAND_NOT_HERE)


def _leave(deciding: Deciding, known: KnownHere) -> Decision:  # noqa: ARG001
    return deciding.accept(EntryKind.LEAVE)

"""What is asked of the station while something is found: frames and deeds, and which answer is whose."""

from datetime import datetime, timedelta

from traitortrack_desktop.domain.codes import AREA_PREFIX, NUMBER_PREFIX, Command
from traitortrack_desktop.domain.deciding_deeds import bag_of, bill_of, ticket_of
from traitortrack_desktop.domain.deeds import CreateBill, Deed, EditBill, EditChildren, OpenReturn
from traitortrack_desktop.domain.entries import Decision, EntryKind, QuestionKind, Verdict
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.questions import Question
from traitortrack_desktop.domain.scanners import KEYBOARD
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.services.station import StationControls

TWICE_AFTER = timedelta(milliseconds=400)
"""A second press that comes sooner is half of a double click."""
_KEYS = "keys"
"""The source of what a key or a button says: two presses are meant."""
_COMMANDS = ("TT-CMD-", NUMBER_PREFIX, AREA_PREFIX)
_COMES_TO = {
    CreateBill: EntryKind.CREATE_BILL,
    EditBill: EntryKind.EDIT_BILL,
    OpenReturn: EntryKind.OPEN_RETURN,
    EditChildren: EntryKind.EDIT_CHILDREN,
}
_ABOUT_THE_BAG = {
    Command.DELETE: frozenset({QuestionKind.DELETE_AGAIN}),
    Command.RELABEL: frozenset({QuestionKind.NEW_LABEL, QuestionKind.NEW_LABEL_AGAIN}),
}


class FindDeeds:
    """Asks *station*; what becomes of it comes as events."""

    def __init__(self, station: StationControls) -> None:
        self._station = station
        self._waits_for: Deed | None = None

    def submit_typed(self, text: str) -> None:
        """Hand on what was typed as a reading: a badge, a command, or the answer to a question."""
        self._submit(text, source=KEYBOARD.key, kind=FrameKind.TYPED)

    def ask_about(self, command: Command, code: str, work: WorkState) -> None:
        """Have *command* done about the bag *code*: it is what is found first, and then asked about."""
        question = work.question
        if question is not None and is_about(question, command, code):
            if command is Command.DELETE:
                self._submit(code)
            return
        if question is not None:
            self._submit(Command.CANCEL)
        if work.found != code:
            self._submit(code)
        self._submit(command)

    def cancel(self) -> None:
        """Take back what the station asked."""
        self._submit(Command.CANCEL)

    def do(self, deed: Deed) -> None:
        """Have *deed* done; :meth:`is_answer` knows what becomes of it."""
        self._waits_for = deed
        self._station.do(deed)

    def forget(self) -> None:
        """Wait for no answer."""
        self._waits_for = None

    def is_answer(self, decision: Decision) -> bool:
        """Whether *decision* is what became of the deed that was asked for last."""
        deed = self._waits_for
        if deed is None:
            return False
        if decision.verdict is Verdict.ACCEPTED:
            mine = decision.kind is _COMES_TO.get(type(deed))
        else:
            mine = decision.code == (bag_of(deed) or bill_of(deed) or ticket_of(deed) or "")
        if mine:
            self._waits_for = None
        return mine

    def _submit(self, text: str, *, source: str = _KEYS, kind: FrameKind = FrameKind.COMPLETE) -> None:
        self._station.submit(ScanFrame(source=source, raw=text.encode(), kind=kind))


def is_half_a_double_click(first: datetime, second: datetime) -> bool:
    """Whether a press at *second* comes so soon after the one at *first* that it confirms nothing."""
    return timedelta() <= second - first < TWICE_AFTER


def is_command(text: str) -> bool:
    """Whether *text* is no code to look up, but tells the station to do something."""
    return text.upper().startswith(_COMMANDS)


def is_about(question: Question, command: Command, code: str) -> bool:
    """Whether *question* is the one that *command* about *code* asks."""
    return question.kind in _ABOUT_THE_BAG[command] and code in {question.code, question.about}

"""From presses, scans and answers to the facts of finding. GUI thread."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.deeds import WorkAtBill, WorkAtReturn
from traitortrack_desktop.domain.entries import Decision, EntryKind, Verdict
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.presentation.find_acts import FindAct, FindField, FindForm, FindTab
from traitortrack_desktop.presentation.find_forms import (
    search_problem,
)
from traitortrack_desktop.presentation.find_state import (
    FIRST,
    FindFacts,
    FindPress,
)
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.services.events import DeliveryChanged, ReceiptsRecorded, ScanDecided, StationEvent
from traitortrack_desktop.services.people_desk import PeopleTrouble
from traitortrack_desktop.services.station import StationControls
from traitortrack_desktop.ui.find.children_editing import ChildrenEditing
from traitortrack_desktop.ui.find.find_deeds import FindDeeds, is_about, is_command, is_half_a_double_click
from traitortrack_desktop.ui.find.find_keeper import FindKeeper
from traitortrack_desktop.ui.find.form_filling import FormFilling

_QUIET = frozenset(
    {EntryKind.FIND, EntryKind.LEAVE, EntryKind.LOOK_UP, EntryKind.SIGN_IN, EntryKind.SIGN_OUT}
)
_LISTED = frozenset({FindTab.BILLS, FindTab.RETURNS})


class FindController(QObject):
    """Takes what a person and the station do; :attr:`keeper` has the facts and says when they are others."""

    search_wanted = Signal()
    looked_up = Signal()
    """Another code is looked up now."""
    searches_changed = Signal()
    name_scanned = Signal(str)
    """A code was scanned while a new bill is named."""
    left = Signal()

    def __init__(
        self, station: StationControls, tongue: Tongue, now: Callable[[], datetime], *, bill_capacity: int
    ) -> None:
        super().__init__()
        self.keeper = FindKeeper(station.find, now, tongue)
        self._deeds = FindDeeds(station)
        self._forms = FormFilling(self.keeper, self._deeds, bill_capacity)
        self._children = ChildrenEditing(self.keeper, self._deeds, self.searches_changed.emit)
        self._asked_at: datetime | None = None

    @property
    def facts(self) -> FindFacts:
        """What is known now."""
        return self.keeper.facts

    # -- coming and going

    def begin(self, tab: FindTab) -> None:
        """Begin anew with *tab* on top."""
        self.keeper.begin_anew()
        self.keeper.change(tab=tab)
        found = self.facts.work.found
        if tab is FindTab.FIND and found:
            self.look(found)
        self._ask_list()
        self.searches_changed.emit()
        self.keeper.facts_changed.emit()

    def end(self) -> None:
        """Know nothing any more; may be called more than once."""
        self._deeds.forget()
        self.keeper.begin_anew()

    # -- what the station tells

    def take_work(self, session: OperatorSession | None, work: WorkState) -> None:
        """Know who works here, and at what."""
        asked = self.facts.asked if work.question is not None else None
        is_another = session != self.facts.session
        self.keeper.change(session=session, work=work, asked=asked)
        if is_another:
            self.keeper.change(form=None, draft=None)

    def take_event(self, event: StationEvent) -> None:
        """Take in what happened while finding is shown."""
        match event:
            case ScanDecided():
                self._take_decision(event.entry.decision)
            case ReceiptsRecorded():
                self._take_answered([entry.decision for entry, _ in event.answered])
            case DeliveryChanged():
                if event.online:
                    self._ask_what_failed()
            case _:
                pass

    def _take_decision(self, decision: Decision) -> None:
        is_answer = self._deeds.is_answer(decision)
        if decision.verdict is Verdict.CONFIRM:
            self._asked_at = self.keeper.now()
            self.keeper.change(asked=decision, said=None)
            self._stop_sending()
        elif decision.kind is EntryKind.LOOK_UP:
            self._take_looked_up(decision)
        elif decision.kind not in _QUIET:
            self._take_result(decision, is_answer=is_answer)

    def _take_result(self, decision: Decision, *, is_answer: bool) -> None:
        refused = decision.verdict is Verdict.REFUSED
        if is_answer and refused and self._forms.take_refusal(decision):
            return
        self.keeper.change(said=decision)
        self._stop_sending()
        if refused:
            return
        if is_answer:
            self.keeper.change(form=None, draft=None)
        if decision.kind is EntryKind.REPLACE_LABEL:
            self.look(decision.parent or decision.child or decision.code)
        else:
            self.keeper.look_again()
        self._ask_list(is_new=False)

    def _take_looked_up(self, decision: Decision) -> None:
        draft, form = self.facts.draft, self.facts.form
        if draft is not None and self.facts.tab is FindTab.FIND:
            is_other = decision.bill_fact is not None or (
                decision.fact is not None and decision.fact.kind == "parent"
            )
            self._children.put_in(decision.code, is_child=not is_other)
        elif form is not None and form.kind is FindForm.NEW_BILL:
            self.name_scanned.emit(decision.code)
        else:
            self.look(decision.code)

    def _stop_sending(self) -> None:
        form, draft = self.facts.form, self.facts.draft
        if form is not None:
            self.keeper.change(form=replace(form, sending=False))
        if draft is not None:
            self.keeper.change(draft=replace(draft, sending=False))

    def _take_answered(self, decisions: list[Decision]) -> None:
        """Ask anew where the centre's answer may have changed what is shown."""
        look = self.facts.look
        shown = {look.asked.upper()} if look.asked else set()
        if any(shown & _codes_of(decision) for decision in decisions):
            self.keeper.look_again()
        if self.facts.tab in _LISTED and any(decision.bill or decision.ticket for decision in decisions):
            self._ask_list(is_new=False)

    def _ask_what_failed(self) -> None:
        if self.facts.look.trouble is PeopleTrouble.UNREACHABLE:
            self.keeper.look_again()
        tab = self.facts.tab
        if tab is not FindTab.FIND and self.facts.list_of(tab).trouble is PeopleTrouble.UNREACHABLE:
            self._ask_list(is_new=False)

    # -- what a person does

    def enter(self, text: str) -> None:
        """Take what was typed into the box: a code, a part of one, a command, or an answer."""
        text = text.strip()
        if not text:
            return
        self._quiet()
        if is_command(text) or (self.facts.question is not None and self.facts.editing is None):
            self._deeds.submit_typed(text)
        elif self.facts.editing is not None:
            self._children.put_in(text.upper())
        else:
            self.look(text)

    def take_badge(self, code: str) -> None:
        """Hand on a badge that was typed into a field."""
        self._deeds.submit_typed(code)

    def look(self, code: str) -> None:
        """Look *code* up on the screen for that."""
        self.keeper.change(tab=FindTab.FIND, form=None)
        self.keeper.look(code)
        self.looked_up.emit()

    def act(self, press: FindPress) -> None:
        """Do what *press* means."""
        if press.act is FindAct.SAVE_CHILDREN:
            self._children.save()
            return
        self._quiet()
        self._do(press)

    def choose(self, key: str) -> None:
        """Know which row is chosen."""
        draft = self.facts.editing
        if draft is not None:
            self.keeper.change(draft=replace(draft, chosen=key), armed=None)
        else:
            self.keeper.choose(key)

    def enter_row(self) -> bool:
        """Do what Enter on the row that is chosen does; return whether it did anything."""
        draft, look = self.facts.editing, self.facts.look
        if draft is not None:
            self.act(FindPress(act=FindAct.TOGGLE_CHILD, label="", value=draft.chosen))
            return True
        if self.facts.tab is FindTab.FIND and look.history is None and look.chosen:
            self.look(look.chosen)
            return True
        if self.facts.tab is FindTab.BAGS and self.facts.list_of(FindTab.BAGS).chosen:
            self.look(self.facts.list_of(FindTab.BAGS).chosen)
            return True
        return False

    def search(self, typed: Mapping[FindField, str]) -> None:
        """Show what fits to what was typed."""
        tab = self.facts.tab
        if tab is FindTab.FIND:
            self.enter(next(iter(typed.values()), ""))
            return
        self._quiet()
        problem = search_problem(tab, typed)
        if problem is not None:
            self.keeper.change_pages(tab, problem=problem)
            return
        self.keeper.change_pages(tab, search=dict(typed), cursors=(FIRST,), problem=None)
        self.keeper.change(form=None)
        self._ask_list()

    def submit(self, typed: Mapping[FindField, str]) -> None:
        """Ask for what the form says, unless something is wrong with it."""
        self._forms.submit(typed)

    def type_in_form(self) -> None:
        """Say no more what was wrong before."""
        self._forms.type_in()

    def cancel(self) -> None:
        """Give up what was begun last; where nothing was, go back to work."""
        facts = self.facts
        if facts.armed is not None or facts.said is not None:
            self._quiet()
        elif facts.question is not None:
            self._deeds.cancel()
        elif facts.form is not None:
            self._deeds.forget()
            self.keeper.change(form=None)
        elif facts.editing is not None:
            self.keeper.change(draft=None, problem=None)
        elif facts.tab is FindTab.FIND and facts.look.history is not None:
            self.keeper.close_history()
        else:
            self.left.emit()

    # -- what a press means

    def _do(self, press: FindPress) -> None:  # noqa: PLR0912 - one line for each act
        match press.act:
            case FindAct.TAB:
                self._go_to(FindTab(press.value))
            case FindAct.LEAVE:
                self.left.emit()
            case FindAct.ASK_AGAIN:
                self._ask_again()
            case FindAct.PREVIOUS | FindAct.NEXT:
                self.keeper.turn(forward=press.act is FindAct.NEXT)
            case FindAct.BACK:
                self.keeper.look_back()
                self.looked_up.emit()
            case FindAct.HISTORY:
                self.keeper.open_history()
            case FindAct.CONTENTS:
                self.keeper.close_history()
            case FindAct.LOOK_UP:
                self.look(press.value)
            case FindAct.SEARCH:
                self.search_wanted.emit()
            case FindAct.CLEAR_SEARCH:
                self.search({})
                self.searches_changed.emit()
            case FindAct.CANCEL:
                self.cancel()
            case FindAct.DELETE | FindAct.RELABEL:
                self._ask_about(
                    Command.DELETE if press.act is FindAct.DELETE else Command.RELABEL, press.value
                )
            case FindAct.WORK_AT_BILL | FindAct.WORK_AT_RETURN:
                self._work_at(press)
            case FindAct.EDIT_CHILDREN:
                self._children.edit(press.value)
            case FindAct.TOGGLE_CHILD:
                self._children.toggle(press.value)
            case _:
                self._forms.begin(press)

    def _work_at(self, press: FindPress) -> None:
        """Go to the desk; what closes an open parent is no half of a double click."""
        question = self.facts.question
        asked_at = self._asked_at or self.keeper.now()
        is_second = question is not None and question.code == press.value
        if is_second and is_half_a_double_click(asked_at, self.keeper.now()):
            return
        is_bill = press.act is FindAct.WORK_AT_BILL
        self._deeds.do(WorkAtBill(bill=press.value) if is_bill else WorkAtReturn(ticket=press.value))

    def _ask_about(self, command: Command, code: str) -> None:
        question = self.facts.question
        asked_at = self._asked_at or self.keeper.now()
        is_second = question is not None and is_about(question, command, code)
        if is_second and is_half_a_double_click(asked_at, self.keeper.now()):
            return
        self._deeds.ask_about(command, code, self.facts.work)

    # -- moving about

    def _go_to(self, tab: FindTab) -> None:
        self.keeper.change(tab=tab, form=None)
        self._ask_list(is_new=self.facts.list_of(tab).page is None)
        self.searches_changed.emit()

    def _ask_again(self) -> None:
        if self.facts.tab is not FindTab.FIND:
            self._ask_list(is_new=False)
        elif self.facts.look.history is not None:
            self.keeper.ask_pages(is_new=False)
        else:
            self.keeper.look_again()

    def _ask_list(self, *, is_new: bool = True) -> None:
        if self.facts.tab is not FindTab.FIND:
            self.keeper.ask_pages(is_new=is_new)

    def _quiet(self) -> None:
        self.keeper.quiet()


def _codes_of(decision: Decision) -> set[str]:
    named = (decision.code, decision.parent, decision.child, decision.bag, decision.bill, decision.ticket)
    return {code.upper() for code in (*named, decision.origin, *decision.children) if code}

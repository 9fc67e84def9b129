"""From presses, scans and answers to the facts of finding. GUI thread."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from PySide6.QtCore import QObject, Signal

from traitortrack_desktop.domain.bills import BillFact, same_bill
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.deeds import EditChildren, WorkAtBill, WorkAtReturn
from traitortrack_desktop.domain.entries import Decision, EntryKind, Verdict
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.domain.work import WorkState
from traitortrack_desktop.presentation.find_acts import FindAct, FindField, FindForm, FindProblem, FindTab
from traitortrack_desktop.presentation.find_draft import added, toggled
from traitortrack_desktop.presentation.find_forms import (
    USUAL_CAPACITY,
    bill_values,
    deed_of,
    search_problem,
)
from traitortrack_desktop.presentation.find_lists import chosen_bill
from traitortrack_desktop.presentation.find_state import (
    FIRST,
    ChildrenDraft,
    FindFacts,
    FindPress,
    OpenForm,
)
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.services.events import DeliveryChanged, ReceiptsRecorded, ScanDecided, StationEvent
from traitortrack_desktop.services.people_desk import PeopleTrouble
from traitortrack_desktop.services.station import StationControls
from traitortrack_desktop.ui.find.find_deeds import FindDeeds, is_about, is_command
from traitortrack_desktop.ui.find.find_keeper import FindKeeper

TWICE_AFTER = timedelta(milliseconds=400)
"""A second press that comes sooner is half of a double click, and confirms nothing."""
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

    def __init__(self, station: StationControls, tongue: Tongue, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.keeper = FindKeeper(station.find, now, tongue)
        self._deeds = FindDeeds(station)
        self._forms = 0
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
        form, refused = self.facts.form, decision.verdict is Verdict.REFUSED
        if is_answer and refused and form is not None:
            self.keeper.change(form=replace(form, problem=decision, sending=False))
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
            self._put_in(decision.code, is_child=not is_other)
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
            self._put_in(text.upper())
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
            self._save_children()
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
        form = self.facts.form
        if form is None or form.sending:
            return
        deed = deed_of(form, typed)
        if isinstance(deed, FindProblem):
            self.keeper.change(form=replace(form, problem=deed))
            return
        self._quiet()
        self.keeper.change(form=replace(form, problem=None, sending=True))
        self._deeds.do(deed)

    def type_in_form(self) -> None:
        """Say no more what was wrong before."""
        form = self.facts.form
        if form is not None and form.problem is not None:
            self.keeper.change(form=replace(form, problem=None))

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
            case FindAct.WORK_AT_BILL:
                self._deeds.do(WorkAtBill(bill=press.value))
            case FindAct.WORK_AT_RETURN:
                self._deeds.do(WorkAtReturn(ticket=press.value))
            case _:
                self._begin_form(press)

    def _ask_about(self, command: Command, code: str) -> None:
        question = self.facts.question
        asked_at = self._asked_at or self.keeper.now()
        is_second = question is not None and is_about(question, command, code)
        if is_second and timedelta() <= self.keeper.now() - asked_at < TWICE_AFTER:
            return
        self._deeds.ask_about(command, code, self.facts.work)

    def _begin_form(self, press: FindPress) -> None:
        match press.act:
            case FindAct.NEW_BILL:
                self._open_form(FindForm.NEW_BILL, values={FindField.CAPACITY: str(USUAL_CAPACITY)})
            case FindAct.NEW_RETURN:
                session = self.facts.session
                area = session.person.area if session is not None else None
                self._open_form(FindForm.NEW_RETURN, values={FindField.AREA: area or ""})
            case FindAct.EDIT_BILL:
                self._edit_bill(press.value)
            case FindAct.EDIT_CHILDREN:
                self._edit_children(press.value)
            case FindAct.TOGGLE_CHILD:
                draft = self.facts.draft
                if draft is not None:
                    self.keeper.change(draft=toggled(draft, press.value))
            case _:
                pass

    def _open_form(
        self, kind: FindForm, *, about: str = "", values: Mapping[FindField, str], linked: int = 0
    ) -> None:
        self._forms += 1
        form = OpenForm(kind=kind, about=about, values=values, linked=linked, number=self._forms)
        self.keeper.change(form=form)

    def _edit_bill(self, code: str) -> None:
        fact, description = self._bill_called(code)
        if fact is not None:
            self._open_form(
                FindForm.EDIT_BILL,
                about=fact.code,
                values=bill_values(fact, description),
                linked=fact.linked or 0,
            )

    def _bill_called(self, code: str) -> tuple[BillFact | None, str | None]:
        found = self.facts.look.found
        story = found.bill if found is not None else None
        if self.facts.tab is FindTab.FIND and story is not None and same_bill(story.fact.code, code):
            return story.fact, story.description or ""
        listed = chosen_bill(self.facts)
        return (listed.fact, None) if listed is not None else (None, None)

    # -- children

    def _edit_children(self, code: str) -> None:
        found = self.facts.look.found
        if found is None or found.bag is None or found.bag.fact.code != code:
            return
        children = tuple(child.code for child in found.bag.children)
        chosen = children[0] if children else ""
        self.keeper.close_history()
        self.keeper.change(draft=ChildrenDraft(parent=code, children=children, chosen=chosen))
        self.searches_changed.emit()

    def _put_in(self, code: str, *, is_child: bool = True) -> None:
        draft = self.facts.draft
        if draft is None:
            return
        if not is_child or code == draft.parent:
            self.keeper.change(problem=FindProblem.NOT_A_CHILD)
            return
        self.keeper.change(draft=added(draft, code), problem=None, armed=None)
        self.searches_changed.emit()

    def _save_children(self) -> None:
        draft, armed_at = self.facts.draft, self.facts.armed_at
        if draft is None or not draft.changes or draft.sending:
            return
        now = self.keeper.now()
        if self.facts.armed is not FindAct.SAVE_CHILDREN or armed_at is None:
            self._quiet()
            self.keeper.change(armed=FindAct.SAVE_CHILDREN, armed_at=now)
        elif not timedelta() <= now - armed_at < TWICE_AFTER:
            self._quiet()
            self.keeper.change(draft=replace(draft, sending=True))
            self._deeds.do(EditChildren(parent=draft.parent, added=draft.added, removed=draft.removed))

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
        self.keeper.change(said=None, armed=None, armed_at=None, problem=None)


def _codes_of(decision: Decision) -> set[str]:
    named = (decision.code, decision.parent, decision.child, decision.bag, decision.bill, decision.ticket)
    return {code.upper() for code in (*named, decision.origin, *decision.children) if code}

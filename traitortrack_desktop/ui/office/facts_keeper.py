"""The facts of the office, and how answers of the centre come into them. GUI thread."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from traitortrack_desktop.presentation.office_acts import FormKind, OfficeField, OfficeTab
from traitortrack_desktop.presentation.office_notes import OfficeNote
from traitortrack_desktop.presentation.office_state import OfficeFacts, OfficeForm, OfficeProblem
from traitortrack_desktop.services.people_desk import PeopleDesk, PeopleTrouble
from traitortrack_desktop.ui.office.asking import Asking, Question


class FactsKeeper(QObject):
    """Keeps the facts and asks for what fills them. :attr:`facts_changed` says that they are others now."""

    facts_changed = Signal()
    searches_changed = Signal()
    """The search fields hold something else than what was typed into them."""

    def __init__(self, desk: PeopleDesk, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.now = now
        self._forms = 0
        self.listing, self.deeds = Asking(desk), Asking(desk)
        for asking in (self.listing, self.deeds):
            asking.changed.connect(self.show_asking)
        self.facts = OfficeFacts(now=now())

    # -- asking

    def ask_list(self) -> None:
        """Ask for the list of this screen, the page that is shown."""
        question = self._list_question()
        if question is not None:
            self.change(trouble=None)
            self.listing.ask(question, self._take_list)

    def _list_question(self) -> Question | None:
        facts, cursor = self.facts, self.facts.cursors[-1]
        match facts.tab:
            case OfficeTab.ACCOUNTS:
                search = facts.search.get(OfficeField.SEARCH, "")
                return lambda office, session: office.accounts(session=session, search=search, after=cursor)
            case OfficeTab.SESSIONS:
                who = facts.search.get(OfficeField.WHO) or None
                return lambda office, session: office.sessions(session=session, username=who)
            case OfficeTab.STATIONS:
                return lambda office, session: office.stations(session=session)
            case OfficeTab.AUDIT:
                wanted, before = facts.audit_filter, int(cursor) if cursor else None
                return lambda office, session: office.audit(wanted, session=session, before=before)
            case OfficeTab.PASSWORD:
                return None

    def _take_list(self, answer: Any) -> None:
        if isinstance(answer, PeopleTrouble):
            self.change(trouble=answer)
            return
        keys = _keys_of(self.facts.tab, answer)
        chosen = self.facts.chosen if self.facts.chosen in keys else keys[0] if keys else ""
        shown = {self.facts.tab.value: answer}
        self.change(trouble=None, chosen=chosen, **shown)

    def ask_deed(self, question: Question, take: Callable[[Any], None]) -> None:
        """Have something done at the centre, one thing at a time; *take* gets what it answers."""
        if self.deeds.is_waiting:
            self.note(OfficeNote.STILL_ASKING)
            return

        def answered(answer: object) -> None:
            if isinstance(answer, PeopleTrouble):
                self.quiet()
                self.change(deed_trouble=answer)
            else:
                take(answer)

        self.deeds.ask(question, answered)

    # -- forms

    def open_form(self, kind: FormKind, about: str, values: Mapping[OfficeField, str]) -> None:
        """Open the form of *kind*, with *values* in it."""
        self._forms += 1
        self.change(form=OfficeForm(kind=kind, about=about, values=values, number=self._forms), code=None)

    def take_change(
        self, problem: OfficeProblem | None, done: OfficeNote, name: str, form: OfficeForm | None = None
    ) -> None:
        """Say that it was done, or why not; at the form, where one asked for it."""
        open_form = self.facts.form
        mine = form is not None and open_form is not None and open_form.number == form.number
        if problem is not None:
            if mine and open_form is not None:
                self.change(form=replace(open_form, problem=problem))
            else:
                self.note(OfficeNote.REFUSED, name, problem)
            return
        if mine:
            self.change(form=None)
        if done is OfficeNote.CREATED and self.facts.tab is OfficeTab.ACCOUNTS:
            self.change(search={OfficeField.SEARCH: name}, cursors=(None,), chosen=name)
            self.searches_changed.emit()
        self.note(done, name)
        self.ask_list()

    # -- facts

    def quiet(self) -> None:
        """Say nothing of what was before, and have nothing armed."""
        self.change(armed=None, armed_at=None, note=None, note_name="", note_problem=None, deed_trouble=None)

    def note(self, note: OfficeNote, name: str = "", problem: OfficeProblem | None = None) -> None:
        """Say *note*."""
        self.change(note=note, note_name=name, note_problem=problem)

    def show_asking(self) -> None:
        """Know whether an answer is waited for."""
        self.change(asking=self.listing.is_waiting or self.deeds.is_waiting)

    def change(self, **facts: object) -> None:
        """Know *facts* from now on, by the names of ``OfficeFacts``."""
        changed = replace(self.facts, now=self.now(), **facts)  # type: ignore[arg-type]
        if replace(changed, now=self.facts.now) != self.facts:
            self.facts = changed
            self.facts_changed.emit()


def _keys_of(tab: OfficeTab, answer: Any) -> tuple[str, ...]:
    match tab:
        case OfficeTab.ACCOUNTS:
            return tuple(account.username for account in answer.accounts)
        case OfficeTab.AUDIT:
            return tuple(str(row.id) for row in answer.rows)
        case _:
            return tuple(str(each.id) for each in answer)

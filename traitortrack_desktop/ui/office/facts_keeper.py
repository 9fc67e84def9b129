"""The facts of the office, and how answers of the centre come into them. GUI thread."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from traitortrack_desktop.presentation.office_acts import OfficeField, OfficeTab
from traitortrack_desktop.presentation.office_notes import OfficeNote
from traitortrack_desktop.presentation.office_state import OfficeFacts, OfficeProblem
from traitortrack_desktop.services.people_desk import PeopleDesk, PeopleTrouble
from traitortrack_desktop.ui.office.asking import Asking, Question


class FactsKeeper(QObject):
    """Keeps the facts and asks for what fills them. :attr:`facts_changed` says that they are others now."""

    facts_changed = Signal()

    def __init__(self, desk: PeopleDesk, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self.listing, self.deeds = Asking(desk), Asking(desk)
        for asking in (self.listing, self.deeds):
            asking.changed.connect(self._show_asking)
        self.facts = OfficeFacts(now=now())

    # -- asking

    def ask_list(self) -> None:
        """Ask for the list of this screen, the page that is shown."""
        question = self._list_question()
        if question is not None:
            self._change(trouble=None)
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
            self._change(trouble=answer)
            return
        keys = _keys_of(self.facts.tab, answer)
        chosen = self.facts.chosen if self.facts.chosen in keys else keys[0] if keys else ""
        shown = {self.facts.tab.value: answer}
        self._change(trouble=None, chosen=chosen, **shown)

    def _deed(self, question: Question, take: Callable[[Any], None]) -> None:
        if self.deeds.is_waiting:
            self._note(OfficeNote.STILL_ASKING)
            return

        def answered(answer: object) -> None:
            if isinstance(answer, PeopleTrouble):
                self._quiet()
                self._change(deed_trouble=answer)
            else:
                take(answer)

        self.deeds.ask(question, answered)

    # -- facts

    def _quiet(self) -> None:
        """Say nothing of what was before, and have nothing armed."""
        self._change(armed=None, armed_at=None, note=None, note_name="", note_problem=None, deed_trouble=None)

    def _note(self, note: OfficeNote, name: str = "", problem: OfficeProblem | None = None) -> None:
        self._change(note=note, note_name=name, note_problem=problem)

    def _show_asking(self) -> None:
        self._change(asking=self.listing.is_waiting or self.deeds.is_waiting)

    def _change(self, **facts: object) -> None:
        changed = replace(self.facts, now=self._now(), **facts)  # type: ignore[arg-type]
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

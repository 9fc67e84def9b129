"""From presses and answers to the facts of the office. GUI thread; answers reach it by :class:`Asking`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from traitortrack_desktop.domain.accounts import (
    AccountsPage,
    AuditPage,
)
from traitortrack_desktop.domain.operators import BADGE_DAYS, OperatorSession
from traitortrack_desktop.presentation.office import has_next_page, tabs_for
from traitortrack_desktop.presentation.office_accounts import chosen_account
from traitortrack_desktop.presentation.office_acts import (
    CONFIRMED,
    SECRET_FIELDS,
    FormKind,
    OfficeAct,
    OfficeField,
    OfficeTab,
)
from traitortrack_desktop.presentation.office_audit import audit_filter
from traitortrack_desktop.presentation.office_forms import (
    account_values,
    blank_account,
    progress,
    station_values,
    typed_problem,
)
from traitortrack_desktop.presentation.office_notes import FormProblem, OfficeNote
from traitortrack_desktop.presentation.office_state import OfficeFacts
from traitortrack_desktop.presentation.office_stations import chosen_station
from traitortrack_desktop.presentation.panel_views import Press
from traitortrack_desktop.presentation.phrases import BadgeCardWords
from traitortrack_desktop.services.people_desk import PeopleDesk
from traitortrack_desktop.ui.office.badge_deeds import BadgeDeeds
from traitortrack_desktop.ui.office.facts_keeper import FactsKeeper
from traitortrack_desktop.ui.office.form_deeds import FormDeeds
from traitortrack_desktop.ui.office.questions import ACCOUNT_ACTS, STATION_ACTS, Hash, change

TWICE_AFTER = timedelta(milliseconds=400)
"""A second press that comes sooner is half of a double click, and confirms nothing."""
_FORMS = {
    OfficeAct.EDIT: FormKind.EDIT,
    OfficeAct.NEW_PASSWORD: FormKind.NEW_PASSWORD,
    OfficeAct.MAKE_BADGE: FormKind.MAKE_BADGE,
    OfficeAct.SET_PIN: FormKind.SET_PIN,
}
_DONE = {
    OfficeAct.DISABLE: OfficeNote.DISABLED,
    OfficeAct.ENABLE: OfficeNote.ENABLED,
    OfficeAct.UNLOCK: OfficeNote.UNLOCKED,
    OfficeAct.END_BADGE: OfficeNote.BADGES_ENDED,
    OfficeAct.REMOVE_PIN: OfficeNote.PIN_REMOVED,
    OfficeAct.END_SESSIONS: OfficeNote.SESSIONS_ENDED,
    OfficeAct.REVOKE: OfficeNote.REVOKED,
    OfficeAct.RESTORE: OfficeNote.RESTORED,
}


class OfficeController(QObject):
    """Takes what a person does; :attr:`keeper` has the facts and says when they are others."""

    search_wanted = Signal()
    left = Signal()

    def __init__(
        self,
        desk: PeopleDesk,
        card_words: BadgeCardWords,
        *,
        badge_folder: Path,
        now: Callable[[], datetime],
        only_own_password: bool,
        hashed: Hash,
        open_file: Callable[[Path], None],
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self.keeper = FactsKeeper(desk, now)
        self._badges = BadgeDeeds(
            self.keeper, card_words, folder=badge_folder, open_file=open_file, zone=zone
        )
        self._forms = FormDeeds(desk, self.keeper, self._badges, hashed)
        self._only_own_password, self._zone = only_own_password, zone

    @property
    def facts(self) -> OfficeFacts:
        """What is known now."""
        return self.keeper.facts

    # -- coming and going

    def begin(self, own: OperatorSession | None) -> None:
        """Begin anew for whoever has the session *own*."""
        self.keeper.facts = OfficeFacts(
            now=self.keeper.now(), own=own, only_own_password=self._only_own_password
        )
        self._go_to(tabs_for(self.facts)[0])
        if len(tabs_for(self.facts)) > 1:
            self._badges.look_for_cards()

    def end(self) -> None:
        """Know nothing any more; may be called more than once."""
        self.keeper.listing.forget()
        self.keeper.deeds.forget()
        self.keeper.facts = OfficeFacts(now=self.keeper.now())

    # -- what a person does

    def act(self, press: Press[OfficeAct]) -> None:
        """Do what *press* means."""
        armed, armed_at, about = self.facts.armed, self.facts.armed_at, self.facts.note_name
        if press.act in CONFIRMED and not (armed is press.act and about == self._name_of(press)):
            self.keeper.quiet()
            self.keeper.change(armed=press.act, armed_at=self.keeper.now(), note_name=self._name_of(press))
            return
        elapsed = self.keeper.now() - armed_at if armed_at is not None else TWICE_AFTER
        if press.act in CONFIRMED and timedelta() <= elapsed < TWICE_AFTER:
            return
        self.keeper.quiet()
        self._do(press)

    def choose(self, key: str) -> None:
        """Know which row is chosen."""
        if key != self.facts.chosen:
            self.keeper.quiet()
            self.keeper.change(chosen=key, form=None, code=None)

    def search(self, typed: Mapping[OfficeField, str]) -> None:
        """Show what fits to what was typed."""
        self.keeper.quiet()
        if self.facts.tab is OfficeTab.AUDIT:
            wanted = audit_filter(typed, self._zone)
            if isinstance(wanted, FormProblem):
                self.keeper.change(note=OfficeNote.BAD_FILTER, note_problem=wanted)
                return
            self.keeper.change(audit_filter=wanted)
        self.keeper.change(search=dict(typed), cursors=(None,), form=None)
        self.keeper.ask_list()

    def type_in_form(self, typed: Mapping[OfficeField, str]) -> None:
        """Know how far a password has come, and nothing of the password."""
        form = self.facts.form
        if form is not None:
            missing, differs = progress(form.kind, typed)
            self.keeper.change(form=replace(form, missing=missing, differs=differs, problem=None))

    def submit(self, typed: Mapping[OfficeField, str]) -> bool:
        """Ask for what the form says; return whether it was asked, so that no secret need be kept."""
        form = self.facts.form
        if form is None:
            return False
        problem = typed_problem(form.kind, typed)
        if problem is not None:
            self.keeper.change(form=replace(form, problem=problem))
            return False
        if self.keeper.deeds.is_waiting:
            self.keeper.note(OfficeNote.STILL_ASKING)
            return False
        self.keeper.quiet()
        plain = {name: text for name, text in typed.items() if name not in SECRET_FIELDS}
        form = replace(form, missing=None, differs=False, problem=None)
        self.keeper.change(form=form)
        self._forms.send(form, typed, plain)
        return True

    def cancel(self) -> bool:
        """Give up what was begun; return whether there was anything."""
        facts = self.facts
        own = facts.tab is OfficeTab.PASSWORD
        if facts.armed is None and facts.code is None and (facts.form is None or own):
            return False
        self.keeper.quiet()
        self.keeper.change(code=None, form=facts.form if own else None)
        return True

    # -- what a press means

    def _do(self, press: Press[OfficeAct]) -> None:
        match press.act:
            case OfficeAct.TAB:
                self._go_to(OfficeTab(press.value))
            case OfficeAct.LEAVE:
                self.left.emit()
            case OfficeAct.ASK_AGAIN:
                self.keeper.ask_list()
            case OfficeAct.PREVIOUS | OfficeAct.NEXT:
                self._turn(forward=press.act is OfficeAct.NEXT)
            case OfficeAct.SEARCH:
                self.search_wanted.emit()
            case OfficeAct.CLEAR_SEARCH:
                self._search_for({})
            case OfficeAct.SAME_REQUEST:
                self._search_for({OfficeField.REQUEST: press.value})
            case OfficeAct.SAME_PERSON:
                self._search_for({OfficeField.WHO: press.value})
            case OfficeAct.CANCEL | OfficeAct.HIDE_CODE:
                self.cancel()
            case OfficeAct.OPEN_CARD | OfficeAct.DELETE_CARD:
                self._badges.handle_card(press.act)
            case _:
                self._begin_or_change(press)

    def _begin_or_change(self, press: Press[OfficeAct]) -> None:
        account, station = chosen_account(self.facts), chosen_station(self.facts)
        if press.act is OfficeAct.NEW_ACCOUNT:
            self.keeper.open_form(FormKind.NEW_ACCOUNT, "", blank_account())
        elif press.act is OfficeAct.NEW_CODE:
            self.keeper.open_form(FormKind.NEW_CODE, "", {})
        elif press.act in _FORMS and account is not None:
            values = account_values(account) | {OfficeField.DAYS: str(BADGE_DAYS)}
            self.keeper.open_form(_FORMS[press.act], account.username, values)
        elif press.act in {OfficeAct.RENAME, OfficeAct.MOVE} and station is not None:
            kind = FormKind.RENAME if press.act is OfficeAct.RENAME else FormKind.MOVE
            self.keeper.open_form(kind, station.name, station_values(station))
        elif press.act in ACCOUNT_ACTS:
            question = change(ACCOUNT_ACTS[press.act], press.value)
            self.keeper.ask_deed(
                question, lambda answer: self.keeper.take_change(answer, _DONE[press.act], press.value)
            )
        else:
            self._change_row(press)

    def _change_row(self, press: Press[OfficeAct]) -> None:
        """End a session, revoke or restore a station."""
        about, name = UUID(press.value), self._name_of(press)
        if press.act is OfficeAct.END_SESSION:
            self.keeper.ask_deed(
                lambda office, session: office.end_session(about, session=session),
                lambda _: self.keeper.take_change(None, OfficeNote.SESSION_ENDED, name),
            )
        elif press.act in STATION_ACTS:
            act = STATION_ACTS[press.act]
            self.keeper.ask_deed(
                lambda office, session: office.change_station(act, about, {}, session=session),
                lambda answer: self.keeper.take_change(answer, _DONE[press.act], name),
            )

    # -- moving about

    def _go_to(self, tab: OfficeTab) -> None:
        if tab not in tabs_for(self.facts):
            return
        self.keeper.listing.forget()
        facts = self.facts
        self.keeper.facts = OfficeFacts(
            now=self.keeper.now(),
            own=facts.own,
            only_own_password=facts.only_own_password,
            tab=tab,
            card=facts.card,
        )
        if tab is OfficeTab.PASSWORD:
            self.keeper.open_form(FormKind.OWN_PASSWORD, "", {})
        self.keeper.show_asking()
        self.keeper.searches_changed.emit()
        self.keeper.facts_changed.emit()
        self.keeper.ask_list()

    def _turn(self, *, forward: bool) -> None:
        facts, following = self.facts, _cursor_after(self.facts)
        if forward and following is not None and has_next_page(facts):
            self.keeper.change(cursors=(*facts.cursors, following), form=None)
        elif not forward and len(facts.cursors) > 1:
            self.keeper.change(cursors=facts.cursors[:-1], form=None)
        else:
            return
        self.keeper.ask_list()

    def _search_for(self, typed: Mapping[OfficeField, str]) -> None:
        self.search(typed)
        self.keeper.searches_changed.emit()

    def _name_of(self, press: Press[OfficeAct]) -> str:
        """Return what people call what *press* is about."""
        for session in self.facts.sessions or ():
            if str(session.id) == press.value:
                return session.username
        station = chosen_station(self.facts)
        return station.name if station is not None and str(station.id) == press.value else press.value


def _cursor_after(facts: OfficeFacts) -> str | None:
    page: AccountsPage | AuditPage | None = facts.accounts if facts.tab is OfficeTab.ACCOUNTS else facts.audit
    if isinstance(page, AccountsPage):
        return page.next_after
    return str(page.next_before) if page is not None and page.next_before is not None else None

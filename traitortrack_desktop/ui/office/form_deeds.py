"""What the forms of the office ask for, and what becomes of the answers. GUI thread.

What was typed goes into the question and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from PySide6.QtCore import Signal

from traitortrack_desktop.domain.accounts import (
    AccountProblem,
    OwnPasswordAnswer,
    StationAct,
)
from traitortrack_desktop.domain.enrolment_codes import HOURS, as_printed
from traitortrack_desktop.presentation.office_acts import (
    FormKind,
    OfficeField,
    OfficeTab,
)
from traitortrack_desktop.presentation.office_forms import (
    DEFAULT_DAYS,
    days_of,
)
from traitortrack_desktop.presentation.office_notes import OfficeNote
from traitortrack_desktop.presentation.office_state import (
    BadgeFile,
    EnrolmentCode,
    OfficeForm,
    OfficeProblem,
)
from traitortrack_desktop.presentation.office_stations import chosen_station
from traitortrack_desktop.presentation.phrases import BadgeCardWords
from traitortrack_desktop.services.people_desk import PeopleDesk
from traitortrack_desktop.ui.office.badge_files import CardNotWritten, make_badge
from traitortrack_desktop.ui.office.facts_keeper import FactsKeeper
from traitortrack_desktop.ui.office.questions import Hash, form_change

_FORM_DONE = {
    FormKind.NEW_ACCOUNT: OfficeNote.CREATED,
    FormKind.EDIT: OfficeNote.EDITED,
    FormKind.NEW_PASSWORD: OfficeNote.PASSWORD_SET,
    FormKind.SET_PIN: OfficeNote.PIN_SET,
    FormKind.RENAME: OfficeNote.RENAMED,
    FormKind.MOVE: OfficeNote.MOVED,
}
_OWN_PASSWORD_NOTES = {
    OwnPasswordAnswer.CHANGED: OfficeNote.OWN_PASSWORD_CHANGED,
    OwnPasswordAnswer.REFUSED: OfficeNote.OLD_PASSWORD_WRONG,
    OwnPasswordAnswer.LOCKED: OfficeNote.OLD_PASSWORD_LOCKED,
}


class FormDeeds(FactsKeeper):
    """Opens forms and sends them. *folder* is where cards of badges are written."""

    searches_changed = Signal()
    """The search fields hold something else than what was typed into them."""

    def __init__(
        self,
        desk: PeopleDesk,
        card_words: BadgeCardWords,
        *,
        folder: Path,
        now: Callable[[], datetime],
        hashed: Hash,
        open_file: Callable[[Path], None],
    ) -> None:
        super().__init__(desk, now)
        self._card_words, self._folder = card_words, folder
        self._hashed, self._open_file = hashed, open_file
        self._forms = 0

    def _open(self, kind: FormKind, about: str, values: Mapping[OfficeField, str]) -> None:
        self._forms += 1
        self._change(form=OfficeForm(kind=kind, about=about, values=values, number=self._forms), code=None)

    def _submit(
        self, form: OfficeForm, typed: Mapping[OfficeField, str], plain: Mapping[OfficeField, str]
    ) -> None:
        match form.kind:
            case FormKind.OWN_PASSWORD:
                self._change_own_password(typed)
            case FormKind.MAKE_BADGE:
                self._make_badge(form.about, days_of(typed) or DEFAULT_DAYS)
            case FormKind.NEW_CODE:
                self._make_code(plain)
            case FormKind.RENAME | FormKind.MOVE:
                self._change_station(form, plain)
            case _:
                name = form.about or plain[OfficeField.USERNAME].strip()
                question = form_change(form.kind, form.about, dict(typed), self._hashed, before=form.values)
                self._deed(
                    question, lambda answer: self._take_change(answer, _FORM_DONE[form.kind], name, form)
                )

    def _change_own_password(self, typed: Mapping[OfficeField, str]) -> None:
        old, new = typed[OfficeField.OLD_PASSWORD], typed[OfficeField.PASSWORD]

        def take(answer: OwnPasswordAnswer) -> None:
            self._open(FormKind.OWN_PASSWORD, "", {})
            self._note(_OWN_PASSWORD_NOTES[answer])

        self._deed(lambda office, session: office.change_own_password(old, new, session=session), take)

    def _make_badge(self, username: str, days: int) -> None:
        until, folder, words = self._now() + timedelta(days=days), self._folder, self._card_words

        def take(answer: Path | AccountProblem | CardNotWritten) -> None:
            if isinstance(answer, CardNotWritten):
                self._note(OfficeNote.CARD_NOT_WRITTEN, username)
                return
            if isinstance(answer, Path):
                self._change(card=BadgeFile(path=answer, username=username))
                self._open_file(answer)
            problem = None if isinstance(answer, Path) else answer
            self._take_change(problem, OfficeNote.BADGE_MADE, username, self.facts.form)

        self._deed(
            lambda office, session: make_badge(
                office, session, username=username, expires_at=until, folder=folder, words=words
            ),
            take,
        )

    def _make_code(self, plain: Mapping[OfficeField, str]) -> None:
        name, area = plain.get(OfficeField.STATION, "").strip(), plain.get(OfficeField.AREA) or None

        def take(code: str) -> None:
            if self.facts.tab is OfficeTab.STATIONS:
                until = self._now() + timedelta(hours=HOURS)
                shown = EnrolmentCode(code=as_printed(code.replace("-", "")), until=until, name=name)
                self._change(form=None, code=shown)
                self._note(OfficeNote.CODE_MADE)

        self._deed(
            lambda office, session: office.enrolment_code(session=session, name=name or None, area=area),
            take,
        )

    def _change_station(self, form: OfficeForm, plain: Mapping[OfficeField, str]) -> None:
        station = chosen_station(self.facts)
        if station is None:
            return
        name = plain.get(OfficeField.STATION, "").strip()
        if form.kind is FormKind.RENAME:
            act, values = StationAct.RENAME, dict[str, str | None](name=name)
        else:
            act, values = StationAct.MOVE, {"area": plain.get(OfficeField.AREA) or None}
        self._deed(
            lambda office, session: office.change_station(act, station.id, values, session=session),
            lambda answer: self._take_change(answer, _FORM_DONE[form.kind], name or station.name, form),
        )

    def _take_change(
        self, problem: OfficeProblem | None, done: OfficeNote, name: str, form: OfficeForm | None = None
    ) -> None:
        """Say that it was done, or why not; at the form, where one asked for it."""
        open_form = self.facts.form
        mine = form is not None and open_form is not None and open_form.number == form.number
        if problem is not None:
            if mine and open_form is not None:
                self._change(form=replace(open_form, problem=problem))
            else:
                self._note(OfficeNote.REFUSED, name, problem)
            return
        if mine:
            self._change(form=None)
        if done is OfficeNote.CREATED and self.facts.tab is OfficeTab.ACCOUNTS:
            self._change(search={OfficeField.SEARCH: name}, cursors=(None,), chosen=name)
            self.searches_changed.emit()
        self._note(done, name)
        self.ask_list()

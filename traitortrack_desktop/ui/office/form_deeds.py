"""What the forms of the office ask for, and what becomes of the answers. GUI thread.

What was typed goes into the question and nowhere else.
"""

from collections.abc import Mapping
from datetime import timedelta

from traitortrack_desktop.domain.accounts import OwnPasswordAnswer, StationAct
from traitortrack_desktop.domain.enrolment_codes import HOURS, as_printed
from traitortrack_desktop.domain.operators import BADGE_DAYS
from traitortrack_desktop.presentation.office_acts import FormKind, OfficeField, OfficeTab
from traitortrack_desktop.presentation.office_forms import days_of
from traitortrack_desktop.presentation.office_notes import OfficeNote
from traitortrack_desktop.presentation.office_state import EnrolmentCode, OfficeForm
from traitortrack_desktop.presentation.office_stations import chosen_station
from traitortrack_desktop.services.people_desk import PeopleDesk
from traitortrack_desktop.ui.office.badge_deeds import BadgeDeeds
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


class FormDeeds:
    """Sends what was typed into forms; *keeper* takes the answers."""

    def __init__(self, desk: PeopleDesk, keeper: FactsKeeper, badges: BadgeDeeds, hashed: Hash) -> None:
        self._desk, self._keeper, self._badges, self._hashed = desk, keeper, badges, hashed

    def send(
        self, form: OfficeForm, typed: Mapping[OfficeField, str], plain: Mapping[OfficeField, str]
    ) -> None:
        """Ask for what *form* says: *typed* is all of it, *plain* what is no secret."""
        match form.kind:
            case FormKind.OWN_PASSWORD:
                self._change_own_password(typed)
            case FormKind.MAKE_BADGE:
                self._badges.make(form, days_of(typed) or BADGE_DAYS)
            case FormKind.NEW_CODE:
                self._make_code(plain)
            case FormKind.RENAME | FormKind.MOVE:
                self._change_station(form, plain)
            case _:
                name = form.about or plain[OfficeField.USERNAME].strip()
                question = form_change(form.kind, form.about, dict(typed), self._hashed, before=form.values)
                self._keeper.ask_deed(
                    question,
                    lambda answer: self._keeper.take_change(answer, _FORM_DONE[form.kind], name, form),
                )

    def _change_own_password(self, typed: Mapping[OfficeField, str]) -> None:
        old, new = typed[OfficeField.OLD_PASSWORD], typed[OfficeField.PASSWORD]

        def take(answer: OwnPasswordAnswer) -> None:
            self._keeper.open_form(FormKind.OWN_PASSWORD, "", {})
            self._keeper.note(_OWN_PASSWORD_NOTES[answer])

        self._keeper.ask_deed(self._desk.own_password_change(old, new), take)

    def _make_code(self, plain: Mapping[OfficeField, str]) -> None:
        name, area = plain.get(OfficeField.STATION, "").strip(), plain.get(OfficeField.AREA) or None

        def take(code: str) -> None:
            if self._keeper.facts.tab is OfficeTab.STATIONS:
                until = self._keeper.now() + timedelta(hours=HOURS)
                shown = EnrolmentCode(code=as_printed(code.replace("-", "")), until=until, name=name)
                self._keeper.change(form=None, code=shown)
                self._keeper.note(OfficeNote.CODE_MADE)

        self._keeper.ask_deed(
            lambda office, session: office.enrolment_code(session=session, name=name or None, area=area),
            take,
        )

    def _change_station(self, form: OfficeForm, plain: Mapping[OfficeField, str]) -> None:
        station = chosen_station(self._keeper.facts)
        if station is None:
            return
        name = plain.get(OfficeField.STATION, "").strip()
        if form.kind is FormKind.RENAME:
            act, values = StationAct.RENAME, dict[str, str | None](name=name)
        else:
            act, values = StationAct.MOVE, {"area": plain.get(OfficeField.AREA) or None}
        self._keeper.ask_deed(
            lambda office, session: office.change_station(act, station.id, values, session=session),
            lambda answer: self._keeper.take_change(
                answer, _FORM_DONE[form.kind], name or station.name, form
            ),
        )

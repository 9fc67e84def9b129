"""The forms of the office: their fields, and what is wrong with what was typed. Pure; keeps nothing typed."""

from collections.abc import Mapping
from dataclasses import replace

from traitortrack_desktop.domain.accounts import (
    LONGEST_STATION_NAME,
    PIN_DIGITS,
    Account,
    PasswordPart,
    StationRecord,
    missing_in_password,
    pin_is_good,
)
from traitortrack_desktop.domain.operators import MOST_BADGE_DAYS
from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Role
from traitortrack_desktop.presentation.office_acts import (
    SECRET_FIELDS,
    FormKind,
    OfficeAct,
    OfficeField,
)
from traitortrack_desktop.presentation.office_notes import FormProblem
from traitortrack_desktop.presentation.office_speech import Speech
from traitortrack_desktop.presentation.office_state import (
    OfficeFacts,
    OfficeFieldView,
    OfficeForm,
    OfficeFormView,
)
from traitortrack_desktop.presentation.panel_views import FieldKind
from traitortrack_desktop.presentation.screen_state import Mark

FIELDS: Mapping[FormKind, tuple[OfficeField, ...]] = {
    FormKind.NEW_ACCOUNT: (
        OfficeField.USERNAME,
        OfficeField.EMAIL,
        OfficeField.ROLE,
        OfficeField.AREA,
        OfficeField.PASSWORD,
        OfficeField.AGAIN,
    ),
    FormKind.EDIT: (OfficeField.EMAIL, OfficeField.ROLE, OfficeField.AREA),
    FormKind.NEW_PASSWORD: (OfficeField.PASSWORD, OfficeField.AGAIN),
    FormKind.MAKE_BADGE: (OfficeField.DAYS,),
    FormKind.SET_PIN: (OfficeField.PIN, OfficeField.PIN_AGAIN),
    FormKind.RENAME: (OfficeField.STATION,),
    FormKind.MOVE: (OfficeField.AREA,),
    FormKind.NEW_CODE: (OfficeField.STATION, OfficeField.AREA),
    FormKind.OWN_PASSWORD: (OfficeField.OLD_PASSWORD, OfficeField.PASSWORD, OfficeField.AGAIN),
}
_NEEDED = SECRET_FIELDS | {OfficeField.USERNAME, OfficeField.DAYS}
_WIDE = frozenset({OfficeField.OLD_PASSWORD, OfficeField.STATION})
_LONGEST = {OfficeField.USERNAME: 20, OfficeField.STATION: LONGEST_STATION_NAME, OfficeField.DAYS: 4}
_PINS = frozenset({OfficeField.PIN, OfficeField.PIN_AGAIN})
_PASSWORDS = {FormKind.NEW_ACCOUNT, FormKind.NEW_PASSWORD, FormKind.OWN_PASSWORD}


def blank_account() -> dict[OfficeField, str]:
    """Return what the form of a new account begins with."""
    return {OfficeField.ROLE: Role.DISPATCHER, OfficeField.AREA: ""}


def account_values(account: Account) -> dict[OfficeField, str]:
    """Return what the form that edits *account* begins with."""
    return {
        OfficeField.EMAIL: account.email,
        OfficeField.ROLE: account.role,
        OfficeField.AREA: account.area or "",
    }


def station_values(station: StationRecord) -> dict[OfficeField, str]:
    """Return what the forms that change *station* begin with."""
    return {OfficeField.STATION: station.name, OfficeField.AREA: station.area or ""}


def typed_problem(kind: FormKind, typed: Mapping[OfficeField, str]) -> FormProblem | None:
    """Return what is wrong with *typed* that the centre need not be asked for."""
    if any(not typed.get(name, "").strip() for name in FIELDS[kind] if name in _NEEDED):
        return FormProblem.INCOMPLETE
    if kind is FormKind.RENAME and not typed.get(OfficeField.STATION, "").strip():
        return FormProblem.INCOMPLETE
    if kind in _PASSWORDS:
        if missing_in_password(typed[OfficeField.PASSWORD]):
            return FormProblem.WEAK_PASSWORD
        if typed[OfficeField.PASSWORD] != typed[OfficeField.AGAIN]:
            return FormProblem.DIFFERENT
    if kind is FormKind.SET_PIN:
        if not pin_is_good(typed[OfficeField.PIN]):
            return FormProblem.BAD_PIN
        if typed[OfficeField.PIN] != typed[OfficeField.PIN_AGAIN]:
            return FormProblem.DIFFERENT
    if kind is FormKind.MAKE_BADGE and days_of(typed) is None:
        return FormProblem.BAD_DAYS
    needs_area = typed.get(OfficeField.ROLE) == Role.DISPATCHER and not typed.get(OfficeField.AREA)
    return FormProblem.AREA_NEEDED if needs_area else None


def days_of(typed: Mapping[OfficeField, str]) -> int | None:
    """Return for how many days a badge is to work, ``None`` for no such number."""
    text = typed.get(OfficeField.DAYS, "").strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return int(text) if 1 <= int(text) <= MOST_BADGE_DAYS else None


def progress(
    kind: FormKind, typed: Mapping[OfficeField, str]
) -> tuple[tuple[PasswordPart, ...] | None, bool]:
    """Return what the password lacks that is being typed, and whether its repetition has become another."""
    password, again = typed.get(OfficeField.PASSWORD, ""), typed.get(OfficeField.AGAIN, "")
    if kind not in _PASSWORDS or not password:
        return None, False
    return missing_in_password(password), again != password


def form_view(facts: OfficeFacts, form: OfficeForm, speech: Speech) -> OfficeFormView:
    """Return *form* as it is shown."""
    words = speech.words.forms[form.kind]
    hint, mark = _hint(form, speech)
    is_own_card = form.kind is FormKind.OWN_PASSWORD
    cancel = None if is_own_card else speech.press(OfficeAct.CANCEL)
    submit = speech.press(OfficeAct.SUBMIT, primary=True, usable=not facts.asking)
    return OfficeFormView(
        number=form.number,
        title=words.title.format(name=form.about),
        fields=tuple(_field(name, facts, form, speech) for name in FIELDS[form.kind]),
        hint=hint,
        hint_mark=mark,
        problem=speech.problem(form.problem) if form.problem is not None else "",
        submit=replace(submit, label=words.submit),
        cancel=cancel,
    )


def _field(name: OfficeField, facts: OfficeFacts, form: OfficeForm, speech: Speech) -> OfficeFieldView:
    own = facts.own is not None and form.about == facts.own.person.username
    return OfficeFieldView(
        field=name,
        label=speech.words.fields[name],
        kind=_kind(name),
        value=form.values.get(name, ""),
        example=speech.words.examples.get(name, "") if form.kind is FormKind.NEW_ACCOUNT else "",
        choices=_choices(name, form, speech),
        wide=name in _WIDE or (form.kind is FormKind.EDIT and name is OfficeField.EMAIL),
        usable=not (own and form.kind is FormKind.EDIT and name is OfficeField.ROLE),
        longest=PIN_DIGITS if name in _PINS else _LONGEST.get(name, 120),
    )


def _kind(name: OfficeField) -> FieldKind:
    if name in _PINS:
        return FieldKind.SECRET_DIGITS
    if name in SECRET_FIELDS:
        return FieldKind.SECRET
    if name in {OfficeField.ROLE, OfficeField.AREA}:
        return FieldKind.CHOICE
    return FieldKind.DIGITS if name is OfficeField.DAYS else FieldKind.TEXT


def _choices(name: OfficeField, form: OfficeForm, speech: Speech) -> tuple[tuple[str, str], ...]:
    now = form.values.get(name, "")
    if name is OfficeField.ROLE:
        roles = tuple((str(role), speech.role(role)) for role in Role)
        return roles if now in set(Role) or not now else (*roles, (now, now))
    if name is not OfficeField.AREA:
        return ()
    areas = tuple((area, speech.area(area)) for area in DISPATCH_AREAS)
    odd = () if not now or now in DISPATCH_AREAS else ((now, now),)
    return (("", speech.words.no_area), *areas, *odd)


def _hint(form: OfficeForm, speech: Speech) -> tuple[str, Mark | None]:
    words = speech.words
    if form.missing is None:
        return words.forms[form.kind].hint.format(name=form.about), None
    if form.missing:
        parts = ", ".join(words.password_parts[part] for part in form.missing)
        return words.missing.format(name=parts), Mark.RECORDED
    return (words.differs, Mark.RECORDED) if form.differs else (words.enough, Mark.POSTED)

"""What is asked of the centre's office, as functions for a station thread. Secrets leave as hashes."""

from collections.abc import Callable, Mapping
from uuid import UUID

from traitortrack_desktop.domain.accounts import AccountAct, AccountChange, AccountProblem, StationAct
from traitortrack_desktop.presentation.office_acts import FormKind, OfficeAct, OfficeField
from traitortrack_desktop.services.ports import PeopleOffice

Hash = Callable[[str], str]
Change = Callable[[PeopleOffice, UUID], AccountProblem | None]

ACCOUNT_ACTS = {
    OfficeAct.DISABLE: AccountAct.DISABLE,
    OfficeAct.ENABLE: AccountAct.ENABLE,
    OfficeAct.UNLOCK: AccountAct.UNLOCK,
    OfficeAct.END_BADGE: AccountAct.REVOKE_BADGES,
    OfficeAct.REMOVE_PIN: AccountAct.REMOVE_PIN,
    OfficeAct.END_SESSIONS: AccountAct.END_SESSIONS,
}
STATION_ACTS = {OfficeAct.REVOKE: StationAct.REVOKE, OfficeAct.RESTORE: StationAct.RESTORE}


def change(act: AccountAct, username: str) -> Change:
    """Return the question that does *act* to *username*."""
    return lambda office, session: office.change_account(
        AccountChange(act=act, username=username), session=session
    )


def form_change(
    kind: FormKind,
    about: str,
    typed: Mapping[OfficeField, str],
    hashed: Hash,
    *,
    before: Mapping[OfficeField, str],
) -> Change:
    """Return the question that a form about an account asks; of an account that is edited only what is not
    as *before*."""
    role, area = typed.get(OfficeField.ROLE), typed.get(OfficeField.AREA) or None
    email = typed.get(OfficeField.EMAIL, "").strip()
    password, pin = typed.get(OfficeField.PASSWORD, ""), typed.get(OfficeField.PIN, "")

    def ask(office: PeopleOffice, session: UUID) -> AccountProblem | None:
        name, act, values = about, AccountAct.EDIT, dict[str, str | None]()
        match kind:
            case FormKind.NEW_ACCOUNT:
                name, act = typed[OfficeField.USERNAME].strip(), AccountAct.CREATE
                values = {"password_hash": hashed(password), "role": role, "area": area}
                values |= {"email": email} if email else {}
            case FormKind.EDIT:
                values = {"role": role, "area": area} | ({"email": email} if email else {})
                values = {key: value for key, value in values.items() if value != _was(before, key)}
            case FormKind.NEW_PASSWORD:
                act, values = AccountAct.RESET_PASSWORD, {"password_hash": hashed(password)}
            case FormKind.SET_PIN:
                act, values = AccountAct.SET_PIN, {"pin_hash": hashed(pin)}
        return office.change_account(AccountChange(act=act, username=name, values=values), session=session)

    return ask


def _was(before: Mapping[OfficeField, str], key: str) -> str | None:
    return before.get(OfficeField(key)) or None

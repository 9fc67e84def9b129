"""What an administrator may do on the screens of the office, and which keys do it: names only."""

from enum import StrEnum


class OfficeTab(StrEnum):
    """The screens of the office."""

    ACCOUNTS = "accounts"
    SESSIONS = "sessions"
    STATIONS = "stations"
    AUDIT = "audit"
    PASSWORD = "password"  # noqa: S105 - a name


class OfficeAct(StrEnum):
    """What a press of the office means."""

    TAB = "tab"
    """*value*: the ``OfficeTab``."""
    LEAVE = "leave"
    SEARCH = "search"
    CLEAR_SEARCH = "clear_search"
    ASK_AGAIN = "ask_again"
    PREVIOUS = "previous"
    NEXT = "next"
    SUBMIT = "submit"
    CANCEL = "cancel"
    # accounts
    NEW_ACCOUNT = "new_account"
    EDIT = "edit"
    DISABLE = "disable"
    ENABLE = "enable"
    UNLOCK = "unlock"
    NEW_PASSWORD = "new_password"  # noqa: S105
    MAKE_BADGE = "make_badge"
    END_BADGE = "end_badge"
    SET_PIN = "set_pin"
    REMOVE_PIN = "remove_pin"
    END_SESSIONS = "end_sessions"
    OPEN_CARD = "open_card"
    DELETE_CARD = "delete_card"
    # sessions
    END_SESSION = "end_session"
    # stations
    RENAME = "rename"
    MOVE = "move"
    REVOKE = "revoke"
    RESTORE = "restore"
    NEW_CODE = "new_code"
    HIDE_CODE = "hide_code"
    # audit
    SAME_REQUEST = "same_request"
    """*value*: the id of the entry."""
    SAME_PERSON = "same_person"


class FormKind(StrEnum):
    """What is being filled in."""

    NEW_ACCOUNT = "new_account"
    EDIT = "edit"
    NEW_PASSWORD = "new_password"  # noqa: S105
    MAKE_BADGE = "make_badge"
    SET_PIN = "set_pin"
    RENAME = "rename"
    MOVE = "move"
    NEW_CODE = "new_code"
    OWN_PASSWORD = "own_password"  # noqa: S105


class OfficeField(StrEnum):
    """A field of a form or of a search."""

    USERNAME = "username"
    EMAIL = "email"
    ROLE = "role"
    AREA = "area"
    OLD_PASSWORD = "old_password"  # noqa: S105
    PASSWORD = "password"  # noqa: S105
    AGAIN = "again"
    DAYS = "days"
    PIN = "pin"
    PIN_AGAIN = "pin_again"
    STATION = "station"
    SEARCH = "search"
    WHO = "who"
    ACTION = "action"
    ENTITY = "entity"
    SINCE = "since"
    UNTIL = "until"
    REQUEST = "request"


SECRET_FIELDS = frozenset(
    {
        OfficeField.OLD_PASSWORD,
        OfficeField.PASSWORD,
        OfficeField.AGAIN,
        OfficeField.PIN,
        OfficeField.PIN_AGAIN,
    }
)

TAB_KEYS = {
    OfficeTab.ACCOUNTS: "F1",
    OfficeTab.SESSIONS: "F2",
    OfficeTab.STATIONS: "F3",
    OfficeTab.AUDIT: "F4",
    OfficeTab.PASSWORD: "F6",
}
ACT_KEYS = {
    OfficeAct.ASK_AGAIN: "F5",
    OfficeAct.PREVIOUS: "F7",
    OfficeAct.NEXT: "F8",
    OfficeAct.NEW_ACCOUNT: "F9",
    OfficeAct.NEW_CODE: "F9",
    OfficeAct.CLEAR_SEARCH: "F9",
    OfficeAct.LEAVE: "F10",
    OfficeAct.SEARCH: "F11",
    OfficeAct.CANCEL: "Esc",
}

CONFIRMED = frozenset(
    {
        OfficeAct.DISABLE,
        OfficeAct.END_BADGE,
        OfficeAct.REMOVE_PIN,
        OfficeAct.END_SESSIONS,
        OfficeAct.END_SESSION,
        OfficeAct.REVOKE,
    }
)
"""What takes something away from somebody, and is done at the second press."""

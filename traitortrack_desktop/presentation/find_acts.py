"""What a person may do on the screens that find bags, bills and returns, and which keys do it: names only."""

from enum import StrEnum


class FindTab(StrEnum):
    """The screens of finding."""

    FIND = "find"
    BILLS = "bills"
    RETURNS = "returns"
    BAGS = "bags"
    REFUSALS = "refusals"


class FindAct(StrEnum):
    """What a press of finding means."""

    TAB = "tab"
    """*value*: the ``FindTab``."""
    LEAVE = "leave"
    SEARCH = "search"
    CLEAR_SEARCH = "clear_search"
    ASK_AGAIN = "ask_again"
    PREVIOUS = "previous"
    NEXT = "next"
    BACK = "back"
    """To what was looked up before."""
    HISTORY = "history"
    CONTENTS = "contents"
    """Children, parents or suggestions instead of the history."""
    LOOK_UP = "look_up"
    """*value*: the code."""
    SUBMIT = "submit"
    CANCEL = "cancel"
    # what is done about what was found, or about the row that is chosen
    RELABEL = "relabel"
    DELETE = "delete"
    EDIT_CHILDREN = "edit_children"
    TOGGLE_CHILD = "toggle_child"
    """Of the children that are edited: take it out, or leave it in after all."""
    SAVE_CHILDREN = "save_children"
    NEW_BILL = "new_bill"
    EDIT_BILL = "edit_bill"
    WORK_AT_BILL = "work_at_bill"
    NEW_RETURN = "new_return"
    WORK_AT_RETURN = "work_at_return"


class FindForm(StrEnum):
    """What is being filled in."""

    NEW_BILL = "new_bill"
    EDIT_BILL = "edit_bill"
    NEW_RETURN = "new_return"


class FindField(StrEnum):
    """A field of a form or of a search."""

    CODE = "code"
    TEXT = "text"
    STATUS = "status"
    OWN = "own"
    SINCE = "since"
    UNTIL = "until"
    WHICH = "which"
    BILLED = "billed"
    BY = "by"
    AREA = "area"
    DAY = "day"
    NAME = "name"
    CAPACITY = "capacity"
    DESCRIPTION = "description"
    DESTINATION = "destination"
    VEHICLE = "vehicle"
    NOTES = "notes"


class Which(StrEnum):
    """Which bags a list shows."""

    ALL = ""
    PARENTS = "parents"
    FILLED = "filled"
    """Parents with children."""
    EMPTY = "empty"
    """Parents without."""
    CHILDREN = "children"
    PACKED = "packed"
    """Children in a parent."""
    LOOSE = "loose"
    NEVER_SCANNED = "never_scanned"


class Why(StrEnum):
    """Why something cannot be done by whoever is here."""

    SIGN_IN = "sign_in"
    RIGHTS_FIRST = "rights_first"
    """The role may; a badge alone may not."""
    OFFICE_ONLY = "office_only"
    """Billers and administrators."""
    ADMINISTRATOR_ONLY = "administrator_only"
    NO_ROW = "no_row"
    CLOSED = "closed"
    """The return is finalised or cancelled."""
    COMPLETED = "completed"
    """The bill is completed."""


class FindProblem(StrEnum):
    """What is wrong with what was typed; nobody is asked."""

    NAME_UNUSABLE = "name_unusable"
    CAPACITY_OF_NEW = "capacity_of_new"
    CAPACITY = "capacity"
    CAPACITY_BELOW_LINKED = "capacity_below_linked"
    BAD_DATE = "bad_date"
    PART_TOO_SHORT = "part_too_short"
    AREA_NEEDED = "area_needed"
    NOTHING_CHANGED = "nothing_changed"
    NOT_A_CHILD = "not_a_child"


TAB_KEYS = {
    FindTab.FIND: "F1",
    FindTab.BILLS: "F2",
    FindTab.RETURNS: "F3",
    FindTab.BAGS: "F4",
    FindTab.REFUSALS: "F6",
}
ACT_KEYS = {
    FindAct.ASK_AGAIN: "F5",
    FindAct.PREVIOUS: "F7",
    FindAct.BACK: "F7",
    FindAct.NEXT: "F8",
    FindAct.HISTORY: "F9",
    FindAct.CONTENTS: "F9",
    FindAct.NEW_BILL: "F9",
    FindAct.NEW_RETURN: "F9",
    FindAct.CLEAR_SEARCH: "F9",
    FindAct.LEAVE: "F10",
    FindAct.SEARCH: "F11",
    FindAct.CANCEL: "Esc",
    FindAct.WORK_AT_BILL: "Shift+F1",
    FindAct.WORK_AT_RETURN: "Shift+F1",
    FindAct.LOOK_UP: "Shift+F2",
    FindAct.TOGGLE_CHILD: "Shift+F2",
    FindAct.SAVE_CHILDREN: "Shift+F1",
    FindAct.EDIT_BILL: "Shift+F5",
    FindAct.EDIT_CHILDREN: "Shift+F5",
    FindAct.DELETE: "Shift+F6",
    FindAct.RELABEL: "Shift+F8",
}

"""What an operator can do about the own rights, and about a completed parent: names only."""

from enum import StrEnum


class OwnStep(StrEnum):
    """The next step of an operator towards what the own role may."""

    PIN = "pin"
    """A biller's PIN, added to the badge."""
    PASSWORD = "password"  # noqa: S105 - a name
    """The password, for what the role may beyond scanning."""
    CHANGE_PASSWORD = "change_password"  # noqa: S105
    """There is no more to reach; the password itself can be changed."""
    NONE = "none"


class OverrideState(StrEnum):
    """Whether the open parent can be allowed to take more bags."""

    READY = "ready"
    NOTHING = "nothing"
    """No completed parent with room in it is open."""
    RIGHTS_FIRST = "rights_first"
    """The role may, but only a badge was scanned."""
    NO_RIGHT = "no_right"

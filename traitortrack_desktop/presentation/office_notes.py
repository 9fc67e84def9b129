"""What the office says after something was done, or could not be: names only."""

from enum import StrEnum


class OfficeNote(StrEnum):
    """Said until the next press."""

    CREATED = "created"
    EDITED = "edited"
    DISABLED = "disabled"
    ENABLED = "enabled"
    UNLOCKED = "unlocked"
    PASSWORD_SET = "password_set"  # noqa: S105 - a name
    BADGE_MADE = "badge_made"
    BADGES_ENDED = "badges_ended"
    PIN_SET = "pin_set"
    PIN_REMOVED = "pin_removed"
    SESSIONS_ENDED = "sessions_ended"
    SESSION_ENDED = "session_ended"
    RENAMED = "renamed"
    MOVED = "moved"
    REVOKED = "revoked"
    RESTORED = "restored"
    CODE_MADE = "code_made"
    OWN_PASSWORD_CHANGED = "own_password_changed"  # noqa: S105
    CARD_DELETED = "card_deleted"
    # what did not go well
    REFUSED = "refused"
    """With why."""
    OLD_PASSWORD_WRONG = "old_password_wrong"  # noqa: S105
    OLD_PASSWORD_LOCKED = "old_password_locked"  # noqa: S105
    CARD_NOT_WRITTEN = "card_not_written"
    CARD_NOT_DELETED = "card_not_deleted"
    CARDS_LEFT = "cards_left"
    """The file of a badge is still there."""
    STILL_ASKING = "still_asking"
    BAD_FILTER = "bad_filter"


BAD_NOTES = frozenset(
    {
        OfficeNote.REFUSED,
        OfficeNote.OLD_PASSWORD_WRONG,
        OfficeNote.OLD_PASSWORD_LOCKED,
        OfficeNote.CARD_NOT_WRITTEN,
        OfficeNote.CARD_NOT_DELETED,
        OfficeNote.CARDS_LEFT,
        OfficeNote.STILL_ASKING,
        OfficeNote.BAD_FILTER,
    }
)


class FormProblem(StrEnum):
    """What is wrong with what was typed; the centre is not asked."""

    INCOMPLETE = "incomplete"
    WEAK_PASSWORD = "weak_password"  # noqa: S105 - a name
    DIFFERENT = "different"
    BAD_PIN = "bad_pin"
    BAD_DAYS = "bad_days"
    AREA_NEEDED = "area_needed"
    BAD_DATE = "bad_date"
    BAD_REQUEST = "bad_request"

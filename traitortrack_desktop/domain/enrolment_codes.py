"""One-time codes by which stations enrol at the centre: how they look, and what counts as one. Pure.

Twelve characters of an alphabet without look-alikes: sixty random bits, read out by telephone if need be.
"""

import re
from enum import StrEnum

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Douglas Crockford's base 32: no I, L, O and U."""
CHARACTERS = 12
HOURS = 24
"""For so long a code is good."""
_GROUP = 4
_MEANT = str.maketrans("OIL", "011")
_CODE = re.compile(rf"[{ALPHABET}]{{{CHARACTERS}}}")


class EnrolmentRefusal(StrEnum):
    """Why the centre does not let a station in, by the names that it uses."""

    REVOKED = "revoked"
    OTHER_ACCOUNT = "other_account"
    """It was enrolled by another database account."""
    CODE_NEEDED = "code_needed"
    CODE_WRONG = "code_wrong"
    CODE_USED = "code_used"
    CODE_EXPIRED = "code_expired"
    CODE_WAIT = "code_wait"
    """Too many wrong codes: none is taken for a while."""


def enrolment_refusal(answer: str | None) -> EnrolmentRefusal | None:
    """Return what *answer* of the centre says; ``None`` where it says nothing, or what nobody here knows."""
    return next((refusal for refusal in EnrolmentRefusal if refusal == answer), None)


def enrolment_code(text: str) -> str | None:
    """Return the code that *text* means, as the centre knows it; ``None`` when it is none.

    Blanks, dashes and lower case do not matter, and O counts as 0, I and L as 1.
    """
    folded = re.sub(r"[\s\-\u2010-\u2015]", "", text).upper().translate(_MEANT)
    return folded if _CODE.fullmatch(folded) else None


def as_printed(code: str) -> str:
    """Return *code* in groups of four, as people read it."""
    return "-".join(code[start : start + _GROUP] for start in range(0, CHARACTERS, _GROUP))

"""Takes secrets out of text before it is kept or shown: passwords, also in URLs, hashes and badge codes."""

import re
import traceback

HIDDEN = "***"

# The lengths are bounded so that a line of a megabyte without blanks does not hold the log up.
_URL_PASSWORD = re.compile(r"(://[^\s/:@]{0,255}):\S{0,1023}@")
_NAMED_PASSWORD = re.compile(
    r"""(password_hash|password|passwd|pwd|pin_hash|code_hash|proof|hashed)(["']?\s*[=:]\s*)"""
    r"""("[^"]*"|'[^']*'|[^\s&,;)}\]]+)""",
    re.IGNORECASE,
)
_HASH = re.compile(r"\b(?:scrypt|pbkdf2)[:\w]{0,60}\$[^\s$]{0,255}\$[0-9a-f]{1,1023}")
"""As a password's hash is written, wherever it stands: a database quotes the whole row that it refuses."""
_BADGE = re.compile(r"TT-BADGE-[^\s\"'<>,;)}\]]+", re.IGNORECASE)


def redacted(text: str) -> str:
    """Return *text* with every secret it recognises replaced by stars; rather too much than too little."""
    text = _URL_PASSWORD.sub(rf"\1:{HIDDEN}@", text)
    text = _NAMED_PASSWORD.sub(rf"\1\2{HIDDEN}", text)
    text = _HASH.sub(HIDDEN, text)
    return _BADGE.sub(f"TT-BADGE-{HIDDEN}", text)


def redacted_traceback() -> str:
    """Return the traceback of the exception that is being handled, without its secrets."""
    return redacted(traceback.format_exc())


def without_text(error: BaseException) -> str:
    """Return what *error* is and where it was, but not what it says: that may quote what somebody typed."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"

"""Takes secrets out of text before it is kept or shown: passwords, also in URLs, and badge codes. Pure."""

import re

HIDDEN = "***"

# The lengths are bounded so that a line of a megabyte without blanks does not hold the log up.
_URL_PASSWORD = re.compile(r"(://[^\s/:@]{0,255}):\S{0,1023}@")
_NAMED_PASSWORD = re.compile(
    r"""(password|passwd|pwd)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s&,;)}\]]+)""", re.IGNORECASE
)
_BADGE = re.compile(r"TT-BADGE-[^\s\"'<>,;)}\]]+", re.IGNORECASE)


def redacted(text: str) -> str:
    """Return *text* with every secret it recognises replaced by stars; rather too much than too little."""
    text = _URL_PASSWORD.sub(rf"\1:{HIDDEN}@", text)
    text = _NAMED_PASSWORD.sub(rf"\1\2{HIDDEN}", text)
    return _BADGE.sub(f"TT-BADGE-{HIDDEN}", text)

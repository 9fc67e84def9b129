"""Whether bytes hold a badge, also after a wrong line setting or mixed with another reading. Pure.

Badges are secrets; what may hold one is withheld, rather too many readings than too few.
"""

import re

_BADGE = re.compile(rb"TT.?BADGE|BADGE[^A-Z0-9]")
_LETTERS = b"TTBADGE"
_SEVEN_BITS = bytes(byte & 0x7F for byte in range(256))
_INVISIBLE = bytes(byte for byte in range(256) if not 0x21 <= byte < 0x7F)


def may_hold_badge(data: bytes, *, mixed: bool = False) -> bool:
    """Whether a badge's first characters stand in *data*, in either case and whatever lies between.

    A parity bit taken for data, control characters in between, a dash that a keyboard's layout makes
    something else of and a lost beginning do not hide them. With *mixed* they may be interleaved with the
    characters of another scanner.
    """
    for seen in (data, data.translate(_SEVEN_BITS)):
        visible = seen.translate(None, _INVISIBLE).upper()
        rest = iter(visible)
        if _BADGE.search(visible) or (mixed and all(byte in rest for byte in _LETTERS)):
            return True
    return False

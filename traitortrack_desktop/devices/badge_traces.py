"""Whether bytes hold a badge, also after a wrong line setting or mixed with another reading. Pure.

Badges are secrets; a recording has them withheld, rather too many readings than too few.
"""

_BADGE = b"TT-BADGE-"
_SEVEN_BITS = bytes(byte & 0x7F for byte in range(256))
_INVISIBLE = bytes(byte for byte in range(256) if not 0x21 <= byte < 0x7F)


def may_hold_badge(data: bytes, *, mixed: bool = False) -> bool:
    """Whether a badge's first characters stand in *data*, in either case and whatever lies between.

    A parity bit taken for data and control characters in between do not hide them. With *mixed* they may
    be interleaved with the characters of another scanner.
    """
    for seen in (data, data.translate(_SEVEN_BITS)):
        visible = seen.translate(None, _INVISIBLE).upper()
        rest = iter(visible)
        if _BADGE in visible or (mixed and all(byte in rest for byte in _BADGE)):
            return True
    return False

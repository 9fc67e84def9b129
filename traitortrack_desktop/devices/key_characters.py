"""What one stroke of a key is and which character it stands for. Pure.

A scanner in keyboard mode presses the keys of a US keyboard whatever the computer's layout is, so the
place of the key says the character. Only a scanner that is set to the computer's own layout is read
by what the layout makes of its keys.
"""

from dataclasses import dataclass

from traitortrack_desktop.domain.scanners import KeyDecoding

UNDECODABLE = "\ufffd"
"""Stands for a character that cannot be known, which would be missing from the code unnoticed otherwise."""

ENTER, TAB = 28, 15
SHIFT_CODES = frozenset({42, 54})
CONTROL_CODES = frozenset({29, 97, 0x11D})
ALT_CODES = frozenset({56, 100, 0x138})
MODIFIER_CODES = SHIFT_CODES | CONTROL_CODES | ALT_CODES | {58, 69, 70, 125, 126, 0x145, 0x15B, 0x15C}
"""Shift, Ctrl, Alt, the locks and the two logo keys, of X11 and of Windows."""
KEYPAD_DIGITS = {71: "7", 72: "8", 73: "9", 75: "4", 76: "5", 77: "6", 79: "1", 80: "2", 81: "3", 82: "0"}

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (55, "*", "*"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),
)
_PLAIN = {start + i: char for start, plain, _ in _ROWS for i, char in enumerate(plain)}
_SHIFTED = {start + i: char for start, _, shifted in _ROWS for i, char in enumerate(shifted)}
_OTHER_PLACES = {98: "/", 0x135: "/", ENTER: "\r", 96: "\r", 0x11C: "\r", TAB: "\t"}
_CONTROL_WITHOUT_SHIFT = {"6": "\x1e", "-": "\x1f"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStroke:
    """One key going down or up.

    *code* is the PC set-1 scan code (on X11 the native code minus 8, 0 when there is none),
    *text* what the layout makes of the key, *at_ms* the 32-bit time of the event, which may
    wrap, or ``None`` when the event carries none. *repeated* says that the key is only held.
    """

    code: int
    text: str = ""
    shift: bool = False
    control: bool = False
    alt: bool = False
    repeated: bool = False
    at_ms: int | None = None


def character_of(stroke: KeyStroke, decoding: KeyDecoding = KeyDecoding.SCAN_CODE) -> str:
    """Return the characters a stroke stands for, empty for none."""
    by_text = decoding is KeyDecoding.TEXT and bool(stroke.text)
    if stroke.alt:
        is_alt_graph = by_text and stroke.control and stroke.text.isprintable()
        return stroke.text if is_alt_graph else UNDECODABLE
    if by_text and not stroke.control:
        return _without_caps_lock(stroke)
    table = _SHIFTED if stroke.shift else _PLAIN
    char = table.get(stroke.code) or _OTHER_PLACES.get(stroke.code) or stroke.text
    return _with_control(char) if stroke.control else char


def characters_of_same_key(char: str) -> frozenset[str]:
    """Return what the key of *char* gives on a US keyboard with and without Shift and Ctrl."""
    plain = chr(ord(char) | 0x60) if char < " " else char
    for code, unshifted in _PLAIN.items():
        if plain in {unshifted, _SHIFTED[code]}:
            with_control = character_of(KeyStroke(code=code, control=True))
            return frozenset({char, unshifted, _SHIFTED[code], with_control})
    return frozenset({char})


def needs_a_modifier(char: str) -> bool:
    """Whether a US keyboard gives *char* only together with Shift or Ctrl."""
    return char not in _PLAIN.values()


def _with_control(char: str) -> str:
    if len(char) == 1 and "@" <= char.upper() <= "_":
        return chr(ord(char.upper()) & 0x1F)
    return _CONTROL_WITHOUT_SHIFT.get(char, char)


def _without_caps_lock(stroke: KeyStroke) -> str:
    """Shift alone decides the case of a letter, as it does for the scanner, which knows no Caps Lock."""
    text = stroke.text
    if len(text) != 1 or not text.isalpha():
        return text
    cased = text.upper() if stroke.shift else text.lower()
    return cased if len(cased) == 1 else text


_MOST_ALT_DIGITS = 4


class AltNumpad:
    """Composes characters that a scanner types as digits of the keypad while it holds Alt."""

    def __init__(self) -> None:
        self._digits = ""

    @property
    def has_digits(self) -> bool:
        """Whether a character has been begun."""
        return bool(self._digits)

    def take(self, stroke: KeyStroke) -> bool:
        """Take one digit; return whether it was one."""
        if not stroke.alt or stroke.code not in KEYPAD_DIGITS:
            return False
        if len(self._digits) <= _MOST_ALT_DIGITS:
            self._digits += KEYPAD_DIGITS[stroke.code]
        return True

    def compose(self) -> str:
        """Return the character and forget it; empty where none was begun.

        With a leading 0 the number is one of code page 1252, without it one of code page 437.
        """
        digits, self._digits = self._digits, ""
        if not digits:
            return ""
        number = int(digits)
        if len(digits) > _MOST_ALT_DIGITS or number > 255:
            return UNDECODABLE
        try:
            return bytes([number]).decode("cp1252" if digits.startswith("0") else "cp437")
        except UnicodeDecodeError:
            return UNDECODABLE

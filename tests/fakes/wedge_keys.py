"""What the keys of a keyboard wedge do, down and up, as set-1 scan codes."""

SHIFT, CONTROL, ALT, ENTER = 42, 29, 56, 28

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
)
PLACES = {
    char: (first + place, shifted)
    for first, plain, with_shift in _ROWS
    for shifted, row in ((False, plain), (True, with_shift))
    for place, char in reversed(list(enumerate(row)))
}
KEYPAD = {"0": 82, "1": 79, "2": 80, "3": 81, "4": 75, "5": 76, "6": 77, "7": 71, "8": 72, "9": 73}


def character(char):
    """The keys of one character, each Shift for itself: ``[(code, down), …]``."""
    if char < " ":
        code, _ = PLACES[chr(ord(char) | 0x40).lower()]
        return [(CONTROL, True), (code, True), (code, False), (CONTROL, False)]
    code, shifted = PLACES[char]
    stroke = [(code, True), (code, False)]
    return [(SHIFT, True), *stroke, (SHIFT, False)] if shifted else stroke


def scan(text, *, end=ENTER):
    """The keys of a whole scan."""
    keys = [key for char in text for key in character(char)]
    return keys if end is None else [*keys, (end, True), (end, False)]


def with_alt(text, *, leading_zero=True):
    """The keys of *text* typed as numbers on the keypad."""
    keys = []
    for char in text:
        number = str(char.encode("cp1252" if leading_zero else "cp437")[0])
        keys.append((ALT, True))
        for digit in "0" * leading_zero + number:
            keys += [(KEYPAD[digit], True), (KEYPAD[digit], False)]
        keys.append((ALT, False))
    return keys

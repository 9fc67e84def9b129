"""Key presses of a keyboard-wedge scanner into readings: pure, driven by the Qt key filter.

A reading ends at Enter, keypad Enter or Tab, however slowly its characters come; a silence of
more than 600 ms inside makes it partial, and a partial reading is reported but never joined to
the next one. Characters come from the key's place on a US keyboard, as scanners send it, so that
the computer's layout and Caps Lock do not matter; keys without a known place give their text.
"""

from dataclasses import dataclass

from traitortrack_desktop.domain.frames import FrameKind, ScanFrame

PARTIAL_AFTER_MS = 600
MAX_FRAME_CHARACTERS = 8192
_WRAP = 1 << 32

_ENTER, _KEYPAD_ENTER_X11, _KEYPAD_ENTER_WINDOWS, _TAB = 28, 96, 0x11C, 15
_TERMINATORS = frozenset({_ENTER, _KEYPAD_ENTER_X11, _KEYPAD_ENTER_WINDOWS, _TAB})

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
_KEYPAD_SLASH = {98: "/", 0x135: "/"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStroke:
    """One key going down.

    *code* is the PC set-1 scan code (on X11 the native code minus 8, 0 when there is none),
    *text* what the layout makes of the key, *at_ms* the 32-bit time of the event, which may
    wrap, or ``None`` when the event carries none.
    """

    code: int
    text: str = ""
    shift: bool = False
    control: bool = False
    at_ms: int | None = None


def character_of(stroke: KeyStroke) -> str:
    """Return the characters a stroke stands for on a US keyboard, empty for none."""
    table = _SHIFTED if stroke.shift else _PLAIN
    char = table.get(stroke.code) or _KEYPAD_SLASH.get(stroke.code) or stroke.text
    if stroke.control and len(char) == 1 and "@" <= char.upper() <= "_":
        return chr(ord(char.upper()) & 0x1F)
    return char


class KeystrokeFramer:
    """Collects strokes into frames. Not thread-safe; one for the one keyboard that Qt knows."""

    def __init__(self, source: str = "keyboard") -> None:
        self._source = source
        self._characters: list[str] = []
        self._length = 0
        self._last_ms: int | None = None

    @property
    def is_collecting(self) -> bool:
        """Whether a reading has begun and not ended."""
        return self._length > 0

    def press(self, stroke: KeyStroke) -> tuple[ScanFrame, ...]:
        """Take one stroke and return the readings it ends: none, one, or a partial one and one."""
        ended: tuple[ScanFrame, ...] = ()
        if self._silence_before(stroke) > PARTIAL_AFTER_MS:
            ended = self.give_up()
        char = "" if stroke.code in _TERMINATORS else character_of(stroke)
        terminates = stroke.code in _TERMINATORS or char in {"\r", "\n", "\t"}
        if not terminates and (not char or self._is_stray(stroke, char)):
            return ended
        self._last_ms = stroke.at_ms
        if terminates:
            return ended + self._end(FrameKind.COMPLETE)
        self._length += len(char)
        if self._length <= MAX_FRAME_CHARACTERS:
            self._characters.append(char)
        return ended

    def _is_stray(self, stroke: KeyStroke, char: str) -> bool:
        """Whether a key such as Delete was pressed for itself; inside a reading it spoils the code."""
        return not self._length and not stroke.control and not char.isprintable()

    def give_up(self) -> tuple[ScanFrame, ...]:
        """Return what was begun as a partial reading, because nothing more comes."""
        return self._end(FrameKind.PARTIAL)

    def _silence_before(self, stroke: KeyStroke) -> int:
        if not self._length or self._last_ms is None or stroke.at_ms is None:
            return 0
        gap = (stroke.at_ms - self._last_ms) % _WRAP
        return gap if gap < _WRAP // 2 else 0

    def _end(self, kind: FrameKind) -> tuple[ScanFrame, ...]:
        if not self._length:
            return ()
        if self._length > MAX_FRAME_CHARACTERS:
            kind = FrameKind.OVERSIZE
        raw = "".join(self._characters).encode("utf-8", errors="surrogatepass")
        self._characters, self._length = [], 0
        return (ScanFrame(source=self._source, raw=raw, kind=kind, ended_ms=self._last_ms),)

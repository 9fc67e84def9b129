"""Keys on their way to a recording: kept until it is known whether their reading may be told. Pure."""

from collections import deque

from traitortrack_desktop.devices.key_characters import KeyStroke
from traitortrack_desktop.devices.sources import RawTap
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.scanners import KEYBOARD

_WRAP = 1 << 32
_MOST_KEYS = 1 << 16
"""More than a reading of the longest kind has; only something stuck sends more."""


class TappedKeys:
    """Tells *tap* the keys of a reading once that is told, or never."""

    def __init__(self, tap: RawTap) -> None:
        self._tap = tap
        self._kept = deque[tuple[KeyStroke, bool]](maxlen=_MOST_KEYS)
        self._withheld: set[int] = set()

    def came(self, stroke: KeyStroke, *, down: bool) -> None:
        """Keep a key; one that comes up after its going down was withheld is withheld as well."""
        is_withheld = stroke.code in self._withheld
        self._withheld.discard(stroke.code)
        if down or not is_withheld:
            self._kept.append((stroke, down))

    def tell(self, frame: ScanFrame) -> None:
        """Tell the tap what came and that it became *frame*."""
        for stroke, down in self._kept:
            self._tap.key_came(KEYBOARD.key, stroke, down=down)
        self._kept.clear()
        self._tap.framed(frame)

    def withhold(self, ended_ms: int | None, frame: ScanFrame | None = None) -> None:
        """Forget the keys up to *ended_ms*; tell only *frame*, which has nothing of them."""
        kept = list(self._kept)
        self._kept.clear()
        for stroke, down in kept:
            if _is_later(stroke.at_ms, ended_ms):
                self._kept.append((stroke, down))
            elif down:
                self._withheld.add(stroke.code)
            else:
                self._withheld.discard(stroke.code)
        if frame is not None:
            self._tap.framed(frame)


def _is_later(at_ms: int | None, ended_ms: int | None) -> bool:
    return at_ms is not None and ended_ms is not None and 0 < (at_ms - ended_ms) % _WRAP < _WRAP // 2

"""Bare scan codes going down and up into strokes: for devices and recordings that say no more. Pure."""

from traitortrack_desktop.devices.key_characters import (
    ALT_CODES,
    CONTROL_CODES,
    SHIFT_CODES,
    KeyStroke,
)
from traitortrack_desktop.devices.key_readings import milliseconds_between

_REPEATS_AFTER_MS = 100
"""No held key repeats sooner; sooner comes the second character of a scanner that releases nothing."""


class HeldKeys:
    """Remembers which keys are down, so that a stroke knows its Shift, Ctrl and Alt."""

    def __init__(self) -> None:
        self._down: dict[int, int | None] = {}
        self._latest = 0

    def stroke(self, code: int, *, down: bool, at_ms: int | None, repeated: bool = False) -> KeyStroke:
        """Return the stroke of *code*; *repeated* where the device itself says that the key is held.

        Otherwise a key is held that goes down again without having come up, if no other key did so
        since: only the latest key repeats, and a release that was lost must not cost a character.
        """
        repeated = down and (repeated or self._is_held(code, at_ms))
        if down and not repeated:
            self._down[code] = at_ms
            self._latest = code
        elif not down:
            self._down.pop(code, None)
        held = self._down.keys()
        return KeyStroke(
            code=code,
            shift=not held.isdisjoint(SHIFT_CODES),
            control=not held.isdisjoint(CONTROL_CODES),
            alt=not held.isdisjoint(ALT_CODES),
            repeated=repeated,
            at_ms=at_ms,
        )

    def forget(self) -> None:
        """Nothing is known any more: the device was away, or events were lost."""
        self._down.clear()

    def _is_held(self, code: int, at_ms: int | None) -> bool:
        if code not in self._down or self._latest != code:
            return False
        held_ms = milliseconds_between(self._down[code], at_ms)
        return held_ms is None or held_ms >= _REPEATS_AFTER_MS

"""Keys of a scanner that is read as a device of its own, into its frames. Pure, told the time by its caller.

For evdev on Linux and Raw Input on Windows.
"""

import logging

from traitortrack_desktop.devices.frame_gate import FrameGate
from traitortrack_desktop.devices.held_keys import HeldKeys
from traitortrack_desktop.devices.keystrokes import KeystrokeFramer
from traitortrack_desktop.devices.reconnect_hold import ReconnectHold
from traitortrack_desktop.devices.sources import Outlets
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.scanners import ScannerProfile

_log = logging.getLogger(__name__)


class DeviceKeys:
    """The keys of one connection that was made at *opened_ms*.

    With *holds* the first readings wait until it shows whether they come out of the scanner's memory,
    *after_loss* of an earlier connection. All times are milliseconds on one clock that does not wrap.
    """

    def __init__(
        self,
        profile: ScannerProfile,
        outlets: Outlets,
        *,
        opened_ms: int,
        holds: bool,
        after_loss: bool = False,
    ) -> None:
        self._profile = profile
        self._outlets = outlets
        self._framer = KeystrokeFramer(profile.source, line=profile.keys, role=profile.role)
        self._held = HeldKeys()
        self._last_ms = opened_ms
        self._gate = FrameGate(
            outlets,
            hold=ReconnectHold(opened_ms, after_loss=after_loss) if holds else None,
            doubted_until_ms=opened_ms + profile.keys.partial_gap_ms,
        )

    @property
    def is_collecting(self) -> bool:
        """Whether a reading has begun and not ended."""
        return self._framer.is_collecting

    def counts(self, now_ms: int) -> bool:
        """Whether a reading that begins now is taken for a whole one."""
        return self._gate.counts(now_ms)

    def take(self, code: int, *, down: bool, at_ms: int, repeated: bool = False) -> None:
        """Take a key; *repeated* where the device says that it is only held."""
        self._last_ms = at_ms
        stroke = self._held.stroke(code, down=down, at_ms=at_ms, repeated=repeated)
        self._outlets.tap.key_came(self._profile.source, stroke, down=down)
        self._gate.hand_on(self._framer.press(stroke) if down else self._framer.release(stroke), at_ms)

    def time_passed(self, now_ms: int) -> None:
        """Nothing more has come until now: everything that happened before has been taken."""
        if self._framer.is_collecting and now_ms - self._last_ms > self._framer.silence_ms:
            self._gate.hand_on(self._framer.give_up(), now_ms)
        self._gate.time_passed(now_ms, is_under_way=self._framer.is_collecting)

    def lost(self, at_ms: int) -> None:
        """Keys were lost, perhaps whole readings: what was begun is a part, the next may be."""
        _log.warning("Scanner %s: keys were lost", self._profile.source)
        self._held.forget()
        unknown = ScanFrame(
            source=self._profile.source,
            raw=b"",
            kind=FrameKind.PARTIAL,
            started_ms=at_ms,
            ended_ms=at_ms,
            role=self._profile.role,
        )
        self._gate.hand_on(self._framer.give_up() or (unknown,), at_ms)
        self._gate.doubt_until(at_ms + self._profile.keys.partial_gap_ms)

    def cut_off(self, *, lost: bool = False) -> None:
        """The scanner is let go of or was *lost*: what was begun is a part."""
        self._gate.hand_on(self._framer.give_up(), self._last_ms)
        self._gate.end(lost=lost)

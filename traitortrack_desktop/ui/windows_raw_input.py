"""Keyboard wedges on Windows, read as devices of their own through Raw Input. GUI thread; only on Windows.

Every key comes as a WM_INPUT that names its device, also while another program has the focus, and while
this window has it as an ordinary key message too. The first makes the readings; the second is swallowed
where the key is a paired scanner's, so that it reaches no widget and no other source. Keys of devices
that were not paired go their ordinary way, and keys cannot be kept from other programs.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication, QTimer

from traitortrack_desktop.devices.device_keys import DeviceKeys
from traitortrack_desktop.devices.heard_keys import HeardKeys
from traitortrack_desktop.devices.held_keys import HeldKeys
from traitortrack_desktop.devices.raw_input import (
    KEYS_DOWN,
    LEGACY_KEYS,
    WM_INPUT,
    WM_INPUT_DEVICE_CHANGE,
    LegacyPairing,
    Message,
    RawKey,
    UnwrappedTime,
    identity_of,
    legacy_code,
    raw_key,
)
from traitortrack_desktop.devices.raw_input_calls import RawInputCalls
from traitortrack_desktop.devices.recognition import the_paired_one
from traitortrack_desktop.devices.sources import Outlets
from traitortrack_desktop.domain.scanners import Connection, DeviceIdentity, ScannerProfile
from traitortrack_desktop.services.events import ScannerChanged, ScannerProblem
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading

_AT_DISPATCH, _AT_THE_WINDOW = b"windows_dispatcher_MSG", b"windows_generic_MSG"
_LOOK_EVERY_MS = 100

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Keyboard:
    handle: int
    identity: DeviceIdentity
    name: str


class WindowsRawInput(QAbstractNativeEventFilter):
    """Reads the paired scanners of one window. Times of the frames: Windows' message clock, not wrapping."""

    def __init__(self, outlets: Outlets, calls: RawInputCalls) -> None:
        super().__init__()
        self._outlets = outlets
        self._calls = calls
        self._time = UnwrappedTime()
        self._pairing = LegacyPairing()
        self._profiles: tuple[ScannerProfile, ...] = ()
        self._keyboards: tuple[_Keyboard, ...] = ()
        self._scanners: dict[int, tuple[ScannerProfile, DeviceKeys]] = {}
        self._told: dict[str, ScannerChanged] = {}
        self._were_there: set[str] = set()
        self._heard: Callable[[HeardReading], None] | None = None
        self._listened: dict[int, tuple[HeldKeys, HeardKeys]] = {}
        self._last_message: tuple[int, ...] = ()
        self._silence = QTimer()
        self._silence.setInterval(_LOOK_EVERY_MS)
        self._silence.timeout.connect(self._time_passed)

    def start(self, application: QCoreApplication, window: int) -> None:
        """Begin to read; *window* is the native handle of the main window. Raises ``OSError``."""
        self._calls.register(window)
        application.installNativeEventFilter(self)
        self._silence.start()
        self._look()

    def stop(self, application: QCoreApplication) -> None:
        """Read no more; what was begun is a part."""
        application.removeNativeEventFilter(self)
        self._silence.stop()
        self._calls.unregister()
        for handle in list(self._scanners):
            self._end(handle)

    def use(self, profiles: Sequence[ScannerProfile]) -> None:
        """Read exactly these scanners."""
        self._profiles = tuple(profiles)
        for handle, (profile, _) in list(self._scanners.items()):
            if profile not in self._profiles:
                self._end(handle)
        self._told = {source: told for source, told in self._told.items() if self._has(source)}
        self._look()

    def attached(self) -> tuple[AttachedDevice, ...]:
        """Return every keyboard, scanner or not, as it was when last looked at."""
        return tuple(map(_attached, self._keyboards))

    def listen_for_set_up(self, heard: Callable[[HeardReading], None] | None) -> None:
        """Tell *heard* the codes of the set-up from whatever keyboard; ``None``: no more.

        Meanwhile no reading becomes a scan, and nothing is swallowed.
        """
        for _, keys in self._listened.values():
            keys.forget()
        self._listened.clear()
        self._heard = heard
        for handle in list(self._scanners):
            self._end(handle)
        self._look()

    def nativeEventFilter(  # type: ignore[override]
        self, event_type: QByteArray | bytes, message: int
    ) -> tuple[bool, int]:
        """Look at one message; the first part of the answer says whether it is swallowed."""
        stage = bytes(event_type) if isinstance(event_type, bytes) else bytes(event_type.data())
        if stage not in {_AT_DISPATCH, _AT_THE_WINDOW}:
            return False, 0
        came = Message.from_address(int(message))
        if came.message not in LEGACY_KEYS | {WM_INPUT, WM_INPUT_DEVICE_CHANGE}:
            return False, 0
        return self._take(came, at_dispatch=stage == _AT_DISPATCH), 0

    def _take(self, came: Message, *, at_dispatch: bool) -> bool:
        """Take a message at the first stage where it shows; modal loops of Windows skip the dispatcher."""
        this = (came.hwnd, came.message, came.wParam, came.lParam)
        if not at_dispatch and this == self._last_message:
            self._last_message = ()
            return False
        self._last_message = this if at_dispatch else ()
        # Only the dispatcher's copy carries the time.
        at_ms = self._time.of(came.time if at_dispatch else self._calls.message_time_ms())
        if came.message == WM_INPUT:
            self._take_raw(came.lParam, at_ms)
            return False
        if came.message == WM_INPUT_DEVICE_CHANGE:
            self._look()
            return False
        return self._pairing.is_scanners(
            legacy_code(came.lParam), down=came.message in KEYS_DOWN, at_ms=at_ms
        )

    def _take_raw(self, handle: int, at_ms: int) -> None:
        try:
            key = raw_key(self._calls.data(handle))
        except OSError as error:
            _log.warning("A key could not be read: %s", error)
            return
        if key is None:
            return
        paired = self._scanners.get(key.device)
        if key.lost_before:
            if paired is not None:
                paired[1].lost(at_ms)
            return
        self._pairing.came(key, is_scanner=paired is not None, at_ms=at_ms)
        if paired is not None:
            paired[1].take(key.code, down=key.down, at_ms=at_ms)
        elif key.device in self._listened:
            self._listen(key, at_ms)

    def _listen(self, key: RawKey, at_ms: int) -> None:
        held, keys = self._listened[key.device]
        keys.take(held.stroke(key.code, down=key.down, at_ms=at_ms), down=key.down)

    def _time_passed(self) -> None:
        """Give up what nothing more comes for, but never while keys wait behind a stall of the window."""
        if self._calls.keys_wait():
            return
        now_ms = self._time.of(self._calls.now_ms())
        for _, scanner in self._scanners.values():
            scanner.time_passed(now_ms)
        for _, listened in self._listened.values():
            listened.time_passed(now_ms)

    def _look(self) -> None:
        """Find the scanners among what is attached now."""
        self._keyboards = tuple(self._named(self._calls.keyboards()))
        handles = {keyboard.handle for keyboard in self._keyboards}
        for handle in set(self._scanners) - handles:
            self._end(handle)
        if self._heard is not None:
            self._listen_to_all(self._heard)
            return
        for profile in self._profiles:
            self._find(profile)

    def _listen_to_all(self, heard: Callable[[HeardReading], None]) -> None:
        for keyboard in self._keyboards:
            if keyboard.handle not in self._listened:
                self._listened[keyboard.handle] = (HeldKeys(), HeardKeys(_attached(keyboard), heard))

    def _find(self, profile: ScannerProfile) -> None:
        if any(profile is paired for paired, _ in self._scanners.values()):
            return
        attached = [(keyboard.identity, keyboard) for keyboard in self._keyboards]
        keyboard = the_paired_one(profile.identity, attached)
        if keyboard is None or keyboard.handle in self._scanners:
            was_there = profile.source in self._were_there
            self._tell(profile, ScannerProblem.LOST if was_there else ScannerProblem.MISSING)
            return
        opened_ms = self._time.of(self._calls.now_ms())
        keys = DeviceKeys(profile, self._outlets, opened_ms=opened_ms, holds=True)
        self._scanners[keyboard.handle] = (profile, keys)
        self._were_there.add(profile.source)
        self._tell(profile, None)

    def _end(self, handle: int) -> None:
        _, keys = self._scanners.pop(handle)
        keys.cut_off()

    def _named(self, handles: Sequence[int]) -> list[_Keyboard]:
        keyboards = []
        for handle in handles:
            try:
                name = self._calls.device_name(handle)
            except OSError:
                continue  # It was unplugged meanwhile.
            identity = identity_of(name)
            if identity is not None:
                keyboards.append(_Keyboard(handle, identity, name))
        return keyboards

    def _has(self, source: str) -> bool:
        return any(profile.source == source for profile in self._profiles)

    def _tell(self, profile: ScannerProfile, problem: ScannerProblem | None) -> None:
        event = ScannerChanged(
            source=profile.source,
            name=profile.name,
            ready=problem is None,
            problem=problem,
            role=profile.role,
        )
        if self._told.get(profile.source) != event:
            self._told[profile.source] = event
            self._outlets.changed(event)


def _attached(keyboard: _Keyboard) -> AttachedDevice:
    return AttachedDevice(
        connection=Connection.INPUT_DEVICE,
        identity=keyboard.identity,
        place=keyboard.name,
        label=f"{keyboard.identity.vendor:04X}:{keyboard.identity.product:04X}",
    )

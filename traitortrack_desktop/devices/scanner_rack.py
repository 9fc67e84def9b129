"""The scanners of one station: a source for each, their own signals, and what the set-up may do with them.

Implements ``services.scanner_desk.ScannerDesk``. Sources start and stop on a thread of the rack's own,
because letting go of a device takes a moment.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from traitortrack_desktop.devices.named_port import NamedPort
from traitortrack_desktop.devices.running_sources import RunningSources
from traitortrack_desktop.devices.scanner_kinds import (
    KEYBOARD_DEVICE,
    attached_hid_devices,
    source_for,
)
from traitortrack_desktop.devices.scanner_signals import ScannerSignals
from traitortrack_desktop.devices.serial_ports import PortWatch
from traitortrack_desktop.devices.serial_scanner import SerialScanner
from traitortrack_desktop.devices.set_up_listening import SetUpListening
from traitortrack_desktop.devices.source_watchdog import SourceWatchdog
from traitortrack_desktop.devices.sources import Outlets, ScannerSource
from traitortrack_desktop.devices.submission_order import SubmissionOrder
from traitortrack_desktop.devices.tap_switch import TapSwitch
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.scanners import (
    Connection,
    Feedback,
    ScannerProfile,
    ScannerRole,
    SerialLine,
)
from traitortrack_desktop.services.events import (
    ScannerChanged,
    ScannerGone,
    StationEvent,
    StationListener,
)
from traitortrack_desktop.services.ports import ScannerProfiles
from traitortrack_desktop.services.scanner_desk import AttachedDevice, HeardReading

_log = logging.getLogger(__name__)


class WindowReads(Protocol):
    """A window that itself reads devices which are not the rack's; only on the GUI thread."""

    def attached(self) -> Sequence[AttachedDevice]:
        """Return what it could read."""
        ...

    def use(self, profiles: Sequence[ScannerProfile]) -> None:
        """Read exactly these scanners."""
        ...

    def listen_for_set_up(self, heard: Callable[[HeardReading], None] | None) -> None:
        """Tell the set-up instead of reading scans; ``None`` ends that."""
        ...


class ScannerRack:
    """All scanners that were set up, and *ports* that were named, on *line*; with *ports_only* these alone.

    Subscribe :meth:`take` to the station's events: a scanner with a signal of its own gives it when its
    reading is stored or refused.
    """

    def __init__(
        self,
        *,
        profiles: ScannerProfiles,
        submit: Callable[[ScanFrame], None],
        tell: StationListener,
        recordings: Path,
        ports: Sequence[str] = (),
        line: SerialLine | None = None,
        ports_only: bool = False,
        watch: Callable[[Callable[[tuple[AttachedDevice, ...]], None]], PortWatch] = PortWatch,
    ) -> None:
        self._file = profiles
        self._profiles: tuple[ScannerProfile, ...] = ()
        self._tell = tell
        self._ports = tuple(ports)
        self._line = line or SerialLine()
        self._ports_only = ports_only
        self.tap = TapSwitch(recordings, profiles=self.profiles, ended=self._tell_set_up)
        self._sources = RunningSources(self._made, self._tell_light)
        self._watchdog = SourceWatchdog(self._look_after, tell=tell, died=self._start_again)
        self._order = SubmissionOrder(submit)
        self.submit = self._order.submit
        """For readings that come from elsewhere, the window's keyboard: in order with the scanners'."""
        self.outlets = Outlets(
            submit=self.submit, changed=self._watchdog.changed, tap=self.tap, holds=self._order.holds
        )
        self._window: WindowReads | None = None
        self._watch = watch(self._ports_changed)
        self._named: Mapping[str, NamedPort] = {}
        self._lights: set[str] = set()
        self._listening: SetUpListening | None = None
        self._others: tuple[AttachedDevice, ...] = ()
        self._heard: Callable[[HeardReading], None] | None = None
        self._set_up_changed: Callable[[], None] | None = None
        self._signals = ScannerSignals(self._answer, self._feedback_of)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scanners")

    # -- from the station's start to its end

    def start(self) -> None:
        """Read what was set up and begin to read the scanners; returns at once."""
        self._profiles = self._file.read()
        self._watch.start()
        self._watchdog.start()
        self._do(self._use_sources)

    def stop(self) -> None:
        """Let go of every scanner; returns when that is done."""
        self._watchdog.stop()
        self._do(self._stop_all)
        self._worker.shutdown(wait=True)
        self._order.close()
        self._watch.stop()
        self.record(on=False)

    def look_again(self) -> None:
        """Look in the background what is attached. Any thread."""
        self._watch.look_again()
        self._do(self._look)

    def join_window(self, window: WindowReads | None) -> None:
        """Have *window* read what only a window can. GUI thread, as long as the rack is used from there."""
        self._window = window
        if window is not None:
            window.use(self._profiles)

    def take(self, event: StationEvent) -> None:
        """Have the scanner whose reading it was give its own signal. The thread of the event."""
        self._signals.take(event)

    def _answer(self, source: str, good: bool) -> None:
        scanner = self._sources.of(source)
        if scanner is not None:
            scanner.answer(good=good)

    def _feedback_of(self, source: str) -> Feedback:
        profile = next((each for each in self._profiles if each.source == source), None)
        return profile.serial.answers_with if profile is not None else self._line.answers_with

    # -- the set-up

    def attached(self) -> Sequence[AttachedDevice]:
        """Return what was attached when it was last looked at."""
        of_window = self._window.attached() if self._window is not None else ()
        return (*self._watch.attached(), *self._others, *of_window, KEYBOARD_DEVICE)

    def profiles(self) -> Sequence[ScannerProfile]:
        """Return the scanners of this station."""
        return self._profiles

    def save(self, profile: ScannerProfile) -> None:
        """Add *profile* or put it in the place of its like. Raises ``ProfilesUnwritableError``."""
        others = [
            known for known in self._profiles if known.source != profile.source and known.name != profile.name
        ]
        self._keep((*others, profile))

    def forget(self, source: str) -> None:
        """Use that scanner no more. Raises ``ProfilesUnwritableError``."""
        self._keep(tuple(known for known in self._profiles if known.source != source))

    def listen_for_set_up(self, heard: Callable[[HeardReading], None], changed: Callable[[], None]) -> None:
        """Listen to everything attached instead of reading scans; returns at once."""
        self._heard, self._set_up_changed = heard, changed
        if self._window is not None:
            self._window.listen_for_set_up(heard)
        self._do(self._sources.lend)
        self.look_again()

    def hear_keyboard(self, reading: HeardReading) -> None:
        """Take a reading of the keyboard wedge into the set-up."""
        heard = self._heard
        if heard is not None:
            heard(reading)

    def end_set_up(self) -> None:
        """Read the scanners again; returns at once."""
        self._heard = self._set_up_changed = None
        if self._window is not None:
            self._window.listen_for_set_up(None)
        self._do(self._stop_listening)
        self._do(self._use_sources)

    def record(self, *, on: bool) -> Path | None:
        """Begin or end recording; return the file that is written to, ``None`` where it cannot be."""
        return self.tap.record(on=on)

    @property
    def records_to(self) -> Path | None:
        """The file that is written to, ``None`` while nothing is recorded."""
        return self.tap.records_to

    # -- on the rack's own thread

    def _do(self, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except Exception:  # noqa: BLE001 - top of the rack's own loop
                _log.exception("The scanners met an unexpected error")

        self._worker.submit(guarded)

    def _keep(self, profiles: tuple[ScannerProfile, ...]) -> None:
        self._file.write(profiles)
        self._profiles = profiles
        if self._window is not None:
            self._window.use(profiles)
        if self._heard is None:
            self._do(self._use_sources)

    def _use_sources(self) -> None:
        if self._heard is not None:
            return
        wanted = self._wanted()
        self._named = {
            name: self._named.get(name) or NamedPort(name, self._watch)
            for name, profile in wanted.items()
            if profile is None
        }
        self._sources.use(wanted)
        self._tell_lights()

    def _wanted(self) -> dict[str, ScannerProfile | None]:
        """Return by source what is to be read; ``None`` for a port that was named and nobody set up."""
        at_ports = self._profiles_at_ports()
        profiles = at_ports.values() if self._ports_only else self._profiles
        named: dict[str, ScannerProfile | None] = dict.fromkeys(self._ports)
        wanted = {port: None for port in named if port not in at_ports}
        return wanted | {profile.source: profile for profile in profiles}

    def _made(self, name: str, profile: ScannerProfile | None, reopens: bool) -> ScannerSource | None:
        """Return what reads a scanner, or a port that was named; ``None`` where the window does."""
        if profile is not None:
            return source_for(profile, self.outlets, self._watch, reopens=reopens)
        return SerialScanner(
            source=name,
            name=name,
            role=ScannerRole.ANY,
            line=self._line,
            place=self._named[name],
            outlets=self.outlets,
            reconnect_hold=not self._ports_only,  # a script may feed the one it named
            reopens=reopens,
        )

    def _profiles_at_ports(self) -> dict[str, ScannerProfile]:
        """Return the scanners that were set up and are now at ports that somebody named."""
        serial = [each for each in self._profiles if each.connection is Connection.SERIAL]
        places = {self._watch.place_of(profile.identity): profile for profile in serial}
        return {port: places[port] for port in self._ports if port in places}

    def _tell_lights(self) -> None:
        """Put out the lights of scanners that are no more, and show the ones that only the window hears."""
        of_keys = [profile for profile in self._profiles if profile.connection is Connection.KEYBOARD]
        lights = {*self._sources.shown, *(profile.source for profile in of_keys)}
        for gone in self._lights - lights:
            self._tell(ScannerGone(source=gone))
        for profile in of_keys:
            self._tell(
                ScannerChanged(source=profile.source, name=profile.name, ready=True, role=profile.role)
            )
        self._lights = lights

    def _look_after(self) -> list[tuple[ScannerSource, ScannerChanged]]:
        """Once a second, on the watchdog's thread."""
        self._order.expire()
        return self._sources.with_lights()

    def _tell_light(self, light: ScannerChanged) -> None:
        self._watchdog.changed(light)

    def _start_again(self) -> None:
        """A source has died: make it anew."""
        self._do(self._use_sources)

    def _stop_listening(self) -> None:
        if self._listening is not None:
            self._listening.stop()
            self._listening = None

    def _stop_all(self) -> None:
        self._stop_listening()
        self._sources.stop()

    def _ports_changed(self, attached: tuple[AttachedDevice, ...]) -> None:
        """Something was attached or went. The watch's thread."""
        for port in self._named.values():
            port.learn(attached)
        for source in self._sources.all():
            if isinstance(source, SerialScanner):
                source.look_again()
        if self._heard is not None:
            self._do(self._look)

    def _look(self) -> None:
        """See what is attached and, in the set-up, listen to it."""
        self._others = attached_hid_devices()
        heard = self._heard
        if heard is None:
            return
        if self._listening is None:
            self._listening = SetUpListening(heard)
        self._listening.listen_to((*self._watch.attached(), *self._others))
        self._tell_set_up()

    def _tell_set_up(self) -> None:
        changed = self._set_up_changed
        if changed is not None:
            changed()

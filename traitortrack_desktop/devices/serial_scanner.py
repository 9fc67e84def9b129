"""A scanner on a serial port (RS-232, USB-CDC, Bluetooth SPP): one thread for each.

The port is opened, read, written and closed on this thread only, as pyserial needs it. Whatever the port
or a listener does, the thread goes on: it says what is wrong and tries again. It finds its scanner by what
the device is and not by the name of its port, which another one may have got meanwhile.
"""

import contextlib
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable

from traitortrack_desktop.devices.feedback import ANSWERS_WITHIN_SECONDS, READ_ON, signal
from traitortrack_desktop.devices.reconnect_hold import QUIET_MS, QUIET_MS_WIRELESS, ReconnectHold
from traitortrack_desktop.devices.scanner_health import ScannerHealth
from traitortrack_desktop.devices.serial_connection import SerialConnection, call_listener, monotonic_ms
from traitortrack_desktop.devices.serial_port import (
    Port,
    PortOpener,
    first_reading_may_lack_its_beginning,
    open_port,
    problem_of_opening,
    problem_of_reading,
)
from traitortrack_desktop.devices.sources import STOP_SECONDS, Outlets
from traitortrack_desktop.devices.timed_framing import TimedFramer, pause_of
from traitortrack_desktop.domain.scanners import Feedback, ScannerRole, SerialLine, Terminator
from traitortrack_desktop.services.events import ScannerChanged, ScannerProblem

_READ_SECONDS = 0.2
_READ_SECONDS_WITH_FEEDBACK = 0.05
_READ_SECONDS_WITHOUT_TERMINATOR = 0.02
"""Several times in each pause, so that no pause goes unseen."""

_SETTLE_SECONDS = 0.3
"""A port that just appeared gets its rights only a moment later."""

_BEGUN_BEFORE_MS = 50
"""Bytes that come so soon after the opening may be the end of a reading that was under way."""

_RETRY_SECONDS = (0.5, 1.0, 2.0)
_ANSWERS_WAITING = 1024

_log = logging.getLogger(__name__)


class SerialScanner:
    """Reads one scanner until stopped.

    *place* says what its port is called now, ``None`` while it is not attached; it is asked on this thread
    before and after every opening. With *reconnect_hold* also the first readings after the start wait until
    it shows whether they come out of the scanner's memory; after a loss they always do. *reopens* says that
    somebody read the scanner until just now, so that its first reading may be the rest of one; not when it
    was unplugged meanwhile.
    """

    def __init__(
        self,
        *,
        source: str,
        name: str,
        role: ScannerRole,
        line: SerialLine,
        place: Callable[[], str | None],
        outlets: Outlets,
        reconnect_hold: bool,
        reopens: bool = False,
        open_port: PortOpener = open_port,
    ) -> None:
        self._source = source
        self._name = name
        self._role = role
        self._line = line
        self._place = place
        self._outlets = outlets
        self._reconnect_hold = reconnect_hold
        self._reopens = reopens
        self._open_port = open_port
        self._answers: deque[tuple[bool, float]] = deque(maxlen=_ANSWERS_WAITING)
        self._stopping = threading.Event()
        self._nudged = threading.Event()
        self._told: ScannerChanged | None = None
        self._was_open = False
        self._was_absent = False
        self._was_shared = False
        self._doubts_for_ms = 0
        self._retries = 0
        self._last_alive = time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"scanner {name}", daemon=True)

    @property
    def source(self) -> str:
        """What its frames carry as ``source``."""
        return self._source

    @property
    def last_alive(self) -> float | None:
        """When its thread last went round, in seconds of ``time.monotonic``; ``None`` when it has ended.

        That is at least every 2 s but while a port is being opened, which Bluetooth may hold up for long.
        """
        return self._last_alive if self._thread.is_alive() else None

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Have it close the port and end; returns at once."""
        self._stopping.set()
        self._nudged.set()

    def stop(self, *, within_seconds: float = STOP_SECONDS) -> None:
        """Close the port and end the thread; one that hangs in opening a port ends when that does."""
        self.ask_to_stop()
        if self._thread.ident is not None:
            self._thread.join(within_seconds)
        if self._thread.is_alive():
            _log.warning("Scanner %s: its port does not finish opening and is left alone", self._name)

    def look_again(self) -> None:
        """Something was attached or went: look for the port now. Any thread; returns at once."""
        self._nudged.set()

    def answer(self, *, good: bool) -> None:
        """Have the scanner give its own signal, where it has one. Any thread; returns at once."""
        if self._line.answers_with is not Feedback.NONE:
            self._answers.append((good, time.monotonic()))

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._last_alive = time.monotonic()
                self._connect()
                self._wait(_RETRY_SECONDS[min(self._retries, len(_RETRY_SECONDS) - 1)])
                self._retries += 1
        finally:
            if not self._stopping.is_set():
                self._tell(ready=False, problem=ScannerProblem.FAILED)

    def _wait(self, seconds: float) -> None:
        if not self._stopping.is_set() and self._nudged.wait(seconds):
            self._nudged.clear()
            self._retries = 0

    def _connect(self) -> None:
        """Find the port, open it and read it until it fails."""
        try:
            port = self._opened()
        except Exception as error:  # noqa: BLE001 - pyserial raises OSError, termios.error, ValueError and others
            self._tell_trouble(problem_of_opening(error, seen_before=self._was_open), error)
            return
        if port is None:
            return
        failure: Exception | None = None
        try:
            self._read(port)
        except Exception as error:  # noqa: BLE001 - the same, and TypeError after an unplug
            failure = error
        finally:
            self._close(port)
        if failure is not None:
            self._tell_loss(failure)

    def _opened(self) -> Port | None:
        place = self._place()
        if place is None:
            self._was_absent, self._reopens = True, False
            absent = ScannerProblem.LOST if self._was_open else ScannerProblem.MISSING
            self._tell(ready=False, problem=absent)
            return None
        if self._was_absent and self._stopping.wait(_SETTLE_SECONDS):
            return None
        self._was_absent = False
        self._doubts_for_ms = self._how_long_to_doubt(place)
        port = self._open_port(place, self._line, read_timeout_seconds=self._read_seconds)
        # Another scanner may have got the name between looking and opening.
        is_right = False
        try:
            is_right = self._place() == place
        finally:
            if not is_right:
                self._close(port)
        return port if is_right else None

    def _how_long_to_doubt(self, place: str) -> int:
        """Return the milliseconds in which the rest of a reading may come whose beginning nobody heard."""
        doubts_for_ms = _BEGUN_BEFORE_MS if first_reading_may_lack_its_beginning(place) else 0
        return max(doubts_for_ms, pause_of(self._line)) if self._reopens else doubts_for_ms

    @property
    def _read_seconds(self) -> float:
        if self._line.terminator is Terminator.SILENCE:
            return _READ_SECONDS_WITHOUT_TERMINATOR
        return _READ_SECONDS if self._line.answers_with is Feedback.NONE else _READ_SECONDS_WITH_FEEDBACK

    def _is_still_there(self) -> bool:
        with contextlib.suppress(Exception):
            return self._place() is not None
        return False

    def _read(self, port: Port) -> None:
        connection = self._connection(port, monotonic_ms())
        self._was_open, self._was_shared, self._reopens, self._retries = True, False, False, 0
        self._answers.clear()
        try:
            while not self._stopping.is_set():
                self._last_alive = time.monotonic()
                if connection.is_ready:
                    self._tell(ready=True, problem=connection.problem)
                self._write_answers(connection)
                connection.read()
        finally:
            connection.end(lost=not self._stopping.is_set())
            self._nudged.clear()  # what was told meanwhile is no reason to hurry now

    def _connection(self, port: Port, now_ms: int) -> SerialConnection:
        holds = self._reconnect_hold or self._was_open
        quiet_ms = QUIET_MS_WIRELESS if self._line.wireless else QUIET_MS
        return SerialConnection(
            port,
            framer=TimedFramer(
                self._line,
                self._source,
                self._role,
                doubted_until_ms=now_ms + self._doubts_for_ms if self._doubts_for_ms else None,
                opened_as_terminal=sys.platform != "win32",
            ),
            hold=ReconnectHold(now_ms, after_loss=self._was_open, quiet_ms=quiet_ms) if holds else None,
            health=ScannerHealth(shared=self._was_shared),
            outlets=self._outlets,
            source=self._source,
            read_on=READ_ON[self._line.answers_with],
        )

    def _write_answers(self, connection: SerialConnection) -> None:
        feedback = self._line.answers_with
        while self._answers:
            good, since = self._answers.popleft()
            if time.monotonic() - since <= ANSWERS_WITHIN_SECONDS[feedback]:
                connection.write(signal(feedback, good=good), is_answer=True)

    def _close(self, port: Port) -> None:
        try:
            port.close()
        except Exception as error:  # noqa: BLE001 - closing what was unplugged may fail in any way
            _log.info("Scanner %s: closing its port: %s", self._name, error)

    def _tell_loss(self, error: Exception) -> None:
        # A Bluetooth port stands in its place also when its scanner is out of reach.
        still_there = not self._line.wireless and self._is_still_there()
        problem = problem_of_reading(error, still_there=still_there)
        self._was_shared = problem is ScannerProblem.SHARED
        self._tell_trouble(problem, error)

    def _tell_trouble(self, problem: ScannerProblem, error: Exception) -> None:
        is_news = self._told is None or self._told.problem != problem
        if is_news and problem is ScannerProblem.FAILED:
            _log.error("Scanner %s", self._name, exc_info=error)
        elif is_news:
            _log.info("Scanner %s: %s: %s", self._name, problem.value, error)
        if problem in {ScannerProblem.LOST, ScannerProblem.MISSING}:
            self._was_absent = not self._is_still_there()
        self._tell(ready=False, problem=problem)

    def _tell(self, *, ready: bool, problem: ScannerProblem | None) -> None:
        event = ScannerChanged(
            source=self._source, name=self._name, ready=ready, problem=problem, role=self._role
        )
        if event != self._told and not self._stopping.is_set():
            self._told = event
            call_listener(lambda: self._outlets.changed(event))

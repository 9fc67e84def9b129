"""A scanner on a serial port (RS-232, USB-CDC, Bluetooth SPP): one reader thread per port.

The port is opened, read and closed on this thread only, as pyserial needs it. Whatever the port
does (vanish, be busy, raise something odd), the thread reports it and tries again.
"""

import logging
import threading
import time
from collections.abc import Callable

import serial

from traitortrack_desktop.devices.framing import LineFramer
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.services.events import ScannerChanged, ScannerProblem

READ_TIMEOUT_SECONDS = 0.2
SILENCE_SECONDS = 0.5
"""A reading without terminator is a part after this long."""

_FIRST_RETRY_SECONDS = 0.5
_LONGEST_RETRY_SECONDS = 2.0

_log = logging.getLogger(__name__)


class SerialScanner:
    """Reads one port until stopped.

    *submit* gets the frames, *changed* the state of the scanner's light; both are called on the
    reader thread.
    """

    def __init__(
        self,
        port: str,
        *,
        submit: Callable[[ScanFrame], None],
        changed: Callable[[ScannerChanged], None],
        baud: int = 9600,
    ) -> None:
        self._port = port
        self._submit = submit
        self._changed = changed
        self._baud = baud
        self._stopping = threading.Event()
        self._told: ScannerChanged | None = None
        self._thread = threading.Thread(target=self._run, name=f"scanner {port}")

    def start(self) -> None:
        """Start reading."""
        self._thread.start()

    def stop(self) -> None:
        """Close the port and end the thread."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        retry_seconds = _FIRST_RETRY_SECONDS
        while not self._stopping.is_set():
            try:
                with self._open() as connection:
                    retry_seconds = _FIRST_RETRY_SECONDS
                    self._tell(ready=True)
                    self._read(connection)
            except Exception as error:  # noqa: BLE001 - pyserial raises OSError, termios.error and TypeError too
                _log.info("Scanner port %s: %s", self._port, error)
                self._tell(ready=False, problem=_problem(error))
                self._stopping.wait(retry_seconds)
                retry_seconds = min(_LONGEST_RETRY_SECONDS, retry_seconds * 2)

    def _open(self) -> serial.Serial:
        return serial.Serial(
            self._port, self._baud, timeout=READ_TIMEOUT_SECONDS, write_timeout=1, exclusive=True
        )

    def _read(self, connection: serial.Serial) -> None:
        framer = LineFramer(self._port)
        last_byte = time.monotonic()
        try:
            while not self._stopping.is_set():
                # A larger read would lose the bytes it already holds when the plug is pulled.
                data = connection.read(connection.in_waiting or 1)
                now = time.monotonic()
                if data:
                    last_byte = now
                    self._submit_all(framer.feed(data, ended_ms=_milliseconds(now)))
                elif framer.holds_part and now - last_byte >= SILENCE_SECONDS:
                    self._submit_all(framer.cut_off(ended_ms=_milliseconds(now)))
        finally:
            self._submit_all(framer.cut_off(ended_ms=_milliseconds(time.monotonic())))

    def _submit_all(self, frames: list[ScanFrame]) -> None:
        for frame in frames:
            self._submit(frame)

    def _tell(self, *, ready: bool, problem: ScannerProblem | None = None) -> None:
        event = ScannerChanged(source=self._port, name=self._port, ready=ready, problem=problem)
        if event != self._told:
            self._told = event
            self._changed(event)


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def _problem(error: Exception) -> ScannerProblem:
    """Name what a person can do something about."""
    match getattr(error, "errno", None):
        case 2:
            return ScannerProblem.MISSING
        case 13:
            return ScannerProblem.NO_PERMISSION
        case 11 | 16:
            return ScannerProblem.BUSY
        case _:
            return ScannerProblem.LOST

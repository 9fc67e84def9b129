"""Opening a serial port the way scanners need it, and what its failures mean.

Every call happens on the thread that reads the port.
"""

import contextlib
import errno
import re
import select
import sys
from typing import Protocol

import serial

from traitortrack_desktop.domain.scanners import SerialLine
from traitortrack_desktop.services.events import ScannerProblem

if sys.platform != "win32":
    import fcntl
    import termios

WRITE_TIMEOUT_SECONDS = 1.0
_INPUT_BYTES = 65536

_UART = re.compile(r"/dev/tty(S|USB|AMA|XRUSB|O|mxc)\d+")

_ABSENT = frozenset({errno.ENOENT, errno.ENXIO, errno.ENODEV, errno.EIO})
_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM})
_TAKEN = frozenset({errno.EBUSY, errno.EAGAIN})


class Port(Protocol):
    """An open port."""

    @property
    def in_waiting(self) -> int:
        """How many bytes can be read at once."""
        ...

    def read_what_comes(self) -> bytes:
        """Return what is there, or what comes first within the time-out of the port, or nothing."""
        ...

    def write(self, data: bytes, /) -> int | None:
        """Write all of *data*, or raise."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class PortOpener(Protocol):
    """Opens a port; :func:`open_port` or a stand-in."""

    def __call__(self, place: str, line: SerialLine, *, read_timeout_seconds: float) -> Port:
        """Return the open port at *place*."""
        ...


class ScannerPort(serial.Serial):
    """A serial port that keeps what the scanner sent while it was opened.

    pyserial empties the input when it opens a port, and with it the first readings of a scanner that
    sends its memory as soon as somebody listens: lost, or without their beginning.
    """

    def _reset_input_buffer(self) -> None:
        """Keep the input."""

    def read_what_comes(self) -> bytes:
        """Return what is there, or what comes first within the time-out, or nothing.

        Never asks for more than there is: a larger read loses the bytes it already has when the plug is
        pulled. Nor for a first byte alone, where a scan that comes at once can be had at once.
        """
        if sys.platform != "win32" and not self.in_waiting:
            readable, _, _ = select.select([self.fileno()], [], [], self.timeout)
            if not readable:
                return b""
        return self.read(self.in_waiting or 1)

    def close(self) -> None:
        """Let go of the port, also where another program still has it open."""
        if sys.platform != "win32" and self.fd is not None:
            with contextlib.suppress(OSError, termios.error):
                fcntl.ioctl(self.fd, termios.TIOCNXCL)
        super().close()


def open_port(place: str, line: SerialLine, *, read_timeout_seconds: float) -> ScannerPort:
    """Open the port at *place* for this program alone, without flow control. Raises what pyserial raises."""
    port = ScannerPort(
        place,
        line.baud,
        bytesize=line.data_bits,
        parity=line.parity.value,
        stopbits=line.stop_bits,
        timeout=read_timeout_seconds,
        write_timeout=WRITE_TIMEOUT_SECONDS,
        xonxoff=False,
        rtscts=False,
        dsrdtr=False,
        exclusive=True,
    )
    if sys.platform == "win32":
        # Windows keeps 4 kB, which a fast scanner fills while this thread is held up for a moment.
        port.set_buffer_size(rx_size=_INPUT_BYTES)
    else:
        with contextlib.suppress(OSError, termios.error):
            _keep_others_out(port.fileno())
            _keep_breaks(port.fileno())
    return port


def first_reading_may_lack_its_beginning(place: str) -> bool:
    """Whether the port at *place* loses what comes while nobody reads.

    USB-CDC holds it back, a UART and the adapters that have one do not, and on Windows pyserial empties
    the input in the middle of opening.
    """
    return sys.platform == "win32" or _UART.fullmatch(place) is not None


def problem_of_opening(error: Exception, *, seen_before: bool) -> ScannerProblem:
    """Return why a port could not be opened; *seen_before* is whether it was open once."""
    code = getattr(error, "errno", None)
    text = str(error)
    # On Windows pyserial puts the system's error into the text, and a port in use is "access denied".
    if code in _TAKEN or "PermissionError(13" in text:
        return ScannerProblem.BUSY
    if code in _FORBIDDEN:
        return ScannerProblem.NO_PERMISSION
    if code in _ABSENT or "FileNotFoundError(2" in text or "semaphore timeout" in text or ", 121)" in text:
        return ScannerProblem.LOST if seen_before else ScannerProblem.MISSING
    return ScannerProblem.FAILED


def problem_of_reading(error: Exception, *, still_there: bool) -> ScannerProblem:
    """Return why an open port failed; *still_there* is whether it surely stands in its place all the same."""
    if still_there and "multiple access" in str(error):
        return ScannerProblem.SHARED
    # pyserial's own confusion after an unplug is a TypeError, the terminal's an error of its own kind.
    if isinstance(error, OSError | TypeError) or type(error).__module__ == "termios":
        return ScannerProblem.LOST
    return ScannerProblem.FAILED


if sys.platform != "win32":

    def _keep_others_out(descriptor: int) -> None:
        """Have the system refuse the port to others; pyserial's lock only binds those who ask for it."""
        fcntl.ioctl(descriptor, termios.TIOCEXCL)

    def _keep_breaks(descriptor: int) -> None:
        """Have a break come as a zero byte; what another program left set could make it empty the input."""
        attributes = termios.tcgetattr(descriptor)
        attributes[0] &= ~(termios.BRKINT | termios.IGNPAR)
        termios.tcsetattr(descriptor, termios.TCSANOW, attributes)

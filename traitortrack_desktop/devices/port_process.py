"""Lists the ports in a process of its own, because on Windows that stops all threads of the asking one.

pyserial asks Windows while it holds the interpreter, for about 2.5 s with every Bluetooth port
(https://github.com/pyserial/pyserial/issues/451). The process is started when the list is first wanted,
stays for the next time, and ends with the program. A frozen program must call
``multiprocessing.freeze_support()`` first of all.
"""

import contextlib
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.context import SpawnProcess
from typing import Protocol

from traitortrack_desktop.devices.port_listing import SerialPort, list_ports

ANSWER_SECONDS = 30.0
_END_SECONDS = 2.0
_LOOK_SECONDS = 0.1

Lister = Callable[[], tuple[SerialPort, ...]]


class _Line(Protocol):
    """One end of the pipe; Windows has a class of its own for it."""

    def send(self, obj: tuple[SerialPort, ...] | None, /) -> None: ...

    def recv(self) -> tuple[SerialPort, ...]: ...

    def poll(self, timeout: float, /) -> bool: ...

    def close(self) -> None: ...


class PortsUnknownError(Exception):
    """The system did not say in time which ports there are."""


class PortProcess:
    """Asks the process for the ports. One thread at a time, but for :meth:`give_up`."""

    def __init__(self, lister: Lister = list_ports, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._lister = lister
        self._answer_seconds = answer_seconds
        self._given_up = threading.Event()
        self._process: SpawnProcess | None = None
        self._line: _Line | None = None

    def list_ports(self) -> tuple[SerialPort, ...]:
        """Return the ports. Raises :class:`PortsUnknownError`; the next time another process is tried."""
        try:
            line = self._started()
            line.send(None)
            if self._is_answered(line):
                return line.recv()
        except (OSError, EOFError) as error:
            self.close()
            raise PortsUnknownError(f"the process that lists the ports failed: {error!r}") from error
        self.close()
        raise PortsUnknownError(f"the system named no ports within {self._answer_seconds:g} s")

    def give_up(self) -> None:
        """Wait for no answer any more. Any thread; returns at once."""
        self._given_up.set()

    def _is_answered(self, line: _Line) -> bool:
        until = time.monotonic() + self._answer_seconds
        while not self._given_up.is_set() and time.monotonic() < until:
            if line.poll(_LOOK_SECONDS):
                return True
        return False

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        line, self._line = self._line, None
        if line is not None:
            line.close()
        if process is not None:
            process.join(_END_SECONDS / 10)
            if process.is_alive():
                process.kill()
                process.join(_END_SECONDS)
            with contextlib.suppress(ValueError):
                process.close()

    def _started(self) -> _Line:
        if self._line is not None and self._process is not None and self._process.is_alive():
            return self._line
        self.close()
        context = multiprocessing.get_context("spawn")
        own_end, its_end = context.Pipe()
        self._line = own_end
        self._process = context.Process(
            target=answer_until_closed, args=(its_end, self._lister), name="scanner ports", daemon=True
        )
        self._process.start()
        its_end.close()
        return own_end


def answer_until_closed(line: _Line, lister: Lister) -> None:
    """Answer each question with the ports, until nobody asks any more. Runs in the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the program, which closes the line
    with contextlib.suppress(EOFError, OSError):
        while True:
            line.recv()
            line.send(lister())

"""The serial ports a scanner may be on, and their coming and going.

One thread looks; the GUI only reads what it saw last.

On Linux the system is asked every second. On Windows only the names of the ports are read every 5 s, which
costs nothing; the process of ``port_process`` is asked when they changed, or when told to look again, for
instance by the window's device message.
"""

import contextlib
import logging
import sys
import threading
from collections.abc import Callable
from typing import Protocol

from traitortrack_desktop.devices.port_listing import SerialPort, devices_of, list_ports, place_among
from traitortrack_desktop.devices.port_process import PortProcess, PortsUnknownError
from traitortrack_desktop.domain.scanners import DeviceIdentity
from traitortrack_desktop.services.scanner_desk import AttachedDevice

_LINUX_SECONDS, _WINDOWS_SECONDS = 1.0, 5.0

_log = logging.getLogger(__name__)


class PortsOfThisComputer(Protocol):
    """Where the ports are asked for."""

    seconds: float
    """How often to look."""

    def signature(self) -> object:
        """Return, cheaply, what differs when the ports may have changed; ``None`` when only asking tells."""
        ...

    def list_ports(self) -> tuple[SerialPort, ...]:
        """Return the ports. Raises ``OSError`` or ``PortsUnknownError``."""
        ...

    def place_of(self, identity: DeviceIdentity, last_seen: tuple[SerialPort, ...]) -> str | None:
        """Return what the port of *identity* is called now."""
        ...

    def give_up(self) -> None:
        """Wait for no answer any more. Any thread; returns at once."""
        ...

    def close(self) -> None:
        """Let go of what asking needs."""
        ...


class PortsOfLinux:
    """Asks in this process."""

    seconds = _LINUX_SECONDS

    def signature(self) -> object:
        """Return ``None``: asking is cheap."""
        return None

    def list_ports(self) -> tuple[SerialPort, ...]:
        """Return the ports."""
        return list_ports()

    def place_of(self, identity: DeviceIdentity, last_seen: tuple[SerialPort, ...]) -> str | None:  # noqa: ARG002
        """Ask anew: names are given again at once, and the last list may show another scanner's."""
        return place_among(identity, list_ports() if identity.vendor is not None else ())

    def give_up(self) -> None:
        """Nothing is waited for."""

    def close(self) -> None:
        """Nothing is held."""


class PortsOfWindows:
    """Asks in a process of its own."""

    seconds = _WINDOWS_SECONDS

    def __init__(self) -> None:
        self._process = PortProcess()

    def signature(self) -> object:
        """Return the names of the ports."""
        return _names_in_registry()

    def list_ports(self) -> tuple[SerialPort, ...]:
        """Return the ports."""
        return self._process.list_ports()

    def place_of(self, identity: DeviceIdentity, last_seen: tuple[SerialPort, ...]) -> str | None:
        """Trust the last list: Windows keeps each device's name for it."""
        return place_among(identity, last_seen)

    def give_up(self) -> None:
        """Wait for the process no more."""
        self._process.give_up()

    def close(self) -> None:
        """End the process."""
        self._process.close()


def ports_of_this_computer() -> PortsOfThisComputer:
    """Return where to ask on this system."""
    return PortsOfWindows() if sys.platform == "win32" else PortsOfLinux()


def attached_ports() -> tuple[AttachedDevice, ...]:
    """Return the ports a scanner may be on: at once on Linux, on Windows perhaps after many seconds.

    Raises ``OSError`` or ``PortsUnknownError``.
    """
    with contextlib.closing(ports_of_this_computer()) as ports:
        return devices_of(ports.list_ports())


def place_of(identity: DeviceIdentity) -> str | None:
    """Return what the port of *identity* is called now, with the delays and errors of :func:`attached_ports`.

    Where a :class:`PortWatch` runs, its ``place_of`` is the quick way.
    """
    with contextlib.closing(ports_of_this_computer()) as ports:
        return place_among(identity, ports.list_ports() if identity.vendor is not None else ())


class PortWatch:
    """Looks for ports until stopped, and calls *changed* on its thread when they are not the same as before.

    The first look counts as a change, also when there is no port.
    """

    def __init__(
        self,
        changed: Callable[[tuple[AttachedDevice, ...]], None],
        *,
        ports: PortsOfThisComputer | None = None,
    ) -> None:
        self._changed = changed
        self._ports = ports or ports_of_this_computer()
        self._seen: tuple[SerialPort, ...] | None = None
        self._signature: object = None
        self._stopping = threading.Event()
        self._nudged = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scanner ports")

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread, without waiting for a system that is slow to answer."""
        self._stopping.set()
        self._nudged.set()
        self._ports.give_up()
        self._thread.join()
        self._ports.close()

    def look_again(self) -> None:
        """Look now. Any thread; returns at once."""
        self._nudged.set()

    def attached(self) -> tuple[AttachedDevice, ...]:
        """Return what was there at the last look. Any thread; returns at once."""
        return devices_of(self._seen or ())

    def place_of(self, identity: DeviceIdentity) -> str | None:
        """Return what the port of *identity* is called now. Any thread but the GUI's."""
        return self._ports.place_of(identity, self._seen or ())

    def _run(self) -> None:
        told_to = True
        while not self._stopping.is_set():
            try:
                self._look(told_to=told_to)
            except (OSError, PortsUnknownError) as error:
                _log.info("Looking for scanner ports: %s", error)
            except Exception:  # noqa: BLE001 - whatever the listener or the system does, look again
                _log.exception("Looking for scanner ports")
            told_to = self._nudged.wait(self._ports.seconds)
            self._nudged.clear()

    def _look(self, *, told_to: bool) -> None:
        signature = self._ports.signature()
        if not told_to and signature is not None and signature == self._signature:
            return
        ports = self._ports.list_ports()
        self._signature = signature
        if ports != self._seen:
            self._seen = ports
            self._changed(devices_of(ports))


if sys.platform == "win32":
    import winreg

    def _names_in_registry() -> frozenset[str]:
        """Return the names that Windows lists for its serial ports; none where it has none."""
        names = set()
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"HARDWARE\DEVICEMAP\SERIALCOMM") as key:
                for index in range(winreg.QueryInfoKey(key)[1]):
                    names.add(str(winreg.EnumValue(key, index)[1]))
        except OSError:
            return frozenset()
        return frozenset(names)

else:

    def _names_in_registry() -> frozenset[str]:
        """There is no registry."""
        return frozenset()

"""What a check works on: guns that are thrown away after it, and a look at what an ordinary user may do."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

from guns import KeyboardGun, PosGun, SerialGun, UsbPosGun

from traitortrack_desktop.devices.sources import ScannerSource

_NOBODY = 65534

Gun = TypeVar("Gun", SerialGun, KeyboardGun, PosGun, UsbPosGun)


class Bench(ExitStack):
    """Lends plugged-in guns to one check."""

    def serial_gun(self, serial: str, port: int) -> SerialGun:
        return self._plugged(SerialGun(serial, port))

    def keyboard_gun(self, serial: str, port: int, *, interfaces: int = 1) -> KeyboardGun:
        return self._plugged(KeyboardGun(serial, port, interfaces=interfaces))

    def pos_gun(self, serial: str) -> PosGun:
        return self._plugged(PosGun(serial))

    def usb_pos_gun(self, serial: str, port: int) -> UsbPosGun:
        return self._plugged(UsbPosGun(serial, port))

    def start(self, source: ScannerSource) -> None:
        """Start *source*; it ends with the check."""
        source.start()
        self.callback(source.stop)

    def _plugged(self, gun: Gun) -> Gun:
        self.callback(gun.throw_away)
        gun.plug()
        return gun


def as_ordinary_user(ask: Callable[[], object]) -> str:
    """Return what *ask* answers, or the error it ends with, in a process that has no rights."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(_NOBODY)
        os.setuid(_NOBODY)
        try:
            answer = repr(ask())
        except OSError as error:
            answer = repr(error)
        os.write(write_end, answer.encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as told:
        answer = told.read()
    os.waitpid(child, 0)
    return answer

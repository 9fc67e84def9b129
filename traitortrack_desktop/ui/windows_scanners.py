"""Joins what only Windows has to the scanners of the station: Raw Input, device messages. GUI thread."""

import contextlib
import logging
from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from traitortrack_desktop.devices.raw_input_calls import RawInputCalls
from traitortrack_desktop.devices.scanner_rack import ScannerRack
from traitortrack_desktop.ui.windows_device_change import WindowsDeviceChange
from traitortrack_desktop.ui.windows_raw_input import WindowsRawInput

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def windows_scanners(rack: ScannerRack, window: QWidget, calls: RawInputCalls) -> Iterator[None]:
    """Have *window*, which has its native handle, hear scanners and their plugging in until the end.

    Where Windows does not give its keys to it, scanners are read as one keyboard, as without any of this.
    """
    application = QCoreApplication.instance()
    assert application is not None
    raw_input = WindowsRawInput(rack.outlets, calls)
    plugging = WindowsDeviceChange(rack.look_again)
    with contextlib.ExitStack() as stack:
        stack.callback(plugging.stop, application)
        plugging.start(application)
        try:
            raw_input.start(application, window.winId())
        except OSError as problem:
            _log.warning("Scanners cannot be told apart: %s", problem)
        else:
            stack.callback(raw_input.stop, application)
            stack.callback(rack.join_window, None)
            rack.join_window(raw_input)
        yield

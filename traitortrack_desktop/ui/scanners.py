"""What the window needs to know of the scanners of its station. GUI thread."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QDesktopServices

from traitortrack_desktop.devices.makers import signals
from traitortrack_desktop.devices.sources import NoTap, RawTap
from traitortrack_desktop.documents.barcodes import code_128_svg, set_up_code_svg
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.scanners import (
    SET_UP_CODE,
    SET_UP_CODE_WITH_SEPARATOR,
    Connection,
    Feedback,
    ScannerProfile,
)
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.services.scanner_desk import ScannerDesk
from traitortrack_desktop.ui.printed_sheet import print_calibration_sheet
from traitortrack_desktop.ui.scanner_set_up_screen import ScannerSetUpScreen
from traitortrack_desktop.ui.windows_key_time import windows_key_time

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanners:
    """The *desk* with what its set-up screen shows and prints, and the *tap* of a recording.

    *submit* takes the readings of the keyboard, in order with those of the other scanners.

    *key_time* gives the time of a key by native scan code and whether it went down, where Qt does not.
    """

    desk: ScannerDesk
    submit: Callable[[ScanFrame], None]
    set_up_code_svg: Callable[[], str]
    test_code_svg: Callable[[str], str]
    print_sheet: Callable[[], Path | None]
    signals: Mapping[str, Feedback]
    tap: RawTap = field(default_factory=NoTap)
    key_time: Callable[[int, bool], int | None] | None = None


def window_scanners(
    application: QCoreApplication,
    desk: ScannerDesk,
    *,
    submit: Callable[[ScanFrame], None],
    tap: RawTap,
    wording: Wording,
    sheet: Path,
) -> Scanners:
    """Return *desk* with the codes of this station; its set-up is printed from the file *sheet*."""

    def print_sheet() -> Path | None:
        try:
            print_calibration_sheet(sheet, wording.calibration_sheet)
        except OSError as problem:
            _log.warning("The set-up sheet cannot be written: %s", problem)
            return None
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(sheet)))
        return sheet

    windows = windows_key_time(application)
    return Scanners(
        desk=desk,
        submit=submit,
        set_up_code_svg=lambda: set_up_code_svg(SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR),
        test_code_svg=code_128_svg,
        print_sheet=print_sheet,
        signals=signals(),
        tap=tap,
        key_time=windows.at_ms if windows is not None else None,
    )


def keyboard_scans(profiles: Sequence[ScannerProfile]) -> bool:
    """Whether a scanner types into the window: also where nobody set any scanner up."""
    return not profiles or any(profile.connection is Connection.KEYBOARD for profile in profiles)


def scanner_screen(
    scanners: Scanners | None, wording: Wording, palette: Palette
) -> ScannerSetUpScreen | None:
    """Return the screen to set *scanners* up; ``None`` for a window that has none."""
    if scanners is None:
        return None
    return ScannerSetUpScreen(
        scanners.desk,
        wording,
        palette,
        set_up_code_svg=scanners.set_up_code_svg,
        test_code_svg=scanners.test_code_svg,
        print_sheet=scanners.print_sheet,
        signals=scanners.signals,
    )

"""The calibration sheet in words: what is printed for setting a scanner up. Without Qt."""

from pathlib import Path

from traitortrack_desktop.devices.makers import MAKERS
from traitortrack_desktop.documents.calibration_sheet import CalibrationSheet, write_calibration_sheet
from traitortrack_desktop.domain.scanners import SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR
from traitortrack_desktop.presentation.phrases import CalibrationSheetWords
from traitortrack_desktop.services.scanner_set_up import TEST_CODES


def print_calibration_sheet(path: Path, words: CalibrationSheetWords) -> None:
    """Write the sheet to *path* as PDF. Raises ``OSError`` when it cannot be written."""
    write_calibration_sheet(path, calibration_sheet(words))


def calibration_sheet(words: CalibrationSheetWords) -> CalibrationSheet:
    """Return the sheet with the codes of this station."""
    makers = ((maker.name, "; ".join(words.settings[each] for each in maker.settings)) for maker in MAKERS)
    return CalibrationSheet(
        title=words.title,
        steps=words.steps,
        code=SET_UP_CODE,
        code_caption=words.code_caption,
        code_with_separator=SET_UP_CODE_WITH_SEPARATOR,
        code_with_separator_caption=words.code_with_separator_caption,
        tests_title=words.tests.title,
        tests_hint=words.tests.hint,
        test_codes=TEST_CODES,
        settings_title=words.makers.title,
        settings_hint=words.makers.hint,
        settings=((words.keyboard, words.keyboard_settings), *makers),
    )

"""The own commands as a sheet of barcodes: written into the data folder and shown. GUI thread."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from traitortrack_desktop.documents.code_sheet import SheetCode, SheetSection, write_code_sheet
from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.presentation.sheets import command_sheet
from traitortrack_desktop.presentation.wording.sheet_words import SHEETS

PrintCommands = Callable[[Role, str], Path | None]
"""Writes and shows the sheet of a role in a language; returns its file, ``None`` when it was not written."""


def commands_printer(folder: Path) -> PrintCommands:
    """Return what writes sheets into *folder*, a new one over the one before, and shows them."""

    def print_commands(role: Role, language: str) -> Path | None:
        path = folder / f"commands-{role}-{language}.pdf"
        try:
            write_command_sheet(path, role, language)
        except OSError:
            return None
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
        return path

    return print_commands


def write_command_sheet(path: Path, role: Role, language: str) -> None:
    """Write the sheet to *path* as PDF. Raises ``OSError`` when it cannot be written."""
    words = SHEETS[language]
    sections = [
        SheetSection(
            title=part.title,
            hint=part.hint,
            codes=tuple(SheetCode(text=text, caption=caption) for text, caption in part.codes),
            starts_page=part.starts_page,
        )
        for part in command_sheet(role, words)
    ]
    write_code_sheet(path, title=words.title.format(role=words.roles[role]), sections=sections)

"""The own commands as a sheet of barcodes: written into the data folder and shown. GUI thread."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.ui.printed_barcodes import write_command_sheet

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

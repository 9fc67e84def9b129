"""Sheets of barcodes as a screen or a command prints them. Without Qt, on the thread of whoever asks."""

from collections.abc import Sequence
from pathlib import Path

from traitortrack_desktop.documents.code_sheet import SheetCode, SheetSection, write_code_sheet
from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.presentation.sheets import SheetPart, command_sheet, training_sheet
from traitortrack_desktop.presentation.wording.sheet_words import SHEETS


def write_command_sheet(path: Path, role: Role, language: str) -> None:
    """Write the commands of *role* to *path* as PDF. Raises ``OSError`` when it cannot be written."""
    words = SHEETS[language]
    _write(path, words.title.format(role=words.roles[role]), command_sheet(role, words))


def write_training_sheet(path: Path, role: Role, language: str) -> None:
    """Write the steps that *role* tries to *path*, as :func:`write_command_sheet` does the commands."""
    words = SHEETS[language]
    _write(path, words.training.title.format(role=words.roles[role]), training_sheet(role, words))


def _write(path: Path, title: str, parts: Sequence[SheetPart]) -> None:
    sections = [
        SheetSection(
            title=part.title,
            hint=part.hint,
            codes=tuple(SheetCode(text=text, caption=caption) for text, caption in part.codes),
            starts_page=part.starts_page,
        )
        for part in parts
    ]
    write_code_sheet(path, title=title, sections=sections)

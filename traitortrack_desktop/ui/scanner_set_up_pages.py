"""What fills the middle of the set-up screen: the list, the code to scan, the name, the guide. GUI thread."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.phrases import ScannerSetUpWords
from traitortrack_desktop.presentation.scanner_set_up_state import Choices, ScannerPage, ScannerSetUpView
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.services.scanner_set_up import LONGEST_NAME
from traitortrack_desktop.ui.scanner_set_up_presses import PressRow, target_height
from traitortrack_desktop.ui.scanner_set_up_rows import RowsZone
from traitortrack_desktop.ui.scanner_set_up_zones import BoxesZone, ChecksZone, CodeZone, LearnedZone
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_MOST_CHOICES = 3


class Page(QWidget):
    """One of the pages. :attr:`pressed` carries the ``Press``."""

    pressed = Signal(object)
    shown_for: frozenset[ScannerPage]

    def show_view(self, view: ScannerSetUpView) -> None:
        """Show the part of *view* that is this page's."""
        raise NotImplementedError

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        for zone in self.findChildren(Zone):
            zone.take_looks(palette_, sizes)
        for row in self.findChildren(PressRow):
            row.take_looks(palette_, sizes)
        layout = self.layout()
        if layout is not None:
            layout.setSpacing(sizes.gap)


class ListPage(Page):
    """The scanners of this station, and what else is attached."""

    shown_for = frozenset({ScannerPage.LIST})

    def __init__(self, palette_: Palette, sizes: Sizes, words: ScannerSetUpWords) -> None:
        super().__init__()
        self.here = RowsZone(palette_, sizes, words.more_rows)
        self.attached = RowsZone(palette_, sizes, words.more_rows)
        self.here.pressed.connect(self.pressed)
        _beside(self, (self.here, 66), (self.attached, 34))

    def show_view(self, view: ScannerSetUpView) -> None:
        """Show both lists."""
        self.here.show_rows(view.here_title, view.here, view.here_empty)
        self.attached.show_rows(view.attached_title, view.attached, view.attached_empty)


class CodePage(Page):
    """A code on the left, and how many scans came on the right; the boxes alone where there is no code."""

    shown_for = frozenset({ScannerPage.CODE, ScannerPage.TEST})

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__()
        self.code, self.boxes = CodeZone(palette_, sizes), BoxesZone(palette_, sizes)
        _beside(self, (self.code, 62), (self.boxes, 38))

    def show_view(self, view: ScannerSetUpView) -> None:
        """Show the boxes; the code comes by :meth:`show_code`."""
        self.boxes.show_boxes(view.boxes, view.box_lines)

    def show_code(self, svg: str) -> None:
        """Show *svg*, or only the boxes when it is empty."""
        self.code.show_svg(svg)
        self.code.setVisible(bool(svg))


class NamePage(Page):
    """Name, bags, the scanner's own signal, and what was learned. The only text field of the screen."""

    shown_for = frozenset({ScannerPage.NAME})
    named = Signal(str)

    def __init__(self, palette_: Palette, sizes: Sizes, words: ScannerSetUpWords) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setMaxLength(LONGEST_NAME)
        self.line.setPlaceholderText(words.name_hint)
        self.line.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.line.textEdited.connect(self.named)
        self.learned = LearnedZone(palette_, sizes)
        self.labels = [QLabel() for _ in range(_MOST_CHOICES)]
        self.rows = [PressRow(palette_, sizes) for _ in range(_MOST_CHOICES)]
        self._suggested = (words.left, words.right)
        self._grid = QGridLayout(self)
        self._lay_out()

    def show_view(self, view: ScannerSetUpView) -> None:
        """Show the questions with what is chosen."""
        for number, (label, row) in enumerate(zip(self.labels, self.rows, strict=True)):
            there = number < len(view.choices)
            label.setVisible(there)
            row.setVisible(there)
            if there:
                self._show_choices(label, row, view.choices[number])
        if " ".join(self.line.text().split()) != view.name:
            self.line.setText("" if view.name in self._suggested else view.name)
        self.learned.show_learned(view.learned_title, view.learned)

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        super().take_looks(palette_, sizes)
        for label in self.labels:
            label.setFont(text_font(sizes.label))
            label.setIndent(sizes.padding)
        self.line.setFont(text_font(sizes.label))
        self.line.setFixedHeight(target_height(sizes))
        self._grid.setColumnMinimumWidth(0, round(sizes.label * 7.5) + sizes.padding)

    def _show_choices(self, label: QLabel, row: PressRow, choices: Choices) -> None:
        label.setText(choices.label)
        row.show_presses(choices.presses)

    def _lay_out(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        for number, (label, row) in enumerate(zip(self.labels, self.rows, strict=True)):
            label.setTextFormat(Qt.TextFormat.PlainText)
            self._grid.addWidget(label, number, 0)
            self._grid.addWidget(row, number, 1, 1, 1 if number == 0 else 2)
            row.pressed.connect(self.pressed)
        self._grid.addWidget(self.line, 0, 2)
        self._grid.addWidget(self.learned, _MOST_CHOICES, 0, 1, 3)
        for column, share in ((1, 50), (2, 50)):
            self._grid.setColumnStretch(column, share)
        self._grid.setRowStretch(_MOST_CHOICES, 1)


class GuidePage(Page):
    """The checks."""

    shown_for = frozenset({ScannerPage.GUIDE})

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__()
        self.checks = ChecksZone(palette_, sizes)
        _beside(self, (self.checks, 1))

    def show_view(self, view: ScannerSetUpView) -> None:
        """Show the checks."""
        self.checks.show_checks(view.checks)


def _beside(page: QWidget, *parts: tuple[QWidget, int]) -> None:
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    for widget, share in parts:
        row.addWidget(widget, share)

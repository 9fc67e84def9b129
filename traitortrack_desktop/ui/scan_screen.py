"""The scan screen: its zones in their fixed places. It shows states and knows nothing else. GUI thread."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.screen_state import ScanScreenState, Tone
from traitortrack_desktop.presentation.sizes import sizes_for
from traitortrack_desktop.ui.zones.bag_list import BagListZone
from traitortrack_desktop.ui.zones.counter import CounterZone
from traitortrack_desktop.ui.zones.instruction import InstructionZone
from traitortrack_desktop.ui.zones.keys import KeysZone
from traitortrack_desktop.ui.zones.result import ResultZone
from traitortrack_desktop.ui.zones.status import StatusZone

_COUNT_SHARE, _RESULT_SHARE = 43, 57


class ScanScreen(QWidget):
    """Six zones, none of which takes focus or moves."""

    def __init__(self, palette_: Palette, *, viewing_distance_metres: float) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self._distance = viewing_distance_metres
        self._colours = palette_
        self._tone = Tone.READY
        sizes = sizes_for(self.width(), self.height(), viewing_distance_metres=viewing_distance_metres)
        self.instruction = InstructionZone(palette_, sizes)
        self.counter = CounterZone(palette_, sizes)
        self.result = ResultZone(palette_, sizes)
        self.bag_list = BagListZone(palette_, sizes)
        self.keys = KeysZone(palette_, sizes)
        self.status = StatusZone(palette_, sizes)
        self._middle = QHBoxLayout()
        self._middle.addWidget(self.counter, _COUNT_SHARE)
        self._middle.addWidget(self.result, _RESULT_SHARE)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.instruction)
        self._column.addLayout(self._middle)
        self._column.addWidget(self.bag_list, 1)
        self._column.addWidget(self.keys)
        self._column.addWidget(self.status)
        self._lay_out()

    def show_state(self, state: ScanScreenState) -> None:
        """Show *state*; zones that have not changed are not painted again."""
        self.instruction.show_instruction(state.instruction, state.tone)
        self.counter.show_counter(state.counter)
        self.result.show_result(state.result)
        self.bag_list.show_rows(state.rows, state.inside, state.empty_rows_text, state.more_rows)
        self.keys.show_actions(state.actions)
        self.status.show_status(state.status, state.tone)
        if state.tone is not self._tone:
            self._tone = state.tone
            self.update()

    @property
    def cut_off(self) -> list[str]:
        """Texts that had no room when they were last painted."""
        zones = (self.instruction, self.counter, self.result, self.bag_list, self.status)
        return [text for zone in zones for text in zone.cut_off] + self.keys.cut_off

    def take_palette(self, palette_: Palette) -> None:
        """Use other colours from now on."""
        self._colours = palette_
        self._lay_out()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let everything grow with the window."""
        super().resizeEvent(event)
        self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the ground between the zones."""
        QPainter(self).fillRect(self.rect(), QColor(self._colours.ground_of(self._tone).ground))

    def _lay_out(self) -> None:
        sizes = sizes_for(self.width(), self.height(), viewing_distance_metres=self._distance)
        self.instruction.setFixedHeight(sizes.instruction_height)
        self.counter.setFixedHeight(sizes.middle_height)
        self.result.setFixedHeight(sizes.middle_height)
        self.keys.setFixedHeight(sizes.key_height)
        self.status.setFixedHeight(sizes.status_height)
        self._column.setContentsMargins(sizes.gap, sizes.gap, sizes.gap, sizes.gap // 3)
        self._column.setSpacing(sizes.gap)
        self._middle.setSpacing(sizes.gap)
        for zone in (self.instruction, self.counter, self.result, self.bag_list, self.keys, self.status):
            zone.take_looks(self._colours, sizes)

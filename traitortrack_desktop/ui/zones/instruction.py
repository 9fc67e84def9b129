"""Zone 1: the next physical act, and the banner when the station does not listen or cannot store."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.screen_state import Tone
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.signs import draw_hazard
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_BANNERS = frozenset({Tone.STOP, Tone.NOT_LISTENING, Tone.CANNOT_STORE})
_STRIPED = frozenset({Tone.NOT_LISTENING, Tone.CANNOT_STORE})


class InstructionZone(Zone):
    """Shows one sentence, large."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self._text, self._tone = "", Tone.READY

    def show_instruction(self, text: str, tone: Tone) -> None:
        """Show *text* in *tone*."""
        if (text, tone) != (self._text, self._tone):
            self._text, self._tone = text, tone
            self.announce(text)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the sentence."""
        painter = self.begin()
        banner = self._tone in _BANNERS
        surface = self.colours.tones[self._tone] if banner else self.colours.window
        place = self.paint_ground(painter, surface) if banner else QRectF(self.rect())
        if self._tone in _STRIPED:
            place = self._paint_stripes(painter, place)
        elif not banner:
            place = place.adjusted(self.sizes.padding, 0, -self.sizes.padding, 0)
        painter.setPen(QColor(surface.text))
        font = text_font(self.sizes.instruction, QFont.Weight.DemiBold)
        self.write(painter, self._text, place, font)

    def _paint_stripes(self, painter: QPainter, place: QRectF) -> QRectF:
        surface = self.colours.tones[self._tone]
        stripes = QRectF(self.rect())
        stripes.setLeft(stripes.right() - self.sizes.padding * 8)
        inner = stripes.adjusted(0, self.sizes.padding * 0.6, -self.sizes.padding, -self.sizes.padding * 0.6)
        draw_hazard(painter, inner, QColor(surface.ground), QColor(surface.sign))
        return place.adjusted(0, 0, -self.sizes.padding * 8, 0)

"""Zone 6: operator, station, scanners, what waits for the centre, version."""

from dataclasses import replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.screen_state import Light, Mark, StatusStrip, Tone
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.signs import draw_mark
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_SIGN = 1.25
"""Width of a sign and the room behind it, as a share of the font's size."""

_SMALLEST_SHARE = 0.8


class StatusZone(Zone):
    """Shows the status strip: people and things from the left, delivery and version from the right."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self._status: StatusStrip | None = None
        self._tone = Tone.READY
        self._size = sizes.status
        self._crowded = False

    def show_status(self, status: StatusStrip, tone: Tone) -> None:
        """Show *status*, on the ground that the screen has in *tone*."""
        if (status, tone) != (self._status, self._tone):
            self._status, self._tone = status, tone
            lights = (light.text for light in status.lights)
            self.announce(
                *(status.operator, status.station, *lights),
                *(status.sound, status.hint, status.catalogue, status.delivery, status.version),
            )
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint what must be whole from the right first; names from the left take what is left."""
        painter = self.begin()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        status = self._status
        if status is None:
            return
        side = self.sizes.padding
        place = QRectF(self.rect()).adjusted(side, 0, -side, 0)
        status = self._fitting(status, place.width())
        if status.version:
            place = self._from_right(painter, place, status.version, None)
        place = self._from_right(painter, place, status.delivery, status.delivery_mark)
        if status.catalogue:
            place = self._from_right(painter, place, status.catalogue, None)
        for light in reversed(status.lights):
            place = self._light_from_right(painter, place, light)
        if status.hint:
            place = self._from_right(painter, place, status.hint, Mark.RECORDED)
        if status.sound:
            place = self._from_right(painter, place, status.sound, Mark.REFUSED)
        self._names(painter, place, status)

    def _fitting(self, status: StatusStrip, width: float) -> StatusStrip:
        """Leave out what few need where there is no room, the list of bags first; then write smaller."""
        self._size, self._crowded = self.sizes.status, False
        brief = replace(status, catalogue=status.catalogue_short)
        bare = replace(status, catalogue="")
        unversioned = replace(brief, version=""), replace(bare, version="")
        for shorter in (status, brief, bare, *unversioned, replace(bare, version="", station="")):
            wished = self._wished_width(shorter)
            if wished <= width:
                return shorter
        self._crowded = wished * _SMALLEST_SHARE > width
        self._size = int(self._size * max(_SMALLEST_SHARE, width / wished))
        return shorter

    def _wished_width(self, status: StatusStrip) -> float:
        marked = [light.text for light in status.lights]
        marked += [text for text in (status.operator, status.delivery, status.hint, status.sound) if text]
        plain = [text for text in (status.station, status.catalogue, status.version) if text]
        bold = QFontMetricsF(text_font(self._size, QFont.Weight.DemiBold))
        thin = QFontMetricsF(text_font(self._size))
        texts = sum(bold.horizontalAdvance(text) for text in marked)
        texts += sum(thin.horizontalAdvance(text) for text in plain)
        signs = self._size * _SIGN * (len(marked) - 1)
        return texts + signs + (self.sizes.gap * 2.4 + 2) * (len(marked) + len(plain) - 1)

    def _from_right(self, painter: QPainter, place: QRectF, text: str, mark: Mark | None) -> QRectF:
        weight = QFont.Weight.DemiBold if mark is not None else QFont.Weight.Normal
        font = text_font(self._size, weight)
        sign = self._size * _SIGN if mark is not None else 0.0
        width = min(QFontMetricsF(font).horizontalAdvance(text) + 2, place.width() - sign)
        left = place.right() - width
        if mark is not None:
            self._sign(painter, mark, left - sign, place)
        surface = self.colours.ground_of(self._tone)
        painter.setPen(QColor(surface.text if mark is not None else surface.quiet))
        self.write(painter, text, QRectF(left, place.top(), width, place.height()), font)
        return place.adjusted(0, 0, -(width + sign + self.sizes.gap * 2.4), 0)

    def _light_from_right(self, painter: QPainter, place: QRectF, light: Light) -> QRectF:
        text = light.text
        if self._crowded:
            font = QFontMetricsF(text_font(self._size, QFont.Weight.DemiBold))
            text = font.elidedText(text, Qt.TextElideMode.ElideRight, place.width() * 0.45)
        return self._from_right(painter, place, text, light.mark)

    def _sign(self, painter: QPainter, mark: Mark, left: float, place: QRectF) -> None:
        side = self._size * 0.8
        box = QRectF(left, place.center().y() - side / 2, side, side)
        surface = self.colours.ground_of(self._tone)
        own = surface is self.colours.window
        draw_mark(painter, mark, box, QColor(self.colours.marks[mark] if own else surface.sign))

    def _names(self, painter: QPainter, place: QRectF, status: StatusStrip) -> None:
        surface = self.colours.ground_of(self._tone)
        bold, plain = text_font(self._size, QFont.Weight.DemiBold), text_font(self._size)
        wished = QFontMetricsF(plain).horizontalAdvance(status.station) + 2 + self.sizes.gap * 2.4
        station_width = min(wished, place.width() * 0.5) if status.station else 0.0
        room = place.width() - station_width
        name = QFontMetricsF(bold).elidedText(status.operator, Qt.TextElideMode.ElideRight, room)
        painter.setPen(QColor(surface.text))
        self.write(painter, name, QRectF(place.left(), place.top(), room, place.height()), bold)
        used = min(room, QFontMetricsF(bold).horizontalAdvance(name)) + self.sizes.gap * 2.4
        painter.setPen(QColor(surface.quiet))
        box = QRectF(place.left() + used, place.top(), station_width, place.height())
        self.write(painter, status.station, box, plain)

"""The painted places of the set-up screen of the scanners. GUI thread."""

from PySide6.QtCore import QByteArray, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtSvg import QSvgRenderer

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.scanner_set_up_state import Check, Saying
from traitortrack_desktop.presentation.screen_state import Icon, Mark
from traitortrack_desktop.presentation.sizes import Sizes
from traitortrack_desktop.ui.signs import draw_icon, draw_mark
from traitortrack_desktop.ui.texts import draw_fitted
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_TOP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_BOXES_IN_A_ROW = 5
"""Twice as many where there is room for them."""
_PAPER = "#ffffff"
"""Scanners read dark bars on white, whatever the theme is."""


class WrappingZone(Zone):
    """A zone that also writes several lines."""

    def write_lines(
        self, painter: QPainter, text: str, box: QRectF, font: QFont, flags: Qt.AlignmentFlag = _TOP
    ) -> None:
        """Write *text* in as many lines as it takes, smaller where *box* is too small."""
        if not draw_fitted(painter, text, box, font, flags, wrap=True):
            self.cut_off.append(text)
        self.painted.append(text)


class HeadingZone(Zone):
    """Which step it is, and the next physical act."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self._step, self._instruction = "", ""

    def show_heading(self, step: str, instruction: str) -> None:
        """Show *instruction* with *step* above it."""
        self._step, self._instruction = step, instruction
        self.announce(step, instruction)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint both."""
        painter, sizes = self.begin(), self.sizes
        place = QRectF(self.rect()).adjusted(sizes.padding, 0, -sizes.padding, 0)
        small = text_font(sizes.label)
        height = QFontMetricsF(small).height()
        painter.setPen(QColor(self.colours.window.quiet))
        self.write(painter, self._step, QRectF(place.left(), place.top(), place.width(), height), small)
        painter.setPen(QColor(self.colours.window.text))
        large = text_font(round(sizes.instruction * 0.9), QFont.Weight.DemiBold)
        self.write(painter, self._instruction, place.adjusted(0, height, 0, 0), large)


class SayingZone(WrappingZone):
    """What just happened, what to do, and a line for IT. It keeps its place when nothing is said."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self.saying: Saying | None = None

    def show_saying(self, saying: Saying | None) -> None:
        """Show *saying*, or nothing."""
        self.saying = saying
        self.announce(*((saying.heading, saying.what, saying.now, saying.fact) if saying else ()))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint icon, word and sentences."""
        painter, saying, sizes = self.begin(), self.saying, self.sizes
        if saying is None:
            return
        surface = self.colours.tones[saying.tone]
        place = self.paint_ground(painter, surface)
        side = sizes.left * 1.15
        icon = QRectF(place.left(), place.top(), side, side)
        if saying.icon is not Icon.DOT:
            draw_icon(painter, saying.icon, icon, QColor(surface.sign), QColor(surface.ground))
            place.setLeft(icon.right() + sizes.padding * 0.8)
        painter.setPen(QColor(surface.text))
        word = QRectF(place.left(), place.top(), place.width(), side)
        self.write(painter, saying.heading, word, text_font(sizes.left, QFont.Weight.Bold))
        place.setTop(word.bottom() + sizes.gap * 0.5)
        if saying.fact:
            painter.setPen(QColor(surface.quiet))
            font = text_font(sizes.status)
            height = QFontMetricsF(font).height()
            line = QRectF(place.left(), place.bottom() - height, place.width(), height)
            self.write(painter, saying.fact, line, font)
            place.setBottom(place.bottom() - height - sizes.gap * 0.4)
        painter.setPen(QColor(surface.text))
        both = f"{saying.what} {saying.now}".rstrip()
        self.write_lines(painter, both, place, text_font(sizes.line))


class CodeZone(Zone):
    """A code to scan from the screen, always dark on white: an SVG whose unit is a module of the code."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self._renderer = QSvgRenderer(self)
        self._svg = ""

    def show_svg(self, svg: str) -> None:
        """Show *svg* as large as whole modules fit."""
        if svg != self._svg:
            self._svg = svg
            self._renderer.load(QByteArray(svg.encode()))
            self.update()

    @property
    def has_code(self) -> bool:
        """Whether there is something to scan."""
        return self._renderer.isValid()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the paper and the code on it."""
        painter, sizes = self.begin(), self.sizes
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self.colours.line), 1))
        painter.setBrush(QColor(_PAPER))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, sizes.radius, sizes.radius)
        size = QSizeF(self._renderer.defaultSize())
        if not self.has_code or size.isEmpty():
            return
        room = box.adjusted(sizes.gap, sizes.gap, -sizes.gap, -sizes.gap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        self._renderer.render(painter, self._sharpest(size, room))

    def _sharpest(self, size: QSizeF, room: QRectF) -> QRectF:
        """Return the place where every module of the code is as many whole pixels of the screen."""
        pixel = 1 / self.devicePixelRatioF()
        fitting = min(room.width() / size.width(), room.height() / size.height())
        scale = max(1, int(fitting / pixel)) * pixel
        drawn = size * scale
        left = round((room.center().x() - drawn.width() / 2) / pixel) * pixel
        top = round((room.center().y() - drawn.height() / 2) / pixel) * pixel
        return QRectF(left, top, drawn.width(), drawn.height())


class BoxesZone(Zone):
    """Boxes that fill as scans come in, and what is known of the scanner."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self.boxes: tuple[bool, ...] = ()
        self._lines: tuple[str, ...] = ()

    def show_boxes(self, boxes: tuple[bool, ...], lines: tuple[str, ...]) -> None:
        """Show *boxes*, the true ones filled, and *lines* below them."""
        self.boxes, self._lines = boxes, lines
        self.announce(f"{sum(boxes)} / {len(boxes)}", *lines)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint boxes and lines."""
        painter, sizes = self.begin(), self.sizes
        place = self.paint_ground(painter, self.colours.panel)
        place.adjust(0, sizes.gap * 0.4, 0, 0)
        place.setTop(self._paint_boxes(painter, place) + sizes.gap * 1.4)
        for number, line in enumerate(self._lines):
            first = number == 0
            font = text_font(
                sizes.line if first else sizes.status, QFont.Weight.DemiBold if first else QFont.Weight.Normal
            )
            painter.setPen(QColor(self.colours.panel.text if first else self.colours.panel.quiet))
            height = QFontMetricsF(font).height() * 1.15
            self.write(painter, line, QRectF(place.left(), place.top(), place.width(), height), font)
            place.setTop(place.top() + height)

    def _paint_boxes(self, painter: QPainter, place: QRectF) -> float:
        """Paint the boxes and return where they end."""
        if not self.boxes:
            return place.top()
        gap, wide = self.sizes.gap, place.width() > self.sizes.line * 40
        columns = _BOXES_IN_A_ROW * 2 if wide else _BOXES_IN_A_ROW
        rows = -(-len(self.boxes) // columns)
        side = min(
            (place.width() - gap * (columns - 1)) / columns,
            (place.height() - self.sizes.line * 4.2 - gap * (rows - 1)) / rows,
            self.sizes.line * 4.6,
        )
        for number, filled in enumerate(self.boxes):
            row, column = divmod(number, columns)
            box = QRectF(place.left() + column * (side + gap), place.top() + row * (side + gap), side, side)
            self._paint_box(painter, box, number + 1, filled=filled)
        return place.top() + rows * (side + gap) - gap

    def _paint_box(self, painter: QPainter, box: QRectF, number: int, *, filled: bool) -> None:
        accent, panel = QColor(self.colours.highlight), self.colours.panel
        if filled:
            draw_icon(painter, Icon.FULL, box, accent, QColor(panel.ground))
            return
        painter.setPen(QPen(QColor(self.colours.edge), 1.5))
        painter.setBrush(QColor(self.colours.track))
        radius = box.width() * 0.16
        painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), radius, radius)
        painter.setPen(QColor(panel.quiet))
        font = text_font(round(box.height() * 0.34))
        self.write(painter, str(number), box, font, Qt.AlignmentFlag.AlignCenter)


class LearnedZone(WrappingZone):
    """What was learned, for IT."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self._title, self._text = "", ""

    def show_learned(self, title: str, text: str) -> None:
        """Show *text* under *title*."""
        self._title, self._text = title, text
        self.announce(title, text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint title and text."""
        painter, sizes = self.begin(), self.sizes
        place = self.paint_ground(painter, self.colours.panel)
        font = text_font(sizes.status, QFont.Weight.DemiBold)
        height = QFontMetricsF(font).height()
        painter.setPen(QColor(self.colours.panel.quiet))
        self.write(painter, self._title, QRectF(place.left(), place.top(), place.width(), height), font)
        painter.setPen(QColor(self.colours.panel.text))
        body = place.adjusted(0, height + sizes.gap * 0.5, 0, 0)
        self.write_lines(painter, self._text, body, text_font(sizes.label))


class ChecksZone(WrappingZone):
    """The guide: one check below the other, each with what is so right now."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self.checks: tuple[Check, ...] = ()

    def show_checks(self, checks: tuple[Check, ...]) -> None:
        """Show *checks*."""
        self.checks = checks
        self.announce(*(f"{check.text} {check.fact}" for check in checks))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint every check in a row of equal height."""
        painter = self.begin()
        place = self.paint_ground(painter, self.colours.panel)
        height = place.height() / max(1, len(self.checks))
        for number, check in enumerate(self.checks):
            box = QRectF(place.left(), place.top() + number * height, place.width(), height)
            if number:
                painter.setPen(QColor(self.colours.line))
                painter.drawLine(box.topLeft(), box.topRight())
            self._paint_check(painter, number + 1, check, box)

    def _paint_check(self, painter: QPainter, number: int, check: Check, box: QRectF) -> None:
        sizes, panel = self.sizes, self.colours.panel
        painter.setPen(QColor(panel.quiet))
        width = sizes.line * 1.6
        figure = QRectF(box.topLeft(), QSizeF(width, box.height()))
        self.write(painter, str(number), figure, text_font(sizes.line))
        side = sizes.line * 0.9
        words = box.adjusted(width, 0, -side - sizes.gap * 2, 0)
        middle = words.center().y()
        painter.setPen(QColor(panel.text))
        upper = QRectF(words.left(), words.top(), words.width(), middle - words.top() + sizes.gap * 0.4)
        bottom = Qt.AlignmentFlag.AlignBottom
        self.write(painter, check.text, upper, text_font(sizes.label, QFont.Weight.DemiBold), bottom)
        wrong = check.mark is Mark.REFUSED
        painter.setPen(QColor(self.colours.marks[Mark.REFUSED] if wrong else panel.quiet))
        lower = QRectF(words.left(), upper.bottom(), words.width(), words.bottom() - upper.bottom())
        self.write(painter, check.fact, lower, text_font(sizes.status), Qt.AlignmentFlag.AlignTop)
        if check.mark is not None:
            sign = QRectF(box.right() - side, middle - side / 2, side, side)
            draw_mark(painter, check.mark, sign, QColor(self.colours.marks[check.mark]))

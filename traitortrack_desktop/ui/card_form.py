"""A form on a card in the middle of the window, and the place for what is wrong, in words. GUI thread."""

from PySide6.QtCore import QEvent, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QLabel, QLayout, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.screen_state import Icon, Tone
from traitortrack_desktop.presentation.sizes import Sizes, sizes_for
from traitortrack_desktop.ui.signs import draw_icon
from traitortrack_desktop.ui.texts import draw_fitted
from traitortrack_desktop.ui.theme import text_font

_SPACE_BEFORE_BUTTON = 8


class CardForm(QWidget):
    """Title, hint, fields, one button, and a place for problems.

    *foot* is written into the lower corners of the window, *width* is the card's at 1366 x 768. The
    subclass makes its fields with :meth:`field`, then gives them in a layout to :meth:`lay_out`.
    """

    def __init__(
        self,
        palette_: Palette,
        *,
        title: str,
        hint: str,
        submit: str,
        foot: tuple[str, str],
        width: int = 620,
    ) -> None:
        super().__init__()
        self._colours, self._foot, self._card_width = palette_, foot, width
        self.title, self.hint = _label(title), _label(hint)
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.submit = QPushButton(submit)
        self.submit.setObjectName("primary")
        self.submit.setAutoDefault(False)
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            by_key = QShortcut(QKeySequence(key), self.submit)
            by_key.setContext(Qt.ShortcutContext.WidgetShortcut)
            by_key.activated.connect(self.submit.click)
        self.problem = ProblemPanel(palette_)
        self._body, self._column = QWidget(), QVBoxLayout(self)
        self._form: QLayout = self._column
        self._labels: list[QLabel] = []
        self._fields: list[QLineEdit] = []

    def field(
        self, label: str, *, secret: bool = False, line: QLineEdit | None = None
    ) -> tuple[QLabel, QLineEdit]:
        """Return a new field, which is *line* where one is given, and its label."""
        name, line = _label(label), line if line is not None else QLineEdit()
        name.setBuddy(line)
        if secret:
            line.setEchoMode(QLineEdit.EchoMode.Password)
        self._labels.append(name)
        self._fields.append(line)
        return name, line

    def lay_out(self, fields: QLayout) -> None:
        """Put everything into its place."""
        fields.setContentsMargins(0, 0, 0, 0)
        self._body.setLayout(fields)
        self._form = fields
        self._column.addStretch(1)
        for widget in (self.title, self.hint, self._body, self.submit, self.problem):
            if widget is self.submit:
                self._column.addSpacing(_SPACE_BEFORE_BUTTON)
            self._column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch(1)
        self._take_sizes()

    def set_busy(self, *, busy: bool) -> None:
        """Let nobody type or press while something is asked."""
        for widget in (*self._fields, self.submit):
            widget.setEnabled(not busy)

    def take_palette(self, palette_: Palette) -> None:
        """Use other colours from now on."""
        self._colours = palette_
        self._take_sizes()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let everything grow with the window."""
        super().resizeEvent(event)
        self._take_sizes()

    def event(self, event: QEvent) -> bool:
        """Paint the card anew when the form has moved on it."""
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.update()
        return handled

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the card behind the form, and station and version below it."""
        painter, sizes = QPainter(self), self._sizes()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._colours.window.ground))
        edge = sizes.padding * 1.6
        card = QRectF(self._form_area()).adjusted(-edge, -edge, edge, edge)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colours.panel.ground))
        painter.drawRoundedRect(card, sizes.radius, sizes.radius)
        painter.setPen(QColor(self._colours.window.quiet))
        foot = QRectF(self.rect()).adjusted(sizes.padding, 0, -sizes.padding, -sizes.gap)
        font, bottom = text_font(sizes.status), Qt.AlignmentFlag.AlignBottom
        draw_fitted(painter, self._foot[0], foot, font, bottom | Qt.AlignmentFlag.AlignLeft)
        draw_fitted(painter, self._foot[1], foot, font, bottom | Qt.AlignmentFlag.AlignRight)

    def _form_area(self) -> QRect:
        """Return where the form is, in coordinates of this widget; the card lies around it."""
        return self.title.geometry().united(self.problem.geometry())

    def _sizes(self) -> Sizes:
        return sizes_for(self.width(), self.height())

    def _take_sizes(self) -> None:
        sizes = self._sizes()
        width = round(self._card_width * sizes.line / 26)
        self.title.setFont(text_font(round(sizes.instruction * 0.8), QFont.Weight.DemiBold))
        self.hint.setFont(text_font(sizes.label))
        self.submit.setFont(text_font(sizes.line, QFont.Weight.DemiBold))
        for widget in (self.title, self.hint, self._body, self.submit):
            widget.setFixedWidth(width)
        for line in self._fields:
            line.setFont(text_font(sizes.line))
        for label in self._labels:
            label.setFont(text_font(sizes.label, QFont.Weight.DemiBold))
            label.setFixedHeight(round(sizes.line * 1.9))
            label.setAlignment(Qt.AlignmentFlag.AlignBottom)
        self.problem.setFixedSize(width, round(sizes.line * 4.2))
        self.problem.take_looks(self._colours, sizes)
        for layout in (self._column, self._form):
            layout.setSpacing(round(sizes.gap * 0.9))


class ProblemPanel(QWidget):
    """Keeps its place whether or not it says something, so that nothing moves."""

    def __init__(self, palette_: Palette) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._colours, self._sizes = palette_, sizes_for(0, 0)
        self._tone = Tone.READY
        self.text = ""
        self.is_cut_off = False

    def show_problem(self, text: str, tone: Tone) -> None:
        """Show *text* in *tone*; an empty text leaves the place blank."""
        self.text, self._tone = text, tone
        self.setAccessibleName(text)
        self.update()

    def take_looks(self, palette_: Palette, sizes: Sizes) -> None:
        """Use other colours or sizes from now on."""
        self._colours, self._sizes = palette_, sizes
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the sign and the sentence."""
        if not self.text:
            return
        painter, surface, sizes = QPainter(self), self._colours.tones[self._tone], self._sizes
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(surface.ground))
        painter.drawRoundedRect(QRectF(self.rect()), sizes.radius, sizes.radius)
        place = QRectF(self.rect()).adjusted(sizes.padding * 0.8, sizes.gap, -sizes.padding * 0.8, -sizes.gap)
        side = sizes.line * 1.5
        icon = Icon.TRIANGLE if self._tone is Tone.ATTENTION else Icon.DOT
        sign = QRectF(place.left(), place.center().y() - side / 2, side, side)
        draw_icon(painter, icon, sign, QColor(surface.sign), QColor(surface.ground))
        painter.setPen(QColor(surface.text))
        words = place.adjusted(side + sizes.padding * 0.8, 0, 0, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        self.is_cut_off = not draw_fitted(painter, self.text, words, text_font(sizes.label), flags, wrap=True)


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label

"""The sign-in screen, the only place where keys go into text fields. GUI thread."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.screen_state import Icon, Tone
from traitortrack_desktop.presentation.sizes import Sizes, sizes_for
from traitortrack_desktop.presentation.wording import Wording
from traitortrack_desktop.ui.signs import draw_icon
from traitortrack_desktop.ui.texts import draw_fitted
from traitortrack_desktop.ui.theme import text_font

_CARD_WIDTH = 620


class SignInScreen(QWidget):
    """Name, password, and in words what is wrong. :attr:`submitted` carries name and password."""

    submitted = Signal(str, str)

    def __init__(self, palette_: Palette, wording: Wording, *, station: str, version: str) -> None:
        super().__init__()
        self._colours, self._words = palette_, wording.sign_in
        self._foot = (
            wording.labels.station.format(name=station),
            wording.labels.version.format(version=version),
        )
        self.title = _label(wording.sign_in.title)
        self.hint = _label(wording.sign_in.hint)
        self.username_label, self.username = _label(wording.sign_in.username), QLineEdit()
        self.password_label, self.password = _label(wording.sign_in.password), QLineEdit()
        self.submit = QPushButton(wording.sign_in.submit)
        self.problem = ProblemPanel(palette_)
        self._prepare_fields()
        self._column = QVBoxLayout(self)
        self._fill_column()
        self._take_sizes()

    def ask_again(self, problem: str) -> None:
        """Show *problem* (may be empty) and let the operator type; the password is forgotten."""
        self._set_busy(busy=False)
        self.problem.show_problem(problem, Tone.ATTENTION)
        self.password.clear()
        (self.password if self.username.text() else self.username).setFocus()

    def begin(self) -> None:
        """Begin anew, for another person."""
        self.username.clear()
        self.ask_again("")

    def take_palette(self, palette_: Palette) -> None:
        """Use other colours from now on."""
        self._colours = palette_
        self.problem.take_looks(palette_, self._sizes())
        self._take_sizes()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let everything grow with the window."""
        super().resizeEvent(event)
        self._take_sizes()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint the card behind the form, and station and version below it."""
        painter, sizes = QPainter(self), self._sizes()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._colours.window.ground))
        edge = sizes.padding * 1.6
        card = QRectF(self.title.geometry().united(self.problem.geometry())).adjusted(
            -edge, -edge, edge, edge
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colours.panel.ground))
        painter.drawRoundedRect(card, sizes.radius, sizes.radius)
        painter.setPen(QColor(self._colours.window.quiet))
        foot = QRectF(self.rect()).adjusted(sizes.padding, 0, -sizes.padding, -sizes.gap)
        font, bottom = text_font(sizes.status), Qt.AlignmentFlag.AlignBottom
        draw_fitted(painter, self._foot[0], foot, font, bottom | Qt.AlignmentFlag.AlignLeft)
        draw_fitted(painter, self._foot[1], foot, font, bottom | Qt.AlignmentFlag.AlignRight)

    def _prepare_fields(self) -> None:
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.username_label.setBuddy(self.username)
        self.password_label.setBuddy(self.password)
        self.submit.setObjectName("primary")
        self.submit.setAutoDefault(False)
        self.submit.clicked.connect(self._submit)
        self.username.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._submit)

    def _fill_column(self) -> None:
        self._column.addStretch(1)
        for widget in (
            self.title,
            self.hint,
            self.username_label,
            self.username,
            self.password_label,
            self.password,
            self.submit,
            self.problem,
        ):
            if widget is self.submit:
                self._column.addSpacing(8)
            self._column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch(1)
        self.hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)

    def _submit(self) -> None:
        name, password = self.username.text().strip(), self.password.text()
        if not name or not password:
            self.problem.show_problem(self._words.incomplete, Tone.ATTENTION)
            (self.password if name else self.username).setFocus()
            return
        self._set_busy(busy=True)
        self.problem.show_problem(self._words.asking, Tone.READY)
        self.submitted.emit(name, password)

    def _set_busy(self, *, busy: bool) -> None:
        for widget in (self.username, self.password, self.submit):
            widget.setEnabled(not busy)

    def _sizes(self) -> Sizes:
        return sizes_for(self.width(), self.height())

    def _take_sizes(self) -> None:
        sizes = self._sizes()
        scale = sizes.line / 26
        fonts = {
            self.title: text_font(round(sizes.instruction * 0.8), QFont.Weight.DemiBold),
            self.hint: text_font(sizes.label),
            self.username_label: text_font(sizes.label, QFont.Weight.DemiBold),
            self.password_label: text_font(sizes.label, QFont.Weight.DemiBold),
            self.username: text_font(sizes.line),
            self.password: text_font(sizes.line),
            self.submit: text_font(sizes.line, QFont.Weight.DemiBold),
        }
        for widget, font in fonts.items():
            widget.setFont(font)
            widget.setFixedWidth(round(_CARD_WIDTH * scale))
        self.problem.setFixedSize(round(_CARD_WIDTH * scale), round(sizes.line * 4.2))
        self.problem.take_looks(self._colours, sizes)
        for label in (self.username_label, self.password_label):
            label.setFixedHeight(round(sizes.line * 1.9))
            label.setAlignment(Qt.AlignmentFlag.AlignBottom)
        self._column.setSpacing(round(sizes.gap * 0.9))


class ProblemPanel(QWidget):
    """Keeps its place whether or not it says something, so that nothing moves."""

    def __init__(self, palette_: Palette) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._colours, self._sizes = palette_, sizes_for(0, 0)
        self._tone = Tone.READY
        self.text = ""

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
        draw_fitted(painter, self.text, words, text_font(sizes.label), flags, wrap=True)


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label

"""A card of two halves: what to do, in large words on the left, and a form on the right. GUI thread."""

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from traitortrack_desktop.presentation.palette import Palette, Surface
from traitortrack_desktop.presentation.screen_state import Mark, Tone
from traitortrack_desktop.presentation.sign_in import BannerView, PeopleCardView
from traitortrack_desktop.presentation.sizes import Sizes, sizes_for
from traitortrack_desktop.ui.badge_wall import GuardedLine
from traitortrack_desktop.ui.card_form import CardForm
from traitortrack_desktop.ui.signs import draw_badge
from traitortrack_desktop.ui.texts import draw_fitted
from traitortrack_desktop.ui.theme import text_font
from traitortrack_desktop.ui.zones.zone import Zone

_BANNER_WIDTH, _FORM_WIDTH, _LEAST_HEIGHT = 560, 500, 440
"""At 1366 x 768."""
_MIDDLE = Qt.AlignmentFlag.AlignCenter
_TOP = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter


class Banner(Zone):
    """The left half: a note, the picture of a badge, the biggest words of the screen, and lines."""

    def __init__(self, palette_: Palette, sizes: Sizes) -> None:
        super().__init__(palette_, sizes)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._view = BannerView(heading="")

    def show_banner(self, view: BannerView) -> None:
        """Show *view*."""
        if view != self._view:
            self._view = view
            self.announce(view.note, view.heading, *view.lines)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint from top to bottom; the picture takes what the words leave."""
        painter, view, sizes = self.begin(), self._view, self.sizes
        surface = self.colours.tones[Tone.ACCEPTED]
        place = self.paint_ground(painter, surface).adjusted(0, sizes.gap, 0, -sizes.gap)
        if view.note:
            place.setTop(self._paint_note(painter, view.note, place, surface))
        room = place.height() - self._height_of_words(view, place.width()) - sizes.gap
        if view.shows_badge:
            picture = QRectF(place.left(), place.top(), place.width(), room)
            ink, ground = QColor(surface.sign), QColor(self.colours.panel.ground)
            draw_badge(painter, picture, ground, ink, QColor(self.colours.marks[Mark.REFUSED]))
        place.setTop(place.top() + (room + sizes.gap if view.shows_badge else room * 0.42))
        self._paint_words(painter, view, place, surface)

    def _height_of_words(self, view: BannerView, width: float) -> float:
        box = QRectF(0, 0, width, 10_000)
        flags = _TOP.value | Qt.TextFlag.TextWordWrap.value
        lines = QFontMetricsF(text_font(self.sizes.label)).boundingRect(box, flags, _lines_of(view))
        return self.sizes.word * 1.3 + self.sizes.gap * 1.5 + lines.height()

    def _paint_note(self, painter: QPainter, note: str, place: QRectF, surface: Surface) -> float:
        painter.setPen(QColor(surface.quiet))
        box = QRectF(place.left(), place.top(), place.width(), self.sizes.left * 1.4)
        self.write(painter, note, box, text_font(self.sizes.left, QFont.Weight.DemiBold), _MIDDLE)
        return box.bottom() + self.sizes.gap * 0.6

    def _paint_words(self, painter: QPainter, view: BannerView, place: QRectF, surface: Surface) -> None:
        painter.setPen(QColor(surface.text))
        head = QRectF(place.left(), place.top(), place.width(), self.sizes.word * 1.3)
        self.write(painter, view.heading, head, text_font(self.sizes.word, QFont.Weight.Bold), _MIDDLE)
        painter.setPen(QColor(surface.quiet))
        rest = place.adjusted(0, head.height() + self.sizes.gap * 0.5, 0, 0)
        text = _lines_of(view)
        if not draw_fitted(painter, text, rest, text_font(self.sizes.label), _TOP, wrap=True):
            self.cut_off.append(text)
        self.painted += [line for line in view.lines if line]


def _lines_of(view: BannerView) -> str:
    return "\n".join(line for line in view.lines if line)


class PeopleCard(CardForm):
    """The two halves with their buttons, and the place for what is wrong below them.

    :attr:`badge_typed` carries a badge that a slow scanner typed into a field. :attr:`cancelled` says that
    the person goes back. The subclass gives its part of the form to :meth:`lay_out`.
    """

    badge_typed = Signal(str)
    cancelled = Signal()

    def __init__(self, palette_: Palette, *, foot: tuple[str, str]) -> None:
        super().__init__(palette_, title="", hint="", submit="", foot=foot, width=_FORM_WIDTH)
        self.hint.setVisible(False)
        self.banner = Banner(palette_, sizes_for(0, 0))
        self.cancel = QPushButton()
        self.cancel.setObjectName("secondary")
        self.cancel.setAutoDefault(False)
        self.cancel.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cancel.clicked.connect(self.cancelled)
        self._buttons = QHBoxLayout()
        self._upper, self._form_half = QWidget(), QWidget()
        self._halves, self._right = QHBoxLayout(self._upper), QVBoxLayout(self._form_half)
        for layout in (self._halves, self._right):
            layout.setContentsMargins(0, 0, 0, 0)

    def guarded_field(
        self, label: str, *, secret: bool = False, digits_only: bool = False, free_words: bool = False
    ) -> GuardedLine:
        """Return a new field in which no badge stays; its label is the field's buddy."""
        line = GuardedLine(digits_only=digits_only, free_words=free_words)
        self.field(label, secret=secret, line=line)
        line.badge_typed.connect(self.badge_typed)
        return line

    def lay_out(self, fields: QLayout) -> None:
        """Put everything into its place."""
        fields.setContentsMargins(0, 0, 0, 0)
        self._body.setLayout(fields)
        self._form = fields
        self._buttons.addWidget(self.cancel, 2)
        self._buttons.addWidget(self.submit, 3)
        self._right.addWidget(self.title)
        self._right.addWidget(self._body)
        self._right.addStretch(1)
        self._right.addLayout(self._buttons)
        self._halves.addWidget(self.banner)
        self._halves.addWidget(self._form_half)
        self._column.addStretch(1)
        for widget in (self._upper, self.problem):
            widget.installEventFilter(self)
            self._column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch(1)
        self._take_sizes()

    def show_form(self, view: PeopleCardView) -> None:
        """Show the words of *view*; what was typed stays."""
        self.banner.show_banner(view.banner)
        self.title.setText(view.title)
        self.submit.setText(view.submit)
        self.cancel.setText(view.cancel)
        self.cancel.setVisible(bool(view.cancel))

    def show_foot(self, foot: tuple[str, str]) -> None:
        """Write other texts into the lower corners."""
        if foot != self._foot:
            self._foot = foot
            self.update()

    @property
    def cut_off(self) -> list[str]:
        """Texts that had no room when they were last painted."""
        said = [self.problem.text] if self.problem.is_cut_off else []
        buttons = [each for each in self.findChildren(QPushButton) if each.isVisible()]
        short = [each.text() for each in buttons if each.sizeHint().width() > each.width()]
        labels = [each for each in (self.title, *self._labels) if each.isVisible()]
        narrow = [each.text() for each in labels if each.sizeHint().width() > each.width()]
        return [*self.banner.cut_off, *said, *short, *narrow]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back by Esc, where there is a way back."""
        if event.key() == Qt.Key.Key_Escape and self.cancel.isVisible():
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paint the card anew when a half of it was moved by its layout."""
        if event.type() in {QEvent.Type.Move, QEvent.Type.Resize}:
            self.update()
        return super().eventFilter(watched, event)

    def _form_area(self) -> QRect:
        return self._upper.geometry().united(self.problem.geometry())

    def _take_sizes(self) -> None:
        super()._take_sizes()
        sizes = self._sizes()
        scale = sizes.line / 26
        self.title.setFont(text_font(sizes.line, QFont.Weight.DemiBold))
        self.submit.setMaximumWidth(16_777_215)
        self.submit.setMinimumWidth(0)
        for button in (self.submit, self.cancel):
            button.setFont(text_font(sizes.line, QFont.Weight.DemiBold))
            button.setMinimumHeight(round(sizes.key_height * 1.1))
        self.banner.setFixedWidth(round(_BANNER_WIDTH * scale))
        self.banner.setMinimumHeight(round(_LEAST_HEIGHT * scale))
        self._form_half.setFixedWidth(round(_FORM_WIDTH * scale))
        self.banner.take_looks(self._colours, sizes)
        between = sizes.padding * 1.6
        self._halves.setSpacing(round(between))
        self._right.setSpacing(sizes.gap)
        self._buttons.setSpacing(sizes.gap)
        self._column.setSpacing(sizes.padding)
        width = round((_BANNER_WIDTH + _FORM_WIDTH) * scale + between)
        self.problem.setFixedSize(width, round(sizes.line * 3.2))
        for line in self._fields:
            line.setMinimumHeight(sizes.key_height)
        for layout in (self._form, self._right, self._halves, self._column):
            layout.activate()  # from the inside out: else each waits for the one around it

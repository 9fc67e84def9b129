"""Text fields in which no badge stays: the second wall, for scanners as slow as a typing person. GUI thread.

The keyboard scanner keeps quick readings from every field. What is too slow for it comes here as typed
characters: as soon as they look like a badge the field empties itself, takes in the rest unseen and gives
the whole away at Enter.
"""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from traitortrack_desktop.domain.badge_traces import may_hold_badge

_ENDS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_KEPT = 64
"""So many characters behind one another are looked at."""
_ENDS_AFTER_MS = 3000
"""Without an end the badge is over so long after its last character."""


class GuardedLine(QLineEdit):
    """A field for anything but a badge. :attr:`badge_typed` carries the whole code, as it was typed.

    With *digits_only* it takes nothing else, and still sees what it does not take. With *free_words* the
    word badge alone is no badge yet.
    """

    badge_typed = Signal(str)

    def __init__(
        self, parent: QWidget | None = None, *, digits_only: bool = False, free_words: bool = False
    ) -> None:
        super().__init__(parent)
        self._digits_only, self._free_words = digits_only, free_words
        self._seen = ""
        self._badge: str | None = None
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setInterval(_ENDS_AFTER_MS)
        self._silence.timeout.connect(self._end)
        self.textChanged.connect(self._look)

    @property
    def takes_a_badge(self) -> bool:
        """Whether a badge is being typed into it now, unseen."""
        return self._badge is not None

    def forget(self) -> None:
        """Empty the field, and keep nothing of what was typed, not even to undo."""
        self._seen, self._badge = "", None
        self._silence.stop()
        self.setText("")

    def event(self, event: QEvent) -> bool:
        """Take the Tab behind a badge, which would go to the next field."""
        if isinstance(event, QKeyEvent) and self._is_end(event):
            self._end()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Look at every character, also at those that the field does not take."""
        text = event.text()
        if not text or not text.isprintable():
            if self._badge is None:
                self._seen = ""
                super().keyPressEvent(event)
            return
        if self._badge is not None:
            self._go_on(text)
            return
        self._seen = (self._seen + text)[-_KEPT:]
        if self._looks_like_a_badge(self._seen):
            self._begin(self._seen)
        elif not self._digits_only or text in "0123456789":
            super().keyPressEvent(event)

    def _is_end(self, event: QKeyEvent) -> bool:
        pressed = event.type() == QEvent.Type.KeyPress
        return pressed and self._badge is not None and event.key() in _ENDS

    def _look(self, text: str) -> None:
        """Look at text that came in another way, for instance from an input method."""
        if self._badge is not None:
            if text:
                self._go_on(text)
                self.setText("")
        elif self._looks_like_a_badge(text):
            self._begin(text)
        elif self._digits_only and text and not (text.isascii() and text.isdecimal()):
            self.setText("".join(char for char in text if char in "0123456789"))

    def _looks_like_a_badge(self, text: str) -> bool:
        return may_hold_badge(text.encode()) and not (self._free_words and _beginning_of(text) is None)

    def _begin(self, text: str) -> None:
        start = _beginning_of(text)
        self._seen, self._badge = "", text[text.upper().rfind("BADGE") if start is None else start :]
        self.setText("")
        self._silence.start()

    def _go_on(self, text: str) -> None:
        self._badge = ((self._badge or "") + text)[:_KEPT]
        self._silence.start()

    def _end(self) -> None:
        badge = self._badge or ""
        self.forget()
        self.badge_typed.emit(badge)


def _beginning_of(text: str) -> int | None:
    """Return where the prefix of a badge begins in *text*, whatever its dash has become."""
    folded = text.upper()
    word = folded.rfind("BADGE")
    start = folded.rfind("TT", max(0, word - 4), word)
    return start if start >= 0 else None

"""Where list, card and search fields of the office stand. GUI thread."""

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QStackedWidget, QWidget

_LIST_SHARE, _CARD_SHARE = 56, 44


class TwoColumns(QGridLayout):
    """One of *lists* beside one of *cards*, and *filters* above the list or above both."""

    def __init__(self, filters: QWidget, lists: Sequence[QWidget], cards: Sequence[QWidget]) -> None:
        super().__init__()
        self.left, self.right = QStackedWidget(), QStackedWidget()
        self._filters = filters
        self._place: tuple[bool, bool] | None = None
        for stack, widgets in ((self.left, lists), (self.right, cards)):
            stack.setMinimumWidth(1)
            for widget in widgets:
                stack.addWidget(widget)
        self.setContentsMargins(0, 0, 0, 0)
        self.setColumnStretch(0, _LIST_SHARE)
        self.setColumnStretch(1, _CARD_SHARE)
        self.setRowStretch(1, 1)
        self.place_filters(wide=False, there=False)

    def place_filters(self, *, wide: bool, there: bool) -> None:
        """Have the search fields above the list, or above list and card."""
        if (wide, there) == self._place:
            return
        self._place = wide, there
        for widget in (self._filters, self.left, self.right):
            self.removeWidget(widget)
        self.addWidget(self._filters, 0, 0, 1, 2 if wide else 1)
        self.addWidget(self.left, 1 if there else 0, 0, 1 if there else 2, 1)
        self.addWidget(self.right, 1 if wide else 0, 1, 1 if wide else 2, 1)

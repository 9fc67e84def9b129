"""Finding bags, bills and returns, in the place of the scan screen. GUI thread.

What is scanned meanwhile goes through the station, which tells of it; what is typed goes into the fields.
"""

import itertools
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from traitortrack_desktop.presentation.find_acts import FindField, FindTab
from traitortrack_desktop.presentation.find_speech import FindSpeech
from traitortrack_desktop.presentation.find_state import FindView
from traitortrack_desktop.presentation.find_view import find_view
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.panel_views import ListView
from traitortrack_desktop.presentation.screen_facts import ScreenFacts
from traitortrack_desktop.presentation.sizes import sizes_for
from traitortrack_desktop.services.events import StationEvent
from traitortrack_desktop.services.station import StationControls
from traitortrack_desktop.ui.find.find_controller import FindController
from traitortrack_desktop.ui.find.source_zone import SourceZone
from traitortrack_desktop.ui.finding_place import FindingPlace
from traitortrack_desktop.ui.key_events import ACTION_KEYS, action_key
from traitortrack_desktop.ui.panels.buttons import ButtonGrid, PanelButton, target_height
from traitortrack_desktop.ui.panels.card_panel import CardPanel
from traitortrack_desktop.ui.panels.filter_bar import FilterBar
from traitortrack_desktop.ui.panels.form_panel import FormPanel
from traitortrack_desktop.ui.panels.rows_panel import RowsPanel
from traitortrack_desktop.ui.panels.saying_bar import SayingBar
from traitortrack_desktop.ui.panels.two_columns import TwoColumns
from traitortrack_desktop.ui.zones.zone import Zone

_TO_THE_LIST = frozenset({Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp})


class FindPlace(FindingPlace):
    """Call :meth:`begin` when it is shown and :meth:`end` when it is not any more, however it was left.

    *bill_capacity* is how many parents a new bill of this site takes.
    """

    def __init__(
        self,
        station: StationControls,
        tongue: Tongue,
        palette_: Palette,
        now: Callable[[], datetime],
        *,
        bill_capacity: int,
    ) -> None:
        super().__init__()
        self._tongue, self._colours = tongue, palette_
        self.controller = FindController(station, tongue, now, bill_capacity=bill_capacity)
        sizes = sizes_for(0, 0)
        self.tabs, self.keys = ButtonGrid(palette_, sizes), ButtonGrid(palette_, sizes)
        self.filters, self.rows = FilterBar(sizes), RowsPanel(palette_, sizes)
        self.card, self.form = CardPanel(palette_, sizes, columns=2), FormPanel(palette_, sizes)
        self.source, self.saying = SourceZone(palette_, sizes), SayingBar(palette_, sizes)
        self._middle = TwoColumns(self.filters, (self.rows,), (self.card, self.form))
        self._column = QVBoxLayout(self)
        self._is_open = False
        self._open_form = -1
        self._shown: tuple[FindTab, bool] | None = None
        self._order: list[QWidget] = []
        self._lay_out()
        self._connect()

    def begin(self, tab: FindTab) -> None:
        """It is shown, with *tab* on top."""
        self._is_open, self._shown = True, None
        self.controller.begin(tab)
        self.show_facts()

    def take_facts(self, facts: ScreenFacts) -> None:
        """Take in what the window knows now; told also while it is not shown."""
        self.controller.take_work(facts.session, facts.work)

    def take_event(self, event: StationEvent) -> None:
        """Take in *event*, while it is shown."""
        self.controller.take_event(event)

    def end(self) -> None:
        """Keep nothing of what was typed or shown; may be called more than once."""
        if not self._is_open:
            return
        self._is_open = False
        self.controller.end()
        self.form.forget()
        self.filters.forget()
        self.rows.show_list(ListView(columns=(), rows=()))

    def take_palette(self, palette_: Palette) -> None:
        """Use other colours from now on."""
        self._colours = palette_
        self._take_looks()
        self.update()

    @property
    def view(self) -> FindView:
        """What is to be shown now."""
        facts = self.controller.facts
        return find_view(facts, FindSpeech(tongue=self._tongue, now=facts.now))

    def show_facts(self) -> None:
        """Show what is known now."""
        if not self._is_open:
            return
        view, facts = self.view, self.controller.facts
        self.tabs.show_presses(view.tabs)
        self.keys.show_presses(view.keys)
        self.filters.show_fields(view.filters, "")
        self.source.show_line(view.source)
        self.saying.show_saying(view.saying)
        self._middle.place_filters(wide=bool(view.filters), there=bool(view.filters))
        self.rows.show_list(view.rows)
        self._show_right(view)
        shown = (facts.tab, facts.editing is not None)
        if shown != self._shown:
            self._shown = shown
            self._focus_first()
        self._order_the_focus()

    def cut_off(self) -> list[str]:
        """Return the texts that had no room when they were last painted, for tests."""
        zones = [zone for zone in self.findChildren(Zone) if zone.isVisible()]
        buttons = [button for button in self.findChildren(PanelButton) if button.isVisible()]
        title = [self.card.accessibleName()] if self.card.title_is_cut_off else []
        return [text for zone in zones for text in zone.cut_off] + [
            *(button.press_.label for button in buttons if button.is_cut_off),
            *title,
        ]

    def minimumSizeHint(self) -> QSize:
        """Return a size that never keeps the window from becoming smaller: all here shrinks with it."""
        return QSize(1, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let everything grow with the window."""
        super().resizeEvent(event)
        self._take_looks()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys that stand at the buttons, wherever the focus is; arrows lead into the list."""
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in ACTION_KEYS:
            if not event.isAutoRepeat():
                self._press_key(action_key(event.key(), shift=shift))
        elif event.key() in _TO_THE_LIST and self._open_form == -1:
            self.rows.list.setFocus(Qt.FocusReason.TabFocusReason)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint what lies between the parts."""
        QPainter(self).fillRect(self.rect(), QColor(self._colours.window.ground))

    # -- what is shown

    def _show_right(self, view: FindView) -> None:
        form = view.form
        if form is not None:
            self.form.show_form(form)
            self._middle.right.setCurrentWidget(self.form)
            if form.number != self._open_form and self.isVisible():
                self.form.begin()
        else:
            self.form.forget()
            self.card.show_card(view.card)
            self._middle.right.setCurrentWidget(self.card)
            if self._open_form != -1 and self.isVisible():
                self._focus_first()
        self._open_form = -1 if form is None else form.number

    def _focus_first(self) -> None:
        """Have the box take what is typed where there is one, and the list the keys elsewhere."""
        if self.controller.facts.tab is FindTab.FIND:
            self.filters.begin()
        else:
            self.rows.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _order_the_focus(self) -> None:
        """Have Tab go from the top to the bottom, wherever buttons came and went."""
        right: list[QWidget] = [self.card.pane, *self.card.buttons.buttons]
        if self._open_form != -1:
            right = [*(box.input for box in self.form.boxes), *self.form.buttons.buttons]
        fields = (box.input for box in self.filters.boxes)
        order: list[QWidget] = [*self.tabs.buttons, *fields, self.rows.list, *right, *self.keys.buttons]
        if order != self._order:
            self._order = order
            for before, after in itertools.pairwise(order):
                QWidget.setTabOrder(before, after)

    # -- what comes in

    def _press_key(self, key: str) -> None:
        if key == "Esc":
            self.controller.cancel()
            return
        for grid in (self.tabs, self.keys, *(() if self._open_form != -1 else (self.card.buttons,))):
            for button in grid.buttons:
                if button.press_.key == key and button.isEnabled():
                    self.controller.act(button.press_)
                    return

    def _enter_row(self) -> None:
        if not self.controller.enter_row():
            self.card.begin()

    def _type_letters(self, text: str) -> None:
        """Take letters that came while the list has the keys: they are the beginning of a code."""
        if self.filters.boxes and self.filters.boxes[0].line is not None and self._open_form == -1:
            self.filters.begin()
            self.filters.boxes[0].line.setText(text)

    def _show_looked_up(self) -> None:
        self.show_facts()
        self._set_filters()
        if self._is_open and self.isVisible():
            self.filters.begin()

    def _set_filters(self) -> None:
        if not self._is_open:
            return
        filters = self.view.filters
        self.filters.show_fields(filters, "")
        self.filters.set_values(filters)

    def _search(self, typed: dict[FindField, str]) -> None:
        self.controller.search(typed)
        if self.controller.facts.tab is FindTab.FIND:
            self.filters.begin()

    def _take_name(self, code: str) -> None:
        self.form.box_of(FindField.NAME).set_text(code)

    def _connect(self) -> None:
        controller = self.controller
        controller.keeper.facts_changed.connect(self.show_facts)
        controller.searches_changed.connect(self._set_filters)
        controller.search_wanted.connect(self.filters.begin)
        controller.looked_up.connect(self._show_looked_up)
        controller.name_scanned.connect(self._take_name)
        controller.left.connect(self.left)
        for source in (self.tabs, self.keys, self.card, self.saying):
            source.pressed.connect(controller.act)
        self.rows.chosen.connect(controller.choose)
        self.rows.entered.connect(self._enter_row)
        self.rows.list.doubleClicked.connect(lambda _: self._enter_row())
        self.rows.list.letters.connect(self._type_letters)
        self.filters.searched.connect(self._search)
        for fields in (self.filters, self.form):
            fields.badge_typed.connect(controller.take_badge)
        self.form.typed.connect(lambda _: controller.type_in_form())
        self.form.submitted.connect(controller.submit)
        self.form.cancelled.connect(controller.cancel)

    # -- places

    def _lay_out(self) -> None:
        self._column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        self._column.addWidget(self.tabs)
        self._column.addLayout(self._middle, 1)
        for part in (self.source, self.saying, self.keys):
            self._column.addWidget(part)

    def _take_looks(self) -> None:
        sizes = sizes_for(self.width(), self.height())
        self._column.setSpacing(sizes.gap)
        self._middle.setSpacing(sizes.gap)
        edge = round(sizes.gap * 1.2)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self.saying.setFixedHeight(max(target_height(sizes) + 4, round(sizes.status * 3)))
        self.source.setFixedHeight(round(sizes.status * 1.4))
        for part in (self.tabs, self.keys, self.rows, self.card, self.form, self.source, self.saying):
            part.take_looks(self._colours, sizes)
        self.filters.take_looks(sizes)

"""The administrators' screen, reached from the menu of the scan screen. GUI thread.

Everything is asked of the centre in the background; nothing here waits, and scanning goes on meanwhile.
"""

import itertools
from collections.abc import Callable
from datetime import datetime, tzinfo
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QColor, QDesktopServices, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.presentation.office import office_view
from traitortrack_desktop.presentation.office_acts import OfficeAct, OfficeField, OfficeTab
from traitortrack_desktop.presentation.office_speech import Speech
from traitortrack_desktop.presentation.office_state import OfficePress, OfficeView
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.panel_views import ListView
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.sizes import sizes_for
from traitortrack_desktop.services.account_secrets import hashed_secret
from traitortrack_desktop.services.people_desk import PeopleDesk
from traitortrack_desktop.ui.key_events import ACTION_KEYS
from traitortrack_desktop.ui.office.controller import OfficeController
from traitortrack_desktop.ui.office.questions import Hash
from traitortrack_desktop.ui.panels.buttons import ButtonGrid, PanelButton, target_height
from traitortrack_desktop.ui.panels.card_panel import CardPanel
from traitortrack_desktop.ui.panels.filter_bar import FilterBar
from traitortrack_desktop.ui.panels.form_panel import FormPanel
from traitortrack_desktop.ui.panels.rows_panel import RowsPanel
from traitortrack_desktop.ui.panels.saying_bar import SayingBar
from traitortrack_desktop.ui.panels.two_columns import TwoColumns
from traitortrack_desktop.ui.people_screens import OfficePlace
from traitortrack_desktop.ui.zones.zone import Zone

_SEARCH_AFTER_MS = 350


def open_in_desktop(path: Path) -> None:
    """Open *path* with whatever the desktop opens such files with."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class OfficeScreen(OfficePlace):
    """Call :meth:`begin` when it is shown and :meth:`end` when it is not any more, however it was left.

    *badge_folder* is where cards are written for printing. With *only_own_password* it shows nothing but
    that. *zone* ``None``: the computer's own one.
    """

    def __init__(
        self,
        desk: PeopleDesk,
        wording: Wording,
        palette_: Palette,
        *,
        badge_folder: Path,
        now: Callable[[], datetime],
        only_own_password: bool = False,
        hashed: Hash = hashed_secret,
        open_file: Callable[[Path], None] = open_in_desktop,
        zone: tzinfo | None = None,
    ) -> None:
        super().__init__()
        self._words, self._colours, self._zone = wording.office, palette_, zone
        self.controller = OfficeController(
            desk,
            wording.badge_card,
            badge_folder=badge_folder,
            now=now,
            only_own_password=only_own_password,
            hashed=hashed,
            open_file=open_file,
            zone=zone,
        )
        sizes = sizes_for(0, 0)
        self.tabs, self.keys = ButtonGrid(palette_, sizes), ButtonGrid(palette_, sizes)
        self.filters, self.rows = FilterBar(sizes), RowsPanel(palette_, sizes)
        self.card, self.own_card = CardPanel(palette_, sizes), CardPanel(palette_, sizes)
        self.form, self.saying = FormPanel(palette_, sizes), SayingBar(palette_, sizes)
        self._middle = TwoColumns(self.filters, (self.rows, self.own_card), (self.card, self.form))
        self._column = QVBoxLayout(self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SEARCH_AFTER_MS)
        self._is_open = False
        self._open_form = -1
        self._shown_tab: OfficeTab | None = None
        self._order: list[QWidget] = []
        self._lay_out()
        self._connect()

    def begin(self, session: OperatorSession | None) -> None:
        """Show the office to whoever has *session*."""
        self._is_open = True
        self.controller.begin(session)
        self._focus_list()

    def end(self) -> None:
        """Keep nothing of what was typed or shown; may be called more than once."""
        if not self._is_open:
            return
        self._is_open = False
        self._soon.stop()
        self.controller.end()
        self.form.forget()
        self.rows.show_list(ListView(columns=(), rows=()))
        self.show_facts()

    def take_palette(self, palette_: Palette) -> None:
        """Use other colours from now on."""
        self._colours = palette_
        self._take_looks()
        self.update()

    @property
    def view(self) -> OfficeView:
        """What is to be shown now."""
        facts = self.controller.facts
        return office_view(facts, Speech(words=self._words, now=facts.now, zone=self._zone))

    def show_facts(self) -> None:
        """Show what is known now."""
        view = self.view
        self.tabs.show_presses(view.tabs)
        self.keys.show_presses(view.keys)
        self.filters.show_fields(view.filters, view.page)
        self.saying.show_saying(view.saying)
        self._middle.place_filters(wide=view.filters_wide, there=bool(view.filters))
        self._show_left(view)
        self._show_right(view)
        tab = self.controller.facts.tab
        if tab is not self._shown_tab:
            self._shown_tab = tab
            self._focus_list()
        self._order_the_focus()

    def cut_off(self) -> list[str]:
        """Return the texts that had no room when they were last painted, for tests."""
        zones = [zone for zone in self.findChildren(Zone) if zone.isVisible()]
        buttons = [button for button in self.findChildren(PanelButton) if button.isVisible()]
        return [text for zone in zones for text in zone.cut_off] + [
            button.press_.label for button in buttons if button.is_cut_off
        ]

    def minimumSizeHint(self) -> QSize:
        """Return a size that never keeps the window from becoming smaller: all here shrinks with it."""
        return QSize(1, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let everything grow with the window."""
        super().resizeEvent(event)
        self._take_looks()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take the keys that stand at the buttons, wherever the focus is."""
        key = ACTION_KEYS.get(event.key(), "")
        if key and not event.isAutoRepeat():
            self._press_key(key)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        """Paint what lies between the parts."""
        QPainter(self).fillRect(self.rect(), QColor(self._colours.window.ground))

    # -- what is shown

    def _show_left(self, view: OfficeView) -> None:
        if view.rows is None:
            self.own_card.show_card(view.card)
            self._middle.left.setCurrentWidget(self.own_card)
        else:
            self.rows.show_list(view.rows)
            self._middle.left.setCurrentWidget(self.rows)

    def _show_right(self, view: OfficeView) -> None:
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
                self._focus_list()
        self._open_form = -1 if form is None else form.number

    def _order_the_focus(self) -> None:
        """Have Tab go from the top to the bottom, wherever buttons came and went."""
        right: list[QWidget] = [self.card.pane, *self.card.buttons.buttons]
        if self._open_form != -1:
            right = [*(box.input for box in self.form.boxes), *self.form.buttons.buttons]
        order: list[QWidget] = [
            *self.tabs.buttons,
            *(box.input for box in self.filters.boxes),
            self.own_card.pane if self._middle.left.currentWidget() is self.own_card else self.rows.list,
            *right,
            *self.saying.buttons.buttons,
            *self.keys.buttons,
        ]
        if order != self._order:
            self._order = order
            for before, after in itertools.pairwise(order):
                QWidget.setTabOrder(before, after)

    def _focus_list(self) -> None:
        if self._middle.left.currentWidget() is self.rows:
            self.rows.list.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what comes in

    def _press_key(self, key: str) -> None:
        if key == "Esc":
            self.controller.cancel()
            return
        for grid in (self.tabs, self.keys):
            for button in grid.buttons:
                if button.press_.key == key and button.isEnabled():
                    self.controller.act(button.press_)
                    return

    def _submit(self, typed: dict[OfficeField, str]) -> None:
        if self.controller.submit(typed):
            self.form.forget_secrets()

    def _search(self, typed: dict[OfficeField, str]) -> None:
        self._soon.stop()
        if typed != self.controller.facts.search:
            self.controller.search(typed)
        else:
            self.controller.act(OfficePress(act=OfficeAct.ASK_AGAIN, label=""))

    def _search_soon(self) -> None:
        if self.controller.facts.tab is OfficeTab.ACCOUNTS:
            self._soon.start()

    def _search_now(self) -> None:
        typed = self.filters.values()
        if self.controller.facts.tab is OfficeTab.ACCOUNTS and typed != self.controller.facts.search:
            self.controller.search(typed)

    def _want_search(self) -> None:
        if self.filters.values() != self.controller.facts.search:
            self._search(self.filters.values())
        self.filters.begin()

    def _set_filters(self) -> None:
        self._soon.stop()
        view = self.view
        self.filters.show_fields(view.filters, view.page)
        self.filters.set_values(view.filters)

    def _connect(self) -> None:
        controller = self.controller
        controller.keeper.facts_changed.connect(self.show_facts)
        controller.keeper.searches_changed.connect(self._set_filters)
        controller.search_wanted.connect(self._want_search)
        controller.left.connect(self.left)
        for source in (self.tabs, self.keys, self.card, self.saying):
            source.pressed.connect(controller.act)
        self.rows.chosen.connect(controller.choose)
        self.rows.entered.connect(self.card.begin)
        self.filters.searched.connect(self._search)
        self.filters.typed.connect(lambda _: self._search_soon())
        self._soon.timeout.connect(self._search_now)
        for fields in (self.filters, self.form):
            fields.badge_typed.connect(self.badge_typed)
        self.form.typed.connect(controller.type_in_form)
        self.form.submitted.connect(self._submit)
        self.form.cancelled.connect(controller.cancel)

    # -- places

    def _lay_out(self) -> None:
        self._column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)
        self._column.addWidget(self.tabs)
        self._column.addLayout(self._middle, 1)
        self._column.addWidget(self.saying)
        self._column.addWidget(self.keys)

    def _take_looks(self) -> None:
        sizes = sizes_for(self.width(), self.height())
        self._column.setSpacing(sizes.gap)
        self._middle.setSpacing(sizes.gap)
        edge = round(sizes.gap * 1.2)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self.saying.setFixedHeight(max(target_height(sizes) + 4, round(sizes.status * 3)))
        for part in (self.tabs, self.keys, self.rows, self.card, self.own_card, self.form, self.saying):
            part.take_looks(self._colours, sizes)
        self.filters.take_looks(sizes)

"""The screens about people, and what is asked of the station from them. GUI thread."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.operators import OperatorSession
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.domain.scanners import KEYBOARD
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.own_rights import override_state, own_step
from traitortrack_desktop.presentation.own_steps import OverrideState, OwnStep
from traitortrack_desktop.presentation.palette import Palette
from traitortrack_desktop.presentation.screen_facts import ScreenFacts
from traitortrack_desktop.presentation.sign_in import (
    cannot_store_text,
    ended_text,
    foot_of,
    lock_view,
    needs_code,
    override_view,
    pin_problem,
    pin_view,
    refused_in_sight,
    rights_view,
    sign_in_problem,
    sign_in_view,
)
from traitortrack_desktop.services.events import ScanDecided
from traitortrack_desktop.services.people_desk import PeopleDesk
from traitortrack_desktop.services.ports import SignedIn
from traitortrack_desktop.services.station import SignInAnswer, StationControls
from traitortrack_desktop.ui.bridge import StationBridge
from traitortrack_desktop.ui.override_card import OverrideCard
from traitortrack_desktop.ui.pin_card import PinCard
from traitortrack_desktop.ui.sign_in_screen import SignInScreen


class OfficePlace(QWidget):
    """A screen of the office, reached from the menu. :attr:`left` says that the person goes back,
    :attr:`badge_typed` carries the code of a badge that came into one of its fields."""

    left = Signal()
    badge_typed = Signal(str)

    def begin(self, session: OperatorSession | None) -> None:
        """It is shown, to whoever has *session*."""
        raise NotImplementedError

    def end(self) -> None:
        """Another screen is shown; may be called more than once."""
        raise NotImplementedError

    def take_palette(self, palette_: Palette) -> None:
        """Use other colours from now on."""
        raise NotImplementedError


MakeOfficePlace = Callable[[PeopleDesk, Tongue, Palette], OfficePlace]


class PeopleScreens(QObject):
    """Sign-in, lock, PIN, password for more, override, and the office where the program has one.

    :attr:`wanted` asks for a screen to be shown, :attr:`left` for the scan screen.
    """

    wanted = Signal(QWidget)
    left = Signal()

    def __init__(
        self,
        station: StationControls,
        bridge: StationBridge,
        submit: Callable[[ScanFrame], None],
        *,
        tongue: Tongue,
        palette_: Palette,
        now: Callable[[], datetime],
        version: str,
        office: MakeOfficePlace | None = None,
        own_password: MakeOfficePlace | None = None,
    ) -> None:
        super().__init__()
        self._station, self._bridge, self._submit = station, bridge, submit
        self._tongue, self._now, self._version = tongue, now, version
        self._facts = ScreenFacts()
        self._asked: tuple[int, SignInScreen | PinCard] | None = None
        foot, wording, view = self._foot(), tongue.wording, sign_in_view(tongue)
        self.sign_in = SignInScreen(palette_, wording, foot=foot, view=view)
        self.lock = SignInScreen(palette_, wording, foot=foot, view=view)
        self.rights = SignInScreen(palette_, wording, foot=foot, view=view)
        self.pin = PinCard(palette_, wording, foot=foot)
        self.override = OverrideCard(palette_, wording, foot=foot)
        self.office = office(station.people, tongue, palette_) if office is not None else None
        self.own_password = (
            own_password(station.people, tongue, palette_) if own_password is not None else None
        )
        self._connect()

    @property
    def screens(self) -> tuple[QWidget, ...]:
        """All of them."""
        cards: tuple[QWidget, ...] = (self.sign_in, self.lock, self.rights, self.pin, self.override)
        return (*cards, *self._places())

    def take_facts(self, facts: ScreenFacts) -> None:
        """Take in what is known now."""
        renamed = facts.named != self._facts.named
        self._facts = facts
        if renamed:
            for card in (self.sign_in, self.lock, self.rights, self.pin, self.override):
                card.show_foot(self._foot())
        if self.lock.isVisible():
            self.lock.show_view(lock_view(facts, self._now(), self._tongue))

    def begin_sign_in(self, ended: Reason | None = None) -> QWidget:
        """Return the sign-in screen, begun anew; *ended* says why the session before ended."""
        self.sign_in.begin()
        text = ended_text(ended, self._tongue)
        if text:
            self.sign_in.tell(text)
        return self.sign_in

    def begin_lock(self) -> QWidget:
        """Return the lock screen, begun anew."""
        self.lock.show_view(lock_view(self._facts, self._now(), self._tongue))
        self.lock.begin()
        return self.lock

    def end(self) -> None:
        """Keep nothing that was typed, and wait for no answer: another screen is shown."""
        for card in (self.sign_in, self.lock, self.rights, self.pin, self.override):
            card.end()
        self.close()

    def close(self) -> None:
        """Wait for no answer: the window is going."""
        self._asked = None
        for place in self._places():
            place.end()

    def choose_own_rights(self) -> None:
        """Show what the operator can do about the own rights now."""
        step = own_step(self._facts)
        if step is OwnStep.PIN:
            self.pin.begin(pin_view(self._facts, self._tongue))
            self.wanted.emit(self.pin)
            self.pin.pin.setFocus()
        elif step is OwnStep.PASSWORD:
            self.rights.show_view(rights_view(self._facts, self._tongue))
            self.wanted.emit(self.rights)
            self.rights.begin()
        elif step is OwnStep.CHANGE_PASSWORD:
            self._show_place(self.own_password)

    def choose_override(self) -> None:
        """Ask why the open parent takes more bags, if somebody who may is signed in."""
        if override_state(self._facts) is OverrideState.READY:
            self.wanted.emit(self.override)
            self.override.begin(override_view(self._facts, self._tongue))

    def choose_office(self) -> None:
        """Show accounts and audit, to an administrator with full rights."""
        session = self._facts.session
        if session is not None and session.may(Operation.ADMINISTER):
            self._show_place(self.office)

    def tell_scan(self, event: ScanDecided, shown: QWidget | None) -> None:
        """Say on the sign-in or lock screen what became of a scan, if it is shown."""
        if shown is self.sign_in or shown is self.lock:
            text = refused_in_sight(event.entry, locked=shown is self.lock, tongue=self._tongue)
            if text:
                (self.lock if shown is self.lock else self.sign_in).tell(text)

    def tell_storage(self, shown: QWidget | None) -> None:
        """Say on the sign-in or lock screen, if it is shown, that nothing can be stored."""
        if shown is self.sign_in or shown is self.lock:
            (self.lock if shown is self.lock else self.sign_in).tell(cannot_store_text(self._tongue))

    def take_answer(self, number: int, answer: SignInAnswer) -> None:
        """Tell the card that asked; an answer that nobody waits for any more says nothing."""
        if self._asked is None or self._asked[0] != number:
            return
        card, self._asked = self._asked[1], None
        if isinstance(answer, SignedIn):
            card.ask_again("")  # Another screen is shown already, or in a moment.
            return
        tell = pin_problem if isinstance(card, PinCard) else sign_in_problem
        problem = tell(answer, now=self._now(), tongue=self._tongue, trouble=self._facts.trouble)
        if isinstance(card, SignInScreen) and needs_code(answer):
            card.ask_for_code(problem)
        else:
            card.ask_again(problem)

    def take_palette(self, palette_: Palette) -> None:
        """Use other colours from now on."""
        for card in (self.sign_in, self.lock, self.rights, self.pin, self.override):
            card.take_palette(palette_)
        for place in self._places():
            place.take_palette(palette_)

    # -- joining

    def _connect(self) -> None:
        for form in (self.sign_in, self.lock, self.rights):
            form.submitted.connect(lambda *typed, form=form: self._ask(form, *typed))
        self.pin.submitted.connect(self._ask_with_pin)
        self.override.submitted.connect(self._override)
        for card in (self.sign_in, self.lock, self.rights, self.pin, self.override):
            card.badge_typed.connect(self._take_badge)
        for card in (self.rights, self.pin, self.override):
            card.cancelled.connect(self.left)
        for place in self._places():
            place.left.connect(self.left, Qt.ConnectionType.QueuedConnection)
            place.badge_typed.connect(self._take_badge)

    def _ask(self, form: SignInScreen, name: str, password: str, code: str | None) -> None:
        # The answer comes queued, so it cannot be here before it is known who asked.
        self._asked = self._bridge.sign_in(name, password, code), form

    def _ask_with_pin(self, pin: str) -> None:
        self._asked = self._bridge.sign_in_with_pin(pin), self.pin

    def _override(self, reason: str) -> None:
        self.left.emit()
        self._station.override(Operation.OVERRIDE_COMPLETED, reason)

    def _take_badge(self, code: str) -> None:
        self._submit(ScanFrame(source=KEYBOARD.key, raw=code.encode(), kind=FrameKind.TYPED))

    def _show_place(self, place: OfficePlace | None) -> None:
        if place is not None:
            self.wanted.emit(place)
            place.begin(self._facts.session)

    def _places(self) -> tuple[OfficePlace, ...]:
        return tuple(place for place in (self.office, self.own_password) if place is not None)

    def _foot(self) -> tuple[str, str]:
        return foot_of(self._facts, station=self._station.name, version=self._version, tongue=self._tongue)

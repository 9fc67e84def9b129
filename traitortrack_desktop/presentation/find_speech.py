"""Times, codes, buttons and rights as the screens of finding write them: pure."""

from dataclasses import dataclass
from datetime import datetime

from traitortrack_desktop.domain.roles import ROLE_MATRIX, Operation, Rights, Role, may
from traitortrack_desktop.presentation.find_acts import ACT_KEYS, FindAct, Why
from traitortrack_desktop.presentation.find_phrases import FindWords
from traitortrack_desktop.presentation.find_state import FindFacts, FindPress
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.panel_views import Fact
from traitortrack_desktop.presentation.screen_state import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class FindSpeech:
    """Words at a place and a time."""

    tongue: Tongue
    now: datetime

    @property
    def words(self) -> FindWords:
        """The words of finding."""
        return self.tongue.wording.find

    def moment(self, moment: datetime | None) -> str:
        """Return *moment* as a local time, with its date when that is not today; "not known" without one."""
        return self.tongue.moment(moment, self.now) or self.words.found.not_known

    def short(self, moment: datetime | None) -> str:
        """Return *moment* so, and nothing where there is none."""
        return self.tongue.moment(moment, self.now) or ""

    def day(self, moment: datetime | None) -> str:
        """Return the time of *moment* when that is today, else its date, and nothing where there is none."""
        day, _, clock = self.short(moment).rpartition(" ")
        return day or clock

    def since_by(self, since: datetime | None, by: str | None) -> str:
        """Return since when and by whom, as far as that is known."""
        words, time = self.words.found, self.tongue.moment(since, self.now)
        if time is None:
            return by or ""
        return words.since_by.format(since=time, by=by) if by else words.since.format(since=time)

    def at_by(self, at: datetime | None, by: str | None) -> str:
        """Return when and by whom, as far as that is known."""
        time = self.tongue.moment(at, self.now)
        if time is None or by is None:
            return time or by or ""
        return self.words.found.at_by.format(since=time, by=by)

    def area(self, area: str | None) -> str:
        """Return what people call *area*."""
        return self.tongue.wording.office.areas.get(area, area) if area else self.words.found.not_known

    def kilograms(self, weight: float | None) -> str:
        """Return a weight with its unit."""
        return self.words.found.kilograms.format(number=_figure(weight))

    def fact(self, label: str, text: str | None, mark: Mark | None = None) -> tuple[Fact, ...]:
        """Return a line of a card, or none where nothing is known."""
        return (Fact(label=label, text=text, mark=mark),) if text else ()

    def press(
        self,
        act: FindAct,
        *,
        value: str = "",
        primary: bool = False,
        why: Why | None = None,
        usable: bool = True,
        armed: bool = False,
    ) -> FindPress:
        """Return the button of *act*, grey with the reason *why* it cannot be pressed."""
        words = self.words
        return FindPress(
            act=act,
            label=words.again[act] if armed else words.presses[act],
            key=ACT_KEYS.get(act, ""),
            value=value,
            primary=primary,
            usable=usable and why is None,
            armed=armed,
            why=words.why[why] if why is not None else "",
        )


def objection(facts: FindFacts, operation: Operation) -> Why | None:
    """Return why whoever is here may not do *operation*, ``None`` where they may."""
    session = facts.session
    if session is None:
        return Why.SIGN_IN
    if session.may(operation):
        return None
    if may(session.person.role, Rights.FULL, operation):
        return Why.RIGHTS_FIRST
    return Why.OFFICE_ONLY if Role.BILLER in ROLE_MATRIX[operation] else Why.ADMINISTRATOR_ONLY


def variance_text(actual: int | None, expected: int | None) -> str:
    """Return by how many kilograms *actual* is off, with its sign."""
    if actual is None or expected is None:
        return ""
    difference = actual - expected
    return f"+{difference}" if difference > 0 else f"−{-difference}" if difference else "0"


def of_capacity(linked: int | None, capacity: int | None) -> str:
    """Return how many places of how many are taken."""
    if linked is None and capacity is None:
        return "–"
    return f"{_figure(linked)} / {_figure(capacity)}"


def _figure(number: float | None) -> str:
    return "–" if number is None else f"{number:g}"

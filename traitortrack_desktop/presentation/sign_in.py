"""What the sign-in screen, the lock screen and the cards about people say: pure."""

from dataclasses import dataclass, replace
from datetime import datetime

from traitortrack_desktop.domain.entries import JournalEntry, Verdict
from traitortrack_desktop.domain.reasons import About, Reason
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.phrases import PeopleWords
from traitortrack_desktop.presentation.screen_facts import ScreenFacts, is_silent_bounce
from traitortrack_desktop.presentation.status_strip import delivery_text, station_label
from traitortrack_desktop.services.ports import CentreTrouble, SignedIn
from traitortrack_desktop.services.station import SignInAnswer, SignInUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerView:
    """The left half of a card: what to do, biggest, and lines below it. *note* stands above it."""

    heading: str
    lines: tuple[str, ...] = ()
    note: str = ""
    shows_badge: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCardView:
    """A card: its banner, and the words of its form. Without *cancel* there is no way back."""

    banner: BannerView
    title: str
    submit: str
    cancel: str = ""
    username: str = ""


def sign_in_view(tongue: Tongue) -> PeopleCardView:
    """Return the sign-in screen."""
    people, words = tongue.wording.people, tongue.wording.sign_in
    banner = BannerView(heading=people.scan_badge, lines=(people.badge_signs_in,), shows_badge=True)
    return PeopleCardView(banner=banner, title=people.or_type, submit=words.submit)


def code_view(view: PeopleCardView, name: str, people: PeopleWords) -> PeopleCardView:
    """Return *view* at the second step, where *name* types the code of the authenticator app."""
    banner = BannerView(note=name, heading=people.code_title, lines=(people.code_line,))
    return replace(view, banner=banner, title=people.code_form, cancel=people.cancel)


def lock_view(facts: ScreenFacts, now: datetime, tongue: Tongue) -> PeopleCardView:
    """Return the lock screen, which tells no code, no bag and no count of one."""
    people = tongue.wording.people
    name = facts.operator.username if facts.operator is not None else ""
    kept = people.parent_stays if facts.work.parent is not None else people.nothing_lost
    waiting = delivery_text(facts, tongue.wording.marks, now)
    banner = BannerView(
        note=people.locked,
        heading=people.scan_badge,
        lines=(people.locked_by.format(name=name), kept, waiting),
        shows_badge=True,
    )
    return PeopleCardView(banner=banner, title=people.or_type_password, submit=people.unlock, username=name)


def rights_view(facts: ScreenFacts, tongue: Tongue) -> PeopleCardView:
    """Return the card that asks whoever scanned a badge for the password too."""
    people = tongue.wording.people
    name = facts.operator.username if facts.operator is not None else ""
    return PeopleCardView(
        banner=BannerView(
            note=name, heading=people.rights_title, lines=(people.rights_line, *_stays(facts, tongue))
        ),
        title=people.type_password,
        submit=people.rights_submit,
        cancel=people.cancel,
        username=name,
    )


def pin_view(facts: ScreenFacts, tongue: Tongue) -> PeopleCardView:
    """Return the card that asks for a PIN."""
    people = tongue.wording.people
    name = facts.operator.username if facts.operator is not None else ""
    return PeopleCardView(
        banner=BannerView(
            note=name, heading=people.pin_title, lines=(people.pin_line, *_stays(facts, tongue))
        ),
        title=people.pin,
        submit=people.pin_submit,
        cancel=people.cancel,
    )


def override_view(facts: ScreenFacts, tongue: Tongue) -> PeopleCardView:
    """Return the card that asks why a completed parent takes more bags."""
    people, parent = tongue.wording.people, facts.work.parent
    line = ""
    if parent is not None:
        line = people.override_line.format(parent=parent.code, count=parent.count, capacity=parent.capacity)
    return PeopleCardView(
        banner=BannerView(heading=people.override_title, lines=(line, people.override_kept)),
        title=people.override_own_words,
        submit=people.override_submit,
        cancel=people.cancel,
    )


def _stays(facts: ScreenFacts, tongue: Tongue) -> tuple[str, ...]:
    return (tongue.wording.people.parent_stays,) if facts.work.parent is not None else ()


def foot_of(facts: ScreenFacts, *, station: str, version: str, tongue: Tongue) -> tuple[str, str]:
    """Return what stands in the lower corners: the station and the version."""
    labels = tongue.wording.labels
    return station_label(facts.named or station, labels), labels.version.format(version=version)


def needs_code(answer: SignInAnswer) -> bool:
    """Return whether the code of the second factor has to be typed, for the first time or again."""
    return not isinstance(answer, SignedIn | SignInUnavailable) and (answer.code_needed or answer.code_wrong)


def sign_in_problem(
    answer: SignInAnswer, *, now: datetime, tongue: Tongue, trouble: CentreTrouble | None = None
) -> str:
    """Return why nobody was signed in, and what to do; empty when somebody was, or a code is needed.

    *trouble* is what is known to be the matter with this station at the centre.
    """
    words, people = tongue.wording.sign_in, tongue.wording.people
    if isinstance(answer, SignedIn):
        return ""
    if isinstance(answer, SignInUnavailable):
        if answer.not_stored:
            return cannot_store_text(tongue)
        if trouble is not None:
            return people.troubles[trouble]
        if answer.remembered_days and not answer.mismatch:
            return words.unreachable_and_unknown.format(days=answer.remembered_days)
        return words.mismatch if answer.mismatch else words.unreachable
    if answer.locked_until is not None:
        return words.locked.format(time=tongue.moment(answer.locked_until, now))
    if answer.code_wrong:
        return people.code_wrong
    if answer.code_needed:
        return ""
    return words.not_verified if answer.not_verified else words.wrong


def pin_problem(
    answer: SignInAnswer, *, now: datetime, tongue: Tongue, trouble: CentreTrouble | None = None
) -> str:
    """Return why the PIN gave no rights, and what to do; empty when it did."""
    words, people = tongue.wording.sign_in, tongue.wording.people
    if isinstance(answer, SignedIn):
        return ""
    if isinstance(answer, SignInUnavailable):
        if answer.not_stored:
            return cannot_store_text(tongue)
        if trouble is not None:
            return people.troubles[trouble]
        return words.mismatch if answer.mismatch else people.pin_unreachable
    if answer.locked_until is not None:
        return people.pin_locked.format(time=tongue.moment(answer.locked_until, now))
    if answer.badge_not_valid:
        return tongue.wording.people.ended[Reason.BADGE_NOT_VALID]
    return words.not_verified if answer.not_verified else people.pin_wrong


def cannot_store_text(tongue: Tongue) -> str:
    """Return that this station cannot store anything now, and what to do."""
    phrase = tongue.wording.cannot_store
    return f"{phrase.what[0]} {phrase.now[0]}"


def ended_text(reason: Reason | None, tongue: Tongue) -> str:
    """Return why the centre ended the session before; empty when it did not."""
    return tongue.wording.people.ended.get(reason, "") if reason is not None else ""


def refused_in_sight(entry: JournalEntry, *, locked: bool, tongue: Tongue) -> str:
    """Return what the sign-in or the lock screen says to a scan: never what was scanned."""
    decision = entry.decision
    if decision.verdict is not Verdict.REFUSED or is_silent_bounce(entry) or decision.reason is None:
        return ""
    if decision.reason is Reason.NOT_A_SCAN:
        return ""
    told = decision.reason
    if told is not Reason.UNKNOWN_BADGE and told.about is not About.PEOPLE:
        told = Reason.STATION_LOCKED if locked else Reason.NOT_SIGNED_IN
    phrase = tongue.wording.reasons[told]
    return f"{phrase.what[-1]} {phrase.now[-1]}"

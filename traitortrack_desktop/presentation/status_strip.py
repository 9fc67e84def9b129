"""The lowest line of the scan screen: who, where, which scanners, what waits for the centre."""

from datetime import datetime

from traitortrack_desktop.domain.scanners import KEYBOARD
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.phrases import Labels, Marks, Plural, Wording
from traitortrack_desktop.presentation.screen_facts import ScreenFacts, Surroundings
from traitortrack_desktop.presentation.screen_state import Light, Mark, StatusStrip
from traitortrack_desktop.services.events import ScannerChanged

CALM_WAITING_SECONDS = 5
"""Entries younger than this are on their way; nobody need know how old they are."""


def status_strip(facts: ScreenFacts, around: Surroundings, now: datetime, tongue: Tongue) -> StatusStrip:
    """Return the status strip at *now*."""
    wording, labels = tongue.wording, tongue.wording.labels
    return StatusStrip(
        operator=_operator(facts, labels),
        station=station_label(around.station, labels),
        lights=_lights(facts, wording, listening=around.listening),
        delivery=_delivery(facts, wording.marks, now),
        delivery_mark=Mark.RECORDED if facts.backlog.pending or facts.delivery_problem else Mark.POSTED,
        sound=labels.no_sound if around.silent else "",
        version=labels.version.format(version=around.version),
    )


def _operator(facts: ScreenFacts, labels: Labels) -> str:
    if facts.operator is None:
        return labels.no_operator
    name = facts.operator.username
    return labels.operator_without_centre.format(name=name) if facts.without_centre else name


def station_label(name: str, labels: Labels) -> str:
    """Return what the station is called, without the word twice where *name* begins with it."""
    word = labels.station.partition("{")[0].strip()
    return name if name.lower().startswith(word.lower()) else labels.station.format(name=name)


def _lights(facts: ScreenFacts, wording: Wording, *, listening: bool) -> tuple[Light, ...]:
    """Return the keyboard, which the window itself listens to, and then every other scanner."""
    keyboard = Light(text=wording.labels.keyboard_scanner, ready=listening)
    others = (
        Light(text=_light_text(scanner, wording), ready=scanner.ready and scanner.problem is None)
        for scanner in facts.scanners
        if scanner.source != KEYBOARD.key
    )
    return (keyboard, *others)


def _light_text(scanner: ScannerChanged, wording: Wording) -> str:
    if scanner.problem is None:
        return scanner.name
    return wording.scanner_problems[scanner.problem].format(name=scanner.name)


def _delivery(facts: ScreenFacts, marks: Marks, now: datetime) -> str:
    pending, oldest = facts.backlog.pending, facts.backlog.oldest_at
    if facts.delivery_problem is not None:
        return _waiting(marks.stopped, pending, oldest, marks, now)
    if pending == 0:
        if facts.online is False:
            return marks.offline_empty
        return marks.all_posted if facts.work.last_seq else marks.nothing_waits
    if facts.online is False:
        return _waiting(marks.offline_waiting, pending, oldest, marks, now)
    if oldest is None or (now - oldest).total_seconds() < CALM_WAITING_SECONDS:
        return marks.on_the_way.text(pending)
    return _waiting(marks.waiting, pending, oldest, marks, now)


def _waiting(sentence: Plural, pending: int, oldest: datetime | None, marks: Marks, now: datetime) -> str:
    return sentence.text(pending).format(age=_age_text(oldest, marks, now))


def _age_text(oldest: datetime | None, marks: Marks, now: datetime) -> str:
    seconds = max(0, int((now - oldest).total_seconds())) if oldest is not None else 0
    if seconds < 60:
        return marks.seconds.format(age=seconds)
    if seconds < 3600:
        return marks.minutes.format(age=seconds // 60)
    if seconds < 48 * 3600:
        return marks.hours.format(age=seconds // 3600)
    return marks.days.format(age=seconds // 86400)

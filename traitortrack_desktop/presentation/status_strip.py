"""The lowest line of the scan screen: who, where, which scanners, what waits for the centre."""

from datetime import datetime, timedelta

from traitortrack_desktop.domain.scanners import KEYBOARD, ScannerRole
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.own_rights import has_less_rights
from traitortrack_desktop.presentation.phrases import Labels, Marks, Plural, Wording
from traitortrack_desktop.presentation.scanner_use import ScannerUse, use_of
from traitortrack_desktop.presentation.screen_facts import ScreenFacts, Surroundings
from traitortrack_desktop.presentation.screen_state import Light, Mark, StatusStrip
from traitortrack_desktop.services.events import ScannerChanged

CALM_WAITING_SECONDS = 5
"""Entries younger than this are on their way; nobody need know how old they are."""

AGE_SHOWS_AFTER = timedelta(minutes=5)
QUIET_AFTER = timedelta(minutes=30)
"""A scanner that nobody scanned with for so long may be lost without the computer knowing."""


def status_strip(facts: ScreenFacts, around: Surroundings, now: datetime, tongue: Tongue) -> StatusStrip:
    """Return the status strip at *now*."""
    wording, labels = tongue.wording, tongue.wording.labels
    return StatusStrip(
        operator=_operator(facts, labels),
        station=station_label(facts.named or around.station, labels),
        lights=_lights(facts, around, now, wording),
        delivery=delivery_text(facts, wording.marks, now),
        delivery_mark=Mark.RECORDED if facts.backlog.pending or facts.delivery_problem else Mark.POSTED,
        sound=labels.no_sound if around.silent else "",
        hint=labels.keys_asleep if around.hears_scans and not around.listening else "",
        version=labels.version.format(version=around.version),
        catalogue=_catalogue(facts, labels.catalogue_loading),
        catalogue_short=_catalogue(facts, labels.catalogue_loading_short),
    )


def _catalogue(facts: ScreenFacts, sentence: str) -> str:
    loading = facts.loading
    if loading is None:
        return ""
    percent = min(99, loading.loaded * 100 // loading.total) if loading.total else 0
    return sentence.format(percent=percent)


def _operator(facts: ScreenFacts, labels: Labels) -> str:
    if facts.operator is None:
        return labels.no_operator
    name = facts.operator.username
    if facts.without_centre:
        return labels.operator_without_centre.format(name=name)
    return labels.operator_by_badge.format(name=name) if has_less_rights(facts.session) else name


def station_label(name: str, labels: Labels) -> str:
    """Return what the station is called, without the word twice where *name* begins with it."""
    word = labels.station.partition("{")[0].strip()
    return name if name.lower().startswith(word.lower()) else labels.station.format(name=name)


def _lights(facts: ScreenFacts, around: Surroundings, now: datetime, wording: Wording) -> tuple[Light, ...]:
    """Return the keyboard, which the window itself listens to, and then every other scanner."""
    lights = [
        _light(scanner, facts, now, wording, listening=around.listening)
        for scanner in facts.scanners
        if scanner.source != KEYBOARD.key
    ]
    typed_into_prefixes = any(_types(scanner.source) for scanner in facts.scanners)
    if not around.keyboard_scans or (typed_into_prefixes and not _is_set_up(facts)):
        return tuple(lights)
    return (_keyboard(facts, around, now, wording), *lights)


def _keyboard(facts: ScreenFacts, around: Surroundings, now: datetime, wording: Wording) -> Light:
    """Return the light of whatever types: it may be a scanner or not, so silence means nothing at first."""
    told = next((scanner for scanner in facts.scanners if scanner.source == KEYBOARD.key), None)
    named = told is not None and told.name != KEYBOARD.key
    name = told.name if told is not None and named else wording.labels.keyboard_scanner
    role = told.role if told is not None else ScannerRole.ANY
    use = use_of(facts.uses, KEYBOARD.key)
    quiet = bool(named or use.count) and _is_quiet(use, facts, now)
    return Light(text=_used_text(name, role, use, now, wording), ready=around.listening, quiet=quiet)


def _light(
    scanner: ScannerChanged, facts: ScreenFacts, now: datetime, wording: Wording, *, listening: bool
) -> Light:
    if scanner.problem is not None:
        text = wording.scanner_problems[scanner.problem].format(name=scanner.name)
        return Light(text=text, ready=False)
    use = use_of(facts.uses, scanner.source)
    return Light(
        text=_used_text(scanner.name, scanner.role, use, now, wording),
        ready=scanner.ready and (listening or not _types(scanner.source)),
        quiet=_is_quiet(use, facts, now),
    )


def _types(source: str) -> bool:
    """Whether it is a keyboard wedge that only its prefix tells from others."""
    return source.startswith(f"{KEYBOARD.key}:")


def _is_set_up(facts: ScreenFacts) -> bool:
    return any(scanner.source == KEYBOARD.key for scanner in facts.scanners)


def _used_text(name: str, role: ScannerRole, use: ScannerUse, now: datetime, wording: Wording) -> str:
    labels = wording.labels
    text = labels.scanner_of_role[role].format(name=name)
    if use.last_at is None:
        return text
    if now - use.last_at < AGE_SHOWS_AFTER:
        return labels.scanner_used.format(name=text, count=use.count)
    age = _age_text(use.last_at, wording.marks, now)
    return labels.scanner_used_before.format(name=text, count=use.count, age=age)


def _is_quiet(use: ScannerUse, facts: ScreenFacts, now: datetime) -> bool:
    """Whether nobody scanned with it for long, of the time in which somebody could have."""
    begun = [moment for moment in (use.last_at, use.heard_since, facts.operator_since) if moment is not None]
    return facts.operator is not None and bool(begun) and now - max(begun) >= QUIET_AFTER


def delivery_text(facts: ScreenFacts, marks: Marks, now: datetime) -> str:
    """Return what waits for the centre, and why."""
    pending, oldest = facts.backlog.pending, facts.backlog.oldest_at
    if facts.trouble is not None:
        return marks.troubles[facts.trouble].text(pending)
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

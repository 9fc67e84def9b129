"""The guide for a scan that does nothing: short checks in order, with what is so right now. Pure."""

from collections.abc import Callable

from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import Connection
from traitortrack_desktop.presentation.phrases import CheckWords, ScannerSetUpWords
from traitortrack_desktop.presentation.scanner_acts import GuideCheck
from traitortrack_desktop.presentation.scanner_learned import device_name
from traitortrack_desktop.presentation.scanner_set_up_state import Check, SetUpFacts
from traitortrack_desktop.presentation.screen_state import Mark
from traitortrack_desktop.services.heard_from import source_of
from traitortrack_desktop.services.scanner_desk import HeardReading
from traitortrack_desktop.services.scanner_learning import shown

_MOST_NAMED = 2
_UNDERSTOOD = frozenset({FrameKind.COMPLETE, FrameKind.TYPED})


def guide_checks(facts: SetUpFacts, words: ScannerSetUpWords) -> tuple[Check, ...]:
    """Return the checks as they stand."""
    made: dict[GuideCheck, Callable[[SetUpFacts, ScannerSetUpWords, CheckWords], Check]] = {
        GuideCheck.LIGHT: _light,
        GuideCheck.PLUG: _plug,
        GuideCheck.ALLOWED: _allowed,
        GuideCheck.HEARD: _heard,
        GuideCheck.UNDERSTOOD: _understood,
        GuideCheck.WINDOW: _window,
        GuideCheck.SET_UP: _set_up,
    }
    return tuple(make(facts, words, words.checks[check]) for check, make in made.items())


def _light(facts: SetUpFacts, words: ScannerSetUpWords, check: CheckWords) -> Check:  # noqa: ARG001
    return Check(text=check.text, fact=check.unknown)


def _plug(facts: SetUpFacts, words: ScannerSetUpWords, check: CheckWords) -> Check:
    devices = [device for device in facts.attached if device.connection is not Connection.KEYBOARD]
    named = [f"{device_name(device, words)} ({words.connections[device.connection]})" for device in devices]
    return _told(check, well=bool(named), other=_listed(named, words))


def _allowed(facts: SetUpFacts, words: ScannerSetUpWords, check: CheckWords) -> Check:
    problems = [
        words.not_found.format(name=device_name(device, words), other=words.problems[device.problem])
        for device in facts.attached
        if device.problem is not None
    ]
    return _told(check, well=not problems, other=" ".join(problems[:_MOST_NAMED]))


def _heard(facts: SetUpFacts, words: ScannerSetUpWords, check: CheckWords) -> Check:
    if facts.last is None and facts.signs_of_life:
        return Check(text=check.text, fact=words.signs_of_life, mark=Mark.RECORDED)
    if facts.last is None:
        return Check(text=check.text, fact=check.bad)
    return _told(
        check, well=True, count=words.heard_of.text(facts.heard), name=_sender(facts, facts.last, words)
    )


def _sender(facts: SetUpFacts, reading: HeardReading, words: ScannerSetUpWords) -> str:
    """Return what people call the scanner of *reading*, or its device where it is not set up."""
    source = source_of(reading, facts.profiles)
    name = next((profile.name for profile in facts.profiles if profile.source == source), "")
    return name or device_name(reading.device, words)


def _understood(facts: SetUpFacts, words: ScannerSetUpWords, check: CheckWords) -> Check:
    if facts.last is None:
        return Check(text=check.text, fact=check.unknown)
    return _told(check, well=facts.last.kind in _UNDERSTOOD, code=shown(facts.last) or words.unreadable)


def _window(facts: SetUpFacts, words: ScannerSetUpWords, check: CheckWords) -> Check:  # noqa: ARG001
    return _told(check, well=facts.listening)


def _set_up(facts: SetUpFacts, words: ScannerSetUpWords, check: CheckWords) -> Check:
    names = [profile.name for profile in facts.profiles]
    return _told(check, well=bool(names), other=_listed(names, words))


def _told(check: CheckWords, *, well: bool, **names: object) -> Check:
    sentence = check.well if well else check.bad
    return Check(text=check.text, fact=sentence.format_map(names), mark=Mark.POSTED if well else Mark.REFUSED)


def _listed(names: list[str], words: ScannerSetUpWords) -> str:
    left = len(names) - _MOST_NAMED
    more = [words.more_rows.text(left)] if left > 0 else []
    return ", ".join([*names[:_MOST_NAMED], *more])

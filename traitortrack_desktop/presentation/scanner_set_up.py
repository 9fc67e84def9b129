"""What the set-up screen of the scanners shows: pure."""

from traitortrack_desktop.domain.scanners import Connection, ScannerProfile, ScannerRole
from traitortrack_desktop.presentation.phrases import Phrase, ScannerSetUpWords, first_known
from traitortrack_desktop.presentation.scanner_acts import ScannerAct
from traitortrack_desktop.presentation.scanner_guide import guide_checks
from traitortrack_desktop.presentation.scanner_learned import capitalised, device_name, learned_text
from traitortrack_desktop.presentation.scanner_set_up_state import (
    Choices,
    Note,
    Press,
    Saying,
    ScannerPage,
    ScannerRow,
    ScannerSetUpView,
    SetUpFacts,
)
from traitortrack_desktop.presentation.screen_state import Icon, Tone
from traitortrack_desktop.presentation.sound_roles import SoundRole
from traitortrack_desktop.services.events import ScannerProblem
from traitortrack_desktop.services.scanner_desk import AttachedDevice
from traitortrack_desktop.services.scanner_learning import ScannerTrouble
from traitortrack_desktop.services.scanner_set_up import (
    READINGS_TO_LEARN,
    TEST_CODES,
    ScannerSetUp,
    ScannerStep,
    Trouble,
)

_PAGES = {
    ScannerStep.PAIR: ScannerPage.CODE,
    ScannerStep.LEARN: ScannerPage.CODE,
    ScannerStep.NAME: ScannerPage.NAME,
    ScannerStep.TEST: ScannerPage.TEST,
}
_STEPS = {ScannerStep.PAIR: 1, ScannerStep.LEARN: 2, ScannerStep.NAME: 3, ScannerStep.TEST: 4}
_CALM = frozenset({ScannerTrouble.COUNTED_ALREADY})
_SENT_SAYS_NOTHING = frozenset({ScannerTrouble.COUNTED_ALREADY, ScannerTrouble.TEST_FAILED})
_BAD_NOTES = frozenset({Note.NOT_FORGOTTEN, Note.NOT_PRINTED, Note.NOT_RECORDING})


def scanner_set_up_view(facts: SetUpFacts, words: ScannerSetUpWords) -> ScannerSetUpView:
    """Return the screen for *facts*."""
    if facts.guide_open:
        return _guide(facts, words)
    return _list(facts, words) if facts.set_up is None else _step(facts, facts.set_up, words)


def set_up_sound(before: ScannerSetUp | None, after: ScannerSetUp) -> SoundRole | None:
    """Return the sound of a reading that made *after* of *before*, ``None`` when it changed nothing."""
    if after.trouble is not None and after.trouble.kind not in _CALM:
        return SoundRole.ATTENTION
    if before is None or after == before:
        return None
    done = after.step is ScannerStep.NAME or after.test.passed
    return SoundRole.COMPLETE if done else SoundRole.OK


# -- the list


def _list(facts: SetUpFacts, words: ScannerSetUpWords) -> ScannerSetUpView:
    return ScannerSetUpView(
        page=ScannerPage.LIST,
        step=words.hint,
        instruction=words.title,
        saying=_not_heard(facts, words) or _note(facts, words) or _what_to_do(facts, words),
        here_title=words.here,
        here=tuple(_row(profile, facts, words) for profile in facts.profiles),
        here_empty=words.nothing_here,
        attached_title=words.attached,
        attached=tuple(_device_row(device, words) for device in not_set_up(facts)),
        attached_empty=words.nothing_attached,
        presses=_list_presses(facts, words),
    )


def not_set_up(facts: SetUpFacts) -> tuple[AttachedDevice, ...]:
    """Return what is attached and belongs to no profile."""
    return tuple(
        device
        for device in facts.attached
        if device.connection is not Connection.KEYBOARD
        and not any(_is_of(device, profile) for profile in facts.profiles)
    )


def _row(profile: ScannerProfile, facts: SetUpFacts, words: ScannerSetUpWords) -> ScannerRow:
    device = next((device for device in facts.attached if _is_of(device, profile)), None)
    window = profile.connection is Connection.KEYBOARD
    problem = _problem(device, words) if device is not None or not window else ""
    count = facts.readings.get(profile.source, 0)
    place = device.place if device is not None and not window else profile.keys.prefix if window else ""
    return ScannerRow(
        ready=not problem,
        name=profile.name,
        place=_joined(words.roles[profile.role], words.connections[profile.connection], place),
        count=words.heard_of.text(count) if count else words.nothing_heard,
        problem=problem,
        presses=_row_presses(profile, facts, words),
    )


def _row_presses(profile: ScannerProfile, facts: SetUpFacts, words: ScannerSetUpWords) -> tuple[Press, ...]:
    armed = facts.to_forget == profile.source
    forget = ScannerAct.FORGET_NOW if armed else ScannerAct.FORGET
    return (
        _press(ScannerAct.SET_UP_AGAIN, words, value=profile.source),
        _press(forget, words, value=profile.source, chosen=armed),
    )


def _device_row(device: AttachedDevice, words: ScannerSetUpWords) -> ScannerRow:
    return ScannerRow(
        ready=device.problem is None,
        name=device_name(device, words),
        place=_joined(words.connections[device.connection], device.place),
        problem=_problem(device, words),
    )


def _problem(device: AttachedDevice | None, words: ScannerSetUpWords) -> str:
    if device is None:
        return words.problems[ScannerProblem.LOST]
    return words.problems[device.problem] if device.problem is not None else ""


def _is_of(device: AttachedDevice, profile: ScannerProfile) -> bool:
    return device.connection is profile.connection and profile.identity.is_same_device(device.identity)


def _list_presses(facts: SetUpFacts, words: ScannerSetUpWords) -> tuple[Press, ...]:
    taken = {profile.name.casefold() for profile in facts.profiles}
    recording = facts.recording_to is not None
    add = [
        _press(act, words, primary=True)
        for act, name in ((ScannerAct.ADD_LEFT, words.left), (ScannerAct.ADD_RIGHT, words.right))
        if name.casefold() not in taken
    ]
    return (
        *add,
        _press(ScannerAct.ADD, words, primary=not add),
        _press(ScannerAct.PRINT, words),
        _press(ScannerAct.GUIDE, words),
        _press(ScannerAct.RECORD_END if recording else ScannerAct.RECORD, words, chosen=recording),
        _press(ScannerAct.LEAVE, words),
    )


def _note(facts: SetUpFacts, words: ScannerSetUpWords) -> Saying | None:
    armed = next((profile.name for profile in facts.profiles if profile.source == facts.to_forget), None)
    if armed is not None:
        return _saying(words.ask_forget, Tone.ATTENTION, Icon.QUESTION, name=armed)
    if facts.note is None:
        return None
    phrase: Phrase = getattr(words, facts.note.value)
    bad = facts.note in _BAD_NOTES
    about = facts.note_about
    said = _saying(
        phrase, Tone.ATTENTION if bad else Tone.ACCEPTED, Icon.TRIANGLE if bad else Icon.CHECK, name=about
    )
    in_a_file = facts.note in {Note.PRINTED, Note.RECORDING, Note.RECORDED}
    return _with_fact(said, about if in_a_file else "")


def _not_heard(facts: SetUpFacts, words: ScannerSetUpWords) -> Saying | None:
    return None if facts.listening else _saying(words.not_listening, Tone.ATTENTION, Icon.TRIANGLE)


def _what_to_do(facts: SetUpFacts, words: ScannerSetUpWords) -> Saying:
    phrase = words.try_them if facts.profiles else words.begin_here
    said = _saying(phrase, Tone.READY, Icon.DOT)
    return _with_fact(said, words.recording_to.format(at=facts.recording_to) if facts.recording_to else "")


# -- the steps of one scanner


def _step(facts: SetUpFacts, set_up: ScannerSetUp, words: ScannerSetUpWords) -> ScannerSetUpView:
    at_name, at_test = set_up.step is ScannerStep.NAME, set_up.step is ScannerStep.TEST
    return ScannerSetUpView(
        page=_PAGES[set_up.step],
        step=_step_text(set_up, words),
        instruction=_instruction(set_up, words),
        saying=_not_heard(facts, words) or _note(facts, words) or _of_the_step(set_up, words),
        boxes=_boxes(set_up),
        box_lines=_box_lines(set_up, words),
        test_code=_next_test_code(set_up) if at_test else "",
        choices=_choices(facts, set_up, words) if at_name else (),
        name=set_up.name,
        learned_title=words.learned_label if at_name else "",
        learned=learned_text(set_up, words) if at_name else "",
        presses=_step_presses(set_up, words),
    )


def _step_text(set_up: ScannerSetUp, words: ScannerSetUpWords) -> str:
    name = set_up.name or words.title
    return words.step.format(number=_STEPS[set_up.step], total=len(_STEPS), name=name)


def _instruction(set_up: ScannerSetUp, words: ScannerSetUpWords) -> str:
    if set_up.step is ScannerStep.PAIR:
        if not set_up.name:
            return words.pair_unnamed
        return words.pair.format(name=set_up.name.upper())
    left = READINGS_TO_LEARN - len(set_up.lessons)
    if set_up.step is ScannerStep.TEST:
        if set_up.test.is_full:
            return words.save_now if set_up.test.passed else words.test_again_now
        left = len(TEST_CODES) - len(set_up.test.good)
    return words.instructions[set_up.step].format(count=left, name=set_up.name)


def _boxes(set_up: ScannerSetUp) -> tuple[bool, ...]:
    if set_up.step is ScannerStep.TEST:
        return tuple(number in set_up.test.good for number in range(1, len(TEST_CODES) + 1))
    return tuple(number < len(set_up.lessons) for number in range(READINGS_TO_LEARN))


def _box_lines(set_up: ScannerSetUp, words: ScannerSetUpWords) -> tuple[str, ...]:
    device = set_up.device
    named: tuple[str, ...] = ()
    if device is not None:
        place = "" if device.connection is Connection.KEYBOARD else device.place
        named = (
            device_name(device, words),
            capitalised(_joined(words.connections[device.connection], place)),
        )
        named = tuple(dict.fromkeys(named))
    if set_up.step is ScannerStep.TEST:
        return (*named, words.tally.format(count=set_up.test.partial, total=set_up.test.garbled))
    return named or (words.not_paired,)


def _next_test_code(set_up: ScannerSetUp) -> str:
    return next((code for number, code in enumerate(TEST_CODES, 1) if number not in set_up.test.good), "")


def _choices(facts: SetUpFacts, set_up: ScannerSetUp, words: ScannerSetUpWords) -> tuple[Choices, ...]:
    names = ((ScannerAct.NAME_LEFT, words.left), (ScannerAct.NAME_RIGHT, words.right))
    name = Choices(
        label=words.name_label,
        presses=tuple(_press(act, words, chosen=set_up.name == called) for act, called in names),
    )
    roles = Choices(
        label=words.role_label,
        presses=tuple(
            Press(act=ScannerAct.ROLE, label=words.roles[role], value=role, chosen=set_up.role is role)
            for role in ScannerRole
        ),
    )
    serial = set_up.device is not None and set_up.device.connection is Connection.SERIAL
    return (name, roles, _signals(facts, set_up, words)) if serial and facts.signals else (name, roles)


def _signals(facts: SetUpFacts, set_up: ScannerSetUp, words: ScannerSetUpWords) -> Choices:
    off = _press(ScannerAct.SIGNAL_OFF, words, chosen=set_up.maker not in facts.signals)
    makers = (
        Press(act=ScannerAct.SIGNAL, label=maker, value=maker, chosen=set_up.maker == maker)
        for maker in facts.signals
    )
    return Choices(label=words.signal_label, presses=(off, *makers))


def _step_presses(set_up: ScannerSetUp, words: ScannerSetUpWords) -> tuple[Press, ...]:
    back = _press(ScannerAct.BACK, words)
    match set_up.step:
        case ScannerStep.PAIR | ScannerStep.LEARN:
            return (_press(ScannerAct.PRINT, words), _press(ScannerAct.GUIDE, words), back)
        case ScannerStep.NAME:
            return (
                _press(ScannerAct.TEST, words, primary=True),
                _press(ScannerAct.LEARN_AGAIN, words),
                back,
            )
        case ScannerStep.TEST:
            return (
                _press(ScannerAct.SAVE, words, primary=set_up.may_be_saved, usable=set_up.may_be_saved),
                _press(ScannerAct.TEN_AGAIN, words, primary=set_up.test.is_full and not set_up.test.passed),
                _press(ScannerAct.LEARN_AGAIN, words),
                _press(ScannerAct.PRINT, words),
                back,
            )


# -- what is said


def _of_the_step(set_up: ScannerSetUp, words: ScannerSetUpWords) -> Saying:
    return _trouble(set_up.trouble, words) if set_up.trouble else _going_well(set_up, words)


def _going_well(set_up: ScannerSetUp, words: ScannerSetUpWords) -> Saying:
    match set_up.step:
        case ScannerStep.PAIR:
            return _saying(words.waiting, Tone.READY, Icon.DOT)
        case ScannerStep.LEARN:
            names = {"count": len(set_up.lessons), "total": READINGS_TO_LEARN}
            return _saying(words.lesson_good, Tone.ACCEPTED, Icon.CHECK, **names)
        case ScannerStep.NAME:
            return _saying(words.enough_learned, Tone.ACCEPTED, Icon.CHECK)
        case ScannerStep.TEST if set_up.test.passed:
            return _saying(words.test_good, Tone.ACCEPTED, Icon.FULL)
        case ScannerStep.TEST:
            names = {"count": len(set_up.test.good), "total": len(TEST_CODES)}
            return _saying(words.test_running, Tone.READY, Icon.DOT, **names)


def _trouble(trouble: Trouble, words: ScannerSetUpWords) -> Saying:
    calm = trouble.kind in _CALM
    said = _saying(
        words.troubles[trouble.kind],
        Tone.READY if calm else Tone.ATTENTION,
        Icon.DOT if calm else Icon.TRIANGLE,
        code=trouble.sent or None,
        other=trouble.other or None,
    )
    fact = words.facts.get(
        trouble.kind, words.received if trouble.sent and trouble.kind not in _SENT_SAYS_NOTHING else ""
    )
    return _with_fact(said, fact.format(code=trouble.sent))


def _saying(phrase: Phrase, tone: Tone, icon: Icon, **names: object) -> Saying:
    return Saying(
        tone=tone,
        icon=icon,
        heading=phrase.heading,
        what=first_known(phrase.what, names),
        now=first_known(phrase.now, names),
    )


def _with_fact(said: Saying, fact: str) -> Saying:
    return Saying(
        tone=said.tone, icon=said.icon, heading=said.heading, what=said.what, now=said.now, fact=fact
    )


# -- the guide


def _guide(facts: SetUpFacts, words: ScannerSetUpWords) -> ScannerSetUpView:
    return ScannerSetUpView(
        page=ScannerPage.GUIDE,
        step=words.guide_hint,
        instruction=words.guide_title,
        checks=guide_checks(facts, words),
        presses=(_press(ScannerAct.LOOK, words), _press(ScannerAct.BACK, words)),
    )


def _press(
    act: ScannerAct,
    words: ScannerSetUpWords,
    *,
    value: str = "",
    chosen: bool = False,
    primary: bool = False,
    usable: bool = True,
) -> Press:
    return Press(
        act=act, label=words.presses[act], value=value, chosen=chosen, primary=primary, usable=usable
    )


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)

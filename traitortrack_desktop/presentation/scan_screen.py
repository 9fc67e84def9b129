"""Makes the scan screen's state of what is known, the time and the window: pure, in the GUI thread."""

from dataclasses import replace
from datetime import datetime, timedelta

from traitortrack_desktop.domain.codes import SHOWN_OF_A_BADGE, Command
from traitortrack_desktop.domain.entries import ABOUT_PEOPLE, Decision, EntryKind, Verdict
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.work import OpenParent, Stop, WorkState
from traitortrack_desktop.presentation.actions import menu_actions, work_actions
from traitortrack_desktop.presentation.bag_rows import bag_rows, counted_marks, mark_of, mark_text
from traitortrack_desktop.presentation.code_text import CodeText, code_text
from traitortrack_desktop.presentation.messages import (
    NOTICES,
    Message,
    Tongue,
    message_for,
    message_for_refusal,
)
from traitortrack_desktop.presentation.own_rights import allows_more, beside_a_refusal, own_step
from traitortrack_desktop.presentation.phrases import first_known
from traitortrack_desktop.presentation.screen_facts import (
    LastScan,
    ScreenFacts,
    Surroundings,
    is_badge_being_checked,
)
from traitortrack_desktop.presentation.screen_state import (
    Counter,
    Icon,
    Mark,
    Result,
    ScanScreenState,
    Tone,
)
from traitortrack_desktop.presentation.sound_roles import is_stopped
from traitortrack_desktop.presentation.status_strip import status_strip

ACCEPTED_SHOWS_SECONDS = 1.5
"""How long an accepted scan keeps its tint before the screen is calm again."""


def scan_screen_state(
    facts: ScreenFacts, around: Surroundings, now: datetime, tongue: Tongue
) -> ScanScreenState:
    """Return what the screen shows at *now* (aware UTC)."""
    result = replace(_result(facts, now, tongue), held=_held_text(facts, tongue))
    bag = facts.work.parent or facts.work.finished
    actions = menu_actions(facts, around, tongue.wording) if around.menu_open else None
    return ScanScreenState(
        tone=_tone(facts, around, result),
        instruction=_instruction(facts, around, tongue),
        counter=_counter(facts.work, around.capacity, tongue),
        result=result,
        rows=bag_rows(facts.work, tongue),
        inside=bag.count if bag is not None else 0,
        empty_rows_text=_empty_rows_text(bag, tongue),
        actions=actions or work_actions(facts.work, tongue.wording),
        menu_open=around.menu_open,
        status=status_strip(facts, around, now, tongue),
        repeats_stop_sound=is_stopped(facts.work),
    )


def _empty_rows_text(bag: OpenParent | None, tongue: Tongue) -> str:
    labels = tongue.wording.labels
    return labels.inside_before.text(bag.count) if bag is not None and bag.count else labels.no_rows


def _tone(facts: ScreenFacts, around: Surroundings, result: Result) -> Tone:
    if facts.storage_problem is not None:
        return Tone.CANNOT_STORE
    return result.tone if around.hears_scans else Tone.NOT_LISTENING


# -- zone 1


def _instruction(facts: ScreenFacts, around: Surroundings, tongue: Tongue) -> str:
    words, work = tongue.wording.instructions, facts.work
    if facts.storage_problem is not None:
        return words.cannot_store
    if not around.hears_scans:
        return words.not_listening
    if work.stop is not None:
        return words.stopped.format(code=code_text(work.stop.code).text)
    if work.question is not None:
        return words.questions[work.question.kind].format(code=code_text(work.question.code).text)
    if work.attention and work.attention[0].reason in NOTICES:
        return words.noticed
    if work.attention:
        return words.refused_late.format(code=code_text(work.attention[0].code).text)
    if facts.last is not None and facts.last.entry.decision.reason is Reason.BADGE_BEING_CHECKED:
        return words.checking_badge
    if work.parent is None:
        return words.first_parent if work.finished is None else words.next_parent
    if work.parent.completed or work.parent.is_full:
        return words.next_parent
    return words.child.format(number=work.parent.count + 1)


# -- zone 2


def _counter(work: WorkState, capacity: int, tongue: Tongue) -> Counter:
    labels = tongue.wording.labels
    bag = work.parent or work.finished
    if bag is None:
        return Counter(
            count=0,
            capacity=capacity,
            count_text="0",
            capacity_text=labels.of_capacity.format(capacity=capacity),
            left_text="",
            parent_label=labels.no_parent,
            parent=None,
        )
    full = bag.completed or bag.is_full
    return Counter(
        count=bag.count,
        capacity=bag.capacity,
        count_text=str(bag.count),
        capacity_text=labels.of_capacity.format(capacity=bag.capacity),
        left_text=labels.complete if full else labels.left.text(max(0, bag.capacity - bag.count)),
        parent_label=labels.parent if work.parent is not None else labels.finished_parent,
        parent=code_text(bag.code),
        fill=counted_marks(bag),
        full=full,
    )


# -- zone 3


def _result(facts: ScreenFacts, now: datetime, tongue: Tongue) -> Result:
    if facts.storage_problem is not None:
        return _plain(
            Tone.CANNOT_STORE,
            Icon.DISK,
            tongue.wording.cannot_store.heading,
            tongue.wording.cannot_store.what[0],
            tongue.wording.cannot_store.now[0],
        )
    if facts.work.stop is not None:
        return _station_stop(facts, facts.work.stop, now, tongue)
    if facts.work.attention:
        return _late_refusal(facts, now, tongue)
    if facts.last is None:
        return _nothing_yet(facts, tongue)
    return _last(facts.last, facts, now, tongue)


def _held_text(facts: ScreenFacts, tongue: Tongue) -> str:
    """Return what to do with what came out of scanners' memories, if it can be done now."""
    held = facts.work.held
    if not held or facts.storage_problem is not None:
        return ""
    called = {scanner.source: scanner.name for scanner in facts.scanners}
    sources = dict.fromkeys(reading.source for reading in held)
    first, *others = [called.get(source, source) for source in sources]
    labels = tongue.wording.labels
    name = labels.held_then.format(name=first, other=", ".join(others)) if others else first
    return labels.held.text(len(held)).format(name=name)


def _plain(tone: Tone, icon: Icon, word: str, what: str, now: str = "") -> Result:
    return Result(tone=tone, icon=icon, word=word, code=None, lines=(what, now))


def _nothing_yet(facts: ScreenFacts, tongue: Tongue) -> Result:
    bag, words = facts.work.parent, tongue.wording
    now = words.sign_in.without_centre if facts.without_centre else ""
    if bag is None:
        return _plain(Tone.READY, Icon.DOT, words.ready.heading, words.ready.what[0], now)
    names = {"parent": bag.code, "count": bag.count, "capacity": bag.capacity}
    return _plain(Tone.READY, Icon.DOT, words.resumed.heading, first_known(words.resumed.what, names), now)


def _station_stop(facts: ScreenFacts, stop: Stop, now: datetime, tongue: Tongue) -> Result:
    decision = facts.stopped_by.decision if facts.stopped_by is not None else _decision_of(stop, facts.work)
    message = message_for(decision, state=facts.work, now=now, tongue=tongue)
    labels = tongue.wording.labels
    return Result(
        tone=Tone.STOP,
        icon=Icon.OCTAGON,
        word=message.heading,
        code=code_text(stop.code),
        lines=(message.what, message.now),
        note=labels.uncounted.text(facts.not_counted) if facts.not_counted else "",
    )


def _decision_of(stop: Stop, work: WorkState) -> Decision:
    """Return the refusal behind a stop that this screen did not see happen."""
    return Decision(
        kind=EntryKind.REFUSAL,
        verdict=Verdict.REFUSED,
        code=stop.code,
        capacity=work.parent.capacity if work.parent is not None else 0,
        reason=stop.reason,
        parent=work.parent.code if work.parent is not None else None,
    )


def _late_refusal(facts: ScreenFacts, now: datetime, tongue: Tongue) -> Result:
    items, labels = facts.work.attention, tongue.wording.labels
    message = message_for_refusal(items[0], now=now, tongue=tongue)
    notice = items[0].reason in NOTICES
    more = allows_more(items[0].reason, facts, tongue) if _is_of_the_open_parent(facts.work) else ""
    return Result(
        tone=Tone.STOP,
        icon=Icon.OCTAGON,
        word=message.heading,
        code=_person(items[0].operator) if notice else code_text(items[0].code),
        lines=(message.what, f"{message.now} {more}".rstrip()),
        mark=Mark.REFUSED,
        note=(labels.notice_of if notice else labels.late_of).format(number=1, total=len(items)),
        meanwhile=_meanwhile(facts, now, tongue),
    )


def _is_of_the_open_parent(work: WorkState) -> bool:
    return work.parent is not None and work.attention[0].parent == work.parent.code


def _meanwhile(facts: ScreenFacts, now: datetime, tongue: Tongue) -> str:
    """Return what became of the last scan, unless it is the one that was refused."""
    if facts.last is None or facts.last.entry.seq == facts.work.attention[0].seq:
        return ""
    told = _last(facts.last, facts, now, tongue)
    code = told.code.text if told.code is not None else ""
    return tongue.wording.labels.meanwhile.format(heading=told.word, code=code).rstrip()


def _last(last: LastScan, facts: ScreenFacts, now: datetime, tongue: Tongue) -> Result:
    decision, work = last.entry.decision, facts.work
    message = message_for(decision, state=work, now=now, tongue=tongue)
    if last.not_counted_before:
        then = tongue.wording.labels.uncounted_then.text(last.not_counted_before)
        message = replace(message, what=then)
    if is_badge_being_checked(decision):
        return _plain(Tone.READY, Icon.DOT, message.heading, message.what, message.now)
    if decision.verdict is not Verdict.ACCEPTED:
        icon = Icon.QUESTION if decision.verdict is Verdict.CONFIRM else Icon.TRIANGLE
        told = _told(Tone.ATTENTION, icon, decision, message)
        more = beside_a_refusal(decision, facts, tongue)
        return replace(told, lines=(message.what, f"{message.now} {more}".rstrip()))
    fresh = now < last.seen_at + timedelta(seconds=ACCEPTED_SHOWS_SECONDS)
    tone = Tone.ATTENTION if last.not_counted_before else Tone.ACCEPTED if fresh else Tone.READY
    mark = mark_of(last.receipt.outcome, last.receipt.reason) if last.receipt else Mark.RECORDED
    told = _told(tone, _accepted_icon(decision, work), decision, message)
    if decision.kind in ABOUT_PEOPLE:
        lines = (message.what, _after_sign_in(facts, tongue))
        return replace(told, code=_person(last.entry.operator), lines=lines)
    return replace(told, mark=mark, mark_text=mark_text(mark, tongue.wording.marks))


def _person(name: str | None) -> CodeText | None:
    """Return a name as it stands in the place of a code."""
    return CodeText(head="", tail=name) if name else None


def _after_sign_in(facts: ScreenFacts, tongue: Tongue) -> str:
    """Return what whoever just signed in should know beside that."""
    words = tongue.wording
    return words.sign_in.without_centre if facts.without_centre else words.people.after_badge[own_step(facts)]


def _told(tone: Tone, icon: Icon, decision: Decision, message: Message) -> Result:
    shown = decision.child or decision.code
    if shown in set(Command):
        shown = decision.parent or ""
    elif shown == SHOWN_OF_A_BADGE:
        shown = ""
    return Result(
        tone=tone,
        icon=icon,
        word=message.heading,
        code=code_text(shown) if shown else None,
        lines=(message.what, message.now),
    )


def _accepted_icon(decision: Decision, work: WorkState) -> Icon:
    if decision.kind is EntryKind.REMOVE_CHILD:
        return Icon.MINUS
    filled = decision.kind is EntryKind.ADD_CHILD and _is_finished(work.finished, decision)
    return Icon.FULL if filled or decision.kind is EntryKind.CLOSE_PARENT else Icon.CHECK


def _is_finished(finished: OpenParent | None, decision: Decision) -> bool:
    return finished is not None and finished.code == decision.parent

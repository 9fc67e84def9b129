"""Makes the scan screen's state of what is known, the time and the window: pure, in the GUI thread."""

from dataclasses import replace
from datetime import datetime, timedelta

from traitortrack_desktop.domain.codes import (
    AREA_PREFIX,
    NUMBER_PREFIX,
    SHOWN_OF_A_BADGE,
    Command,
    is_typed_number,
)
from traitortrack_desktop.domain.entries import ABOUT_PEOPLE, Decision, EntryKind, Verdict
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.domain.work import AttentionItem, OpenParent, Stop, WorkState
from traitortrack_desktop.presentation.actions import menu_actions, work_actions
from traitortrack_desktop.presentation.bag_rows import bag_rows, counted_marks, mark_of, mark_text
from traitortrack_desktop.presentation.bill_desk import bill_desk_view
from traitortrack_desktop.presentation.code_text import CodeText, code_text
from traitortrack_desktop.presentation.desk_view import DeskView
from traitortrack_desktop.presentation.messages import (
    ABOUT_A_PERSON,
    NOTICES,
    Message,
    Tongue,
    fills_the_bill,
    message_for,
    message_for_refusal,
    shown_code,
)
from traitortrack_desktop.presentation.own_rights import allows_more, beside_a_refusal, own_step
from traitortrack_desktop.presentation.phrases import first_known
from traitortrack_desktop.presentation.return_desk import return_desk_view
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
    desk = _desk(facts, around, now, tongue)
    actions = menu_actions(facts, around, tongue.wording) if around.menu_open else None
    return ScanScreenState(
        tone=_tone(facts, around, result),
        instruction=_urgent(facts, around, tongue) or desk.instruction,
        counter=desk.counter,
        result=result,
        rows=desk.rows,
        inside=desk.inside,
        empty_rows_text=desk.empty_rows_text,
        more_rows=desk.more_rows,
        actions=actions or work_actions(facts, tongue.wording),
        menu_open=around.menu_open,
        status=status_strip(facts, around, now, tongue),
        repeats_stop_sound=is_stopped(facts.work),
    )


def _desk(facts: ScreenFacts, around: Surroundings, now: datetime, tongue: Tongue) -> DeskView:
    """Return what the screen shows of what is worked at: a bill, a return, or a parent bag."""
    work, follows = facts.work, facts.online is not False and facts.loading is None
    if work.bill is not None:
        view = bill_desk_view(work.bill, tongue, now, follows=follows)
    elif work.ticket is not None:
        view = return_desk_view(work.ticket, tongue, follows=follows)
    else:
        view = _packing(work, around.capacity, tongue)
    if work.finding:
        return replace(view, instruction=tongue.wording.desk.finding)
    return replace(view, instruction=tongue.wording.desk.not_yours) if _may_not_go_on(facts) else view


def _may_not_go_on(facts: ScreenFacts) -> bool:
    """Whether whoever took the station over amid a bill or a return may only leave it."""
    needed = Operation.MANAGE_BILLS if facts.work.bill is not None else Operation.RETURNS
    return facts.work.desk is not None and facts.session is not None and not facts.session.may(needed)


def _packing(work: WorkState, capacity: int, tongue: Tongue) -> DeskView:
    bag, labels = work.parent or work.finished, tongue.wording.labels
    inside = bag.count if bag is not None else 0
    return DeskView(
        instruction=_next_bag(work, tongue),
        counter=_counter(work, capacity, tongue),
        rows=bag_rows(work, tongue),
        inside=inside,
        empty_rows_text=labels.inside_before.text(inside) if inside else labels.no_rows,
        more_rows=labels.more_rows,
    )


def _tone(facts: ScreenFacts, around: Surroundings, result: Result) -> Tone:
    if facts.storage_problem is not None:
        return Tone.CANNOT_STORE
    return result.tone if around.hears_scans else Tone.NOT_LISTENING


# -- zone 1


def _urgent(facts: ScreenFacts, around: Surroundings, tongue: Tongue) -> str:
    """Return the next act where it is not simply the next bag."""
    words, work = tongue.wording.instructions, facts.work
    if facts.storage_problem is not None:
        return words.cannot_store
    if not around.hears_scans:
        return words.not_listening
    if work.stop is not None:
        return words.stopped.format(code=shown_code(work.stop.code))
    if work.question is not None:
        about = shown_code(work.question.about or work.question.code)
        asked = words.questions[work.question.kind]
        return asked.format(code=shown_code(work.question.code), about=about)
    if work.attention:
        return _about_late(work.attention[0], tongue)
    if facts.last is not None and facts.last.entry.decision.reason is Reason.BADGE_BEING_CHECKED:
        return words.checking_badge
    return ""


def _about_late(item: AttentionItem, tongue: Tongue) -> str:
    """Return what to do about what the centre answered: only a bag can be looked for and scanned."""
    code = shown_code(item.code)
    if item.reason in ABOUT_A_PERSON:
        return tongue.wording.instructions.noticed
    if item.reason in NOTICES:
        return tongue.wording.desk.open_twice.format(code=code)
    if item.parent is None and item.child is None and (item.bill or item.ticket):
        return tongue.wording.desk.look_at.format(code=code)
    return tongue.wording.instructions.refused_late.format(code=code)


def _next_bag(work: WorkState, tongue: Tongue) -> str:
    words = tongue.wording.instructions
    if work.parent is None:
        return words.first_parent if work.finished is None else words.next_parent
    if work.parent.completed or work.parent.is_full or work.parent.bill_completed:
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
        beside=_on_bill(bag, tongue),
    )


def _on_bill(bag: OpenParent, tongue: Tongue) -> str:
    """Return the bill that *bag* is on, which is good to know before it is opened for more bags."""
    if bag.bill is None:
        return ""
    words = tongue.wording.desk
    sentence = words.on_completed_bill if bag.bill_completed else words.on_bill
    return sentence.format(bill=code_text(bag.bill).text)


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
    notice, of_person = items[0].reason in NOTICES, items[0].reason in ABOUT_A_PERSON
    more = allows_more(items[0].reason, facts, tongue) if _is_of_the_open_parent(facts.work) else ""
    return Result(
        tone=Tone.STOP,
        icon=Icon.OCTAGON,
        word=message.heading,
        code=_person(items[0].operator) if of_person else code_text(items[0].code),
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
    calls = last.not_counted_before or decision.kind is EntryKind.PARENT_TAKEN
    tone = Tone.ATTENTION if calls else Tone.ACCEPTED if fresh else Tone.READY
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
    shown = _shown_of(decision)
    return Result(
        tone=tone,
        icon=icon,
        word=message.heading,
        code=code_text(shown) if shown else None,
        lines=(message.what, message.now),
    )


def _shown_of(decision: Decision) -> str:
    """Return the code that a result is about: never a command's, nor a badge's."""
    shown = decision.child or decision.code
    if shown in set(Command) or shown.startswith((AREA_PREFIX, NUMBER_PREFIX)) or is_typed_number(shown):
        return decision.parent or decision.about or decision.bill or decision.ticket or ""
    return "" if shown == SHOWN_OF_A_BADGE else shown


_TAKES_OUT = frozenset(
    {EntryKind.REMOVE_CHILD, EntryKind.DETACH_PARENT, EntryKind.UNRETURN_BAG, EntryKind.DELETE_BAG}
)
_ENDS = frozenset({EntryKind.CLOSE_PARENT, EntryKind.COMPLETE_BILL, EntryKind.FINALISE_RETURN})
_FILLS = frozenset({EntryKind.ADD_CHILD, EntryKind.MOVE_CHILDREN})


def _accepted_icon(decision: Decision, work: WorkState) -> Icon:
    if decision.kind in _TAKES_OUT:
        return Icon.MINUS
    if decision.kind is EntryKind.PARENT_TAKEN:
        return Icon.TRIANGLE
    filled = decision.kind in _FILLS and _is_finished(work.finished, decision)
    ended = decision.kind in _ENDS or fills_the_bill(decision, work)
    return Icon.FULL if filled or ended else Icon.CHECK


def _is_finished(finished: OpenParent | None, decision: Decision) -> bool:
    return finished is not None and finished.code == decision.parent

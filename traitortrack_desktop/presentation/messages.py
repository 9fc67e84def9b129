"""Turns a decision or a late refusal into the words of a language, with times in local time.

Used by the scan screen and by the station without a window. Any thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from traitortrack_desktop.domain.bills import same_bill
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.desks import Desk, OpenBill
from traitortrack_desktop.domain.entries import ABOUT_PEOPLE, BagFact, Decision, EntryKind, Holder, Verdict
from traitortrack_desktop.domain.holding import lets_the_next_follow
from traitortrack_desktop.domain.reasons import Reason, Severity
from traitortrack_desktop.domain.work import AttentionItem, OpenParent, WorkState
from traitortrack_desktop.presentation.code_text import code_text
from traitortrack_desktop.presentation.phrases import Phrase, Wording, first_known
from traitortrack_desktop.presentation.wording import ENGLISH

KNOWN_SHOWS_AFTER = timedelta(minutes=1)
"""What is known since just now needs no "known at"."""

ABOUT_A_PERSON = frozenset({Reason.OPERATOR_DISABLED, Reason.SESSION_REVOKED, Reason.BADGE_NOT_VALID})
"""Notices that name somebody, where others name a bag."""

NOTICES = ABOUT_A_PERSON | {Reason.PARENT_OPEN_ELSEWHERE}
"""What the centre tells beside what it did: the bags are where the operator was told."""

_FILLING = frozenset({EntryKind.ADD_CHILD, EntryKind.MOVE_CHILDREN})
_OF_A_HOLDER = frozenset({Reason.PARENT_OPEN_ELSEWHERE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What an operator is told: a heading, what is so, what to do now (may be empty)."""

    heading: str
    what: str
    now: str

    @property
    def one_line(self) -> str:
        """What is so and what to do, as one text without the heading."""
        return f"{self.what} {self.now}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """A language and a place: how words and times come out.

    *zone* ``None`` means the computer's own time zone.
    """

    wording: Wording = ENGLISH
    zone: tzinfo | None = None

    def moment(self, moment: datetime | None, now: datetime | None) -> str | None:
        """Return *moment* as a local time, with its date when it is not the day of *now*."""
        if moment is None:
            return None
        local = moment.astimezone(self.zone)
        today = now is not None and local.date() == now.astimezone(self.zone).date()
        return local.strftime(self.wording.time_today if today else self.wording.time_other_day)

    def exact_time(self, moment: datetime) -> str:
        """Return *moment* as a local time of day to the second."""
        return moment.astimezone(self.zone).strftime(self.wording.time_exact)


def message_for(
    decision: Decision,
    *,
    state: WorkState | None = None,
    now: datetime | None = None,
    tongue: Tongue | None = None,
) -> Message:
    """Return what the operator is told about *decision*; *state* is the work after it."""
    tongue = tongue or Tongue()
    parent = _parent_about(decision, state)
    if decision.verdict is not Verdict.ACCEPTED:
        assert decision.reason is not None
        at_desk = decision.reason is Reason.PARENT_MISSING and (decision.bill or decision.ticket)
        phrase = tongue.wording.never_packed if at_desk else tongue.wording.reasons[decision.reason]
    elif decision.kind in _FILLING and parent is not None and parent.is_full:
        is_added = decision.kind is EntryKind.ADD_CHILD
        phrase = tongue.wording.complete if is_added else tongue.wording.moved_full
    elif fills_the_bill(decision, state):
        phrase = tongue.wording.bill_is_full
    elif decision.kind is EntryKind.ACKNOWLEDGE and decision.code == Command.ASIDE:
        phrase = tongue.wording.set_aside
    else:
        phrase = tongue.wording.accepted[decision.kind]
    if _stopped_placing(decision):
        phrase = replace(phrase, now=(tongue.wording.labels.held_behind,))
    return _message(phrase, names_of(decision, parent, state, now, tongue))


def fills_the_bill(decision: Decision, state: WorkState | None) -> bool:
    """Whether *decision* put a parent onto the last free place of the bill that is worked at."""
    bill = state.bill if state is not None and decision.kind is EntryKind.ATTACH_PARENT else None
    return bill is not None and bill.code == decision.bill and bill.is_full


def shown_code(code: str) -> str:
    """Return *code* as it stands in a sentence: that of a command by what its barcode is called."""
    if code in set(Command):
        return code.removeprefix("TT-CMD-").replace("-", " ")
    return code_text(code).text


def _stopped_placing(decision: Decision) -> bool:
    """Whether a held reading was refused so that a person has to look at what comes behind it."""
    if decision.verdict is not Verdict.REFUSED or decision.resolves is None or lets_the_next_follow(decision):
        return False
    return decision.reason is not None and decision.reason.severity is not Severity.BLOCKING


def message_for_refusal(
    item: AttentionItem, *, now: datetime | None = None, tongue: Tongue | None = None
) -> Message:
    """Return what the operator is told about an entry that the centre refused afterwards: both stories."""
    tongue = tongue or Tongue()
    fact = item.fact
    holder = fact.holder if fact is not None and item.reason in _OF_A_HOLDER else None
    since = holder.since if holder is not None else fact.since if fact is not None else None
    other_bill = fact.bill if fact is not None and not same_bill(fact.bill, item.bill) else None
    names = {
        "code": shown_code(item.code),
        "parent": item.parent,
        "child": item.child,
        "other": fact.parent if fact is not None and fact.parent != item.parent else None,
        "since": tongue.moment(since, now),
        "by": holder.by if holder is not None else fact.by if fact is not None else None,
        "at": tongue.moment(item.at, now),
        "operator": item.operator,
        "holder": holder.station if holder is not None else None,
        "bill": _shown(item.bill),
        "other_bill": _shown(other_bill),
        "ticket": item.ticket,
        "bag": item.bag,
        "origin": item.origin,
        "moved": item.moved if item.moved > 1 else None,
    }
    return _message(tongue.wording.late[item.reason], names)


def _message(phrase: Phrase, names: Mapping[str, object]) -> Message:
    return Message(
        heading=phrase.heading, what=first_known(phrase.what, names), now=first_known(phrase.now, names)
    )


def _parent_about(decision: Decision, state: WorkState | None) -> OpenParent | None:
    """Return the parent that *decision* is about; who signs in or out leaves the open one as it is."""
    if decision.kind in ABOUT_PEOPLE | {EntryKind.LEAVE} and decision.parent is None:
        return state.parent if state is not None else None
    return _parent_in(state, decision.parent)


def _parent_in(state: WorkState | None, code: str | None) -> OpenParent | None:
    if state is None or code is None:
        return None
    return next((bag for bag in (state.parent, state.finished) if bag is not None and bag.code == code), None)


def names_of(
    decision: Decision,
    parent: OpenParent | None,
    state: WorkState | None,
    now: datetime | None,
    tongue: Tongue,
) -> dict[str, object]:
    """Return what the names in a pattern stand for; *state* is the work after *decision*."""
    return _names_of_bags(decision, parent, now, tongue) | _names_of_desks(decision, state, tongue)


def _names_of_bags(
    decision: Decision, parent: OpenParent | None, now: datetime | None, tongue: Tongue
) -> dict[str, object]:
    fact, holder, several = decision.fact, _holder_in(decision), len(decision.children) > 1
    same = parent is not None and fact is not None and fact.parent == parent.code
    since = fact.since if fact is not None and fact.since is not None else _inside_since(decision, parent)
    return {
        "code": shown_code(decision.code),
        "parent": decision.parent or (parent.code if parent is not None else None),
        "child": decision.child or (decision.children[0] if decision.children and not several else None),
        "other": fact.parent if fact is not None and not same else None,
        "since": tongue.moment(holder.since if holder is not None else since, now),
        "by": holder.by if holder is not None else fact.by if fact is not None else None,
        "count": parent.count if parent is not None else None,
        "base_count": decision.base_count or None,
        "capacity": decision.capacity,
        "closes": decision.closes,
        "known": tongue.moment(_known_at(fact, now), now),
        "bag": decision.bag or decision.about,
        "origin": decision.origin,
        "moved": len(decision.children) if several else None,
        "holder": holder.station if holder is not None else None,
    }


def _holder_in(decision: Decision) -> Holder | None:
    """Return the station that *decision* tells of as having the parent."""
    if decision.taken_from is not None:
        return decision.taken_from
    told = decision.reason in _OF_A_HOLDER or decision.kind is EntryKind.PARENT_TAKEN
    return decision.fact.holder if told and decision.fact is not None else None


def _names_of_desks(decision: Decision, state: WorkState | None, tongue: Tongue) -> dict[str, object]:
    desk = state.desk if state is not None else None
    worked_at = state.bill if state is not None else None
    ticket = state.ticket if state is not None else None
    on = decision.fact.bill if decision.fact is not None else None
    bill = decision.bill or (worked_at.code if worked_at is not None else None)
    about = bill or on
    figures = _figures_of(decision, worked_at if same_bill(about, _code_of(worked_at)) else None)
    if ticket is not None:
        figures["linked"] = ticket.count
    return figures | {
        "bill": _shown(about),
        "other_bill": _shown(on) if not same_bill(on, bill) else None,
        "ticket": decision.ticket or _code_of(ticket),
        "area": tongue.wording.office.areas.get(decision.area or ""),
        "here": _shown(_code_of(desk)),
    }


def _figures_of(decision: Decision, bill: OpenBill | None) -> dict[str, object]:
    """Return how full the bill is that *decision* is about: as worked at here, else as it was known."""
    if bill is not None:
        return {"places": bill.capacity, "linked": bill.linked, "remaining": bill.remaining}
    fact, details = decision.bill_fact, decision.details
    places = details.capacity if details is not None else None
    if places is None and fact is not None:
        places = fact.capacity
    return {"places": places, "linked": fact.linked if fact is not None else None}


def _code_of(desk: Desk | None) -> str | None:
    return desk.code if desk is not None else None


def _shown(code: str | None) -> str | None:
    return code_text(code).text if code is not None else None


def _known_at(fact: BagFact | None, now: datetime | None) -> datetime | None:
    """Return as of when the centre's fact is known, unless that is just now.

    After the clock was set back it may lie ahead, and then says nothing.
    """
    if fact is None or fact.as_of is None or not fact.from_centre:
        return None
    return None if now is not None and now - fact.as_of < KNOWN_SHOWS_AFTER else fact.as_of


def _inside_since(decision: Decision, parent: OpenParent | None) -> datetime | None:
    """Return when this station put the scanned bag into *parent*, if it did."""
    if parent is None:
        return None
    return next((change.at for change in parent.children if change.child == decision.code), None)

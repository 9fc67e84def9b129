"""Turns a decision or a late refusal into the words of a language, with times in local time.

Used by the scan screen and by the station without a window. Any thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import ABOUT_PEOPLE, BagFact, Decision, EntryKind, Verdict
from traitortrack_desktop.domain.holding import lets_the_next_follow
from traitortrack_desktop.domain.reasons import Reason, Severity
from traitortrack_desktop.domain.work import AttentionItem, OpenParent, WorkState
from traitortrack_desktop.presentation.code_text import code_text
from traitortrack_desktop.presentation.phrases import Phrase, Wording, first_known
from traitortrack_desktop.presentation.wording import ENGLISH

KNOWN_SHOWS_AFTER = timedelta(minutes=1)
"""What is known since just now needs no "known at"."""

NOTICES = frozenset({Reason.OPERATOR_DISABLED, Reason.SESSION_REVOKED, Reason.BADGE_NOT_VALID})
"""What the centre tells about a person: the bags are where the operator was told."""


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
        phrase = tongue.wording.reasons[decision.reason]
    elif decision.kind is EntryKind.ADD_CHILD and parent is not None and parent.is_full:
        phrase = tongue.wording.complete
    elif decision.kind is EntryKind.ACKNOWLEDGE and decision.code == Command.ASIDE:
        phrase = tongue.wording.set_aside
    else:
        phrase = tongue.wording.accepted[decision.kind]
    if _stopped_placing(decision):
        phrase = replace(phrase, now=(tongue.wording.labels.held_behind,))
    return _message(phrase, _names(decision, parent, now, tongue))


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
    names = {
        "code": code_text(item.code).text,
        "parent": item.parent,
        "child": item.child,
        "other": fact.parent if fact is not None and fact.parent != item.parent else None,
        "since": tongue.moment(fact.since, now) if fact is not None else None,
        "by": fact.by if fact is not None else None,
        "at": tongue.moment(item.at, now),
        "operator": item.operator,
    }
    return _message(tongue.wording.late[item.reason], names)


def _message(phrase: Phrase, names: Mapping[str, object]) -> Message:
    return Message(
        heading=phrase.heading, what=first_known(phrase.what, names), now=first_known(phrase.now, names)
    )


def _parent_about(decision: Decision, state: WorkState | None) -> OpenParent | None:
    """Return the parent that *decision* is about; who signs in or out leaves the open one as it is."""
    if decision.kind in ABOUT_PEOPLE and decision.parent is None:
        return state.parent if state is not None else None
    return _parent_in(state, decision.parent)


def _parent_in(state: WorkState | None, code: str | None) -> OpenParent | None:
    if state is None or code is None:
        return None
    return next((bag for bag in (state.parent, state.finished) if bag is not None and bag.code == code), None)


def _names(
    decision: Decision, parent: OpenParent | None, now: datetime | None, tongue: Tongue
) -> dict[str, object]:
    fact = decision.fact
    same = parent is not None and fact is not None and fact.parent == parent.code
    inside_since = _inside_since(decision, parent)
    since = fact.since if fact is not None and fact.since is not None else inside_since
    return {
        "code": code_text(decision.code).text,
        "parent": decision.parent or (parent.code if parent is not None else None),
        "child": decision.child,
        "other": fact.parent if fact is not None and not same else None,
        "since": tongue.moment(since, now),
        "by": fact.by if fact is not None else None,
        "count": parent.count if parent is not None else None,
        "base_count": decision.base_count or None,
        "capacity": decision.capacity,
        "closes": decision.closes,
        "known": tongue.moment(_known_at(fact, now), now),
    }


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

"""What is remembered: a decision, the journal entry that keeps it, and the centre's receipt for it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from traitortrack_desktop.domain.identifiers import DeviceId, EntryId, JournalEpoch
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation

PAYLOAD_VERSION = 1
MAX_RAW_BYTES = 512
NO_HASH = bytes(32)
"""Stands before the first entry of a journal."""


class EntryKind(StrEnum):
    """What an entry does. Only the first four and an override touch bags at the centre."""

    OPEN_PARENT = "open_parent"
    ADD_CHILD = "add_child"
    REMOVE_CHILD = "remove_child"
    CLOSE_PARENT = "close_parent"
    QUESTION = "question"
    """The station asked; the next scan answers."""
    CANCEL = "cancel"
    ACKNOWLEDGE = "acknowledge"
    REFUSAL = "refusal"
    OVERRIDE = "override"
    """Somebody with the right to it lets the open parent take bags although it is completed."""
    SIGN_IN = "sign_in"
    """The entry's own session begins, and the one before it at this station ends. The parent stays open."""
    SIGN_OUT = "sign_out"
    """The entry's own session ends."""


ABOUT_PEOPLE = frozenset({EntryKind.SIGN_IN, EntryKind.SIGN_OUT})
"""Entries that are about no bag and change no work state."""


class Verdict(StrEnum):
    """What the operator was told."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    CONFIRM = "confirm"


class QuestionKind(StrEnum):
    """What the station asked."""

    CLOSE = "close"
    """Scan CLOSE again to close the open parent early; a child bag means: go on."""
    SWITCH = "switch"
    """Another parent was scanned; scan it again to close the open one and open it."""
    REMOVE = "remove"
    """Scan the child bag to take out of the open parent."""
    ASIDE = "aside"
    """Scan ASIDE again to set what is held aside."""


class Remark(StrEnum):
    """What was noticed about how a reading came; kept with its entry, whatever was decided."""

    REPEAT = "repeat"
    """The same scanner sent the same up to two seconds before."""
    CROSS = "cross"
    """Another scanner read the same a moment before."""
    BATCH = "batch"
    """It came among many at once: out of a scanner's memory, not from a trigger pull."""
    TYPED = "typed"
    """Its characters came as slowly as a person types."""
    PLACED = "placed"
    """It was held before; what was scanned now is the command to place it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BagFact:
    """What is known about a bag: for a child where it is, for a parent how full it is.

    *since* and *as_of* are aware UTC datetimes, *by* is the operator's name, *count* the number
    of child bags in a parent. ``None`` means not known. *from_centre* tells a fact that the
    centre gave from one that this station remembers of its own work. One from the centre without
    *kind* says that there is no such bag: see :attr:`is_absent`.
    """

    code: str
    kind: str | None = None
    """``parent``, ``child``, another text that the central database holds, or not known."""
    parent: str | None = None
    since: datetime | None = None
    by: str | None = None
    count: int | None = None
    completed: bool = False
    as_of: datetime | None = None
    from_centre: bool = False

    @property
    def is_absent(self) -> bool:
        """Whether the centre has no such bag, which is more than not to know of one."""
        return self.from_centre and self.kind is None and self.parent is None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlace:
    """Where a held reading stands in the memory that it came out of.

    The numbers are those of entries; ``None`` where there is no such entry before it.
    """

    first: int | None = None
    """The first reading of this memory."""
    behind: int | None = None
    """The reading that came before it out of this memory."""
    since: int | None = None
    """Nothing that came before that one is held any more, of whatever memory."""
    problem: Reason | None = None
    """Why it cannot be used: it may have been a parent, so nothing behind it is placed unseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """A rule set aside by somebody who may. *reason* is a person's own words, never blank."""

    permission: Operation
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInNote:
    """How a session began; *badge* is the badge's number, never its code."""

    way: SignInWay
    badge: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a scan means for the work. It carries all that is needed to post it later.

    *code* is what was scanned, as text safe to show; *parent* and *child* are the bags it is
    about. *capacity* is how many child bags a parent took when it was decided.
    """

    kind: EntryKind
    verdict: Verdict
    code: str
    capacity: int
    reason: Reason | None = None
    parent: str | None = None
    child: str | None = None
    base_count: int | None = None
    """``open_parent``: child bags known to be inside already."""
    closes: str | None = None
    """``open_parent``: the unfinished parent that this closes."""
    question: QuestionKind | None = None
    resolves: int | None = None
    """Sequence number of an entry that this one settles.

    ``acknowledge``: the one whose refusal is understood. Where it is a held reading, this entry is what
    became of it: nothing up to that number is held any more of that memory. An ``acknowledge`` of a
    held reading sets everything up to it aside, of every memory.
    """
    memory: MemoryPlace | None = None
    """Of a held reading."""
    fact: BagFact | None = None
    """What a refusal's sentence tells: where the bag is, since when, by whom."""
    override: Override | None = None
    """``override``: which permission was used, and why."""
    sign_in: SignInNote | None = None
    """``sign_in``: how it was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """A decision as the journal keeps it. *at* is the station's clock, aware UTC."""

    id: EntryId
    device: DeviceId
    epoch: JournalEpoch
    seq: int
    at: datetime
    operator: str | None
    station: str
    source: str
    raw: bytes
    """What the scanner sent, cut to :data:`MAX_RAW_BYTES`; empty for what may hold a badge."""
    decision: Decision
    previous_hash: bytes
    hash: bytes
    remarks: tuple[Remark, ...] = ()
    session: UUID | None = None
    """The sign-in under which it was done; ``None`` for a script, or before sessions were kept."""


class Outcome(StrEnum):
    """What the centre did with an entry."""

    POSTED = "posted"
    ALREADY_POSTED = "already_posted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The centre's answer to one entry.

    *count* is the number of child bags in the entry's parent after it, *completed* whether the
    parent is complete; ``None`` where the entry has no parent or the parent does not exist.
    """

    seq: int
    outcome: Outcome
    reason: Reason | None = None
    count: int | None = None
    completed: bool | None = None
    fact: BagFact | None = None
    notice: Reason | None = None
    """What a person should look at although the entry was posted, told once for a session."""


def entry_payload(entry: JournalEntry) -> dict[str, Any]:
    """Return the entry as JSON values: what is hashed, written to the line file and posted.

    Keys whose value is ``None`` are left out, so that later versions can add keys.
    """
    decision = entry.decision
    payload = {
        "v": PAYLOAD_VERSION,
        "id": str(entry.id),
        "device": str(entry.device),
        "epoch": str(entry.epoch),
        "seq": entry.seq,
        "at": _time_text(entry.at),
        "operator": entry.operator,
        "station": entry.station,
        "source": entry.source,
        "raw": entry.raw.hex() or None,
        "kind": str(decision.kind),
        "verdict": str(decision.verdict),
        "reason": decision.reason and str(decision.reason),
        "code": decision.code,
        "parent": decision.parent,
        "child": decision.child,
        "capacity": decision.capacity,
        "base_count": decision.base_count,
        "closes": decision.closes,
        "question": decision.question and str(decision.question),
        "resolves": decision.resolves,
        "memory": decision.memory and _memory_payload(decision.memory),
        "fact": decision.fact and fact_payload(decision.fact),
        "remarks": [str(remark) for remark in entry.remarks] or None,
        "session": entry.session and str(entry.session),
        "override": decision.override and _override_payload(decision.override),
        "sign_in": decision.sign_in and _sign_in_payload(decision.sign_in),
    }
    return {key: value for key, value in payload.items() if value is not None}


def canonical_json(payload: Mapping[str, Any]) -> str:
    """Return *payload* as the one text it is hashed as: sorted keys, no blanks, ASCII."""
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def chained_hash(previous_hash: bytes, payload_text: str) -> bytes:
    """Return SHA-256 over the previous entry's hash and this entry's canonical JSON."""
    return hashlib.sha256(previous_hash + payload_text.encode("ascii")).digest()


def entry_from_payload(
    payload: Mapping[str, Any], *, previous_hash: bytes, entry_hash: bytes
) -> JournalEntry:
    """Return the entry that :func:`entry_payload` made *payload* of.

    Raises ``ValueError`` or ``KeyError`` when it is not such a payload.
    """
    if payload["v"] > PAYLOAD_VERSION:
        raise ValueError(f"entry written by a newer program (payload version {payload['v']})")
    reason, question, fact = payload.get("reason"), payload.get("question"), payload.get("fact")
    memory = payload.get("memory")
    decision = Decision(
        kind=EntryKind(payload["kind"]),
        verdict=Verdict(payload["verdict"]),
        code=payload["code"],
        capacity=payload["capacity"],
        reason=Reason(reason) if reason else None,
        parent=payload.get("parent"),
        child=payload.get("child"),
        base_count=payload.get("base_count"),
        closes=payload.get("closes"),
        question=QuestionKind(question) if question else None,
        resolves=payload.get("resolves"),
        memory=_memory_from_payload(memory) if memory is not None else None,
        fact=fact_from_payload(fact) if fact else None,
        override=_override_from_payload(payload.get("override")),
        sign_in=_sign_in_from_payload(payload.get("sign_in")),
    )
    session = payload.get("session")
    return JournalEntry(
        id=EntryId(UUID(payload["id"])),
        device=DeviceId(UUID(payload["device"])),
        epoch=JournalEpoch(UUID(payload["epoch"])),
        seq=payload["seq"],
        at=datetime.fromisoformat(payload["at"]),
        operator=payload.get("operator"),
        station=payload["station"],
        source=payload["source"],
        raw=bytes.fromhex(payload.get("raw", "")),
        decision=decision,
        previous_hash=previous_hash,
        hash=entry_hash,
        remarks=tuple(Remark(remark) for remark in payload.get("remarks", ())),
        session=UUID(session) if session else None,
    )


def _override_payload(override: Override) -> dict[str, Any]:
    return {"permission": str(override.permission), "reason": override.reason}


def _override_from_payload(payload: Mapping[str, Any] | None) -> Override | None:
    if payload is None:
        return None
    return Override(permission=Operation(payload["permission"]), reason=payload["reason"])


def _sign_in_payload(note: SignInNote) -> dict[str, Any]:
    payload = {"way": str(note.way), "badge": note.badge and str(note.badge)}
    return {key: value for key, value in payload.items() if value is not None}


def _sign_in_from_payload(payload: Mapping[str, Any] | None) -> SignInNote | None:
    if payload is None:
        return None
    badge = payload.get("badge")
    return SignInNote(way=SignInWay(payload["way"]), badge=UUID(badge) if badge else None)


def _memory_payload(place: MemoryPlace) -> dict[str, Any]:
    payload = {
        "first": place.first,
        "behind": place.behind,
        "since": place.since,
        "problem": place.problem and str(place.problem),
    }
    return {key: value for key, value in payload.items() if value is not None}


def _memory_from_payload(payload: Mapping[str, Any]) -> MemoryPlace:
    problem = payload.get("problem")
    return MemoryPlace(
        first=payload.get("first"),
        behind=payload.get("behind"),
        since=payload.get("since"),
        problem=Reason(problem) if problem else None,
    )


def fact_payload(fact: BagFact) -> dict[str, Any]:
    """Return *fact* as JSON values, without what is not known."""
    payload = {
        "code": fact.code,
        "kind": fact.kind,
        "parent": fact.parent,
        "since": fact.since and _time_text(fact.since),
        "by": fact.by,
        "count": fact.count,
        "completed": fact.completed or None,
        "as_of": fact.as_of and _time_text(fact.as_of),
        "from_centre": fact.from_centre or None,
    }
    return {key: value for key, value in payload.items() if value is not None}


def fact_from_payload(payload: Mapping[str, Any]) -> BagFact:
    """Return the fact that :func:`fact_payload` made *payload* of."""
    since, as_of = payload.get("since"), payload.get("as_of")
    return BagFact(
        code=payload["code"],
        kind=payload.get("kind"),
        parent=payload.get("parent"),
        since=datetime.fromisoformat(since) if since else None,
        by=payload.get("by"),
        count=payload.get("count"),
        completed=payload.get("completed", False),
        as_of=datetime.fromisoformat(as_of) if as_of else None,
        from_centre=payload.get("from_centre", False),
    )


def _time_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")

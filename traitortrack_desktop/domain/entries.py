"""What is remembered: a decision, the journal entry that keeps it, and the centre's receipt for it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from traitortrack_desktop.domain.bills import (
    BillDetails,
    BillFact,
    bill_fact_from_payload,
    bill_fact_payload,
    details_from_payload,
    details_payload,
)
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
    MOVE_CHILDREN = "move_children"
    """*children* are taken out of *origin* and put into *parent*, all of them or none."""
    REPLACE_LABEL = "replace_label"
    """The bag that was called *bag* is called *parent*, or *child*, from now on. Its history stays its."""
    EDIT_CHILDREN = "edit_children"
    """An administrator takes *removed* out of *parent* and puts *children* in, all of it or nothing."""
    DELETE_BAG = "delete_bag"
    """*bag*, which is in nothing and has nothing in it, is no more."""
    PARENT_TAKEN = "parent_taken"
    """Another station took the open parent over (``fact.holder``); it is closed here."""
    OPEN_BILL = "open_bill"
    """Work at *bill* begins: parents that are scanned go onto it. It stands there until LEAVE."""
    CREATE_BILL = "create_bill"
    """The same, of a bill that is new; *details* say what it is."""
    ATTACH_PARENT = "attach_parent"
    DETACH_PARENT = "detach_parent"
    COMPLETE_BILL = "complete_bill"
    REOPEN_BILL = "reopen_bill"
    EDIT_BILL = "edit_bill"
    """*details* hold what is to change, ``None`` elsewhere."""
    DELETE_BILL = "delete_bill"
    RESUME_RETURN = "resume_return"
    """Work at the return *ticket* begins, which is there already."""
    OPEN_RETURN = "open_return"
    """The same, of a return that is new; *area* and *notes* say where and why."""
    RETURN_BAG = "return_bag"
    UNRETURN_BAG = "unreturn_bag"
    """*parent* was scanned as returned by mistake: off the return, back on its bill."""
    FINALISE_RETURN = "finalise_return"
    CANCEL_RETURN = "cancel_return"
    LEAVE = "leave"
    """Finding ends, or the work at a bill or a return: the station packs again."""
    FIND = "find"
    """What is scanned is looked up, and nothing else, until LEAVE."""
    LOOK_UP = "look_up"
    """*code* was looked up."""


WITHOUT_EFFECT = frozenset(
    {
        EntryKind.CANCEL,
        EntryKind.ACKNOWLEDGE,
        EntryKind.PARENT_TAKEN,
        EntryKind.OPEN_BILL,
        EntryKind.RESUME_RETURN,
        EntryKind.LEAVE,
        EntryKind.FIND,
        EntryKind.LOOK_UP,
    }
)
"""Accepted entries of the station's own work, which change nothing at the centre."""

ABOUT_PEOPLE = frozenset({EntryKind.SIGN_IN, EntryKind.SIGN_OUT})
"""Entries that are about no bag and change no work state."""


class WhyClosed(StrEnum):
    """Why a parent is closed with fewer bags than the site's minimum."""

    LOT_ENDED = "lot_ended"
    SHIFT_ENDED = "shift_ended"
    MATERIAL_SHORT = "material_short"
    BAG_DAMAGED = "bag_damaged"
    AS_ORDERED = "as_ordered"


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
    MOVE = "move"
    """Scan the child bags to move into the open parent; stands until something else is begun."""
    WRONG_PARENT = "wrong_parent"
    """Scan the parent that the bags belong to which were put into the open one."""
    RELABEL = "relabel"
    """Scan, or type, the code of the bag whose label is damaged."""
    NEW_LABEL = "new_label"
    """Scan the new label of the bag ``about``."""
    NEW_LABEL_AGAIN = "new_label_again"
    """Scan the new label again, which is the question's code, to put it onto ``about``."""
    DELETE = "delete"
    """Scan the bag to delete."""
    DELETE_AGAIN = "delete_again"
    """Scan it again to delete it."""
    WHY = "why"
    """Say why the open parent is closed with so few bags."""
    TAKE_OVER = "take_over"
    """Scan the parent again to take it over from another station."""
    LEAVE_PARENT = "leave_parent"
    """Scan the bill, or return, again to close the open parent and go there."""
    NEW_BILL = "new_bill"
    """Scan the bill again to make it, or a number for how many parents it takes."""
    DETACH = "detach"
    """Scan the parent to take off the bill."""
    NEW_PARENT = "new_parent"
    """Type the parent again that nobody has scanned, to put it onto the bill all the same."""
    COMPLETE_BILL = "complete_bill"
    REOPEN_BILL = "reopen_bill"
    DELETE_BILL = "delete_bill"
    """Scan the bill again to delete it."""
    AREA = "area"
    """Scan the area where the bags of a new return come back."""
    UNRETURN = "unreturn"
    """Scan the parent to take off the return."""
    FINALISE_RETURN = "finalise_return"
    CANCEL_RETURN = "cancel_return"


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
class Holder:
    """Which station has a parent open, under whose name, and since when (aware UTC).

    *until* is when that counts no more, where nothing more is heard of it.
    """

    station: str
    device: DeviceId
    by: str | None
    since: datetime
    until: datetime


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
    bill: str | None = None
    """The bill that a parent is on; of a child, ``None``."""
    bill_completed: bool = False
    holder: Holder | None = None
    """The station, perhaps this one, that has a parent open."""

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
    about: str | None = None
    """``question``: the bag it is about, where *code* is another one."""
    origin: str | None = None
    """``move_children``: the parent they come out of."""
    children: tuple[str, ...] = ()
    """``move_children`` and ``edit_children``: the child bags that go into *parent*."""
    removed: tuple[str, ...] = ()
    """``edit_children``: the child bags that are taken out of it."""
    bag: str | None = None
    """``replace_label`` and ``delete_bag``: what the bag is called until then."""
    bill: str | None = None
    ticket: str | None = None
    ticket_entry: UUID | None = None
    """Id of the ``open_return`` entry of this station that *ticket* was made by."""
    details: BillDetails | None = None
    area: str | None = None
    notes: str | None = None
    why: WhyClosed | None = None
    """``close_parent``: why with so few bags."""
    makes_parent: bool = False
    """``attach_parent``: typed twice by a person, who says that there is such a parent."""
    taken_from: Holder | None = None
    """``open_parent``: the station it was taken over from."""
    bill_fact: BillFact | None = None
    """What was known of *bill* when it was decided."""
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
    """What a person should look at although the entry was posted; of people, told once for a session."""
    bill: BillFact | None = None
    """The entry's bill as it stands after it; where it was refused, the bill that is in the way."""
    ticket: str | None = None
    """``open_return``: the code that the return got, where another one had that of the station."""


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
        "about": decision.about,
        "origin": decision.origin,
        "children": list(decision.children) or None,
        "removed": list(decision.removed) or None,
        "bag": decision.bag,
        "bill": decision.bill,
        "ticket": decision.ticket,
        "ticket_entry": decision.ticket_entry and str(decision.ticket_entry),
        "details": decision.details and details_payload(decision.details),
        "area": decision.area,
        "notes": decision.notes,
        "why": decision.why and str(decision.why),
        "makes_parent": decision.makes_parent or None,
        "taken_from": decision.taken_from and _holder_payload(decision.taken_from),
        "bill_fact": decision.bill_fact and bill_fact_payload(decision.bill_fact),
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
        **_desk_parts(payload),
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


def _desk_parts(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a decision that corrections, bills and returns have."""
    why, holder, fact = payload.get("why"), payload.get("taken_from"), payload.get("bill_fact")
    details, opened = payload.get("details"), payload.get("ticket_entry")
    return {
        "about": payload.get("about"),
        "origin": payload.get("origin"),
        "children": tuple(payload.get("children", ())),
        "removed": tuple(payload.get("removed", ())),
        "bag": payload.get("bag"),
        "bill": payload.get("bill"),
        "ticket": payload.get("ticket"),
        "ticket_entry": UUID(opened) if opened else None,
        "details": details_from_payload(details) if details is not None else None,
        "area": payload.get("area"),
        "notes": payload.get("notes"),
        "why": WhyClosed(why) if why else None,
        "makes_parent": payload.get("makes_parent", False),
        "taken_from": _holder_from_payload(holder) if holder else None,
        "bill_fact": bill_fact_from_payload(fact) if fact else None,
    }


def _holder_payload(holder: Holder) -> dict[str, Any]:
    payload = {
        "station": holder.station,
        "device": str(holder.device),
        "by": holder.by,
        "since": _time_text(holder.since),
        "until": _time_text(holder.until),
    }
    return {key: value for key, value in payload.items() if value is not None}


def _holder_from_payload(payload: Mapping[str, Any]) -> Holder:
    return Holder(
        station=payload["station"],
        device=DeviceId(UUID(payload["device"])),
        by=payload.get("by"),
        since=datetime.fromisoformat(payload["since"]),
        until=datetime.fromisoformat(payload["until"]),
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
        "bill": fact.bill,
        "bill_completed": fact.bill_completed or None,
        "holder": fact.holder and _holder_payload(fact.holder),
    }
    return {key: value for key, value in payload.items() if value is not None}


def fact_from_payload(payload: Mapping[str, Any]) -> BagFact:
    """Return the fact that :func:`fact_payload` made *payload* of."""
    since, as_of, holder = payload.get("since"), payload.get("as_of"), payload.get("holder")
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
        bill=payload.get("bill"),
        bill_completed=payload.get("bill_completed", False),
        holder=_holder_from_payload(holder) if holder else None,
    )


def _time_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")

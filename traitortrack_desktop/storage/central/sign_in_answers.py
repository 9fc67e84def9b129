"""What the centre answers to a password, a PIN or a badge, and how it is asked: counted first, then looked at
(decision 17). Pure.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from traitortrack_desktop.domain.operators import Badge, OperatorSession, SignInWay
from traitortrack_desktop.domain.roles import Person, Rights
from traitortrack_desktop.services.ports import CentreUnreachableError, SignedIn, SignInRefused

Answer = Mapping[str, Any]


class Outcome(StrEnum):
    """What the answer of ``station.sign_in`` and its like says first."""

    COUNTED = "counted"
    """Nobody has looked at it yet: the same question again is answered."""
    SIGNED_IN = "signed_in"
    REFUSED = "refused"
    LOCKED = "locked"
    NOT_VERIFIED = "not_verified"
    CODE_NEEDED = "code_needed"
    CODE_WRONG = "code_wrong"
    BADGE_NOT_VALID = "badge_not_valid"


def looked_at(ask: Callable[[], Answer]) -> Answer:
    """Return the answer to an attempt, for which *ask* is called again with the same words.

    An answer that gets lost once the attempt is counted is asked for again, so that it was not counted for
    nothing. Raises what *ask* does, and ``CentreUnreachableError`` when every answer came too late.
    """
    answer = ask()
    if not _is_counted(answer):
        return answer
    try:
        answer = ask()
    except CentreUnreachableError:
        answer = ask()
        if _is_counted(answer):  # what was no failure was forgotten with the answer that got lost
            answer = ask()
    if _is_counted(answer):
        raise CentreUnreachableError("the centre took too long to look at a password or PIN")
    return answer


def _is_counted(answer: Answer) -> bool:
    return bool(answer["outcome"] == Outcome.COUNTED)


def sign_in_answer(session: UUID, answer: Answer) -> SignedIn | SignInRefused:
    """Return what *answer*, which is not ``COUNTED``, means for whoever wants *session*.

    An outcome of a later release counts as a refusal.
    """
    outcome = answer["outcome"]
    if outcome == Outcome.SIGNED_IN:
        return _signed_in(session, answer)
    return SignInRefused(
        locked_until=_moment(answer.get("until")),
        not_verified=outcome == Outcome.NOT_VERIFIED,
        code_needed=outcome == Outcome.CODE_NEEDED,
        code_wrong=outcome == Outcome.CODE_WRONG,
        badge_not_valid=outcome == Outcome.BADGE_NOT_VALID,
    )


def _signed_in(session: UUID, answer: Mapping[str, Any]) -> SignedIn:
    person = Person(
        username=answer["person"]["username"],
        role=answer["person"]["role"],
        area=answer["person"].get("area"),
    )
    badge = None
    if (told := answer.get("badge")) is not None:
        badge = Badge(
            id=UUID(told["id"]),
            person=person,
            expires_at=_moment(told.get("expires_at")),
            has_pin=told["has_pin"],
        )
    return SignedIn(
        session=OperatorSession(
            id=session,
            person=person,
            way=SignInWay(answer["way"]),
            rights=Rights(answer["rights"]),
            badge=badge.id if badge is not None else None,
        ),
        badge=badge,
    )


def _moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told is not None else None

"""Decisions in the making, for the desks: refused, asked, accepted. Pure."""

from typing import Any

from traitortrack_desktop.domain.codes import CodeRules, ParsedCode
from traitortrack_desktop.domain.entries import BagFact, Decision, EntryKind, QuestionKind, Verdict
from traitortrack_desktop.domain.reasons import Reason


class Deciding:
    """One reading, or one deed, and what it comes to; *parts* are fields of ``Decision``."""

    def __init__(self, code: str, rules: CodeRules, **parts: Any) -> None:
        self._code, self.rules, self._parts = code, rules, parts

    @classmethod
    def of(cls, scanned: ParsedCode, rules: CodeRules, **parts: Any) -> "Deciding":
        """Return the deciding about *scanned*."""
        return cls(scanned.text, rules, **parts)

    def refuse(self, reason: Reason, **parts: Any) -> Decision:
        """Return that it is not done, and why."""
        return self._decision(EntryKind.REFUSAL, Verdict.REFUSED, reason=reason, **parts)

    def ask(self, question: QuestionKind, reason: Reason, **parts: Any) -> Decision:
        """Return that the next scan has to answer."""
        return self._decision(EntryKind.QUESTION, Verdict.CONFIRM, question=question, reason=reason, **parts)

    def accept(self, kind: EntryKind, **parts: Any) -> Decision:
        """Return that it is done."""
        return self._decision(kind, Verdict.ACCEPTED, **parts)

    def _decision(self, kind: EntryKind, verdict: Verdict, **parts: Any) -> Decision:
        whole = {"code": self._code, **self._parts, **parts}
        capacity = self.rules.capacity_of(whole.get("parent") or "")
        return Decision(kind=kind, verdict=verdict, capacity=capacity, **whole)


def told(fact: BagFact | None) -> BagFact | None:
    """Return what is worth keeping of *fact*: that there is no such bag is not."""
    return None if fact is None or fact.is_absent else fact

"""What an upgrade tells in the end: what it found and added, what it could not add, what people decide."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from psycopg2 import Error as DriverError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from traitortrack_desktop.storage.central.rows_to_decide import (
    NAMED_FOR_PEOPLE,
    Answer,
    Question,
    ask,
)

_PLURAL = {
    "table": "tables", "column": "columns", "index": "indexes", "rule": "rules",
    "reference": "references", "trigger": "triggers",
}  # fmt: skip
_FEW = 5
"""So many things are named; of more only the numbers are told."""


@dataclass(slots=True, kw_only=True)
class Findings:
    """What an upgrade has done and met so far."""

    added: list[str] = field(default_factory=list)
    """Each beginning with the word for its kind: table, column, index, rule, reference, trigger."""
    not_added: list[str] = field(default_factory=list)
    to_decide: list[Answer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Whole sentences."""

    def leave_to_people(self, connection: Connection, question: Question) -> bool:
        """Note the rows that *question* is about; return whether there are any."""
        answer = ask(connection, question, most=NAMED_FOR_PEOPLE)
        if answer.count:
            self.to_decide.append(answer)
        return answer.count > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeReport:
    """What an upgrade did. *before* is ``None`` when the station had never been here.

    *found* says in words what stood there before, *added* what is new (*from_nothing*: all of it),
    *not_added* what the server did not allow and why; *to_decide* are rows that keep a rule away.
    *statistics* says what became of the row of figures, if that was asked for.
    """

    before: str | None
    after: str
    web_schema: str = "public"
    found: str = ""
    added: tuple[str, ...] = ()
    from_nothing: bool = False
    not_added: tuple[str, ...] = ()
    to_decide: tuple[Answer, ...] = ()
    statistics: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything was made that the rows allow."""
        return not self.not_added

    @property
    def added_in_words(self) -> str:
        """What was added, as one sentence; empty when nothing was."""
        if self.from_nothing:
            return f"{len(self.added)} tables with their indexes, rules and triggers."
        if not self.added:
            return ""
        if len(self.added) <= _FEW:
            return f"{', '.join(self.added)}."
        numbers = Counter(thing.partition(" ")[0] for thing in self.added)
        told = [f"{number} {kind if number == 1 else _PLURAL[kind]}" for kind, number in numbers.items()]
        return f"{', '.join(told)} (names: --json)."

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            **asdict(self),
            "to_decide": {answer.question.name: answer.as_json() for answer in self.to_decide},
            "complete": self.complete,
        }


def server_words(error: DBAPIError | DriverError) -> str:
    """Return the first line of what the server said: it names tables and rules, and no row's content."""
    driver_error = error.orig if isinstance(error, DBAPIError) else error
    words = str(driver_error).strip().partition("\n")[0]
    return words or "the server gave no reason"

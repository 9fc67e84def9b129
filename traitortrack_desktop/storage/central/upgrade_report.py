"""What an upgrade tells in the end: what it found and added, what it could not add, what people decide."""

from dataclasses import asdict, dataclass, field
from typing import Any

from psycopg2 import Error as DriverError
from sqlalchemy.exc import DBAPIError

from traitortrack_desktop.storage.central.rows_in_the_way import Decision

_PLURAL = {
    "table": "tables", "column": "columns", "index": "indexes", "rule": "rules",
    "reference": "references", "trigger": "triggers",
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Findings:
    """What an upgrade has done and met so far."""

    added: list[str] = field(default_factory=list)
    """Each beginning with the word for its kind: table, column, index, rule, reference, trigger."""
    not_added: list[str] = field(default_factory=list)
    to_decide: list[Decision] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeReport:
    """What an upgrade did. *before* is ``None`` when the station had never been here.

    *found* says in words what stood there before, *added* what is new, *not_added* what the server did not
    allow and why; *to_decide* are rows that keep a rule away.
    """

    before: str | None
    after: str
    web_schema: str = "public"
    found: str = ""
    added: tuple[str, ...] = ()
    not_added: tuple[str, ...] = ()
    to_decide: tuple[Decision, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether everything was made that the rows allow."""
        return not self.not_added

    @property
    def added_in_words(self) -> tuple[str, ...]:
        """What was added, one sentence for each kind of thing."""
        kinds: dict[str, list[str]] = {}
        for thing in self.added:
            kind, _, name = thing.partition(" ")
            kinds.setdefault(kind, []).append(name)
        return tuple(
            f"{kind} {names[0]}." if len(names) == 1 else f"{len(names)} {_PLURAL[kind]}: {', '.join(names)}."
            for kind, names in kinds.items()
        )

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            **asdict(self),
            "to_decide": [decision.as_json() for decision in self.to_decide],
            "complete": self.complete,
        }


def server_words(error: DBAPIError | DriverError) -> str:
    """Return the first line of what the server said: it names tables and rules, and no row's content."""
    driver_error = error.orig if isinstance(error, DBAPIError) else error
    words = str(driver_error).strip().partition("\n")[0]
    return words or "the server gave no reason"

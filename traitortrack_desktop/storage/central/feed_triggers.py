"""The triggers on the web application's tables that tell the catalogue feed what changed.

They are made by ``db upgrade``, each on its own: ``CREATE TRIGGER`` waits for everybody who writes the
table, and everybody who comes later waits for it. Their functions are in ``functions/feed.sql``.

One statement trigger for each event, since only those get to see all rows of a statement at once.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTrigger:
    """One trigger: on which table, what it is called, and the statement that makes it."""

    table: str
    name: str
    statement: str

    @property
    def enabling(self) -> str:
        """The statement that switches it on again."""
        return f"ALTER TABLE public.{self.table} ENABLE TRIGGER {self.name}"


SOMETHING_WAS_MISSED = (
    "INSERT INTO station.change (kind) SELECT 'r' WHERE EXISTS (SELECT FROM station.change)"
)
"""Has every station that follows the feed load anew. It belongs into the transaction that makes a trigger or
switches it on: what happened without it is in nobody's feed. Where nothing was ever fed nobody follows."""

_WATCHED = ("bag", "link", "bill_bag", "bill")
_ROWS_OF = {
    "insert": "REFERENCING NEW TABLE AS new_rows ",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows ",
    "delete": "REFERENCING OLD TABLE AS old_rows ",
    "truncate": "",
}
_FUNCTIONS = {"truncate": "feed_reload"}
"""Every other event of a table has a function of its own, named for both."""


def _trigger(table: str, event: str) -> FeedTrigger:
    name = f"station_feed_{table}_{event}"
    function = _FUNCTIONS.get(event, f"feed_{table}_{event}")
    return FeedTrigger(
        table=table,
        name=name,
        statement=f"CREATE TRIGGER {name} AFTER {event.upper()} ON public.{table} {_ROWS_OF[event]}"
        f"FOR EACH STATEMENT EXECUTE FUNCTION station.{function}()",
    )


FEED_TRIGGERS: tuple[FeedTrigger, ...] = tuple(
    _trigger(table, event) for table in _WATCHED for event in _ROWS_OF
)
"""All of them. Where one is missing, changes of that kind do not reach the stations."""

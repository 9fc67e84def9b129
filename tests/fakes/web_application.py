"""The web application, imitated: its statements, its transactions and their faults, in words of our own.

Every piece of work is one transaction of separate statements, so that its locks interleave with those of
others. It is written as a generator that yields after each statement: a test may stop it there, look,
and let it go on. What it does wrong is marked by "Fault".
"""

import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import psycopg2
from fakes import web_bag_work as bags
from fakes import web_bill_work as bills
from fakes.plain_address import plain
from fakes.web_answers import Refused
from psycopg2.extensions import cursor as Cursor  # noqa: N812

Work = Generator[str, None, None]
"""Yields the name of each statement that has run; raises ``Refused`` with the sentence for the user."""


class Ending(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    SOMEBODY_WAS_FIRST = "somebody was first"
    """A unique constraint said no."""
    STILL_IN_USE = "still in use"
    """A foreign key said no."""
    GAVE_UP = "gave up"
    """Deadlock, time-out: the SQLSTATE says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    ending: Ending
    why: str = ""
    state: str = ""
    detail: str = ""


class WebApplication:
    """One worker of it, with one connection. *pause_seconds* is the longest pause between statements."""

    def __init__(
        self,
        url: str,
        *,
        user_id: int | None = None,
        pause_seconds: float = 0.0,
        luck: random.Random | None = None,
        schema: str | None = None,
    ) -> None:
        self._connection = psycopg2.connect(plain(url), application_name="traitortrack_web")
        self._user = user_id
        self._pause = pause_seconds
        self._luck = luck or random.Random()
        if schema is not None:
            with self._connection, self._connection.cursor() as cursor:
                cursor.execute("SELECT set_config('search_path', quote_ident(%s), false)", (schema,))

    @property
    def pid(self) -> int:
        pid: int = self._connection.get_backend_pid()
        return pid

    def close(self) -> None:
        self._connection.close()

    # -- bags

    def scan_parent(self, code: str) -> Outcome:
        return self.begin("scan_parent", bags.scan_parent, code).finish()

    def scan_child(self, parent: str, child: str) -> Outcome:
        return self.begin("scan_child", bags.scan_child, parent, child).finish()

    def unlink(self, parent: str, child: str) -> Outcome:
        return self.begin("unlink", bags.unlink, parent, child).finish()

    def delete_child_scan(self, child: str) -> Outcome:
        return self.begin("delete_child_scan", bags.delete_child_scan, child).finish()

    def edit_children(self, parent: str, children: list[str]) -> Outcome:
        return self.begin("edit_children", bags.edit_children, parent, children).finish()

    def delete_bag_by_id(self, code: str) -> Outcome:
        return self.begin("delete_bag_by_id", bags.delete_bag_by_id, code).finish()

    def delete_bag_by_code(self, code: str) -> Outcome:
        return self.begin("delete_bag_by_code", bags.delete_bag_by_code, code).finish()

    # -- bills

    def bill_fast(self, bill: str, parent: str) -> Outcome:
        return self.begin("bill_fast", bills.bill_fast, bill, parent).finish()

    def bill_locked(self, bill: str, parent: str) -> Outcome:
        return self.begin("bill_locked", bills.bill_locked, bill, parent).finish()

    def detach(self, bill: str, parent: str) -> Outcome:
        return self.begin("detach", bills.detach, bill, parent).finish()

    def recalculate(self, bill: str) -> Outcome:
        return self.begin("recalculate", bills.recalculate, bill).finish()

    def complete_bill(self, bill: str) -> Outcome:
        return self.begin("complete_bill", bills.complete_bill, bill).finish()

    def reopen_bill(self, bill: str) -> Outcome:
        return self.begin("reopen_bill", bills.reopen_bill, bill).finish()

    def return_scan(self, ticket: str, parent: str) -> Outcome:
        return self.begin("return_scan", bills.return_scan, ticket, parent).finish()

    def a_link(self, parent: str) -> tuple[str, str] | None:
        """Return *parent* and one of the children in it, as its page shows them."""
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(
                """SELECT upper(p.qr_id), upper(c.qr_id) FROM link AS l
                   JOIN bag AS p ON p.id = l.parent_bag_id JOIN bag AS c ON c.id = l.child_bag_id
                   WHERE lower(p.qr_id) = lower(%s) ORDER BY random() LIMIT 1""",
                (parent,),
            )
            return cursor.fetchone()

    def begin(self, name: str, work: Callable[..., Work], *values: Any) -> "Transaction":
        """Return *work* as a transaction that runs statement by statement."""
        cursor = self._connection.cursor()
        # Which work it is stands in the transaction, for whoever watches the tables.
        cursor.execute("SELECT set_config('web.work', %s, true)", (name,))
        return Transaction(cursor, work(cursor, self._user, *values), self._between)

    def _between(self) -> None:
        if self._pause:
            time.sleep(self._luck.random() * self._pause)


class Transaction:
    """A piece of work that has begun. Ends by :meth:`finish`."""

    def __init__(self, cursor: Cursor, work: Work, between: Callable[[], None]) -> None:
        self._cursor = cursor
        self._work = work
        self._between = between
        self._outcome: Outcome | None = None

    def until(self, statement: str) -> Self:
        """Run up to and with the statement of that name."""
        while self._outcome is None:
            if self.step() == statement:
                return self
        raise AssertionError(f"never came to {statement!r}: {self._outcome}")

    def step(self) -> str | None:
        """Run the next statement and return its name; ``None`` when there is none."""
        try:
            return next(self._work)
        except StopIteration:
            self._cursor.connection.commit()
            self._outcome = Outcome(ending=Ending.DONE)
        except Refused as refusal:
            self._outcome = Outcome(ending=Ending.REFUSED, why=str(refusal))
        except psycopg2.Error as error:
            self._outcome = _failed(error)
        if self._outcome.ending is not Ending.DONE:
            self._cursor.connection.rollback()
        self._cursor.close()
        return None

    def finish(self) -> Outcome:
        """Run what is left, and commit or give up."""
        while self._outcome is None:
            self.step()
            self._between()
        return self._outcome


def _failed(error: psycopg2.Error) -> Outcome:
    ending = {"23505": Ending.SOMEBODY_WAS_FIRST, "23503": Ending.STILL_IN_USE}.get(
        error.pgcode or "", Ending.GAVE_UP
    )
    detail = error.diag.message_detail or ""
    return Outcome(ending=ending, state=error.pgcode or "", why=str(error).splitlines()[0], detail=detail)

"""Whether stored figures are what their rows say, in brief. Needs the owner's address."""

from dataclasses import dataclass

from sqlalchemy import Connection

from traitortrack_desktop.storage.central.engine import owner_connection
from traitortrack_desktop.storage.central.recount import (
    Difference,
    wrong_bills,
    wrong_parents,
    wrong_returns,
)
from traitortrack_desktop.storage.central.rows_to_decide import CHILD_IN_TWO, ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """Codes whose stored figures are not what their rows say; all empty when everything is true."""

    wrong_parents: tuple[str, ...]
    wrong_bills: tuple[str, ...]
    children_in_two_parents: tuple[str, ...]
    wrong_returns: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether everything is true."""
        return not (
            self.wrong_parents or self.wrong_bills or self.wrong_returns or self.children_in_two_parents
        )


def consistency(url: str) -> Consistency:
    """Compare every stored figure with its rows. Raises the errors of ``services.ports``."""
    with owner_connection(url) as connection:
        return consistency_of(connection)


def consistency_of(connection: Connection) -> Consistency:
    """Compare every stored figure with its rows, on a connection that may read them."""
    return Consistency(
        wrong_parents=_codes(wrong_parents(connection)),
        wrong_bills=_codes(wrong_bills(connection)),
        wrong_returns=_codes(wrong_returns(connection)),
        children_in_two_parents=tuple(str(item["child"]) for item in ask(connection, CHILD_IN_TWO).items),
    )


def _codes(found: tuple[Difference, ...]) -> tuple[str, ...]:
    return tuple(sorted(difference.code for difference in found))

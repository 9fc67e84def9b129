"""What is odd about the stations of a centre, for ``db check``: silent and old ones, and open codes."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from traitortrack_desktop.storage.central.rows_in_words import shown

SILENT_DAYS = 30
_MOST_NAMED = 5

_KNOWS_CODES = text("SELECT to_regclass('station.enrolment_code') IS NOT NULL")
_SILENT = text("""
    SELECT name FROM station.device
    WHERE revoked_at IS NULL AND last_seen_at < clock_timestamp() - make_interval(days => :days)
    ORDER BY lower(name), id
""")
_CHECKING_PASSWORDS = text("""
    SELECT name FROM station.device WHERE revoked_at IS NULL AND speaks = 1 ORDER BY lower(name), id
""")
_OPEN_CODES = text("""
    SELECT count(*) FROM station.enrolment_code WHERE used_at IS NULL AND expires_at > clock_timestamp()
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class StationsFound:
    """Names of stations that are not revoked, and how many one-time codes could still be used."""

    silent: tuple[str, ...] = ()
    checking_passwords: tuple[str, ...] = ()
    """Of the release that fetched a password's hash to check it."""
    open_codes: int = 0

    def remarks(self) -> Iterator[str]:
        """Yield what is odd, as sentences for IT."""
        if self.silent:
            yield (
                f"stations not heard of for {SILENT_DAYS} days: {_listed(self.silent)} (stations revoke takes"
                " the rights of those that are gone)"
            )
        if self.checking_passwords:
            yield (
                f"stations of a release that checks passwords itself: {_listed(self.checking_passwords)}"
                " (their accounts may read hashes of passwords until their program is updated)"
            )
        if self.open_codes:
            yield (
                f"one-time codes that are open: {self.open_codes:,} (whoever has one can let a new station in"
                " with a station's account, for a day at most)"
            )


def stations_found(connection: Connection) -> StationsFound:
    """Look at the stations; a centre of a release before one-time codes has nothing odd."""
    if not connection.scalar(_KNOWS_CODES):
        return StationsFound()
    return StationsFound(
        silent=tuple(connection.scalars(_SILENT, {"days": SILENT_DAYS})),
        checking_passwords=tuple(connection.scalars(_CHECKING_PASSWORDS)),
        open_codes=connection.scalar(_OPEN_CODES) or 0,
    )


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(shown(name) for name in names[:_MOST_NAMED]) + more

"""How much each scanner was used since the program started: pure, in the GUI thread."""

from dataclasses import dataclass, replace
from datetime import datetime

from traitortrack_desktop.domain.entries import JournalEntry, Remark
from traitortrack_desktop.services.events import ScannerChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerUse:
    """Readings of one source. *heard_since* is when it was last plugged in, if it was told."""

    source: str
    count: int = 0
    last_at: datetime | None = None
    heard_since: datetime | None = None


Uses = tuple[ScannerUse, ...]


def use_of(uses: Uses, source: str) -> ScannerUse:
    """Return the use of *source*, none if nothing is known of it."""
    return next((use for use in uses if use.source == source), ScannerUse(source=source))


def after_reading(uses: Uses, entry: JournalEntry) -> Uses:
    """Count the reading behind *entry*; one that was held is not read again when it is placed."""
    if Remark.PLACED in entry.remarks:
        return uses
    use = use_of(uses, entry.source)
    return _with(uses, replace(use, count=use.count + 1, last_at=entry.at))


def after_change(uses: Uses, changed: ScannerChanged, now: datetime) -> Uses:
    """Note since when a scanner is heard."""
    use = use_of(uses, changed.source)
    since = (use.heard_since or now) if changed.ready else None
    return _with(uses, replace(use, heard_since=since))


def _with(uses: Uses, use: ScannerUse) -> Uses:
    return (*(other for other in uses if other.source != use.source), use)

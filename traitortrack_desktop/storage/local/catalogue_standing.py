"""How far a catalogue's file is and as of when it counts; kept in the file, as its ``meta``."""

from dataclasses import dataclass, replace
from datetime import datetime

from traitortrack_desktop.services.catalogue import LoadProgress, LoadStart
from traitortrack_desktop.services.ports import CentreChanges

Meta = dict[str, str | int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is so. *as_of* and *posted_seq* are those of the last whole round.

    *round_as_of* and *round_posted* are those of a round of which some pages are taken. *number* counts
    the loads of this station: of two whole files the one with the higher number is the newer.
    """

    number: int = 0
    start: LoadStart | None = None
    after: int = 0
    loaded: int = 0
    loaded_all: bool = False
    cursor: str | None = None
    as_of: datetime | None = None
    posted_seq: int = 0
    round_as_of: datetime | None = None
    round_posted: int = 0

    @property
    def progress(self) -> LoadProgress:
        """How far the load is."""
        return LoadProgress(start=self.start, after=self.after, loaded=self.loaded, done=self.loaded_all)

    @property
    def is_complete(self) -> bool:
        """Whether codes are known by it."""
        return self.as_of is not None

    @property
    def is_followed(self) -> bool:
        """Whether changes can be taken: everything is loaded, and the centre can say what came after."""
        return self.loaded_all and self.cursor is not None


def after_page(standing: Standing, changes: CentreChanges, as_of: datetime, posted_seq: int) -> Standing:
    """Return what is so after a page: as of when its round began, once the round is whole."""
    begun = standing.round_as_of is not None
    round_as_of = standing.round_as_of if begun else as_of
    round_posted = standing.round_posted if begun else posted_seq
    if changes.more:
        return replace(standing, cursor=changes.cursor, round_as_of=round_as_of, round_posted=round_posted)
    return replace(
        standing,
        cursor=changes.cursor,
        as_of=round_as_of,
        posted_seq=round_posted,
        round_as_of=None,
        round_posted=0,
    )


def meta_of(standing: Standing) -> Meta:
    """Return *standing* as it is kept."""
    start = standing.start
    return {
        "number": standing.number,
        "start_cursor": start.cursor if start else None,
        "centre": start.centre if start else None,
        "highest": start.highest if start else None,
        "rows": start.rows if start else None,
        "after": standing.after,
        "loaded": standing.loaded,
        "loaded_all": int(standing.loaded_all),
        "cursor": standing.cursor,
        "as_of": _text(standing.as_of),
        "posted_seq": standing.posted_seq,
        "round_as_of": _text(standing.round_as_of),
        "round_posted": standing.round_posted,
    }


def standing_of(meta: Meta) -> Standing:
    """Return what was kept; raises ``KeyError``, ``ValueError`` or ``TypeError`` where it is not ours."""
    if not meta:
        return Standing()
    cursor = meta["start_cursor"]
    start = (
        LoadStart(
            cursor=str(cursor),
            centre=str(meta["centre"]),
            highest=int(meta["highest"] or 0),
            rows=int(meta["rows"] or 0),
        )
        if cursor is not None
        else None
    )
    return Standing(
        number=int(meta["number"] or 0),
        start=start,
        after=int(meta["after"] or 0),
        loaded=int(meta["loaded"] or 0),
        loaded_all=bool(meta["loaded_all"]),
        cursor=str(meta["cursor"]) if meta["cursor"] is not None else None,
        as_of=_moment(meta["as_of"]),
        posted_seq=int(meta["posted_seq"] or 0),
        round_as_of=_moment(meta["round_as_of"]),
        round_posted=int(meta["round_posted"] or 0),
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _moment(text: str | int | None) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text is not None else None

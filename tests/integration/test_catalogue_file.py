"""The catalogue's files: loaded page by page, followed, lost, damaged, on a full disk; never an obstacle."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.memory_catalogue import MemorySource
from fakes.small_disk import SmallDisk, small_disk

from traitortrack_desktop.domain.entries import BagFact
from traitortrack_desktop.services.catalogue import UNKNOWN, CatalogueUnusableError
from traitortrack_desktop.services.catalogue_load import LONGEST_PAUSE_SECONDS, CatalogueLoad
from traitortrack_desktop.services.events import CatalogueChanged, StationEvent
from traitortrack_desktop.services.ports import CatalogueRow, CentreChanges
from traitortrack_desktop.storage.local.catalogue import PAUSE_SECONDS, SqliteCatalogue

THEN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
LATER = THEN.replace(hour=9)
BAGS: list[CatalogueRow] = [
    ["1", "SB10001", "parent", None, None, "2", None, None],
    ["2", "C1", "child", "1", "1772352000", None, None, None],
    ["3", "C2", "child", "1", None, None, None, None],
    ["4", "SB10002", "parent", None, None, "30", "t", None],
    ["5", "FREE", "child", None, None, None, None, None],
    ["6", "C1", "child", "4", None, None, None, None],
]
FILE = "catalogue.sqlite"


class Opened:
    """Catalogues of one directory, closed at the end."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.damages: list[str] = []
        self.now = 0.0
        self._opened: list[SqliteCatalogue] = []

    def again(self) -> SqliteCatalogue:
        """As the program finds it after the one before was closed or killed."""
        catalogue = SqliteCatalogue(
            self.directory, damaged=lambda: self.damages.append("found"), seconds=lambda: self.now
        )
        self._opened.append(catalogue)
        return catalogue

    def complete(self) -> SqliteCatalogue:
        catalogue = self.again()
        load(catalogue, source())
        assert follow(catalogue, CentreChanges(cursor="c1"), as_of=THEN)
        return catalogue

    def stop(self) -> None:
        for catalogue in self._opened:
            catalogue.close()
            catalogue.known("")

    @property
    def files(self) -> list[str]:
        return sorted(file.name for file in self.directory.glob("catalogue*.sqlite"))


def source(bags: list[CatalogueRow] = BAGS, pages: int = 99) -> MemorySource:
    """Return a centre of *bags*, two to a page, whose line breaks after *pages* pages."""
    made = MemorySource(bags, [["9", "BILL", "new", "5", "1"]])
    made.most, made.pages = 2, pages
    return made


def load(
    catalogue: SqliteCatalogue, centre: MemorySource, told: list[StationEvent] | None = None
) -> float | None:
    events = told if told is not None else []
    loading = CatalogueLoad(
        copy=catalogue, source=centre, tell=events.append, seconds=lambda: 0.0, spread=lambda: 0.0
    )
    return loading.run(lambda: False)


def follow(
    catalogue: SqliteCatalogue,
    changes: CentreChanges,
    *,
    as_of: datetime = LATER,
    posted_seq: int | None = None,
) -> bool:
    return catalogue.follow(changes, as_of=as_of, posted_seq=posted_seq)


def fact_of(catalogue: SqliteCatalogue, code: str) -> BagFact:
    fact = catalogue.known(code).fact
    assert fact is not None
    return fact


def many(count: int) -> list[CatalogueRow]:
    return [[str(number), f"W{number:06}", "child", *[None] * 5] for number in range(1, count + 1)]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path)
    yield opened
    opened.stop()


@pytest.fixture
def complete(opened: Opened) -> SqliteCatalogue:
    return opened.complete()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 2000) as made:
        yield made


@pytest.fixture
def on_disk(disk: SmallDisk) -> Iterator[Opened]:
    opened = Opened(disk.path)
    yield opened
    opened.stop()


def test_a_child_is_known_with_its_parent_and_as_of_when(complete: SqliteCatalogue):
    fact = fact_of(complete, "C2")

    assert (fact.kind, fact.parent, fact.as_of, fact.from_centre) == ("child", "SB10001", THEN, True)


def test_of_codes_that_differ_in_case_the_oldest_bag_counts(complete: SqliteCatalogue):
    fact = fact_of(complete, "C1")

    assert (fact.parent, fact.since) == ("SB10001", datetime(2026, 3, 1, 8, 0, tzinfo=UTC))


def test_a_parent_is_known_with_its_count_and_whether_it_is_complete(complete: SqliteCatalogue):
    first, second = fact_of(complete, "SB10001"), fact_of(complete, "SB10002")

    assert (first.count, first.completed) == (2, False)
    assert (second.count, second.completed) == (30, True)


@pytest.mark.parametrize(
    ("seconds", "since"),
    [(568971820800, None), (-(10**15), None), (-315619200, datetime(1960, 1, 1, tzinfo=UTC))],
)
def test_a_time_that_no_calendar_reaches_is_no_time(
    complete: SqliteCatalogue, seconds: int, since: datetime | None
):
    row = (5, "FREE", "child", 1, seconds, None, None, None)
    follow(complete, CentreChanges(cursor="c2", bags=(row,)))

    fact = fact_of(complete, "FREE")

    assert (fact.parent, fact.since) == ("SB10001", since)


def test_a_child_whose_parent_has_no_code_is_unknown(complete: SqliteCatalogue):
    row = (5, "FREE", "child", 77, None, None, None, None)
    follow(complete, CentreChanges(cursor="c2", bags=(row,), parents={77: ""}))

    assert complete.known("FREE") == UNKNOWN


def test_a_bag_that_lost_its_code_is_not_known_by_it_any_more(complete: SqliteCatalogue):
    follow(complete, CentreChanges(cursor="c2", bags=((5, "", "child", None, None, None, None, None),)))

    assert complete.known("FREE").fact is None


def test_changes_keep_the_row_of_a_parent_that_is_there(complete: SqliteCatalogue):
    changes = CentreChanges(
        cursor="c2",
        bags=((3, "C2", "child", 8, None, None, None, None), (5, "FREE", "child", 1, 1, None, None, None)),
        parents={8: "SB10008", 1: "SB10001"},
        gone=(4,),
    )
    follow(complete, changes)

    assert fact_of(complete, "C2").parent == "SB10008"
    assert complete.known("SB10002").fact is None
    assert fact_of(complete, "SB10001").count == 2


def test_a_load_that_was_killed_goes_on_where_it_was(opened: Opened):
    assert load(opened.again(), source(pages=2)) is not None
    again, centre = opened.again(), source()

    assert load(again, centre) is None
    assert (centre.starts, [after for after, _ in centre.asked]) == (0, [4])
    assert again.cursor() == "c0"


def test_progress_is_told_page_by_page(opened: Opened):
    told: list[StationEvent] = []
    load(opened.again(), source(), told)

    assert told == [CatalogueChanged(loaded=loaded, total=6, complete=False) for loaded in (0, 2, 4, 6)]


def test_it_is_known_again_after_a_restart_as_of_the_last_contact(opened: Opened, complete: SqliteCatalogue):
    complete.close()
    again = opened.again()
    again.open()

    assert again.known("C2").as_of == THEN
    assert again.cursor() == "c1"


def test_a_list_that_is_loaded_anew_is_used_until_then_also_after_a_kill(
    opened: Opened, complete: SqliteCatalogue
):
    follow(complete, CentreChanges(reload=True))
    load(complete, source(BAGS[:1], pages=0))
    load(complete, source(BAGS[:3], pages=1))
    assert complete.known("C2").as_of == THEN

    again, centre = opened.again(), source(BAGS[:3])
    progress = again.open()
    assert (progress.after, progress.again, again.known("C2").as_of) == (2, True, THEN)
    load(again, centre)
    assert (centre.starts, [after for after, _ in centre.asked]) == (0, [2])
    assert follow(again, CentreChanges(cursor="c9"))

    assert fact_of(again, "C2").as_of == LATER
    assert again.known("FREE").fact is None


def test_of_two_lists_only_the_newer_one_stays(opened: Opened, complete: SqliteCatalogue):
    for number in range(2):
        follow(complete, CentreChanges(reload=True))
        load(complete, source())
        assert len(opened.files) == 2
        follow(complete, CentreChanges(cursor=f"d{number}"))
        assert len(opened.files) == 1
    complete.close()

    again = opened.again()
    again.open()
    assert again.cursor() == "d1"


def test_a_kill_before_the_older_list_is_deleted_leaves_the_newer_one(
    opened: Opened, complete: SqliteCatalogue, tmp_path: Path
):
    complete.close()
    older = (tmp_path / FILE).read_bytes()
    second = opened.again()
    second.open()
    follow(second, CentreChanges(reload=True))
    load(second, source())
    follow(second, CentreChanges(cursor="newer"))
    second.close()
    (tmp_path / FILE).write_bytes(older)

    again = opened.again()
    again.open()

    assert again.cursor() == "newer"
    assert opened.files == ["catalogue-2.sqlite"]


@pytest.mark.parametrize("spoil", ["zeros", "newer", "last release", "nonsense", "empty"])
def test_a_file_that_cannot_be_used_is_made_anew(opened: Opened, tmp_path: Path, spoil: str):
    first = opened.complete()
    first.close()
    file = tmp_path / FILE
    content = file.read_bytes()
    if spoil in {"newer", "last release"}:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute(f"PRAGMA user_version = {99 if spoil == 'newer' else 1}")
    else:
        zeros = content[:4096] + bytes(len(content) - 4096)
        file.write_bytes({"nonsense": b"no database", "zeros": zeros, "empty": b""}[spoil])

    again, centre = opened.again(), source()
    load(again, centre)

    assert centre.starts == 1
    follow(again, CentreChanges(cursor="c1"))
    assert fact_of(again, "C2").parent == "SB10001"


def test_damage_that_a_scan_meets_is_told_once_and_healed(
    opened: Opened, complete: SqliteCatalogue, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("DROP TABLE bag")

    assert complete.known("C2") == UNKNOWN
    assert complete.known("C2") == UNKNOWN
    assert opened.damages == ["found"]
    assert caplog.text.count("cannot be read") == 1
    assert complete.cursor() is None
    centre = source()
    load(complete, centre)
    assert centre.starts == 1
    follow(complete, CentreChanges(cursor="c1"))
    assert fact_of(complete, "C2").parent == "SB10001"


def test_damage_that_a_change_meets_is_healed_by_the_next_load(complete: SqliteCatalogue, tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        connection.execute("DROP TABLE bag")

    with pytest.raises(CatalogueUnusableError):
        follow(complete, CentreChanges(cursor="c2", gone=(1,)))
    centre = source()
    load(complete, centre)

    assert centre.starts == 1


def test_damage_that_nobody_met_is_found_when_everything_is_read(opened: Opened, tmp_path: Path):
    catalogue = opened.again()
    centre = MemorySource(many(3000))
    load(catalogue, centre)
    follow(catalogue, CentreChanges(cursor="c1"))
    catalogue.close()
    file = tmp_path / FILE
    with file.open("r+b") as damaged:
        damaged.seek(4096 * 15)
        damaged.write(b"\xff" * 4096)

    again = opened.again()
    assert again.open().done
    assert again.known("W000001").as_of == LATER  # quick: nothing was read that is not asked for
    again.check()

    assert not again.open().done
    assert again.known("W000001") == UNKNOWN
    assert opened.files == []


def test_a_busy_file_at_the_start_stays_and_is_used_later(
    opened: Opened, complete: SqliteCatalogue, tmp_path: Path
):
    complete.close()
    complete.known("")
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = exclusive")
        other.execute("BEGIN EXCLUSIVE")
        again = opened.again()
        assert load(again, source()) == LONGEST_PAUSE_SECONDS

    again.open()

    assert again.known("C2").as_of == THEN


def test_a_file_that_is_locked_while_it_is_used_is_unknown_and_keeps_no_scan_waiting(
    complete: SqliteCatalogue, tmp_path: Path
):
    file = complete._used
    assert file is not None
    file._writer.execute("PRAGMA journal_mode = delete")
    with closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        assert complete.known("C2") == UNKNOWN

    assert fact_of(complete, "C2").parent == "SB10001"


def test_a_full_disk_at_the_start_costs_nothing_of_the_list(on_disk: Opened, disk: SmallDisk):
    catalogue = on_disk.complete()
    catalogue.close()
    catalogue.known("")
    disk.fill()
    full = on_disk.again()
    load(full, source())
    full.close()
    disk.free()

    again = on_disk.again()
    again.open()

    assert again.known("C2").as_of == THEN
    assert again.cursor() == "c1"


def test_on_a_full_disk_what_is_known_stays_and_changes_wait_for_a_minute(
    on_disk: Opened, disk: SmallDisk, caplog: pytest.LogCaptureFixture
):
    catalogue = on_disk.complete()
    catalogue.known("C2")
    disk.fill()
    rows = tuple((number, f"N{number:06}", "child", *[None] * 5) for number in range(10, 3000))
    changes = CentreChanges(cursor="c2", bags=rows)

    for _ in range(3):
        assert not follow(catalogue, changes)
        assert catalogue.cursor() is None
        on_disk.now += PAUSE_SECONDS
        assert catalogue.cursor() == "c1"

    assert caplog.text.count("takes no changes now") == 1
    assert catalogue.known("C2").as_of == THEN
    disk.free()
    follow(catalogue, changes)
    assert (catalogue.cursor(), fact_of(catalogue, "N000010").as_of) == ("c2", LATER)


def test_the_details_of_bills_and_who_holds_a_parent_are_loaded(opened: Opened):
    centre = source([["1", "SB10001", "parent", None, None, "2", None, "9"], *BAGS[1:]])
    centre.detail_rows = [["9", "1772352000", "ravi", None, "Jaipur", "RJ13", "2", "30"]]
    centre.held = {
        1: {
            "station": "Station 9",
            "device": "00000000-0000-4000-8000-000000000009",
            "since": "2026-03-01T07:50:00+00:00",
            "until": "2026-03-01T08:20:00+00:00",
        }
    }
    catalogue = opened.again()
    load(catalogue, centre)
    follow(catalogue, CentreChanges(cursor="c1"))
    bill = catalogue.known_bill("bill").fact
    holder = fact_of(catalogue, "SB10001").holder

    assert bill is not None
    assert (bill.destination, bill.linked, bill.children) == ("Jaipur", 1, 2)
    assert holder is not None
    assert (holder.station, holder.by) == ("Station 9", None)


def test_a_holder_that_nobody_can_read_is_none(complete: SqliteCatalogue):
    follow(complete, CentreChanges(cursor="c2", holders={1: {"station": "?", "device": "no number"}}))

    assert fact_of(complete, "SB10001").holder is None


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("SELECT id FROM bag WHERE parent = 1", "bag_parent"),
        ("SELECT id FROM bag WHERE bill = 1", "bag_bill"),
        ("SELECT id FROM bill WHERE upper(code) = upper('x')", "bill_code"),
        ("SELECT id FROM bag WHERE substr(code, -4) = '0001'", "bag_end"),
        (
            "SELECT id FROM bill WHERE (coalesce(created, 0), id) < (9, 9)"
            " ORDER BY coalesce(created, 0) DESC, id DESC LIMIT 9",
            "bill_made",
        ),
        ("SELECT id FROM bag WHERE code >= 'SB1' AND code < 'SB2'", "bag_code"),
    ],
)
def test_what_finding_asks_follows_an_index(
    complete: SqliteCatalogue, tmp_path: Path, question: str, index: str
):
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {question}").fetchall()

    assert index in plan[0][3]
    assert len(plan) == 1, "nothing is sorted"

"""The catalogue's file: loaded page by page, followed, lost, damaged; never an obstacle."""

import sqlite3
from datetime import UTC, datetime

import pytest

from traitortrack_desktop.services.catalogue import UNKNOWN, CatalogueUnusableError, LoadStart
from traitortrack_desktop.services.catalogue_load import CatalogueLoad
from traitortrack_desktop.services.ports import CentreChanges, CentreUnreachableError
from traitortrack_desktop.storage.local.catalogue import SqliteCatalogue

THEN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
START = LoadStart(cursor="c0", centre="1/1", highest=6, rows=6)
BAGS = [
    ["1", "SB10001", "parent", None, None, "2", None, None],
    ["2", "C1", "child", "1", "1772352000", None, None, None],
    ["3", "C2", "child", "1", None, None, None, None],
    ["4", "SB10002", "parent", None, None, "30", "t", None],
    ["5", "FREE", "child", None, None, None, None, None],
    ["6", "C1", "child", "4", None, None, None, None],
]


class Source:
    """A centre of *bags* whose line breaks after *pages* pages."""

    def __init__(self, bags=BAGS, pages=99):
        self.bags_there, self.pages, self.starts, self.asked = list(bags), pages, 0, []

    def start(self):
        self.starts += 1
        return START

    def bags(self, after, limit):
        if len(self.asked) >= self.pages:
            raise CentreUnreachableError
        self.asked.append(after)
        return [bag for bag in self.bags_there if int(bag[0]) > after][: min(limit, 2)]

    def bills(self):
        return [["9", "BILL", "new", "5", "1"]]

    def close(self):
        pass


def load(catalogue, source, told=None):
    told = told if told is not None else []
    return CatalogueLoad(copy=catalogue, source=source, tell=told.append, seconds=lambda: 0.0).run(
        lambda: False
    )


@pytest.fixture
def catalogue(tmp_path):
    catalogue = SqliteCatalogue(tmp_path)
    yield catalogue
    catalogue.known("")
    catalogue.close()
    catalogue.known("")


@pytest.fixture
def complete(catalogue):
    load(catalogue, Source())
    catalogue.follow(CentreChanges(cursor="c1"), as_of=THEN, posted_seq=None)
    return catalogue


def test_a_child_is_known_with_its_parent_and_as_of_when(complete):
    fact = complete.known("C2").fact
    assert (fact.kind, fact.parent, fact.as_of, fact.from_centre) == ("child", "SB10001", THEN, True)


def test_of_codes_that_differ_in_case_the_oldest_bag_counts(complete):
    fact = complete.known("C1").fact
    assert (fact.parent, fact.since) == ("SB10001", datetime(2026, 3, 1, 8, 0, tzinfo=UTC))


def test_a_parent_is_known_with_its_count_and_whether_it_is_complete(complete):
    assert (complete.known("SB10001").fact.count, complete.known("SB10001").fact.completed) == (2, False)
    assert (complete.known("SB10002").fact.count, complete.known("SB10002").fact.completed) == (30, True)


def test_what_is_not_there_is_surely_not_there_once_the_catalogue_is_complete(complete):
    assert (complete.known("NEVER").fact, complete.known("NEVER").as_of) == (None, THEN)


def test_nothing_is_known_before_the_first_changes_were_taken(catalogue):
    load(catalogue, Source())
    assert catalogue.known("C2") == UNKNOWN
    assert catalogue.follow(CentreChanges(cursor="c1"), as_of=THEN, posted_seq=None)
    assert catalogue.known("C2").fact is not None


def test_a_round_counts_as_of_its_beginning_and_only_when_it_is_whole(complete):
    later, latest = THEN.replace(hour=9), THEN.replace(hour=10)
    complete.follow(CentreChanges(cursor="c2", more=True), as_of=later, posted_seq=7)
    assert (complete.known("C2").as_of, complete.known("C2").posted_seq) == (THEN, 0)
    complete.follow(CentreChanges(cursor="c3"), as_of=latest, posted_seq=8)
    assert (complete.known("C2").as_of, complete.known("C2").posted_seq) == (later, 7)


def test_changes_are_taken_and_a_parent_that_comes_later_is_known_by_its_code(complete):
    changes = CentreChanges(
        cursor="c2",
        bags=((3, "C2", "child", 8, None, None, None, None), (5, "FREE", "child", 1, 1, None, None, None)),
        parents={8: "SB10008", 1: "SB10001"},
        gone=(4,),
    )
    complete.follow(changes, as_of=THEN, posted_seq=None)
    assert complete.known("C2").fact.parent == "SB10008"
    assert complete.known("SB10002").fact is None
    assert complete.known("SB10001").fact.count == 2


def test_a_load_that_was_killed_goes_on_where_it_was(tmp_path):
    killed = SqliteCatalogue(tmp_path)
    assert load(killed, Source(pages=2)) is not None
    again, source = SqliteCatalogue(tmp_path), Source()
    assert load(again, source) is None
    assert (source.starts, source.asked) == (0, [4])
    assert again.cursor() == "c0"
    again.close()
    killed.close()


def test_progress_is_told_page_by_page(catalogue):
    told = []
    load(catalogue, Source(), told)
    assert [(event.loaded, event.total, event.complete) for event in told] == [
        *((loaded, 6, False) for loaded in (0, 2, 4, 6))
    ]


def test_it_is_known_again_after_a_restart_as_of_the_last_contact(tmp_path, complete):
    complete.close()
    again = SqliteCatalogue(tmp_path)
    again.open()
    assert again.known("C2").as_of == THEN
    assert again.cursor() == "c1"
    again.close()
    again.known("")


def test_to_load_anew_forgets_everything(complete):
    complete.follow(CentreChanges(reload=True), as_of=THEN, posted_seq=None)
    assert complete.known("C2") == UNKNOWN
    assert complete.cursor() is None
    source = Source(BAGS[:1])
    load(complete, source)
    assert source.asked[0] == 0
    complete.follow(CentreChanges(cursor="c9"), as_of=THEN, posted_seq=None)
    assert complete.known("C2").fact is None


@pytest.mark.parametrize("spoil", ["zeros", "newer", "nonsense"])
def test_a_file_that_cannot_be_used_is_made_anew(tmp_path, spoil):
    first = SqliteCatalogue(tmp_path)
    load(first, Source())
    first.close()
    file = tmp_path / "catalogue.sqlite"
    if spoil == "newer":
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA user_version = 99")
        connection.close()
    else:
        content = file.read_bytes()
        file.write_bytes(
            b"no database" if spoil == "nonsense" else content[:4096] + bytes(len(content) - 4096)
        )
    again, source = SqliteCatalogue(tmp_path), Source()
    load(again, source)
    assert source.starts == 1
    again.follow(CentreChanges(cursor="c1"), as_of=THEN, posted_seq=None)
    assert again.known("C2").fact is not None
    again.close()
    again.known("")


def test_what_cannot_be_read_is_unknown_and_said_once(complete, caplog):
    connection = sqlite3.connect(complete._directory / "catalogue.sqlite")
    connection.execute("DROP TABLE bag")
    connection.close()
    assert complete.known("C2") == UNKNOWN
    assert complete.known("C2") == UNKNOWN
    assert caplog.text.count("cannot be read") == 1
    with pytest.raises(CatalogueUnusableError):
        complete.follow(CentreChanges(cursor="c2", gone=(1,)), as_of=THEN, posted_seq=None)
    source = Source()
    load(complete, source)
    assert source.starts == 1


def test_a_locked_file_is_unknown_and_keeps_nobody_waiting(tmp_path, complete):
    complete.close()
    other = sqlite3.connect(tmp_path / "catalogue.sqlite", isolation_level=None)
    other.execute("PRAGMA locking_mode = exclusive")
    other.execute("BEGIN EXCLUSIVE")
    complete._standing = complete._kept
    assert complete.known("C2") == UNKNOWN
    other.close()

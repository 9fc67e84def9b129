from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.decisions import added, opened
from fakes.memory_journal import MemoryJournal

from traitortrack_desktop.domain.entries import canonical_json, entry_payload
from traitortrack_desktop.storage.local.line_file import LineFile, read_lines
from traitortrack_desktop.storage.local.records import StoredEntry


def stored_entries(count: int) -> list[StoredEntry]:
    journal = MemoryJournal()
    for number in range(count):
        decision = opened("SB10001") if number == 0 else added("SB10001", f"C{number:06}")
        journal.append(decision, operator="ravi", source="keyboard", raw=b"x" * 512)
    return [
        StoredEntry(
            payload=canonical_json(entry_payload(entry)), previous_hash=entry.previous_hash, hash=entry.hash
        )
        for entry in journal.entries
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.lines"


@pytest.fixture
def lines(path: Path) -> Iterator[LineFile]:
    made = LineFile.open(path)
    yield made
    made.close()


def test_what_was_appended_is_read_back_in_order(lines: LineFile, path: Path) -> None:
    entries = stored_entries(3)
    lines.append(entries[:1])
    lines.append(entries[1:])
    assert list(read_lines(path)) == entries


def test_a_missing_file_has_no_lines(path: Path) -> None:
    assert list(read_lines(path)) == []


def test_a_line_whose_bytes_changed_is_not_taken_for_an_entry(lines: LineFile, path: Path) -> None:
    entries = stored_entries(2)
    lines.append(entries)
    path.write_bytes(path.read_bytes().replace(b"C000001", b"C000009"))
    assert list(read_lines(path)) == [entries[0], None]


@pytest.mark.parametrize("line", [b"", b"{}", b"null", b"\xff\x00", b"[1,2]", b'{"payload":{"v":1}}'])
def test_a_line_of_something_else_is_not_taken_for_an_entry(path: Path, line: bytes) -> None:
    path.write_bytes(line + b"\n")
    assert list(read_lines(path)) == [None]


def test_a_last_line_without_end_is_left_out(lines: LineFile, path: Path) -> None:
    entries = stored_entries(2)
    lines.append(entries)
    path.write_bytes(path.read_bytes()[:-1])
    assert list(read_lines(path)) == entries[:1]


@pytest.mark.parametrize("torn", [b"x", b"x" * 200_000])
def test_opening_cuts_off_a_last_line_without_end(lines: LineFile, path: Path, torn: bytes) -> None:
    entries = stored_entries(2)
    lines.append(entries)
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    LineFile.open(path).close()
    assert path.read_bytes() == whole


def test_opening_cuts_a_file_without_any_line_to_nothing(path: Path) -> None:
    path.write_bytes(b"x" * 100_000)
    LineFile.open(path).close()
    assert path.read_bytes() == b""


def test_the_tail_of_a_short_file_is_all_of_it(lines: LineFile) -> None:
    entries = stored_entries(5)
    lines.append(entries)
    assert lines.tail() == entries


def test_the_tail_of_a_long_file_is_its_last_whole_lines(lines: LineFile) -> None:
    entries = stored_entries(400)
    lines.append(entries)
    tail = lines.tail()
    assert 100 < len(tail) < 400
    assert tail == entries[-len(tail) :]

"""Codes and other values of rows, as people read them in a terminal."""

import pytest

from traitortrack_desktop.storage.central.rows_in_words import answer_lines, item_text, shown
from traitortrack_desktop.storage.central.rows_to_decide import QUESTIONS, Answer


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("SB00001_DUP_77", "SB00001_DUP_77"),
        ("BILL-1/2", "BILL-1/2"),
        ("2025-12-01T00:00:00", "2025-12-01T00:00:00"),
        ("", '""'),
        (" SB21001", '" SB21001"'),
        ("\x1b[2J\x1b]0;all well\x07", r'"\x1b[2J\x1b]0;all well\x07"'),
        ("A\r\nStations can work", r'"A\r\nStations can work"'),
        ("gpj\u202e001", r'"gpj\u202e001"'),
        ('say "no"\\', r'"say \"no\"\\"'),
        ("ﬁber", '"ﬁber"'),
        ("X" * 255, "X" * 40 + "…"),
        ("X…", '"X…"'),
        (None, "(none)"),
        (7, "7"),
        (1_234_567.0, "1234567"),
        (-1.5, "-1.5"),
    ],
)
def test_a_value_is_text_of_one_line_that_cannot_be_taken_for_another(value: object, text: str):
    assert shown(value) == text


def test_a_row_is_told_with_the_rows_that_it_is_about():
    parents = [{"parent": "SB1", "by": None}, {"parent": "S\nB", "by": "ravi"}]
    item = {"child": "C 1", "child_type": "tray", "since": None, "parents": parents}

    assert item_text(item) == r'child "C 1", child type tray, parents: parent SB1; parent "S\nB", by ravi'


def test_of_many_rows_the_first_twenty_are_named():
    answer = Answer(question=QUESTIONS[0], count=1_600, items=tuple({"id": n} for n in range(30)))

    told = list(answer_lines(answer))

    assert told[0].startswith(f"{QUESTIONS[0].found}: 1,600. ")
    assert told[-2:] == ["  id 19", "  … and 1,580 more (in --json)"]


def test_where_no_more_were_read_nobody_is_sent_to_read_them():
    answer = Answer(question=QUESTIONS[0], count=21, items=tuple({"id": n} for n in range(20)))

    assert list(answer_lines(answer))[-1] == "  … and 1 more"

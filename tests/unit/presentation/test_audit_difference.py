from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from traitortrack_desktop.presentation.audit_difference import LONGEST, detail_lines, difference, value_text
from traitortrack_desktop.presentation.office_speech import Speech
from traitortrack_desktop.presentation.panel_views import FactStyle
from traitortrack_desktop.presentation.wording import ENGLISH

WORDS = ENGLISH.office.audit
SPEECH = Speech(words=ENGLISH.office, now=datetime(2026, 1, 5, 12, tzinfo=UTC), zone=ZoneInfo("Asia/Kolkata"))


def lines(facts):
    return [(fact.label, fact.text) for fact in facts]


def test_only_what_changed_is_listed_and_the_rest_is_said_to_be_the_same():
    before = {"role": "dispatcher", "dispatch_area": "lucknow", "verified": True}
    after = {"role": "biller", "dispatch_area": None, "verified": True}

    assert lines(difference(before, after, SPEECH)) == [
        (WORDS.changes, ""),
        ("role", "dispatcher → biller"),
        ("dispatch area", "lucknow → nothing"),
        ("", WORDS.unchanged),
    ]


def test_what_appeared_and_what_went_away_is_told_from_what_changed():
    assert lines(difference({"a": 1, "b": 2}, {"b": 3, "c": False}, SPEECH))[1:] == [
        ("a", "1 (gone)"),
        ("b", "2 → 3"),
        ("c", "no (new)"),
    ]


@pytest.mark.parametrize(
    ("before", "after", "title", "style"),
    [
        ({"qr": "SB1"}, None, WORDS.before, FactStyle.GONE),
        (None, {"qr": "SB1"}, WORDS.after, FactStyle.NEW),
    ],
    ids=["deleted", "made"],
)
def test_one_state_alone_is_shown_whole(before, after, title, style):
    heading, value = difference(before, after, SPEECH)

    assert heading.label == title
    assert (value.label, value.text, value.style) == ("qr", "SB1", style)


def test_without_states_there_is_no_difference():
    assert difference(None, None, SPEECH) == ()


def test_equal_states_say_that_nothing_changed():
    assert lines(difference({"a": 1}, {"a": 1}, SPEECH))[1:] == [("", WORDS.unchanged)]


def test_plain_text_of_the_web_application_is_shown_as_written():
    assert lines(detail_lines({"text": "Imported 12 rows"}, SPEECH)) == [
        (WORDS.details, ""),
        (WORDS.plain_text, "Imported 12 rows"),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        ("", "nothing"),
        (True, "yes"),
        (0, "0"),
        ([], "nothing"),
        ({"bag": 3, "größe_alt": [1, None]}, "bag: 3, größe alt: 1; nothing"),
        ("2026-01-05T12:00:07+00:00", "05.01.2026 17:30:07"),
        ("2026-01-05T12:00:07", "2026-01-05T12:00:07"),
        ("2026-13-45T12:00:07+00:00", "2026-13-45T12:00:07+00:00"),
        ("two\nlines\t of  it", "two lines of it"),
    ],
)
def test_every_kind_of_value_is_readable(value, text):
    assert value_text(value, SPEECH) == text


def test_a_very_long_value_is_shortened():
    assert value_text("x" * 5000, SPEECH) == "x" * LONGEST + " …"

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from traitortrack_desktop.domain.accounts import AccountProblem
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.ui.printed_badge import (
    CardNotWrittenError,
    CardThereAlreadyError,
    end_of,
    make_badge,
)

LAST_DAY = date(2026, 2, 4)
INDIA = ZoneInfo("Asia/Kolkata")


@pytest.fixture
def told():
    return []


@pytest.fixture
def make(tmp_path, told):
    def make(path=tmp_path / "card.pdf", answer=None, last_day=LAST_DAY):
        def change(values):
            told.append(values)
            if isinstance(answer, Exception):
                raise answer
            return answer

        words = ENGLISH.badge_card
        return make_badge(path, username="asha", last_day=last_day, words=words, change=change, zone=INDIA)

    return make


def test_a_badge_works_until_the_last_day_on_its_card_is_over_where_the_computer_stands(make, told):
    assert make() is None
    assert datetime.fromisoformat(told[0]["expires_at"]) == datetime(2026, 2, 5, tzinfo=INDIA)


def test_a_badge_without_a_last_day_has_no_end(make, told):
    make(last_day=None)

    assert told[0]["expires_at"] is None


def test_without_another_zone_a_day_ends_by_the_clock_of_the_computer():
    end = end_of(LAST_DAY)

    assert (end - timedelta(seconds=1)).astimezone().date() == LAST_DAY
    assert end.astimezone().date() == LAST_DAY + timedelta(days=1)


@pytest.mark.parametrize("answer", [AccountProblem.BADGE_TAKEN, ConnectionError()])
def test_a_badge_that_the_centre_does_not_know_leaves_no_file(make, tmp_path, answer):
    if isinstance(answer, Exception):
        with pytest.raises(ConnectionError):
            make(answer=answer)
    else:
        assert make(answer=answer) is answer

    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays_and_no_badge_is_made(make, told, tmp_path):
    (tmp_path / "card.pdf").write_text("mine")

    with pytest.raises(CardThereAlreadyError):
        make()
    assert ((tmp_path / "card.pdf").read_text(), told) == ("mine", [])


def test_a_card_that_cannot_be_written_makes_no_badge(make, told, tmp_path):
    with pytest.raises(CardNotWrittenError):
        make(path=tmp_path / "none" / "card.pdf")
    assert told == []

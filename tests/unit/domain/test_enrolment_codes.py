"""What counts as a one-time code when a person types it."""

import pytest

from traitortrack_desktop.domain.enrolment_codes import (
    ALPHABET,
    EnrolmentRefusal,
    as_printed,
    enrolment_code,
    enrolment_refusal,
)


@pytest.mark.parametrize(
    "typed",
    ["01A0BCDEFGHJ", "01a0-bcde-fghj", " OLAO BCDE FGHJ ", "0ia0\u2013bcde\u2013fghj", "01A0\tBCDE\nFGHJ"],
)
def test_look_alikes_blanks_and_dashes_do_not_matter(typed: str) -> None:
    assert enrolment_code(typed) == "01A0BCDEFGHJ"


@pytest.mark.parametrize(
    "typed", ["", "01A0-BCDE-FGH", "01A0-BCDE-FGHJK", "01A0-BCDE-FGHU", "01A0-BCDE-FGH\u00e9"]
)
def test_what_is_no_code_is_none(typed: str) -> None:
    assert enrolment_code(typed) is None


def test_it_is_printed_in_groups_of_four() -> None:
    assert as_printed("01A0BCDEFGHJ") == "01A0-BCDE-FGHJ"


def test_no_two_characters_look_alike() -> None:
    assert not set("ILOU") & set(ALPHABET)
    assert len(set(ALPHABET)) == 32


@pytest.mark.parametrize("answer", [None, "", "of_a_later_release"])
def test_an_answer_that_is_no_known_refusal_is_none(answer: str | None):
    assert enrolment_refusal(answer) is None


@pytest.mark.parametrize("refusal", EnrolmentRefusal)
def test_a_refusal_is_known_by_the_centres_name(refusal: EnrolmentRefusal):
    assert enrolment_refusal(refusal.value) is refusal

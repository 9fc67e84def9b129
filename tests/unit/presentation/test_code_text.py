import pytest

from traitortrack_desktop.presentation.code_text import code_text


@pytest.mark.parametrize(
    ("code", "head", "tail"),
    [
        ("SB10001", "SB", "10001"),
        ("M444-10017", "M444-", "10017"),
        ("AB12C04F7K", "AB12C0", "4F7K"),
        ("0016586", "0", "016586"),
        ("ABCD", "", "ABCD"),
        ("WHEATMILL2026XKLMNOP", "WHEATMILL2026X", "KLMNOP"),
        ("BILL-5", "BILL-", "5"),
        ("RTN-20260105-00AB", "RTN-20260105-", "00AB"),
        ("BILL-TEST", "BILL-", "TEST"),
        ("", "", ""),
    ],
)
def test_the_tail_is_the_number_at_the_end_or_the_last_characters(code, head, tail):
    shown = code_text(code)
    assert (shown.head, shown.tail) == (head, tail)


def test_a_code_of_twenty_characters_is_shown_whole():
    assert code_text("PUNJABSTORE2026Z9999").text == "PUNJABSTORE2026Z9999"


def test_an_over_long_code_has_its_middle_left_out():
    assert code_text("X" * 250 + "1234").text == "XXXXXXXXXX…1234"

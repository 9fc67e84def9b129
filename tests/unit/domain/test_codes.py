"""Codes: what a reading means, and that nothing unusual is ever taken for a bag."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.domain.codes import CodeKind, Command, code_rules, parse_frame, printable
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.reasons import Reason

RULES = code_rules()


def parsed(raw, kind=FrameKind.COMPLETE):
    data = raw if isinstance(raw, bytes) else raw.encode()
    return parse_frame(ScanFrame(source="test", raw=data, kind=kind), RULES)


@pytest.mark.parametrize(
    ("raw", "kind", "text"),
    [
        ("SB10001", CodeKind.PARENT, "SB10001"),
        ("sb10001", CodeKind.PARENT, "SB10001"),
        ("  M444-00600\t", CodeKind.PARENT, "M444-00600"),
        ("AB12", CodeKind.CHILD, "AB12"),
        ("ab12c04f7kab12c04f7k", CodeKind.CHILD, "AB12C04F7KAB12C04F7K"),
        ("0016586", CodeKind.CHILD, "0016586"),
        ("SB1000", CodeKind.CHILD, "SB1000"),
        ("M44412345", CodeKind.CHILD, "M44412345"),
        ("BILL-2024/07", CodeKind.BILL, "BILL-2024/07"),
        (" AB12C", CodeKind.CHILD, "AB12C"),
    ],
)
def test_a_usable_code_is_trimmed_folded_and_named(raw, kind, text):
    result = parsed(raw)
    assert (result.kind, result.text, result.problem) == (kind, text, None)


@pytest.mark.parametrize(
    "label",
    [
        "LABEL NO.:0016586 LOT NO.:STAR44GG24611, D.O.T.:30/09/2025",
        "LABEL NO. 0016586 LOT",
        "Label No:0016586",
        "LABELNO.: 0016586, X",
    ],
)
def test_a_long_label_gives_its_number_with_leading_zeros(label):
    assert parsed(label).text == "0016586"


@pytest.mark.parametrize("number", ["123", "1" * 21])
def test_a_label_whose_number_is_no_child_code_is_refused(number):
    assert parsed(f"LABEL NO.:{number} LOT").problem is Reason.UNKNOWN_CODE


@pytest.mark.parametrize(
    "raw",
    [
        "SB1234",
        "SB123456",
        "SB1234५",
        "Straße1",
        "aıb12",
        "AB12😀",
        "AB\x0012C",
        "AB12C\x00",
        "AB\u200b12C",
        "AB\u00a012C",
        "ＡＢ12",
        "AB12C\x1d",
        b"AB12\xff\xfe",
    ],
)
def test_an_unusual_character_never_becomes_a_parent(raw):
    assert parsed(raw).kind is not CodeKind.PARENT


@pytest.mark.parametrize(
    "raw",
    [
        "Straße1",
        "aıb12",
        "AB12😀",
        "AB\x0012C",
        "AB12C\x00",
        "AB\u200b12C",
        "AB\u00a012C",
        "ＡＢ12",
        b"AB12\xff",
    ],
)
def test_text_that_is_not_printable_ascii_is_unreadable(raw):
    assert parsed(raw).problem is Reason.UNREADABLE


@pytest.mark.parametrize(
    "raw", ["AB1", "AB-12C", "A B C D", "M445-12345", "MB12345;", "x" * 21, "SB-12345", "<b>"]
)
def test_text_of_no_known_pattern_is_an_unknown_code(raw):
    assert parsed(raw).problem is Reason.UNKNOWN_CODE


@pytest.mark.parametrize("raw", ["", "   ", "\t", "\u00a0"])
def test_nothing_but_blanks_is_an_empty_code(raw):
    assert parsed(raw).problem is Reason.EMPTY_CODE


def test_a_part_of_a_reading_is_never_a_code():
    assert parsed("SB10001", FrameKind.PARTIAL).problem is Reason.INCOMPLETE


def test_an_oversize_reading_is_never_a_code():
    assert parsed("SB10001", FrameKind.OVERSIZE).problem is Reason.TOO_LONG


@pytest.mark.parametrize("command", Command)
def test_every_command_barcode_is_known(command):
    assert parsed(command.value.lower()).command is command


def test_an_unknown_command_is_named_as_that():
    assert parsed("TT-CMD-DANCE").problem is Reason.UNKNOWN_COMMAND


def test_a_badge_is_not_shown():
    badge = parsed("TT-BADGE-SECRET")
    assert badge.kind is CodeKind.BADGE
    assert "SECRET" not in badge.text
    assert badge.text.isascii()


BADGE = "TT-BADGE-012345678901234567890123"


@pytest.mark.parametrize(
    "text",
    [BADGE, f" {BADGE}\t", BADGE.lower(), f"]C0{BADGE}", f"]C1{BADGE}", f"]Q1{BADGE}"],
    ids=["plain", "with blanks", "in small letters", "Code 128", "marked as GS1", "QR"],
)
def test_a_whole_badge_carries_its_code_for_whoever_looks_it_up_and_shows_it_to_nobody(text):
    badge = parsed(text)
    assert (badge.kind, badge.badge, badge.problem) == (CodeKind.BADGE, BADGE, None)
    assert "0123" not in badge.text + repr(badge)


@pytest.mark.parametrize(
    "text",
    [
        BADGE[:-1],
        BADGE + "4",
        BADGE[:-1] + "A",
        "X" + BADGE,
        BADGE + BADGE,
        BADGE.replace("-", "\u2212"),
        "TT-BADGE-" + "٣" * 24,
    ],
    ids=["too short", "too long", "a letter", "something before", "two", "another dash", "other digits"],
)
def test_what_only_may_hold_a_badge_is_no_badge_and_tells_nothing(text):
    badge = parsed(text)
    assert (badge.kind, badge.badge, badge.problem) == (CodeKind.BADGE, None, Reason.UNKNOWN_BADGE)


@pytest.mark.parametrize("kind", [FrameKind.PARTIAL, FrameKind.GARBLED, FrameKind.OVERSIZE])
def test_a_badge_in_pieces_is_no_badge(kind):
    badge = parse_frame(ScanFrame(source="gun", raw=BADGE.encode(), kind=kind), code_rules())
    assert (badge.badge, badge.kind) == (None, CodeKind.BADGE)
    assert badge.problem is not None


def test_bags_whose_codes_look_a_little_like_a_badge_are_bags():
    assert parsed("BADGER01").kind is CodeKind.CHILD
    assert parsed("TTBAD0001").kind is CodeKind.CHILD


@given(st.binary(max_size=600))
def test_any_bytes_give_text_that_is_safe_to_store_and_show(raw):
    text = parsed(raw).text
    assert text.isascii()
    assert text.isprintable()
    assert len(text) <= 255


@pytest.mark.parametrize(
    "wrong", [{"parent": "("}, {"label": "LABEL NO [0-9]+"}, {"capacity": 0}, {"capacity": 501}]
)
def test_wrong_rules_are_refused_by_name(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        code_rules(**wrong)


def test_a_site_may_use_its_own_patterns():
    rules = code_rules(parent=r"P[0-9]{3}", child=r"C[0-9]{3}")
    assert parse_frame(ScanFrame(source="t", raw=b"p123"), rules).kind is CodeKind.PARENT


def test_a_label_without_a_number_is_read_as_it_stands():
    rules = code_rules(label=r"LABEL(?: ([0-9]+))?")
    assert parse_frame(ScanFrame(source="test", raw=b"LABEL77"), rules).text == "LABEL77"


def test_a_site_s_own_pattern_does_not_make_a_bag_of_what_the_centre_cannot_store():
    rules = code_rules(child="[A-Z0-9]+")
    reading = parse_frame(ScanFrame(source="test", raw=b"A" * 256), rules)
    assert (reading.kind, reading.problem) == (CodeKind.UNUSABLE, Reason.TOO_LONG)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"AB\xff\xfe", r"AB\xff\xfe"),
        ("AB−1".encode(), r"AB\u22121"),
        (b"A\\B\r", r"A\B\r"),
        (b"\x1d", r"\x1d"),
    ],
)
def test_what_cannot_be_shown_is_escaped_once(raw, shown):
    assert printable(raw) == shown

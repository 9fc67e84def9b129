import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.domain.codes import CodeKind, code_rules, parse_frame
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.scanners import SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR
from traitortrack_desktop.domain.symbologies import bag_of_gs1_label, split_identifier

PARENT, CHILD, UNUSABLE = CodeKind.PARENT, CodeKind.CHILD, CodeKind.UNUSABLE
UNKNOWN_CODE, UNREADABLE = Reason.UNKNOWN_CODE, Reason.UNREADABLE
GS = "\x1d"
SSCC = "00123456789012345675"
GTIN = "0104006381333931"
GRAI = "800304006381333931"


def parsed(raw, kind=FrameKind.COMPLETE):
    data = raw if isinstance(raw, bytes) else raw.encode()
    return parse_frame(ScanFrame(source="test", raw=data, kind=kind), code_rules())


def meaning(raw):
    code = parsed(raw)
    return code.kind, code.text, code.problem


@pytest.mark.parametrize(
    "identifier",
    [
        "A0",
        "A7",
        "C0",
        "C1",
        "C2",
        "C4",
        "E0",
        "E1",
        "E2",
        "E3",
        "E4",
        "F0",
        "G0",
        "I0",
        "I1",
        "I3",
        "J1",
        "L0",
        "L2",
        "Q0",
        "Q1",
        "Q3",
        "Q5",
        "U0",
        "X0",
        "d1",
        "d2",
        "e0",
        "h0",
        "z0",
    ],
)
def test_a_known_identifier_is_taken_off(identifier):
    found, rest = split_identifier(b"]" + identifier.encode() + b"SB10001")
    assert (found.code, rest) == (identifier, b"SB10001")


@pytest.mark.parametrize(
    "raw", [b"", b"]", b"]C", b"]C9AB", b"]q1AB", b"]\xff1AB", b"C1AB", b"]]C1AB", b" ]C1AB"]
)
def test_anything_else_is_left_alone(raw):
    assert split_identifier(raw) == (None, raw)


@pytest.mark.parametrize("identifier", [b"]Q2", b"]Q4", b"]d4", b"]d5", b"]d6", b"]z3", b"]L1", b"]U2"])
def test_escapes_are_undone_behind_an_identifier_that_announces_them(identifier):
    assert split_identifier(identifier + rb"\000026SB\\1\000003X")[1] == rb"SB\1X"


@pytest.mark.parametrize("identifier", [b"]Q1", b"]C0", b"]d1", b"]z0", b"]L2"])
def test_a_backslash_stays_behind_any_other(identifier):
    assert split_identifier(identifier + rb"\000026SB\\1")[1] == rb"\000026SB\\1"


def test_a_doubled_backslash_before_digits_is_a_backslash_and_digits():
    assert split_identifier(rb"]Q2\\000026")[1] == rb"\000026"


@given(st.one_of(st.binary(max_size=40), st.binary(max_size=40).map(lambda data: b"]Q2" + data)))
def test_splitting_never_raises_and_never_adds(raw):
    _, rest = split_identifier(raw)
    assert len(rest) <= len(raw)


@pytest.mark.parametrize(
    ("label", "bag"),
    [
        (SSCC, SSCC),
        (f"21ABC123{GS}" + SSCC, SSCC),
        (GTIN + "21ABC123", GTIN + "21ABC123"),
        (GTIN + f"10LOT7{GS}21ABC123", GTIN + "21ABC123"),
        (f"21ABC123{GS}10LOT7", "21ABC123"),
        (GTIN + f"10LOT7{GS}8004MINE7{GS}21ABC123", "8004MINE7"),
        (GRAI + f"X7{GS}21ABC123", GRAI + "X7"),
        (GTIN + "11000000" + "21ABC123", GTIN + "21ABC123"),
        ("21abc", "21abc"),
    ],
)
def test_the_element_that_names_one_bag_is_its_code_with_its_identifier(label, bag):
    assert bag_of_gs1_label(label) == bag


@pytest.mark.parametrize(
    "label",
    [GTIN, "10LOT7", "", "91SB10001", f"21ABC{GS}21ABD", SSCC[:-1] + "4", GRAI[:-1] + "2" + "X7"],
)
def test_a_label_of_which_no_element_names_one_bag_is_none(label):
    assert bag_of_gs1_label(label) is None


@given(st.text(alphabet=st.characters(min_codepoint=0, max_codepoint=127), max_size=60))
def test_what_is_no_gs1_label_gives_a_value_error_and_nothing_else(text):
    try:
        bag = bag_of_gs1_label(text)
    except ValueError:
        return
    assert bag is None or bag in text or (bag[:16] in text and bag[16:] in text)


def test_two_products_with_the_same_serial_number_are_two_bags():
    other = "01" + "09501101530003"
    assert bag_of_gs1_label(GTIN + "211234") != bag_of_gs1_label(other + "211234")


@pytest.mark.parametrize("identifier", ["]C1", "]d2", "]Q3", "]e0", "]J1", "]Q4", "]d5"])
def test_a_single_element_is_the_code_that_a_plain_keyboard_scanner_types(identifier):
    assert meaning(identifier + SSCC) == meaning(SSCC) == (CodeKind.CHILD, SSCC, None)


def test_a_gs1_label_without_a_bag_is_not_a_bag():
    assert meaning("]C1" + GTIN) == (CodeKind.UNUSABLE, GTIN, Reason.UNKNOWN_CODE)


def test_an_asset_number_longer_than_a_child_code_is_not_a_bag():
    assert parsed("]C18004" + "A" * 20).problem is Reason.UNKNOWN_CODE


@pytest.mark.parametrize("raw", ["SB10001", "M444-00600"])
def test_a_parent_on_a_label_marked_gs1_out_of_habit_is_a_parent(raw):
    assert meaning("]C1" + raw) == (CodeKind.PARENT, raw, None)


def test_a_child_on_a_label_that_claims_to_be_gs1_and_is_not_is_refused():
    assert parsed("]C1AB12C").problem is Reason.UNKNOWN_CODE


def test_a_misread_article_number_without_identifier_is_never_taken_for_gs1():
    assert meaning("4006381333932") == (CodeKind.CHILD, "4006381333932", None)
    assert meaning("]E04006381333932") == (CodeKind.CHILD, "4006381333932", None)


def test_a_code_behind_a_plain_identifier_is_that_code():
    assert meaning("]C0sb10001") == (CodeKind.PARENT, "SB10001", None)
    assert parsed("]Q1TT-CMD-UNDO").kind is CodeKind.COMMAND


def test_a_character_set_marker_behind_its_identifier_does_not_hide_the_bag():
    assert meaning(rb"]Q2\000026SB10001") == (CodeKind.PARENT, "SB10001", None)


def test_the_gs1_library_is_not_loaded_before_a_gs1_label_comes():
    program = (
        "import sys\n"
        "from traitortrack_desktop.domain.codes import code_rules, parse_frame\n"
        "from traitortrack_desktop.domain.frames import ScanFrame\n"
        "parse_frame(ScanFrame(source='t', raw=b']C0SB10001'), code_rules())\n"
        "sys.exit('biip' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.mark.parametrize(
    ("case", "raw", "kind", "text", "problem"),
    [
        ("T01 leading zeros stay", "0016586", CHILD, "0016586", None),
        ("T02 more digits than a number holds", "9" * 20, CHILD, "9" * 20, None),
        ("T03 twelve digits are not thirteen", "012345678905", CHILD, "012345678905", None),
        ("T04 blanks around are not the code", " AB12C ", CHILD, "AB12C", None),
        ("T05 a blank inside is", "AB 12C", UNUSABLE, "AB 12C", UNKNOWN_CODE),
        (
            "T06 a separator at the end stays",
            f"AB12C{GS}",
            UNUSABLE,
            r"AB12C\x1d",
            UNKNOWN_CODE,
        ),
        ("T06b at the start too", f"{GS}AB12C", UNUSABLE, r"\x1dAB12C", UNKNOWN_CODE),
        (
            "T07 RS, EOT and FS as well",
            "A\x1eB\x04C\x1cD",
            UNUSABLE,
            r"A\x1eB\x04C\x1cD",
            UNKNOWN_CODE,
        ),
        (
            "T08 any other control is unreadable",
            "AB12C\x1f",
            UNUSABLE,
            r"AB12C\x1f",
            UNREADABLE,
        ),
        ("T08b NEL too", "AB12C\x85", UNUSABLE, r"AB12C\x85", UNREADABLE),
        ("T09 homoglyphs", "АB12C", UNUSABLE, r"\u0410B12C", UNREADABLE),
        ("T10 full width", "ＡＢ12", UNUSABLE, r"\uff21\uff2212", UNREADABLE),
        ("T10b digits of another script", "SB१२३४५", UNUSABLE, None, UNREADABLE),
        ("T11 lower case is folded", "sb10001", PARENT, "SB10001", None),
        (
            "T11b but not a letter that becomes two",
            "straße",
            UNUSABLE,
            r"stra\xdfe",
            UNREADABLE,
        ),
        (
            "T12 bytes of another code page",
            b"CAF\xc9123",
            UNUSABLE,
            r"CAF\xc9123",
            UNREADABLE,
        ),
        ("T12b a byte order mark", "\ufeffSB10001", UNUSABLE, r"\ufeffSB10001", UNREADABLE),
        ("T12c a zero-width space", "SB10\u200b001", UNUSABLE, r"SB10\u200b001", UNREADABLE),
        ("T12d a backslash is shown once", "A\\B", UNUSABLE, "A\\B", UNKNOWN_CODE),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("T") else "",
)
def test_text_policy(case, raw, kind, text, problem):
    code = parsed(raw)
    assert (code.kind, code.problem) == (kind, problem)
    assert text is None or code.text == text


@pytest.mark.parametrize("raw", [SET_UP_CODE, SET_UP_CODE_WITH_SEPARATOR, "TT-TEST-01", "tT-sETUP"])
def test_a_set_up_code_on_the_scan_screen_is_named_as_that(raw):
    assert parsed(raw).problem is Reason.SET_UP_CODE


def test_a_typed_reading_is_read_like_a_whole_one():
    assert parsed("SB10001", FrameKind.TYPED).kind is CodeKind.PARENT


def test_a_garbled_reading_is_never_a_code():
    assert parsed("SB10001", FrameKind.GARBLED).problem is Reason.UNREADABLE


def test_noise_is_not_a_scan():
    assert parsed("SB10001", FrameKind.NOISE).problem is Reason.NOT_A_SCAN


@given(st.binary(max_size=300), st.sampled_from(["]C1", "]Q2", "]d2", "TT-CMD-", "TT-SETUP", ""]))
def test_any_bytes_behind_any_beginning_are_safe_to_store_and_show(raw, beginning):
    code = parsed(beginning.encode() + raw)
    assert code.text.isascii()
    assert code.text.isprintable()
    assert len(code.text) <= 255

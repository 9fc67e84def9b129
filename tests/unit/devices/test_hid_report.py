import pytest
from fakes.hid_library import HONEYWELL_DESCRIPTOR, MAKERS_OWN_DESCRIPTOR, aim_report, plain_report
from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.hid_report import (
    AIM_LAYOUT,
    PLAIN_LAYOUT,
    ReportFramer,
    ReportLayout,
    known_layout_of,
    layout_of,
)
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import ScannerRole

KEYBOARD_DESCRIPTOR = bytes.fromhex(
    "05010906a101050719e029e71500250175019508810295017508810395057501050819012905910295017503"
    "91039506750815002565050719002965810 0c0".replace(" ", "")
)
ANY_CODE = st.binary(min_size=1, max_size=300).filter(
    lambda code: not code.endswith((b"\r", b"\n")) and not code.startswith(b"]")
)


def in_reports(code, make):
    parts = [code[at : at + 56] for at in range(0, len(code), 56)]
    return [make(part, continued=part is not parts[-1]) for part in parts]


def raws(frames):
    return [(frame.raw, frame.kind) for frame in frames]


def test_the_fields_are_found_by_their_usages():
    assert layout_of(HONEYWELL_DESCRIPTOR) == ReportLayout(
        report_id=2,
        count_at=1,
        symbology_at=(2, 3, 4),
        data_at=5,
        data_length=56,
        continued_at=63,
        continued_mask=1,
    )


def test_another_makers_order_and_sizes_are_found_too():
    assert layout_of(MAKERS_OWN_DESCRIPTOR) == ReportLayout(
        report_id=5, data_at=1, data_length=32, continued_at=33, continued_mask=0xFF
    )


def test_reports_without_a_number_begin_with_their_first_field():
    descriptor = bytes.fromhex("058c0902a10175089540 09fe8102c0".replace(" ", ""))

    layout = layout_of(descriptor)

    assert layout is not None
    assert (layout.report_id, layout.data_at, layout.data_length) == (0, 0, 64)


def test_usages_with_a_page_of_their_own_and_pushed_settings_are_read():
    descriptor = bytes.fromhex(
        "0501 a101 8502 7508 9501 a4 9510 0bfe008c00 8102 b4 0bff008c00 8102 c0".replace(" ", "")
    )

    layout = layout_of(descriptor)

    assert layout is not None
    assert (layout.data_at, layout.data_length, layout.continued_at) == (1, 16, 17)


@pytest.mark.parametrize(
    "descriptor", [b"", KEYBOARD_DESCRIPTOR, HONEYWELL_DESCRIPTOR[:30], b"\xfe", b"\xb4\x0b"]
)
def test_a_descriptor_that_does_not_say_it_says_nothing(descriptor):
    assert layout_of(descriptor) is None


@given(st.binary(max_size=200))
def test_no_descriptor_whatever_is_in_it_raises(descriptor):
    layout_of(descriptor)


@given(st.binary(max_size=200), st.binary(max_size=80))
def test_no_report_whatever_is_in_it_raises(descriptor, report):
    ReportFramer("usb", layout_of(descriptor)).feed(report, 0)


def test_a_reading_carries_its_aim_identifier_in_front():
    frames = ReportFramer("usb", AIM_LAYOUT, role=ScannerRole.CHILDREN).feed(
        aim_report(b"0104012345678901"), 7
    )

    assert raws(frames) == [(b"]C10104012345678901", FrameKind.COMPLETE)]
    assert (frames[0].started_ms, frames[0].ended_ms, frames[0].role) == (7, 7, ScannerRole.CHILDREN)


def test_an_identifier_that_the_scanner_sends_in_the_data_too_is_not_doubled():
    frames = ReportFramer("usb", AIM_LAYOUT).feed(aim_report(b"]C1SB10001"), 0)

    assert frames[0].raw == b"]C1SB10001"


@pytest.mark.parametrize("aim", [b"\0\0\0", b"Q12", b"]??"])
def test_a_symbology_that_is_not_known_adds_nothing(aim):
    assert ReportFramer("usb", AIM_LAYOUT).feed(aim_report(b"SB1", aim=aim), 0)[0].raw == b"SB1"


def test_a_line_end_after_the_data_is_the_scanners_not_the_codes():
    assert ReportFramer("usb", PLAIN_LAYOUT).feed(plain_report(b"SB1\r\n"), 0)[0].raw == b"SB1"


@given(ANY_CODE)
def test_a_code_in_several_reports_is_one_frame(code):
    framer = ReportFramer("usb", layout_of(HONEYWELL_DESCRIPTOR))

    frames = [frame for report in in_reports(code, aim_report) for frame in framer.feed(report, 0)]

    assert raws(frames) == [(b"]C1" + code, FrameKind.COMPLETE)]


@given(st.lists(ANY_CODE, max_size=5))
def test_codes_one_after_another_come_in_order_without_a_descriptor(codes):
    framer = ReportFramer("usb", None)

    frames = [
        f for code in codes for report in in_reports(code, plain_report) for f in framer.feed(report, 0)
    ]

    assert raws(frames) == [(code, FrameKind.COMPLETE) for code in codes]


def test_what_is_not_continued_in_time_is_a_part_and_never_joins_the_next():
    framer = ReportFramer("usb", PLAIN_LAYOUT)
    framer.feed(plain_report(b"A" * 56, continued=True), 1000)

    frames = framer.feed(plain_report(b"SB2"), 1501)

    assert raws(frames) == [(b"A" * 56, FrameKind.PARTIAL), (b"SB2", FrameKind.COMPLETE)]


def test_a_silence_gives_up_what_is_not_continued():
    framer = ReportFramer("usb", PLAIN_LAYOUT)
    framer.feed(plain_report(b"A" * 56, continued=True), 1000)

    assert framer.silence(1500) == ()
    assert raws(framer.silence(1501)) == [(b"A" * 56, FrameKind.PARTIAL)]


def test_a_whole_reading_leaves_nothing_to_give_up():
    framer = ReportFramer("usb", PLAIN_LAYOUT)
    framer.feed(plain_report(b"SB1"), 0)

    assert (framer.is_collecting, framer.cut_off(), framer.silence(9999)) == (False, (), ())


def test_a_part_does_not_spoil_the_reading_after_it():
    framer = ReportFramer("usb", PLAIN_LAYOUT)
    framer.feed(plain_report(b"A" * 56, continued=True), 0)
    framer.cut_off()

    assert raws(framer.feed(plain_report(b"SB2"), 1)) == [(b"SB2", FrameKind.COMPLETE)]


@pytest.mark.parametrize("report", [aim_report(b"SB1")[:40], aim_report(b"SB1", count=57)])
def test_a_report_that_contradicts_its_layout_is_no_whole_reading(report):
    frames = ReportFramer("usb", AIM_LAYOUT).feed(report, 0)

    assert [frame.kind for frame in frames] == [FrameKind.PARTIAL]


def test_reports_of_another_number_are_none_of_ours():
    assert ReportFramer("usb", AIM_LAYOUT).feed(bytes([4]) + bytes(63), 0) == ()


def test_an_empty_report_is_no_reading():
    assert ReportFramer("usb", PLAIN_LAYOUT).feed(plain_report(b""), 0) == ()


def test_a_scanner_that_never_ends_does_not_fill_the_memory():
    framer = ReportFramer("usb", PLAIN_LAYOUT)
    for number in range(2000):
        framer.feed(plain_report(b"A" * 56, continued=True), number)

    (frame,) = framer.feed(plain_report(b"A"), 2000)

    assert (frame.kind, len(frame.raw)) == (FrameKind.OVERSIZE, 8192)


@pytest.mark.parametrize("data", [b"SB10001", b"A" * 56, b"]C1SB10001", b"]C1" + b"A" * 53])
def test_the_two_known_layouts_are_told_apart(data):
    assert known_layout_of(plain_report(data)) is PLAIN_LAYOUT
    assert known_layout_of(aim_report(data)) is AIM_LAYOUT

from hypothesis import given
from hypothesis import strategies as st

from traitortrack_desktop.devices.ssi import (
    ACK,
    LONGEST_MESSAGE_BYTES,
    NAK,
    Opcode,
    SsiFramer,
    checksum,
    encode,
)
from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import ScannerRole

CODE_128, GS1_128 = b"\x03", b"\x0f"


def decoded(text, *, again=False, more=False, code_type=CODE_128):
    status = (1 if again else 0) | (2 if more else 0)
    return encode(Opcode.DECODE_DATA, code_type + text, source=0, status=status)


def damaged(packet):
    return packet[:6] + bytes([packet[6] ^ 0x55]) + packet[7:]


def framer():
    return SsiFramer("gun", ScannerRole.PARENTS)


def heard(frames):
    return [(frame.kind, frame.raw) for frame in frames]


def complete(*texts):
    return [(FrameKind.COMPLETE, text) for text in texts]


def test_an_acknowledgement_of_the_host_has_the_bytes_of_the_protocol():
    assert ACK.hex(" ") == "04 d0 04 00 ff 28"


def test_the_checksum_makes_the_sum_of_a_packet_zero():
    body = decoded(b"SB10001")[:-2]
    assert (sum(body) + int.from_bytes(checksum(body))) & 0xFFFF == 0


def test_a_reading_is_its_data_with_source_role_and_times():
    one = framer()
    assert one.feed(decoded(b"SB10001")[:4], ended_ms=5) == []
    [frame] = one.feed(decoded(b"SB10001")[4:], ended_ms=9)
    assert (frame.source, frame.raw, frame.role) == ("gun", b"SB10001", ScannerRole.PARENTS)
    assert (frame.started_ms, frame.ended_ms) == (5, 9)


def test_a_suffix_that_the_scanner_adds_is_no_part_of_the_code():
    assert heard(framer().feed(decoded(b"SB10001\r\n"))) == complete(b"SB10001")


def test_a_group_separator_at_the_end_stays():
    assert heard(framer().feed(decoded(b"AB\x1d"))) == complete(b"AB\x1d")


def test_the_type_gs1_128_becomes_its_identifier():
    assert heard(framer().feed(decoded(b"21A1", code_type=GS1_128))) == complete(b"]C121A1")


def test_an_identifier_that_the_scanner_sends_itself_is_not_doubled():
    assert heard(framer().feed(decoded(b"]C121A1", code_type=GS1_128))) == complete(b"]C121A1")


def test_a_reading_is_not_acknowledged_before_it_is_stored():
    one = framer()
    one.feed(decoded(b"SB10001"))
    assert one.take_replies() == b""


def test_packets_of_one_message_are_one_reading():
    one = framer()
    assert heard(one.feed(decoded(b"SB10", more=True) + decoded(b"001"))) == complete(b"SB10001")


def test_a_packet_that_others_follow_is_acknowledged_at_once():
    one = framer()
    one.feed(decoded(b"SB10", more=True))
    assert one.take_replies() == ACK
    assert one.take_replies() == b""


def test_a_packet_sent_again_because_its_acknowledgement_was_late_is_not_a_second_reading():
    one = framer()
    one.feed(decoded(b"SB10001"))
    assert one.feed(decoded(b"SB10001", again=True)) == []
    assert one.take_replies() == b""


def test_a_packet_whose_acknowledgement_was_lost_gets_it_again():
    one = framer()
    one.feed(decoded(b"SB10001"))
    one.answered()
    assert one.feed(decoded(b"SB10001", again=True)) == []
    assert one.take_replies() == ACK


def test_a_first_packet_sent_again_is_not_doubled_inside_its_message():
    one = framer()
    packets = decoded(b"SB10", more=True), decoded(b"SB10", more=True, again=True), decoded(b"001")
    assert heard(one.feed(b"".join(packets))) == complete(b"SB10001")
    assert one.take_replies() == ACK + ACK


def test_the_same_label_read_twice_is_two_readings():
    assert len(framer().feed(decoded(b"SB10001") * 2)) == 2


def test_a_damaged_packet_is_asked_for_again_and_then_one_reading():
    one = framer()
    assert one.feed(damaged(decoded(b"SB10001"))) == []
    assert one.take_replies() == NAK
    assert heard(one.feed(decoded(b"SB10001", again=True))) == complete(b"SB10001")
    assert not one.holds_part


def test_a_label_read_twice_is_not_lost_when_the_second_packet_came_damaged():
    one = framer()
    one.feed(decoded(b"SB10001") + damaged(decoded(b"SB10001")))
    assert heard(one.feed(decoded(b"SB10001", again=True))) == complete(b"SB10001")


def test_a_damaged_packet_that_does_not_come_again_is_garbled():
    one = framer()
    one.feed(damaged(decoded(b"SB10001")))
    assert one.holds_part
    assert [frame.kind for frame in one.cut_off()] == [FrameKind.GARBLED]
    assert not one.holds_part


def test_a_damaged_packet_is_told_of_before_the_next_reading():
    kinds = [frame.kind for frame in framer().feed(damaged(decoded(b"SB10001")) + decoded(b"SB10002"))]
    assert kinds == [FrameKind.GARBLED, FrameKind.COMPLETE]


def test_a_message_that_lacks_a_packet_is_garbled_and_never_shortened():
    one = framer()
    packets = decoded(b"SB10", more=True), damaged(decoded(b"0019", more=True)), decoded(b"99")
    kinds = [frame.kind for frame in one.feed(b"".join(packets)) + one.cut_off()]
    assert kinds == [FrameKind.GARBLED, FrameKind.GARBLED]


def test_the_rest_of_a_message_whose_beginning_was_cut_off_is_garbled():
    one = framer()
    one.feed(decoded(b"SB10", more=True))
    assert heard(one.cut_off()) == [(FrameKind.PARTIAL, b"SB10")]
    assert heard(one.feed(decoded(b"90001"))) == [(FrameKind.GARBLED, b"90001")]
    assert heard(one.feed(decoded(b"SB10001"))) == complete(b"SB10001")


def test_the_rest_of_a_message_whose_beginning_came_damaged_is_garbled():
    one = framer()
    one.feed(damaged(decoded(b"SB10", more=True)))
    one.cut_off()
    assert heard(one.feed(decoded(b"90001"))) == [(FrameKind.GARBLED, b"90001")]


def test_a_packet_cut_off_is_a_part_and_not_glued_to_the_next():
    one = framer()
    one.feed(decoded(b"SB10001")[:9])
    assert heard(one.cut_off()) == [(FrameKind.PARTIAL, b"SB10")]
    assert heard(one.feed(decoded(b"SB10002"))) == complete(b"SB10002")


def test_silence_with_nothing_held_is_nothing():
    assert framer().cut_off() == []


def test_lines_of_a_scanner_that_is_not_set_to_packets_are_garbled_and_not_swallowed():
    one = framer()
    one.feed(b"SB10001\r")
    assert heard(one.cut_off()) == [(FrameKind.GARBLED, b"SB10001\r")]


def test_an_idle_line_is_no_reading():
    one = framer()
    assert one.feed(b"\x00\xff\x00" + decoded(b"SB10001")) != []
    one.feed(b"\x00\x00")
    assert one.cut_off() == []


def test_noise_that_looks_like_the_beginning_of_a_packet_costs_no_reading():
    one = framer()
    noise = b"\xf0\xf3\x00\x00"
    assert one.feed(noise + decoded(b"SB10001")) == []
    assert (FrameKind.COMPLETE, b"SB10001") in heard(one.cut_off())


def test_an_event_is_acknowledged_and_no_reading():
    one = framer()
    assert one.feed(encode(Opcode.EVENT, b"\x01", source=0)) == []
    assert one.take_replies() == ACK


def test_what_the_scanner_answers_is_not_answered():
    one = framer()
    assert one.feed(encode(Opcode.ACK, source=0) + encode(Opcode.NAK, b"\x02", source=0)) == []
    assert one.take_replies() == b""


def test_a_message_longer_than_any_code_is_oversize():
    one = framer()
    packets = decoded(b"7" * 250, more=True) + decoded(b"8" * 250, more=True)
    frames = one.feed(packets * 20 + decoded(b"9"))
    assert [frame.kind for frame in frames] == [FrameKind.OVERSIZE]
    assert len(frames[0].raw) == LONGEST_MESSAGE_BYTES


def test_endless_noise_is_told_of_and_does_not_fill_the_memory():
    one = framer()
    frames = [frame for _ in range(100) for frame in one.feed(b"U" * 1000)]
    assert {frame.kind for frame in frames} == {FrameKind.GARBLED}
    assert {len(frame.raw) for frame in frames} == {LONGEST_MESSAGE_BYTES}
    assert len(one.cut_off()[0].raw) <= 1001


readings = st.lists(
    st.binary(min_size=1, max_size=40).map(lambda raw: b"x" + raw.rstrip(b"\r\n")), max_size=8
)
noise = st.binary(max_size=6)


@given(st.data(), readings)
def test_any_chunking_gives_the_same_readings(data, texts):
    stream = b""
    for text in texts:
        cut = data.draw(st.integers(0, len(text)))
        stream += data.draw(noise)
        if 0 < cut < len(text):
            stream += decoded(text[:cut], more=True)
            stream += decoded(text[cut:])
        else:
            stream += decoded(text)
        if data.draw(st.booleans()):
            stream += damaged(decoded(text)) + decoded(text, again=True)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    whole, chunked = framer(), framer()
    expected = heard(whole.feed(stream)) + heard(whole.cut_off())
    got = [pair for piece in pieces for pair in heard(chunked.feed(piece))] + heard(chunked.cut_off())
    assert got == expected


@given(readings)
def test_every_reading_comes_out_once_and_in_order(texts):
    stream = b"".join(decoded(text) + decoded(text, again=True) for text in texts)
    assert heard(framer().feed(stream)) == complete(*texts)


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_no_noise_raises_or_becomes_a_reading_without_a_checksum(chunks):
    one = framer()
    for chunk in chunks:
        one.feed(chunk)
        one.cut_off()
    assert not one.holds_part


fates = st.sampled_from(["whole", "damaged", "damaged and sent again", "cut short", "twice"])


@given(st.data(), st.lists(st.integers(1, 3), min_size=1, max_size=6))
def test_whatever_is_damaged_no_code_is_shortened_or_glued(data, messages):
    one = framer()
    sent, got = [], []
    for number, count in enumerate(messages):
        parts = [f"<{number}.{part}>".encode() for part in range(count)]
        sent.append(b"".join(parts))
        for part in parts:
            more = part is not parts[-1]
            packet, again = decoded(part, more=more), decoded(part, more=more, again=True)
            fate = data.draw(fates)
            stream = {
                "whole": packet,
                "damaged": damaged(packet),
                "damaged and sent again": damaged(packet) + again,
                "cut short": packet[: data.draw(st.integers(5, len(packet) - 1))],
                "twice": packet + again,
            }[fate]
            got += one.feed(stream)
            if fate in {"damaged", "cut short"} or data.draw(st.booleans()):
                got += one.cut_off()
    assert {raw for kind, raw in heard(got) if kind is FrameKind.COMPLETE} <= set(sent)

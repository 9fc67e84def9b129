from dataclasses import replace

import pytest
from fakes.heard_readings import (
    CODE,
    CODE_WITH_SEPARATOR,
    WINDOW_KEYBOARD,
    key_gun,
    keyed,
    sent,
    serial_gun,
)

from traitortrack_desktop.domain.frames import FrameKind
from traitortrack_desktop.domain.scanners import (
    KEYBOARD,
    Connection,
    Feedback,
    KeyLine,
    ScannerProfile,
    ScannerRole,
    Terminator,
)
from traitortrack_desktop.services.scanner_learning import ScannerTrouble
from traitortrack_desktop.services.scanner_set_up import (
    TEST_CODES,
    ScannerStep,
    after_look,
    after_reading,
    begin,
    called,
    go_on,
    learn_again,
    not_saved,
    scan_ten_again,
    with_role,
    with_signal,
)


def wedge_profile(name, prefix):
    return ScannerProfile(
        name=name, connection=Connection.KEYBOARD, identity=KEYBOARD, keys=KeyLine(prefix=prefix)
    )


def gun_profile(name, device):
    return ScannerProfile(name=name, connection=device.connection, identity=device.identity)


def after(set_up, *readings):
    for reading in readings:
        set_up = after_reading(set_up, reading)
    return set_up


def paired(reading, *, profiles=(), name="left", **more):
    return after(begin(profiles, name=name, **more), *[reading] * 5)


def at_test(reading=None, **more):
    return go_on(paired(reading or sent(CODE), **more))


def well_tested(reading_of=sent, first=None, **more):
    return after(at_test(first, **more), *(reading_of(code) for code in TEST_CODES))


def trouble_of(set_up):
    return set_up.trouble.kind if set_up.trouble else None


def test_a_scanner_is_paired_learned_named_tested_and_saved():
    set_up = begin((), name="left")
    steps = [set_up.step]
    for _ in range(5):
        set_up = after(set_up, sent(CODE))
        steps.append(set_up.step)
    set_up = go_on(with_role(set_up, ScannerRole.PARENTS))
    set_up = after(set_up, *(sent(code) for code in TEST_CODES))
    assert steps == [ScannerStep.PAIR, *[ScannerStep.LEARN] * 4, ScannerStep.NAME]
    assert set_up.may_be_saved
    profile = set_up.profile
    assert (profile.name, profile.role, profile.source) == ("left", ScannerRole.PARENTS, "usb:05f9:4204:A17")
    assert profile.serial.terminator is Terminator.CR


@pytest.mark.parametrize(
    "reading",
    [keyed("hello"), keyed(CODE, gap_ms=200), keyed("4006381333931"), keyed(CODE[:12]), keyed(CODE.upper())],
)
def test_no_device_is_paired_by_anything_but_the_whole_set_up_code(reading):
    set_up = after(begin((), name="left"), *[reading] * 20)
    assert set_up.step is ScannerStep.PAIR
    assert set_up.device is None
    assert set_up.trouble is not None


def test_the_keyboard_that_somebody_types_on_is_not_paired_as_a_device_of_its_own():
    set_up = after(begin((), name="left"), keyed(CODE, key_gun("real"), gap_ms=160))
    assert set_up.device is None
    assert trouble_of(set_up) is ScannerTrouble.TYPED


def test_noise_of_other_programs_changes_nothing():
    set_up = begin((), name="left")
    assert after(set_up, sent(b"AT", kind=FrameKind.NOISE)) == set_up


def test_a_partial_reading_costs_no_progress():
    set_up = after(begin((), name="left"), sent(CODE), sent(CODE), sent(CODE[:9], kind=FrameKind.PARTIAL))
    assert len(set_up.lessons) == 2
    assert trouble_of(set_up) is ScannerTrouble.CUT_OFF
    assert trouble_of(after(set_up, sent(CODE))) is None


def test_a_second_scanner_that_answers_is_named_and_not_learned_from():
    other = serial_gun("B2", label="Voyager 1602g")
    set_up = after(begin((), name="left"), sent(CODE), sent(CODE, other))
    assert trouble_of(set_up) is ScannerTrouble.OTHER_SCANNER
    assert set_up.trouble.other == "Voyager 1602g"
    assert (set_up.device, len(set_up.lessons)) == (serial_gun(), 1)


def test_readings_that_differ_around_the_code_begin_again():
    set_up = after(begin((), name="left"), sent(CODE), sent(CODE, end=b"\r\n"))
    assert trouble_of(set_up) is ScannerTrouble.NOT_ALIKE
    assert set_up.lessons == ()
    assert after(set_up, *[sent(CODE)] * 5).step is ScannerStep.NAME


@pytest.mark.parametrize("window_first", [True, False])
def test_a_wedge_that_is_read_as_a_device_of_its_own_is_paired_as_that_device(window_first):
    pair = [keyed(CODE), keyed(CODE, key_gun())]
    if not window_first:
        pair.reverse()
    set_up = after(begin((), name="left"), *pair * 5)
    assert set_up.device == key_gun()
    assert len(set_up.lessons) == 5
    assert set_up.trouble is None


def test_keys_of_a_scanner_that_is_a_device_of_its_own_are_not_counted_twice_in_the_test():
    set_up = at_test(keyed(CODE, key_gun()))
    both = [reading for code in TEST_CODES for reading in (keyed(code), keyed(code, key_gun()))]
    set_up = after(set_up, *both)
    assert set_up.test.passed
    assert set_up.trouble is None


@pytest.mark.parametrize("window_first", [True, False])
def test_a_device_that_is_here_already_is_not_paired_through_the_window(window_first):
    pair = [keyed(CODE), keyed(CODE, key_gun())]
    if not window_first:
        pair.reverse()
    set_up = after(begin([gun_profile("left", key_gun())], name="right"), *pair * 8)
    assert set_up.step is ScannerStep.PAIR
    assert trouble_of(set_up) is ScannerTrouble.ALREADY_HERE


def test_readings_of_a_device_are_not_learned_as_those_of_a_wedge_that_only_the_window_sees():
    plain = [keyed("~1" + CODE)] * 3
    set_up = after(begin((), name="left"), *plain, keyed("~1" + CODE), keyed("~1" + CODE, key_gun()))
    assert (set_up.step, set_up.device) == (ScannerStep.PAIR, None)
    assert trouble_of(set_up) is ScannerTrouble.OTHER_SCANNER


def test_the_keys_of_a_device_do_not_pass_the_test_for_a_wedge_that_only_the_window_sees():
    set_up = after(at_test(keyed(CODE)), *(keyed(code) for code in TEST_CODES[:9]))
    set_up = after(set_up, keyed(TEST_CODES[9]), keyed(TEST_CODES[9], key_gun()))
    assert not set_up.may_be_saved
    assert trouble_of(set_up) is ScannerTrouble.OTHER_SCANNER


def test_a_scanner_that_is_here_already_is_not_paired_again():
    set_up = after(begin([gun_profile("left", serial_gun())], name="right"), sent(CODE))
    assert trouble_of(set_up) is ScannerTrouble.ALREADY_HERE
    assert set_up.trouble.other == "left"
    assert set_up.device is None


def test_two_equal_guns_are_told_apart_by_their_serial_numbers():
    set_up = paired(
        sent(CODE, serial_gun("B2")), profiles=[gun_profile("left", serial_gun("A17"))], name="right"
    )
    assert set_up.step is ScannerStep.NAME


def test_a_scanner_may_be_set_up_anew():
    profiles = [replace(gun_profile("left", serial_gun()), role=ScannerRole.CHILDREN)]
    set_up = well_tested(profiles=profiles, name="", replacing=profiles[0].source)
    assert set_up.may_be_saved
    assert (set_up.profile.name, set_up.profile.role) == ("left", ScannerRole.CHILDREN)


# -- wedges that only the window sees


@pytest.mark.parametrize(
    ("standing", "coming", "trouble"),
    [
        ("", "", ScannerTrouble.NEEDS_PREFIX),
        ("~1", "", ScannerTrouble.NEEDS_PREFIX),
        ("", "~2", ScannerTrouble.NEEDS_PREFIX),
        ("~1", "~1", ScannerTrouble.PREFIX_TAKEN),
        ("~", "~1", ScannerTrouble.PREFIX_TAKEN),
        ("~1", "~2", None),
    ],
)
def test_two_wedges_need_prefixes_that_tell_them_apart(standing, coming, trouble):
    set_up = after(begin([wedge_profile("left", standing)], name="right"), keyed(coming + CODE))
    assert trouble_of(set_up) is trouble
    assert set_up.step is (ScannerStep.LEARN if trouble is None else ScannerStep.PAIR)


def test_a_wedge_that_was_given_its_prefix_goes_on_at_once():
    set_up = after(begin([wedge_profile("left", "~1")], name="right"), keyed(CODE), *[keyed("~2" + CODE)] * 5)
    assert set_up.step is ScannerStep.NAME
    assert set_up.profile.source == "keyboard:~2"


def test_a_second_plain_wedge_may_not_be_saved_even_after_a_good_test():
    set_up = well_tested(keyed, keyed(CODE))
    assert set_up.may_be_saved
    assert not replace(set_up, profiles=(wedge_profile("right", ""),)).may_be_saved


def test_a_wedge_beside_a_device_of_its_own_needs_no_prefix():
    set_up = paired(keyed(CODE), profiles=[gun_profile("left", key_gun())], name="right")
    assert set_up.step is ScannerStep.NAME


def test_in_the_test_a_reading_with_another_prefix_is_not_counted():
    set_up = after(at_test(keyed("~1" + CODE)), keyed("~2TT-TEST-01"))
    assert trouble_of(set_up) is ScannerTrouble.OTHER_SCANNER
    assert set_up.test.good == frozenset()


# -- name


@pytest.mark.parametrize("name", ["", "   "])
def test_a_scanner_needs_a_name(name):
    set_up = go_on(called(paired(sent(CODE)), name))
    assert (set_up.step, trouble_of(set_up)) == (ScannerStep.NAME, ScannerTrouble.NAME_EMPTY)


@pytest.mark.parametrize("name", ["left", "LEFT", " Left "])
def test_a_name_belongs_to_one_scanner_only(name):
    set_up = paired(sent(CODE), profiles=[gun_profile("left", key_gun())], name="right")
    set_up = go_on(called(set_up, name))
    assert (set_up.step, trouble_of(set_up)) == (ScannerStep.NAME, ScannerTrouble.NAME_TAKEN)
    assert go_on(called(set_up, "right")).step is ScannerStep.TEST


def test_the_scanners_own_signal_is_off_unless_it_was_chosen():
    assert paired(sent(CODE)).profile.serial.feedback is Feedback.NONE
    chosen = with_signal(paired(sent(CODE)), "Datalogic", Feedback.DATALOGIC)
    assert (chosen.profile.maker, chosen.profile.serial.feedback) == ("Datalogic", Feedback.DATALOGIC)


# -- the ten scans


def test_ten_good_of_ten_pass():
    set_up = well_tested()
    assert set_up.test.passed
    assert set_up.may_be_saved


def test_nine_are_not_ten():
    set_up = after(at_test(), *(sent(code) for code in TEST_CODES[:9]))
    assert not set_up.test.passed
    assert not set_up.may_be_saved


@pytest.mark.parametrize(
    ("bad", "trouble"),
    [
        (sent("TT-TE", kind=FrameKind.PARTIAL, end=b""), ScannerTrouble.CUT_OFF),
        (sent(b"\xf3\xf3", kind=FrameKind.GARBLED), ScannerTrouble.GARBLED),
        (sent("TT-TEST-1"), ScannerTrouble.SPOILED),
        (sent("tt-test-01"), ScannerTrouble.SPOILED),
        (sent("TT-TEST-01TT-TEST-02"), ScannerTrouble.SPOILED),
    ],
)
def test_one_bad_reading_among_ten_good_ones_fails_the_test(bad, trouble):
    set_up = after(at_test(), bad)
    assert trouble_of(set_up) is trouble
    set_up = after(set_up, *(sent(code) for code in TEST_CODES))
    assert trouble_of(set_up) is ScannerTrouble.TEST_FAILED
    assert not set_up.may_be_saved


def test_a_failed_test_may_be_tried_again():
    set_up = after(at_test(), sent("TT-TEST-1"), *(sent(code) for code in TEST_CODES))
    set_up = after(scan_ten_again(set_up), *(sent(code) for code in TEST_CODES))
    assert set_up.may_be_saved


def test_the_same_test_code_twice_counts_once_and_spoils_nothing():
    set_up = after(at_test(), sent("TT-TEST-01"), sent("TT-TEST-01"))
    assert trouble_of(set_up) is ScannerTrouble.COUNTED_ALREADY
    assert set_up.test.good == {1}
    assert after(set_up, *(sent(code) for code in TEST_CODES[1:])).test.passed


def test_the_set_up_code_in_the_test_is_said_and_not_counted():
    set_up = after(at_test(), sent(CODE_WITH_SEPARATOR))
    assert trouble_of(set_up) is ScannerTrouble.NOT_A_TEST_CODE
    assert set_up.test.garbled == 0


def test_another_scanner_does_not_pass_the_test_for_this_one():
    set_up = after(at_test(), *(sent(code, serial_gun("B2")) for code in TEST_CODES))
    assert trouble_of(set_up) is ScannerTrouble.OTHER_SCANNER
    assert set_up.test.good == frozenset()


def test_typing_does_not_pass_the_test_for_the_scanner():
    set_up = after(at_test(keyed(CODE)), *(keyed(code, gap_ms=130) for code in TEST_CODES))
    assert trouble_of(set_up) is ScannerTrouble.TYPED
    assert set_up.test.good == frozenset()


def test_readings_without_an_end_are_whole_for_a_scanner_that_sends_none():
    set_up = at_test(sent(CODE, end=b""))
    set_up = after(set_up, *(sent(code, end=b"", kind=FrameKind.PARTIAL) for code in TEST_CODES))
    assert set_up.test.passed


# -- what happens meanwhile


def test_a_scanner_unplugged_in_the_middle_is_said_and_goes_on_where_it_was():
    set_up = after(begin((), name="left"), sent(CODE), sent(CODE))
    gone = after_look(set_up, [key_gun()])
    assert trouble_of(gone) is ScannerTrouble.UNPLUGGED
    assert not gone.is_plugged_in
    back = after_look(gone, [key_gun(), serial_gun(place="/dev/ttyACM1")])
    assert back.trouble is None
    assert (back.device.place, len(back.lessons)) == ("/dev/ttyACM1", 2)


def test_another_gun_of_the_same_make_does_not_take_its_place():
    set_up = after(begin((), name="left"), sent(CODE))
    assert trouble_of(after_look(set_up, [serial_gun("B2")])) is ScannerTrouble.UNPLUGGED


def test_the_windows_keyboard_is_always_attached():
    set_up = after(begin((), name="left"), keyed(CODE))
    assert after_look(set_up, []) == set_up
    assert set_up.device is WINDOW_KEYBOARD


def test_a_profile_that_could_not_be_saved_may_be_saved_again():
    set_up = not_saved(well_tested())
    assert trouble_of(set_up) is ScannerTrouble.NOT_SAVED
    assert set_up.may_be_saved


def test_a_scanner_that_was_changed_is_learned_again_under_its_name():
    set_up = learn_again(with_role(called(well_tested(), "dock"), ScannerRole.PARENTS))
    assert (set_up.step, set_up.name, set_up.role) == (ScannerStep.PAIR, "dock", ScannerRole.PARENTS)
    assert set_up.device is None

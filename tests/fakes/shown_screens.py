"""Every situation of the scan screen, made by playing it through a fake station."""

from datetime import timedelta

from fakes.fake_station import FakeStation, elsewhere

from traitortrack_desktop.domain.codes import SHOWN_OF_A_BADGE, Command
from traitortrack_desktop.domain.frames import FrameKind, ScanFrame
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.domain.scanners import ScannerRole
from traitortrack_desktop.services.events import (
    DeliveryChanged,
    ScannerChanged,
    ScannerProblem,
    StationNamed,
    StorageFailed,
)
from traitortrack_desktop.services.ports import CentreTrouble

CHILDREN = [f"AB12C04F{7000 + 37 * i}" for i in range(60)]
LONG = "WHEATMILL2026X000174"
BADGE = "TT-BADGE-" + "012345678901" * 2


def scan(station, *codes):
    for code in codes:
        station.pass_time(seconds=2)
        station.submit(ScanFrame(source="keyboard", raw=code.encode()))


def answered(station):
    station.pass_time(milliseconds=120)
    station.centre_answers()


def packed(station, count, parent="SB10001"):
    scan(station, parent, *CHILDREN[:count])
    answered(station)


def started(station):
    station.be_operated_by("r.operator")
    station.tell(ScannerChanged(source="keyboard", name="keyboard", ready=True))
    station.tell(DeliveryChanged(online=True))
    station.start()


def nothing(station):
    pass


def empty_parent(station):
    packed(station, 0)
    station.pass_time(seconds=5)


def twelve_with_some_waiting(station):
    packed(station, 9)
    scan(station, *CHILDREN[9:12])
    station.pass_time(seconds=4)


def accepted(station):
    packed(station, 11)
    scan(station, CHILDREN[11])


def accepted_long_code(station):
    packed(station, 11, "M444-10017")
    scan(station, LONG)


def at_the_centre(station):
    packed(station, 12)
    station.pass_time(seconds=3)


def already_counted(station):
    packed(station, 12)
    scan(station, CHILDREN[7])


def unreadable(station):
    packed(station, 12)
    station.submit(ScanFrame(source="keyboard", raw=b"AB12C0", kind=FrameKind.PARTIAL))


def in_other_parent(station):
    packed(station, 12)
    scan(station, CHILDREN[40])


def in_other_parent_long(station):
    packed(station, 12, "M444-10017")
    scan(station, LONG)
    answered(station)
    scan(station, "PUNJABSTORE2026Z9999")


def scans_while_stopped(station):
    in_other_parent(station)
    scan(station, *CHILDREN[20:23])


def understood(station):
    scans_while_stopped(station)
    scan(station, Command.UNDERSTOOD)


def late_refusals(station):
    packed(station, 9)
    scan(station, *CHILDREN[9:14])
    station.pass_time(minutes=31)
    refused = [CHILDREN[9], CHILDREN[10], CHILDREN[12]]
    station.centre_answers(
        refusing=dict.fromkeys(refused, Reason.CHILD_IN_OTHER_PARENT),
        facts={code: elsewhere(code, by="Lakshminarayanan Venkatasubramanian") for code in refused},
    )


def scan_beside_late_refusals(station):
    late_refusals(station)
    scan(station, LONG)


def question_beside_late_refusals(station):
    late_refusals(station)
    scan(station, "M444-10018")


def asked_to_close(station):
    packed(station, 12)
    scan(station, Command.CLOSE)


def asked_to_switch(station):
    packed(station, 12, "M444-10017")
    scan(station, "M444-10018")


def asked_to_take_out(station):
    packed(station, 12)
    scan(station, Command.REMOVE)


def taken_out(station):
    packed(station, 12)
    scan(station, Command.UNDO)


def complete(station):
    packed(station, 29)
    scan(station, CHILDREN[29])


def offline(station):
    packed(station, 30)
    station.tell(DeliveryChanged(online=False))
    for i in range(7):
        scan(station, f"SB2000{i}", *(f"ZK{i}{n:05d}" for n in range(30 if i < 6 else 27)))
    station.clock = min(entry.at for entry in station.waiting.values()) + timedelta(minutes=12)


def cannot_store(station):
    packed(station, 12)
    station.tell(StorageFailed(problem="disk full"))


def scanner_lost(station):
    packed(station, 12)
    station.tell(ScannerChanged(source="usb:2", name="Scanner 2", ready=False, problem=ScannerProblem.LOST))


def two_scanners(station):
    station.tell(ScannerChanged(source="usb:1", name="left", ready=True, role=ScannerRole.PARENTS))
    station.tell(ScannerChanged(source="usb:2", name="right", ready=True, role=ScannerRole.CHILDREN))
    read(station, "usb:1", "SB10001")
    read(station, "usb:2", *CHILDREN[:14])
    answered(station)


def read(station, source, *codes, role=ScannerRole.ANY):
    for code in codes:
        station.pass_time(seconds=2)
        station.submit(ScanFrame(source=source, raw=code.encode(), role=role))


def pour(station, source, *codes):
    """A gun that was connected again pours out its memory."""
    for code in codes:
        station.pass_time(milliseconds=3)
        station.submit(ScanFrame(source=source, raw=code.encode(), after_reconnect=True))


def three_scanners(station):
    two_scanners(station)
    station.tell(ScannerChanged(source="usb:3", name="gate", ready=True))
    read(station, "usb:3", CHILDREN[15])


def scanner_quiet(station):
    two_scanners(station)
    station.pass_time(minutes=31)
    read(station, "usb:2", CHILDREN[16])


def everything_in_the_status_strip(station):
    offline(station)
    station.tell(ScannerChanged(source="usb:1", name="left", ready=True, role=ScannerRole.PARENTS))
    station.tell(ScannerChanged(source="usb:2", name="right", ready=True, role=ScannerRole.CHILDREN))
    read(station, "usb:1", *(f"ZK9{n:05d}" for n in range(120)))
    station.pass_time(minutes=31)
    station.tell(ScannerChanged(source="usb:2", name="right", ready=False, problem=ScannerProblem.LOST))


def other_scanner(station):
    two_scanners(station)
    read(station, "usb:1", CHILDREN[20], role=ScannerRole.PARENTS)


def held(station):
    two_scanners(station)
    pour(station, "usb:1", *CHILDREN[20:32])
    read(station, "usb:2", CHILDREN[15])


def held_of_two_beside_a_stop(station):
    two_scanners(station)
    pour(station, "usb:1", *CHILDREN[20:32])
    pour(station, "usb:2", *(f"ZK{number:05}" for number in range(488)))
    read(station, "usb:2", CHILDREN[40])


def asked_to_set_aside(station):
    held(station)
    scan(station, Command.ASIDE)


def set_aside(station):
    asked_to_set_aside(station)
    scan(station, Command.ASIDE)


def badge(station, username, *, role="dispatcher", has_pin=False):
    station.give_badge(BADGE, username, role=role, has_pin=has_pin)
    scan(station, BADGE)


def switched_by_badge(station):
    packed(station, 12, "M444-10017")
    badge(station, "lakshminarayanan.venkatasubramanian")


def biller_by_badge(station):
    packed(station, 12)
    badge(station, "lakshmi", role="biller", has_pin=True)


def badge_being_checked(station):
    packed(station, 12)
    scan(station, BADGE)


def badge_unchecked(station):
    packed(station, 12)
    station.refuse(Reason.BADGE_UNCHECKED, code=SHOWN_OF_A_BADGE)


def signed_in_without_centre(station):
    packed(station, 12)
    station.be_operated_by("asha", way=SignInWay.REMEMBERED_PASSWORD)


def allowed_again(station):
    station.be_operated_by("lakshmi", role="biller", way=SignInWay.PASSWORD)
    packed(station, 12)
    station.override(Operation.OVERRIDE_COMPLETED, "It was completed by mistake")


def noticed(station, reason=Reason.OPERATOR_DISABLED):
    packed(station, 11)
    scan(station, CHILDREN[11])
    station.centre_answers(notices={CHILDREN[11]: reason})


def station_barred(station):
    biller_by_badge(station)
    scan(station, *CHILDREN[12:15])
    station.tell(DeliveryChanged(online=False, problem="revoked", trouble=CentreTrouble.REVOKED))
    station.tell(StationNamed(name="Packing hall 2", area="lucknow"))


SITUATIONS = {
    situation.__name__: situation
    for situation in (
        nothing,
        empty_parent,
        twelve_with_some_waiting,
        accepted,
        accepted_long_code,
        at_the_centre,
        already_counted,
        unreadable,
        in_other_parent,
        in_other_parent_long,
        scans_while_stopped,
        understood,
        late_refusals,
        scan_beside_late_refusals,
        question_beside_late_refusals,
        asked_to_close,
        asked_to_switch,
        asked_to_take_out,
        taken_out,
        complete,
        offline,
        cannot_store,
        scanner_lost,
        two_scanners,
        three_scanners,
        scanner_quiet,
        everything_in_the_status_strip,
        other_scanner,
        held,
        held_of_two_beside_a_stop,
        asked_to_set_aside,
        set_aside,
        switched_by_badge,
        biller_by_badge,
        badge_being_checked,
        badge_unchecked,
        signed_in_without_centre,
        allowed_again,
        noticed,
        station_barred,
    )
}


def station_for(situation):
    """A station whose centre knows of one child bag that is elsewhere; play it with ``SITUATIONS``."""
    codes = [CHILDREN[40], "PUNJABSTORE2026Z9999"]
    return FakeStation(
        facts={
            codes[0]: elsewhere(codes[0]),
            codes[1]: elsewhere(codes[1], "M444-99999", by="Lakshminarayanan Venkatasubramanian"),
        }
    )

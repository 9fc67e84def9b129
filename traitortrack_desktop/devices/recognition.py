"""Which attached device is the one that was paired: pure.

Many scanners of one kind carry the same serial number, or none. Then only the place they are plugged in
tells them apart; and where that does not decide either, none of them is the one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from traitortrack_desktop.domain.scanners import DeviceIdentity

_T = TypeVar("_T")


def the_paired_one(paired: DeviceIdentity, attached: Sequence[tuple[DeviceIdentity, _T]]) -> _T | None:
    """Return the one of *attached* that is *paired*, ``None`` when none is, or it cannot be told which."""
    same = [(identity, device) for identity, device in attached if _may_be(paired, identity)]
    if len(same) > 1:
        same = [each for each in same if each[0].location == paired.location]
    return same[0][1] if len(same) == 1 else None


def _may_be(paired: DeviceIdentity, other: DeviceIdentity) -> bool:
    if paired.vendor is None or (paired.vendor, paired.product) != (other.vendor, other.product):
        return False
    if paired.serial:
        return paired.serial == other.serial
    return paired.location == other.location


def distinct(identities: Sequence[DeviceIdentity]) -> list[DeviceIdentity]:
    """Return *identities* without the serial numbers that more than one of them carries, for pairing one."""
    times = Counter((each.vendor, each.product, each.serial) for each in identities)
    return [
        replace(each, serial=None) if times[each.vendor, each.product, each.serial] > 1 else each
        for each in identities
    ]

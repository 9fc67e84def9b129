"""Which scanner of this station a reading during set-up came from: pure."""

from collections.abc import Sequence

from traitortrack_desktop.domain.scanners import Connection, KeyDecoding, ScannerProfile
from traitortrack_desktop.services.scanner_desk import HeardReading


def source_of(reading: HeardReading, profiles: Sequence[ScannerProfile]) -> str | None:
    """Return the source of the profile that *reading* belongs to, ``None`` for a stranger's."""
    mine = (profile for profile in profiles if _is_from(reading, profile))
    return next((profile.source for profile in mine), None)


def _is_from(reading: HeardReading, profile: ScannerProfile) -> bool:
    device = reading.device
    if device.connection is not profile.connection or not profile.identity.is_same_device(device.identity):
        return False
    if profile.connection is not Connection.KEYBOARD:
        return True
    by_text = profile.keys.decoding is KeyDecoding.TEXT
    came = reading.text if by_text else reading.raw.decode("utf-8", "surrogateescape")
    return came.startswith(profile.keys.prefix)

"""Identifiers that stations give out: time-ordered, never going backwards."""

from datetime import datetime
from typing import NewType
from uuid import UUID

DeviceId = NewType("DeviceId", UUID)
"""One installed station; made once and kept with its journal."""

JournalEpoch = NewType("JournalEpoch", UUID)
"""One journal file; a new file is a new epoch, so sequence numbers never collide."""

EntryId = NewType("EntryId", UUID)
"""One entry, UUID version 7."""

_RANDOM_BITS = 74
_VERSION_AND_VARIANT = (7 << 76) | (2 << 62)


def following_entry_id(previous: EntryId | None, at: datetime, random_bits: int) -> EntryId:
    """Return a UUIDv7 (RFC 9562) greater than *previous*, whatever the clock says.

    *random_bits* supplies the 74 random bits; when the clock has not moved past
    *previous* (same millisecond, or set back), the previous value is counted up instead.
    """
    unix_ms = max(0, int(at.timestamp() * 1000)) & ((1 << 48) - 1)
    value = (unix_ms << _RANDOM_BITS) | (random_bits & ((1 << _RANDOM_BITS) - 1))
    if previous is not None:
        value = max(value, _payload_bits(previous) + 1)
    return EntryId(UUID(int=_with_version(value)))


def _payload_bits(entry_id: UUID) -> int:
    """Return the 122 bits of a UUIDv7 without version and variant."""
    high, low = entry_id.int >> 64, entry_id.int & ((1 << 62) - 1)
    return ((high >> 16) << 74) | ((high & 0xFFF) << 62) | low


def _with_version(bits: int) -> int:
    time, tail12, tail62 = bits >> 74, (bits >> 62) & 0xFFF, bits & ((1 << 62) - 1)
    return (time << 80) | (tail12 << 64) | tail62 | _VERSION_AND_VARIANT

"""Who this station is: one UUID, made once and kept beside the journal. Start-up only."""

from pathlib import Path
from uuid import UUID, uuid4

from traitortrack_desktop.environment.durable_files import write_durably

_FILE_NAME = "device-id"


class DeviceIdentityError(Exception):
    """The kept identity cannot be read; a new one must not be made up silently."""


def device_identity(directory: Path) -> UUID:
    """Return the identity kept in *directory*, making it at the first call.

    Raises :class:`DeviceIdentityError` when the file is there but holds no UUID, and ``OSError``
    when it cannot be read or written.
    """
    path = directory / _FILE_NAME
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        directory.mkdir(parents=True, exist_ok=True)
        identity = uuid4()
        write_durably(path, f"{identity}\n".encode("ascii"))
        return identity
    try:
        return UUID(text)
    except ValueError as error:
        raise DeviceIdentityError(
            f"{path} does not hold a device identity; put the file back from a backup, "
            "or remove it to enrol this computer as a new station"
        ) from error

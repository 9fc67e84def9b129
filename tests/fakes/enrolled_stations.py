"""Stations that an administrator let in, and codes that let in others. With the owner's address."""

from typing import TypeVar

from fakes.central_owner import query
from fakes.entry_chain import EntryChain

from traitortrack_desktop.storage.central.enrolment import enrolment_code_hash, new_enrolment_code

Device = TypeVar("Device")


def enrolled(
    central_url: str, device: Device, *, account: str = "test_station", name: str = "Station 7"
) -> Device:
    """Let *device* in as a station of the database account *account*, and return it."""
    query(
        central_url,
        "INSERT INTO station.device (id, name, version, role_name) VALUES (%s, %s, '1.5.0', %s)",
        str(device),
        name,
        account,
    )
    return device


def enrolled_chain(central_url: str, *, account: str = "test_station") -> EntryChain:
    """Return the entries of a station that was let in."""
    chain = EntryChain()
    enrolled(central_url, chain.device, account=account)
    return chain


def one_time_code(
    central_url: str, *, name: str | None = None, area: str | None = None, code: str | None = None
) -> str:
    """Make a one-time code at the centre, as the administrator meena, and return it."""
    code = code or new_enrolment_code()
    query(
        central_url,
        "SELECT station.make_code(NULL, 'meena', %s, %s, %s)",
        name,
        area,
        enrolment_code_hash(code),
    )
    return code

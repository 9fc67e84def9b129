"""A biller at a station without a window: bills and returns by scans, read from standard input."""

import json

from fakes.central_rows import rows
from fakes.enrolled_stations import enrolled
from fakes.headless_station import run_program

from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.storage.central.user_administration import add_user

PASSWORD = "Correct-horse-9"
PACKED = "SB10001 AB12C AB12D TT-CMD-CLOSE TT-CMD-CLOSE"
BILLED = "BILL-9 TT-NUM-3 SB10001 SB10001 TT-CMD-LEAVE"
RETURNED = "TT-CMD-NEW-RETURN TT-AREA-JAIPUR SB10001"


def scanned(texts, *, url, data_dir):
    done = run_program(
        *("station", "--headless", "--scans", "-", "--json", "--drain", "30"),
        url=url,
        data_dir=data_dir,
        stdin=("\n".join(texts.split()) + "\n").encode(),
        TRAITORTRACK_USER="bina",
        TRAITORTRACK_PASSWORD=PASSWORD,
    )
    return done, [json.loads(line) for line in done.stdout.splitlines()]


def test_a_parent_is_packed_put_onto_a_new_bill_and_taken_back(central_url, station_url, tmp_path):
    add_user(central_url, username="bina", password=PASSWORD, role="biller", area=None)
    enrolled(central_url, device_identity(tmp_path))

    done, lines = scanned(f"{PACKED} {BILLED} {RETURNED}", url=station_url, data_dir=tmp_path)

    scans = [line for line in lines if line["event"] == "scan" and line["verdict"] == "accepted"]
    assert [line["kind"] for line in scans] == [
        "open_parent",
        "add_child",
        "add_child",
        "close_parent",
        "create_bill",
        "attach_parent",
        "leave",
        "open_return",
        "return_bag",
    ]
    assert [line["remaining"] for line in scans if "remaining" in line] == [3, 2]
    assert scans[-1]["ticket"].startswith("RTN-")
    assert (done.returncode, lines[-1]["refused"], lines[-1]["pending"]) == (0, 1, 0), done.stderr
    (bill,) = rows(central_url, "SELECT bill_id, linked_parent_count AS linked FROM bill")
    (returned,) = rows(central_url, "SELECT count(*) AS bags FROM return_ticket_bag")
    assert (bill, returned) == ({"bill_id": "BILL-9", "linked": 0}, {"bags": 1})

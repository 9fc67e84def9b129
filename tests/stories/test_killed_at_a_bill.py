"""The station is killed between a question and its answer at a bill's desk: it asks nothing twice."""

from fakes.central_rows import rows
from fakes.enrolled_stations import enrolled
from fakes.headless_station import HeadlessStation

from traitortrack_desktop.environment.device_identity import device_identity
from traitortrack_desktop.storage.central.user_administration import add_user

PASSWORD = "Correct-horse-9"
PACKED = "SB10001 AB01 TT-CMD-CLOSE TT-CMD-CLOSE SB10002 AB02 TT-CMD-CLOSE TT-CMD-CLOSE"


def told(event):
    return event["reason"] if event.get("reason") else event["kind"]


def test_the_answer_after_a_kill_counts_once_and_for_the_bill_that_was_asked_about(
    central_url, station_url, tmp_path
):
    add_user(central_url, username="bina", password=PASSWORD, role="biller", area=None)
    enrolled(central_url, device_identity(tmp_path))
    person = {"TRAITORTRACK_USER": "bina", "TRAITORTRACK_PASSWORD": PASSWORD}
    answers = []
    for texts in (
        f"{PACKED} BILL-9",
        "TT-NUM-2 SB10001 TT-CMD-REMOVE",
        "SB10001 SB10001 SB10002",
        "TT-CMD-COMPLETE",
        "TT-CMD-COMPLETE TT-CMD-LEAVE",
    ):
        with HeadlessStation(station_url, tmp_path, **person) as station:
            # What was done before has to be answered before a bill is completed.
            station.wait_for(lambda event: event["event"] == "delivery" and event["state"] == "online")
            said = [told(station.scan(text)) for text in texts.split()]
            station.wait_until_posted()
            answers.append(said)
    with HeadlessStation(station_url, tmp_path, **person) as station:
        code, summary = station.finish()

    assert answers[0][-1] == "confirm_new_bill"
    assert answers[1:] == [
        ["create_bill", "attach_parent", "confirm_detach"],
        ["detach_parent", "attach_parent", "attach_parent"],
        ["confirm_complete_bill"],
        ["complete_bill", "leave"],
    ]
    assert (code, summary["pending"]) == (0, 0)
    (bill,) = rows(central_url, "SELECT status, linked_parent_count AS linked FROM bill")
    assert bill == {"status": "completed", "linked": 2}

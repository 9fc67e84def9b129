"""Who it was, as the posting function finds it: sessions that begin and end in the journal, and notices.

A sign-in without the centre arrives as an entry. No bag is refused for a person's sake.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fakes.decisions import added, closed, opened, overridden, refused, removed, signed_in, signed_out
from fakes.entry_chain import item
from fakes.hidden_address import HiddenAddress
from fakes.posted_people import PostedPeople, PostingStation, told

from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.environment.embedded_postgres import EmbeddedPostgres
from traitortrack_desktop.services.ports import StationStanding
from traitortrack_desktop.storage.central.posting import CentralPostingOffice

TEMPLATE = "migrated"
POSTED = ("posted", None, None)


@pytest.fixture(scope="module")
def people(postgres_server: EmbeddedPostgres) -> Iterator[PostedPeople]:
    postgres_server.create_database("sessions_posted", TEMPLATE)
    people = PostedPeople(HiddenAddress(postgres_server.url("sessions_posted")))
    yield people
    people.close()
    postgres_server.drop_database("sessions_posted")


@pytest.fixture
def station(people: PostedPeople) -> PostingStation:
    return PostingStation(people)


@pytest.fixture
def code() -> str:
    """The code of a parent that nobody has used."""
    return f"SB{uuid4().int % 10**12:012}"


def switched(
    people: PostedPeople, station: PostingStation, name: str, session: UUID, way: SignInWay = SignInWay.BADGE
) -> Any:
    """Return the entry of *name* beginning *session* at *station*."""
    badge = people.badge(name) if way is SignInWay.BADGE else None
    return station.entries(signed_in(way, badge), by=name, session=session)[0]


# -- sessions


def test_a_sign_in_without_the_centre_makes_its_session(people: PostedPeople, station: PostingStation):
    name, session = people.person(), uuid4()
    badge = people.badge(name)
    at = datetime.now(UTC) - timedelta(hours=3)
    entry = station.chain.entry(signed_in(badge=badge), at=at, operator=name, session=session)

    assert told(station.offer([entry])) == [POSTED]

    row = people.session_row(session)
    assert (row["username"], row["user_id"]) == (name, people.user_id(name))
    assert (row["way"], row["rights"], row["badge"]) == ("badge", "operator", str(badge))
    assert (row["device"], row["ended_at"]) == (str(station.chain.device), None)
    assert row["started_at"] == at


def test_the_next_sign_in_ends_the_session_before_it(people: PostedPeople, station: PostingStation):
    first, second = uuid4(), uuid4()
    one, two = people.person(), people.person()

    station.offer([switched(people, station, one, first), switched(people, station, two, second)])

    assert people.session_row(first)["ended_at"] is not None
    assert (people.session_row(first)["ended_by"], people.session_row(second)["ended_at"]) == (None, None)


def test_signing_out_ends_the_session(people: PostedPeople, station: PostingStation):
    name = people.person()
    session = people.session(name, station)

    assert told(station.post(signed_out(), by=name, session=session)) == [POSTED]

    assert people.session_row(session)["ended_at"] is not None
    assert people.session_row(session)["ended_by"] is None


def test_a_sign_in_that_the_centre_made_itself_is_found_again(people: PostedPeople, station: PostingStation):
    name = people.person("biller")
    session = people.session(name, station)

    entry = switched(people, station, name, session, SignInWay.PASSWORD)

    assert told(station.offer([entry])) == [POSTED]
    assert people.session_row(session)["rights"] == "full"
    assert people.audit([entry]) == []


def test_a_batch_that_is_repeated_later_ends_no_session_of_now(people: PostedPeople, station: PostingStation):
    name, early, late = people.person(), uuid4(), uuid4()
    before = [
        switched(people, station, name, early),
        *station.entries(signed_out(), by=name, session=early),
    ]
    station.offer(before)
    set_back = datetime.now(UTC) - timedelta(hours=2)
    note = signed_in(badge=people.badge(name))
    station.offer([station.chain.entry(note, at=set_back, operator=name, session=late)])

    of_nobody = station.entries(signed_out(), by=name, session=uuid4())

    again = [one["outcome"] for one in station.offer([*before, *of_nobody])]

    assert again == ["already_posted", "already_posted", "posted"]
    assert people.session_row(late)["ended_at"] is None


def test_no_station_ends_or_takes_a_session_of_another(people: PostedPeople, station: PostingStation):
    name = people.person()
    theirs = people.session(name, PostingStation(people))

    receipts = station.offer(
        [
            switched(people, station, name, theirs),
            *station.entries(signed_out(), by=name, session=theirs),
        ]
    )

    assert [one["outcome"] for one in receipts] == ["refused", "posted"]
    assert people.session_row(theirs)["ended_at"] is None


def test_a_sign_in_about_an_open_parent_tells_its_count(
    people: PostedPeople, station: PostingStation, code: str
):
    name, session = people.person(), uuid4()
    station.post(opened(code), added(code, f"{code}C1"), by=name)

    (receipt,) = station.post(signed_in(badge=people.badge(name), parent=code), by=name, session=session)

    assert (receipt["outcome"], receipt["count"]) == ("posted", 1)


# -- rights of sign-ins without the centre


REMEMBERED = {
    "a password typed here before": ("biller", "remembered_password", "password", "1 day", "full"),
    "a PIN typed here before": ("biller", "remembered_pin", "pin", "1 day", "full"),
    "of a dispatcher": ("dispatcher", "remembered_password", "password", "1 day", "full"),
    "a password typed too long ago": ("biller", "remembered_password", "password", "31 days", "operator"),
    "a PIN where the password was typed": ("biller", "remembered_pin", "password", "1 day", "operator"),
    "of an administrator": ("admin", "remembered_password", "password", "1 day", "operator"),
    "a badge": ("biller", "badge", "password", "1 day", "operator"),
    "said to be a password": ("biller", "password", "password", "1 day", "operator"),
    "said to be a PIN": ("biller", "pin", "pin", "1 day", "operator"),
}


@pytest.mark.parametrize("case", REMEMBERED.values(), ids=REMEMBERED)
def test_a_sign_in_without_the_centre_has_the_rights_that_the_centre_can_confirm(
    people: PostedPeople, station: PostingStation, case: tuple[str, ...]
):
    role, way, before, ago, rights = case
    name, session = people.person(role), uuid4()
    people.session(name, station, way=before, ago=ago)

    station.offer([switched(people, station, name, session, SignInWay(way))])

    assert people.session_row(session)["rights"] == rights


def test_a_password_typed_at_another_station_says_nothing_here(people: PostedPeople, station: PostingStation):
    name, session = people.person("biller"), uuid4()
    people.session(name, PostingStation(people))

    station.offer([switched(people, station, name, session, SignInWay.REMEMBERED_PASSWORD)])

    assert people.session_row(session)["rights"] == "operator"


def test_nobody_gets_full_rights_by_saying_so_twice(people: PostedPeople, station: PostingStation):
    name, first, second = people.person("biller"), uuid4(), uuid4()

    station.offer(
        [
            switched(people, station, name, first, SignInWay.PASSWORD),
            switched(people, station, name, second, SignInWay.REMEMBERED_PASSWORD),
        ]
    )

    assert people.session_row(second)["rights"] == "operator"


def test_a_session_counts_for_what_comes_behind_its_sign_in_in_the_same_batch(
    people: PostedPeople, station: PostingStation, code: str
):
    name, session = people.person("biller"), uuid4()
    people.session(name, station)

    receipts = station.offer(
        [
            switched(people, station, name, session, SignInWay.REMEMBERED_PASSWORD),
            *station.entries(opened(code), overridden(code), signed_out(), by=name, session=session),
        ]
    )

    assert told(receipts) == [POSTED] * 4


# -- sign-ins that do not count


BAD_BADGES = ["revoked", "expired", "unknown", "somebody else's", "none"]


def bad_badge(people: PostedPeople, name: str, what: str) -> UUID | None:
    if what == "none":
        return None
    if what == "unknown":
        return uuid4()
    if what == "expired":
        return people.badge(name, expires="-1 minute")
    badge = people.badge(people.person() if what == "somebody else's" else name)
    if what == "revoked":
        people.revoke_badge(badge)
    return badge


@pytest.mark.parametrize("isolate", [False, True])
@pytest.mark.parametrize("what", BAD_BADGES)
def test_work_under_a_badge_that_is_not_valid_is_kept_and_reported_once(
    people: PostedPeople, station: PostingStation, code: str, what: str, *, isolate: bool
):
    name, session = people.person(), uuid4()
    entries = station.entries(
        signed_in(badge=bad_badge(people, name, what)),
        opened(code),
        added(code, f"{code}C1"),
        by=name,
        session=session,
    )

    receipts = station.offer(entries, isolate=isolate)

    assert told(receipts) == [
        ("refused", "badge_not_valid", None),
        ("posted", None, "badge_not_valid"),
        POSTED,
    ]
    assert people.session_row(session)["ended_at"] is not None


@pytest.mark.parametrize("isolate", [False, True])
@pytest.mark.parametrize("what", ["disabled", "deleted", "never there"])
def test_work_of_somebody_who_is_gone_is_kept_and_reported_once(
    people: PostedPeople, station: PostingStation, code: str, what: str, *, isolate: bool
):
    name = people.person(verified=what != "disabled") if what != "never there" else f"nobody {code}"
    badge = people.badge(name) if what == "disabled" else uuid4()
    if what == "deleted":
        people.delete(name)
    session = uuid4()

    receipts = station.offer(
        station.entries(
            signed_in(badge=badge), opened(code), added(code, f"{code}C1"), by=name, session=session
        ),
        isolate=isolate,
    )

    assert told(receipts) == [
        ("refused", "operator_disabled", None),
        ("posted", None, "operator_disabled"),
        POSTED,
    ]
    assert people.session_row(session)["username"] == name


def test_a_badge_that_ran_out_after_the_sign_in_was_good(people: PostedPeople, station: PostingStation):
    name = people.person()
    badge = people.badge(name, expires="-1 hour")
    at = datetime.now(UTC) - timedelta(hours=2)
    entry = station.chain.entry(signed_in(badge=badge), at=at, operator=name, session=uuid4())

    assert told(station.offer([entry])) == [POSTED]


# -- what happened meanwhile


def disabled(people: PostedPeople, name: str, session: UUID) -> None:
    people.change(name, verified=False)


def unverified(people: PostedPeople, name: str, session: UUID) -> None:
    people.change(name, verified=None)


def deleted(people: PostedPeople, name: str, session: UUID) -> None:
    people.delete(name)


def revoked(people: PostedPeople, name: str, session: UUID) -> None:
    people.revoke(session)


def badge_revoked(people: PostedPeople, name: str, session: UUID) -> None:
    people.revoke_badge(people.session_row(session)["badge"])


MEANWHILE = {
    disabled: "operator_disabled",
    unverified: "operator_disabled",
    deleted: "operator_disabled",
    revoked: "session_revoked",
    badge_revoked: "badge_not_valid",
}


@pytest.mark.parametrize("isolate", [False, True])
@pytest.mark.parametrize(
    ("happened", "notice"), MEANWHILE.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_work_goes_on_and_the_first_of_it_tells(
    people: PostedPeople, station: PostingStation, code: str, happened: Any, notice: str, *, isolate: bool
):
    name, session = people.person(), uuid4()
    station.offer([switched(people, station, name, session)])
    happened(people, name, session)
    entries = station.entries(
        refused("???", Reason.UNREADABLE),
        added(code, f"{code}C0"),
        opened(code),
        added(code, f"{code}C1"),
        by=name,
        session=session,
    )

    receipts = station.offer(entries, isolate=isolate)

    assert told(receipts)[2:] == [("posted", None, notice), POSTED]
    assert [one.get("notice") for one in receipts[:2]] == [None, None]
    ledger = people.owner.query(
        "SELECT notice FROM station.entry WHERE session = %s ORDER BY seq", str(session)
    )
    assert [row["notice"] for row in ledger] == [None, None, None, notice, None]


def test_a_notice_is_repeated_with_its_entry_and_not_told_again(
    people: PostedPeople, station: PostingStation, code: str
):
    name, session = people.person(), uuid4()
    station.offer([switched(people, station, name, session)])
    people.revoke(session)
    entries = station.entries(opened(code), by=name, session=session)
    first = station.offer(entries)

    again, later = station.offer(entries), station.post(closed(code), by=name, session=session)

    assert [one.get("notice") for one in (*first, *again, *later)] == ["session_revoked"] * 2 + [None]


def test_each_session_gives_its_own_notice(people: PostedPeople, station: PostingStation, code: str):
    one, two = people.person(), people.person()
    sessions = [people.session(one, station), people.session(two, station)]
    for session in sessions:
        people.revoke(session)

    receipts = station.offer(
        [
            *station.entries(opened(code), added(code, f"{code}C1"), by=one, session=sessions[0]),
            *station.entries(added(code, f"{code}C2"), by=two, session=sessions[1]),
        ]
    )

    assert [one.get("notice") for one in receipts] == ["session_revoked", None, "session_revoked"]


@pytest.mark.parametrize("whose", ["another station's", "somebody else's", "made up"])
def test_a_session_that_does_not_count_gives_no_notice_and_keeps_its_own(
    people: PostedPeople, station: PostingStation, code: str, whose: str
):
    name = people.person()
    other = people.person() if whose == "somebody else's" else name
    session = uuid4()
    if whose != "made up":
        at = PostingStation(people) if whose == "another station's" else station
        session = people.session(other, at)
        people.revoke(session)

    receipts = station.post(opened(code), by=name, session=session)

    assert told(receipts) == [POSTED]
    assert whose == "made up" or people.session_row(session)["noticed"] is None


def test_a_session_that_an_account_began_is_its_own_whatever_it_is_called_now(
    people: PostedPeople, station: PostingStation, code: str
):
    name = people.person("biller")
    session, number = people.session(name, station), people.user_id(name)
    people.change(name, username=f"{name} renamed")
    people.owner.query(
        """INSERT INTO "user" (username, email, password_hash, role, verified)
           VALUES (%s, %s, 'x', 'admin', true)""",
        *(name, f"{name} the second"),
    )

    receipts = station.post(opened(code), overridden(code), by=name, session=session)

    assert told(receipts) == [POSTED] * 2
    (row,) = people.owner.query("SELECT user_id FROM bag WHERE qr_id = %s", code)
    assert row["user_id"] == number


# -- several people in one parent


@pytest.mark.parametrize("isolate", [False, True])
@pytest.mark.parametrize("size", [1, 4, 500])
def test_five_switches_in_one_parent_leave_each_child_with_its_operator(
    people: PostedPeople, station: PostingStation, code: str, size: int, *, isolate: bool
):
    names = [people.person() for _ in range(3)]
    turns = [names[turn % 3] for turn in range(6)]
    entries, packed = [], {}
    for turn, name in enumerate(turns):
        session = uuid4()
        entries.append(switched(people, station, name, session))
        decisions = [opened(code)] if turn == 0 else []
        for child in (f"{code}C{turn}A", f"{code}C{turn}B"):
            decisions.append(added(code, child))
            packed[child] = (name, str(session))
        entries += station.entries(*decisions, by=name, session=session)

    for start in range(0, len(entries), size):
        receipts = station.offer(entries[start : start + size], isolate=isolate)
        assert {outcome for outcome, _reason, _notice in told(receipts)} == {"posted"}

    ledger = people.owner.query(
        "SELECT * FROM station.entry WHERE parent = %s AND kind = 'add_child' ORDER BY seq", code
    )
    assert {row["child"]: (row["operator"], row["session"]) for row in ledger} == packed
    scans = people.owner.query(
        """SELECT b.qr_id, u.username FROM scan AS s JOIN bag AS b ON b.id = s.child_bag_id
           JOIN "user" AS u ON u.id = s.user_id WHERE b.qr_id LIKE %s""",
        f"{code}C%",
    )
    assert {row["qr_id"]: row["username"] for row in scans} == {
        child: who for child, (who, _) in packed.items()
    }
    audited = {
        row["after_state"] and row["request_id"]: row["username"]
        for row in people.audit(entries)
        if row["action"] == "link_child"
    }
    assert audited == {row["id"]: row["operator"] for row in ledger}


def test_five_hundred_entries_under_fifty_sessions_are_one_batch(
    people: PostedPeople, station: PostingStation, code: str
):
    names = [people.person() for _ in range(5)]
    badges = [people.badge(name) for name in names]
    entries = []
    for turn in range(50):
        session, name = uuid4(), names[turn % 5]
        parent = f"{code}{turn}"
        entries += station.entries(
            signed_in(badge=badges[turn % 5]),
            opened(parent),
            *(added(parent, f"{parent}C{child}") for child in range(8)),
            by=name,
            session=session,
        )

    assert told(station.offer(entries)) == [POSTED] * 500

    found = people.owner.query(
        """SELECT count(*) AS all, count(ended_at) AS ended FROM station.session WHERE device = %s""",
        str(station.chain.device),
    )
    assert found == [{"all": 50, "ended": 49}]


def test_one_entry_that_raises_leaves_the_sessions_of_the_others_right(
    people: PostedPeople, station: PostingStation, code: str
):
    name, session = people.person(), uuid4()
    entries = [
        *station.entries(opened(code), by=None),
        switched(people, station, name, session),
        *station.entries(added(code, "X" * 300), added(code, f"{code}C1"), by=name, session=session),
    ]

    receipts = station.offer(entries, isolate=True)

    assert told(receipts) == [POSTED, POSTED, ("refused", "centre_could_not_store", None), POSTED]
    kept = people.owner.query(
        "SELECT session, operator FROM station.entry WHERE outcome = 'refused' AND session = %s", str(session)
    )
    assert kept == [{"session": str(session), "operator": name}]


def test_taking_a_bag_out_and_putting_it_in_again_under_another_session_is_the_second_ones(
    people: PostedPeople, station: PostingStation, code: str
):
    one, two = people.person(), people.person()
    child = f"{code}C1"

    station.offer(
        [
            *station.entries(opened(code), added(code, child), by=one, session=people.session(one, station)),
            *station.entries(
                removed(code, child), added(code, child), by=two, session=people.session(two, station)
            ),
        ]
    )

    (row,) = people.owner.query(
        'SELECT u.username FROM bag AS b JOIN "user" AS u ON u.id = b.user_id WHERE b.qr_id = %s', child
    )
    assert row["username"] == two


@pytest.mark.parametrize(
    "changes", [{"session": "me"}, {"session": None}, {"sign_in": {"way": "x"}}, {"sign_in": [1]}]
)
def test_a_sign_in_that_no_station_makes_is_kept_and_costs_no_other(
    people: PostedPeople, station: PostingStation, code: str, changes: dict[str, Any]
):
    name = people.person()
    first = switched(people, station, name, uuid4())
    made = item(first)
    made["payload"].update(changes)
    (other,) = station.entries(opened(code), by=name)

    receipts = station.send([made, item(other)], isolate=True)["receipts"]

    assert told(receipts) == [("refused", "centre_could_not_store", None), POSTED]


# -- what the reply says of the station


def test_the_reply_names_the_station_as_its_administrator_does(station: PostingStation):
    reply = station.send([])

    assert (reply["station"], reply["session"]) == ({"name": "Station 7", "area": "indore"}, None)


@pytest.mark.parametrize(
    ("happened", "ended"), MEANWHILE.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_the_reply_says_why_a_session_does_not_go_on(
    people: PostedPeople, station: PostingStation, happened: Any, ended: str
):
    name, session = people.person(), uuid4()
    station.offer([switched(people, station, name, session)])
    assert station.send([], session=session)["session"] == {"id": str(session), "ended": None}

    happened(people, name, session)

    assert station.send([], session=session)["session"] == {"id": str(session), "ended": ended}


@pytest.mark.parametrize("whose", ["another station's", "not here yet"])
def test_of_a_session_that_is_none_of_this_station_the_reply_says_nothing(
    people: PostedPeople, station: PostingStation, whose: str
):
    session = uuid4()
    if whose == "another station's":
        session = people.session(people.person(), PostingStation(people))
        people.revoke(session)

    assert station.send([], session=session)["session"] == {"id": str(session), "ended": None}


def test_a_session_was_last_seen_when_its_station_last_posted_to_the_minute(
    people: PostedPeople, station: PostingStation
):
    session = people.session(people.person(), station)
    seen = people.session_row(session)["last_seen_at"]
    station.send([], session=session)
    assert people.session_row(session)["last_seen_at"] == seen
    people.owner.query(
        "UPDATE station.session SET last_seen_at = last_seen_at - interval '61 s' WHERE id = %s", str(session)
    )

    station.send([], session=session)

    assert people.session_row(session)["last_seen_at"] > seen


def test_a_sign_in_that_came_to_nothing_at_the_station_ends_nobodys_session(
    people: PostedPeople, station: PostingStation
):
    at_work, in_vain = people.session(people.person(), station, ago="1 hour"), uuid4()
    name = people.person()
    people.owner.query(
        "SELECT station.begin_session(%s, %s, %s, %s, 'badge', 'operator', NULL, NULL)",
        *(str(in_vain), str(station.chain.device), people.user_id(name), name),
    )
    assert people.session_row(at_work)["ended_at"] is not None

    station.send([], session=at_work)
    assert people.session_row(at_work)["ended_at"] is None
    assert people.session_row(in_vain)["ended_at"] is None  # it may be on its way to the station

    people.owner.query(
        "UPDATE station.session SET started_at = started_at - interval '61 s' WHERE id = %s", str(in_vain)
    )
    station.send([], session=at_work)
    assert people.session_row(in_vain)["ended_at"] is not None
    assert people.session_row(at_work)["ended_at"] is None


def test_a_session_that_is_named_with_its_own_end_ends(people: PostedPeople, station: PostingStation):
    name = people.person()
    session = people.session(name, station)

    station.send(
        [item(entry) for entry in station.entries(signed_out(), by=name, session=session)], session=session
    )

    assert people.session_row(session)["ended_at"] is not None


def test_no_administrators_session_goes_on_once_it_ended(people: PostedPeople, station: PostingStation):
    session = people.session(people.person("admin"), station)
    people.owner.query("SELECT station.end_session(%s)", str(session))

    station.send([], session=session)

    assert people.session_row(session)["ended_at"] is not None


def test_a_session_that_somebody_signed_out_of_does_not_go_on(people: PostedPeople, station: PostingStation):
    name = people.person()
    session = people.session(name, station)
    station.post(signed_out(), by=name, session=session)

    station.send([], session=session)

    assert people.session_row(session)["ended_at"] is not None


def test_no_station_lets_a_session_of_another_go_on(people: PostedPeople, station: PostingStation):
    theirs = people.session(people.person(), PostingStation(people))
    people.owner.query("UPDATE station.session SET ended_at = now() WHERE id = %s", str(theirs))

    station.send([], session=theirs)

    assert people.session_row(theirs)["ended_at"] is not None


@pytest.mark.parametrize(
    ("happened", "ended"), MEANWHILE.items(), ids=lambda value: getattr(value, "__name__", "")
)
def test_what_must_not_go_on_does_not(
    people: PostedPeople, station: PostingStation, happened: Any, ended: str
):
    name, session = people.person(), uuid4()
    station.offer([switched(people, station, name, session)])
    happened(people, name, session)
    people.owner.query("SELECT station.end_session(%s, %s)", str(session), str(station.chain.device))

    station.send([], session=session)

    assert people.session_row(session)["ended_at"] is not None, ended


def test_the_office_passes_on_what_the_centre_says_of_a_session(people: PostedPeople, central_url: str):
    with closing(PostedPeople(central_url)) as here:
        station, name = PostingStation(here), here.person()
        session = here.session(name, station)
        office = CentralPostingOffice(central_url, device=station.chain.device, station_name="s", version="1")
        assert office.probe(session=session) == StationStanding(
            name="Station 7", area="indore", session=session
        )
        here.revoke(session)

        reply = office.post(station.entries(opened("SB00001"), by=name, session=session))

        office.close()
    assert reply.standing.session_ended is Reason.SESSION_REVOKED
    assert [receipt.notice for receipt in reply.receipts] == [Reason.SESSION_REVOKED]

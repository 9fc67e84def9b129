"""A new station needs a one-time code; what an administrator does with a station holds at the centre."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import psycopg2
import pytest
from fakes.attacker import Attacker
from fakes.central_owner import query
from fakes.decisions import added, opened
from fakes.enrolled_stations import enrolled, enrolled_chain, one_time_code
from fakes.entry_chain import EntryChain
from fakes.plain_address import plain

from traitortrack_desktop.domain.entries import Outcome
from traitortrack_desktop.domain.roles import DISPATCH_AREAS
from traitortrack_desktop.services.ports import CentreMismatchError, CentreTrouble
from traitortrack_desktop.storage.central.enrolment import enrolment_code_hash, new_enrolment_code
from traitortrack_desktop.storage.central.posting import CentralPostingOffice
from traitortrack_desktop.storage.central.station_login import create_station_login

ENROL = "SELECT station.enrol_station(%s, %s, '1.5.0', %s)"
ENROL_AS_BEFORE = "SELECT station.enrol_device(%s, 's', '1.4.0')"
WRONG = "0000-0000-0000"


@pytest.fixture
def station(station_url: str) -> Iterator[Attacker]:
    with closing(Attacker(station_url)) as account:
        yield account


def enrol(station: Attacker, code: str | None, *, device: object = None, name: str = "Bench 3") -> str | None:
    answer: str | None = station.rows(ENROL, str(device or uuid4()), name, code)[0][0]
    return answer


def device_rows(central_url: str) -> list[dict[str, object]]:
    return query(central_url, "SELECT name, area, version, speaks, enrolled_by FROM station.device")


def audited(central_url: str, action: str) -> list[dict[str, object]]:
    return query(
        central_url,
        """SELECT details::jsonb AS details, before_state::jsonb AS before, after_state::jsonb AS after
           FROM audit_log WHERE action = %s ORDER BY id""",
        action,
    )


def age(central_url: str, seconds: int) -> None:
    query(central_url, "UPDATE station.enrolment_refusal SET at = at - make_interval(secs => %s)", seconds)
    query(
        central_url,
        "UPDATE station.enrolment_code SET expires_at = expires_at - make_interval(secs => %s)",
        seconds,
    )


def change(
    central_url: str, act: str, device: object, values: str = "{}", *, by: str = "meena"
) -> str | None:
    rows = query(
        central_url,
        "SELECT station.change_station(NULL, %s, %s, %s, %s) AS said",
        by,
        act,
        str(device),
        values,
    )
    said: str | None = rows[0]["said"]
    return said


# --- enrolling


def test_a_new_station_without_a_code_is_refused(central_url, station):
    assert enrol(station, None) == "code_needed"
    assert device_rows(central_url) == []


def test_with_a_code_it_has_the_name_and_the_area_that_the_code_was_made_for(central_url, station):
    code = one_time_code(central_url, name="Dock 1", area="indore")

    assert enrol(station, code) is None
    assert device_rows(central_url) == [
        {"name": "Dock 1", "area": "indore", "version": "1.5.0", "speaks": 2, "enrolled_by": "meena"}
    ]


def test_a_code_without_a_name_leaves_the_station_its_own(central_url, station):
    assert enrol(station, one_time_code(central_url), name="Bench 3") is None
    assert device_rows(central_url)[0]["name"] == "Bench 3"


def test_a_code_is_taken_in_lower_case_with_look_alikes_and_without_dashes(central_url, station):
    code = one_time_code(central_url, code="01A0-BCDE-FGHJ")

    assert code == "01A0-BCDE-FGHJ"
    assert enrol(station, "olao bcde fghj") is None


def test_a_code_counts_once(central_url, station):
    code = one_time_code(central_url)
    enrol(station, code)

    assert enrol(station, code) == "code_used"


def test_a_code_is_good_for_a_day(central_url, station):
    code = one_time_code(central_url)
    age(central_url, 24 * 3600)

    assert enrol(station, code) == "code_expired"


def test_a_station_whose_answer_was_lost_may_ask_again_with_its_code(central_url, station):
    code, device = one_time_code(central_url), uuid4()

    assert [enrol(station, code, device=device) for _ in range(2)] == [None, None]
    assert len(device_rows(central_url)) == 1


def test_of_twenty_that_come_at_the_same_moment_with_one_code_one_is_let_in(central_url, station_url):
    code = one_time_code(central_url)
    create_station_login(central_url, "test_station_b", "pw")
    for account in ("test_station", "test_station_b"):
        query(central_url, f"ALTER ROLE {account} CONNECTION LIMIT -1")
    other = f"postgresql://test_station_b:pw{station_url[station_url.rindex('@') :]}"
    gate = threading.Barrier(20)

    def come(url: str) -> str | None:
        with closing(Attacker(url)) as account:
            gate.wait(20)
            return enrol(account, code)

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(come, [station_url, other] * 10))

    assert answers.count(None) == 1
    assert answers.count("code_used") == 19
    assert len(device_rows(central_url)) == 1


def test_after_ten_wrong_codes_the_account_waits_with_the_right_one_too(central_url, station):
    code = one_time_code(central_url)

    assert [enrol(station, WRONG) for _ in range(10)] == ["code_wrong"] * 10
    assert enrol(station, code) == "code_wait"
    assert len(audited(central_url, "enrolment_refused")) == 10


def test_a_quarter_of_an_hour_later_the_right_one_counts(central_url, station):
    code = one_time_code(central_url)
    for _ in range(10):
        enrol(station, WRONG)
    age(central_url, 15 * 60)

    assert enrol(station, code) is None


def test_a_station_that_asks_again_and_again_without_a_code_is_noted_once(central_url, station):
    device = uuid4()
    for _ in range(3):
        enrol(station, None, device=device)

    (row,) = audited(central_url, "enrolment_refused")
    assert row["details"] == {
        "station": str(device),
        "name": "Bench 3",
        "account": "test_station",
        "reason": "code_needed",
    }


def test_many_made_up_stations_do_not_fill_the_audit(central_url, station):
    for _ in range(25):
        enrol(station, None)

    assert len(audited(central_url, "enrolment_refused")) == 20


def test_that_a_station_enrolled_is_audited_without_its_code(central_url, station):
    code, device = one_time_code(central_url, name="Dock 1", area="indore"), uuid4()
    enrol(station, code, device=device)

    (row,) = audited(central_url, "station_enrolled")
    assert row["details"] == {"station": str(device), "account": "test_station", "by": "meena"}
    assert row["after"] == {"name": "Dock 1", "area": "indore"}


def test_the_owner_needs_no_code(central_url):
    with closing(Attacker(central_url)) as owner:
        assert enrol(owner, None) is None


def test_a_known_station_renews_its_version_and_keeps_name_and_area(central_url, station):
    device = uuid4()
    enrol(station, one_time_code(central_url, name="Dock 1", area="indore"), device=device)
    query(central_url, "UPDATE station.device SET version = 'old'")

    assert enrol(station, None, device=device, name="something else") is None
    assert device_rows(central_url)[0] | {"enrolled_by": ""} == {
        "name": "Dock 1",
        "area": "indore",
        "version": "1.5.0",
        "speaks": 2,
        "enrolled_by": "",
    }


def test_of_another_accounts_station_nothing_is_told_but_that(central_url, station):
    device = enrolled(central_url, uuid4(), account="somebody_else")
    query(central_url, "UPDATE station.device SET revoked_at = now()")

    assert enrol(station, one_time_code(central_url), device=device) == "other_account"


def test_a_revoked_station_is_told_so_also_with_a_code(central_url, station):
    device = enrolled(central_url, uuid4())
    change(central_url, "revoke", device)

    assert enrol(station, one_time_code(central_url), device=device) == "revoked"


# --- stations of the release before


@pytest.fixture
def refusal_of(station_url: str):
    def ask(device: object) -> tuple[str | None, str | None]:
        with closing(psycopg2.connect(plain(station_url))) as connection, connection.cursor() as cursor:
            try:
                cursor.execute(ENROL_AS_BEFORE, (str(device),))
            except psycopg2.Error as error:
                return error.pgcode, error.diag.message_detail
        return None, None

    return ask


def test_a_new_station_of_the_release_before_is_refused(refusal_of):
    assert refusal_of(uuid4()) == ("TT002", "code_needed")


def test_a_known_one_goes_on(central_url, refusal_of):
    assert refusal_of(enrolled(central_url, uuid4())) == (None, None)


def test_a_revoked_one_does_not(central_url, refusal_of):
    device = enrolled(central_url, uuid4())
    change(central_url, "revoke", device)

    assert refusal_of(device) == ("TT002", "revoked")


# --- what an administrator does


def test_a_station_is_renamed_moved_revoked_and_restored_with_before_and_after(central_url):
    device = enrolled(central_url, uuid4(), name="Bench 3")

    said = [
        change(central_url, "rename", device, '{"name": "Dock 1"}'),
        change(central_url, "move", device, '{"area": "indore"}'),
        change(central_url, "revoke", device),
        change(central_url, "restore", device),
        change(central_url, "move", device, '{"area": null}'),
    ]

    assert said == [None] * 5
    states = [
        (row["before"], row["after"])
        for action in ("station_renamed", "station_moved", "station_revoked", "station_restored")
        for row in audited(central_url, action)
    ]
    bench, dock = ({"name": name, "area": None, "revoked": False} for name in ("Bench 3", "Dock 1"))
    indore = dock | {"area": "indore"}
    revoked = indore | {"revoked": True}
    assert states == [(bench, dock), (dock, indore), (indore, dock), (indore, revoked), (revoked, indore)]


@pytest.mark.parametrize(
    ("act", "values", "problem"),
    [
        ("rename", '{"name": " "}', "bad_name"),
        ("rename", "{}", "bad_name"),
        ("rename", '{"name": "a\\nb"}', "bad_name"),
        ("move", '{"area": "delhi"}', "unknown_area"),
        ("destroy", "{}", "unknown_act"),
    ],
)
def test_what_cannot_be_is_not_done(central_url, act, values, problem):
    device = enrolled(central_url, uuid4())

    assert change(central_url, act, device, values) == problem


def test_what_is_so_already_is_not_audited(central_url):
    device = enrolled(central_url, uuid4())
    change(central_url, "revoke", device, by="meena")
    change(central_url, "revoke", device, by="ravi")

    assert len(audited(central_url, "station_revoked")) == 1
    assert query(central_url, "SELECT revoked_by FROM station.device") == [{"revoked_by": "meena"}]


def test_a_station_that_is_not_there_is_not_found(central_url):
    assert change(central_url, "revoke", uuid4()) == "not_found"


def test_the_areas_are_those_of_the_program(central_url):
    assert query(central_url, "SELECT station.dispatch_areas() AS areas") == [{"areas": list(DISPATCH_AREAS)}]


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("SELECT station.stations(%s, %s)", ()),
        ("SELECT station.administer_station(%s, %s, 'revoke', %s, '{}')", (str(uuid4()),)),
        ("SELECT station.make_enrolment_code(%s, %s, NULL, NULL, %s)", (b"0" * 32,)),
    ],
)
def test_at_a_station_only_an_administrators_session_may(central_url, station, statement, values):
    device = str(enrolled(central_url, uuid4()))

    assert station.state(statement, device, str(uuid4()), *values) == "TT006"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT station.change_station(NULL, 'me', 'restore', gen_random_uuid(), '{}')",
        "SELECT station.make_code(NULL, 'me', NULL, NULL, sha256('x'))",
        "SELECT * FROM station.stations_list()",
        "SELECT station.add_station(gen_random_uuid(), 's', '1', 2, NULL, 'me')",
        "SELECT station.take_enrolment_code(gen_random_uuid(), 'x')",
    ],
)
def test_a_stations_account_cannot_go_round_it(station, statement):
    assert station.state(statement) == "42501"


def test_an_administrators_session_may_do_all_of_it(central_url, station):
    device, session = str(enrolled(central_url, uuid4(), name="Bench 3")), str(uuid4())
    query(
        central_url,
        """INSERT INTO "user" (username, email, password_hash, role, verified)
           VALUES ('meena', 'm@example.com', 'x', 'admin', true)""",
    )
    query(
        central_url,
        """INSERT INTO station.session (id, device, user_id, username, way, rights)
           SELECT %s, %s, id, username, 'password', 'full' FROM "user" """,
        session,
        device,
    )
    code = new_enrolment_code()

    station.rows(
        "SELECT station.make_enrolment_code(%s, %s, 'Dock 2', NULL, %s)",
        device,
        session,
        enrolment_code_hash(code),
    )
    other = uuid4()
    assert enrol(station, code, device=other) is None
    act = "SELECT station.administer_station(%s, %s, 'revoke', %s, '{}')"
    assert station.rows(act, device, session, str(other)) == [(None,)]
    found = station.rows("SELECT name, operator, revoked_by FROM station.stations(%s, %s)", device, session)
    assert found == [("Bench 3", "meena", None), ("Dock 2", None, "meena")]


# --- a station on its way


def test_a_station_enrols_by_its_code_when_it_first_posts(central_url, station_url):
    chain = EntryChain()
    with closing(office(station_url, chain, code=one_time_code(central_url).lower())) as posting:
        reply = posting.post([chain.entry(opened("SB00001"))])

    assert [receipt.outcome for receipt in reply.receipts] == [Outcome.POSTED]


@pytest.mark.parametrize(
    ("code", "trouble", "words"),
    [
        (None, CentreTrouble.NOT_ENROLLED, "stations code"),
        (WRONG, CentreTrouble.CODE_REFUSED, "not one that the centre made"),
        ("nonsense", CentreTrouble.CODE_REFUSED, "not one that the centre made"),
    ],
)
def test_a_station_that_is_not_let_in_says_what_it_needs(station_url, code, trouble, words):
    chain = EntryChain()
    with (
        closing(office(station_url, chain, code=code)) as posting,
        pytest.raises(CentreMismatchError) as said,
    ):
        posting.probe()

    assert said.value.trouble is trouble
    assert words in str(said.value)


def test_a_known_station_tells_with_which_program_it_works_now(central_url, station_url):
    chain = enrolled_chain(central_url)
    query(central_url, "UPDATE station.device SET version = 'of yesterday', name = 'Dock 1'")
    with closing(office(station_url, chain)) as posting:
        posting.probe()

    assert query(central_url, "SELECT name, version FROM station.device") == [
        {"name": "Dock 1", "version": "1.5.0"}
    ]


def test_a_wrong_code_is_offered_to_the_centre_once(central_url, station_url):
    chain = EntryChain()
    with closing(office(station_url, chain, code=WRONG)) as posting:
        for _ in range(3):
            with pytest.raises(CentreMismatchError, match="not one that the centre made"):
                posting.probe()

    reasons = query(central_url, "SELECT reason FROM station.enrolment_refusal ORDER BY id")
    assert [row["reason"] for row in reasons] == ["code_wrong", "code_needed"]


def test_a_code_that_had_to_wait_for_others_mistakes_is_offered_again(central_url, station_url, station):
    chain = EntryChain()
    for _ in range(10):
        enrol(station, WRONG)
    with closing(office(station_url, chain, code=one_time_code(central_url))) as posting:
        with pytest.raises(CentreMismatchError, match="in 15 minutes"):
            posting.probe()
        age(central_url, 15 * 60)

        posting.probe()

    assert len(device_rows(central_url)) == 1


def test_what_a_revoked_station_kept_is_posted_when_it_is_restored(central_url, station_url):
    chain = EntryChain()
    enrolled(central_url, chain.device)
    with closing(office(station_url, chain)) as posting:
        posting.post([chain.entry(opened("SB00001"))])
        change(central_url, "revoke", chain.device)
        kept = [chain.entry(added("SB00001", "AAAA")), chain.entry(added("SB00001", "AAAB"))]

        with pytest.raises(CentreMismatchError) as said:
            posting.post(kept)
        change(central_url, "restore", chain.device)
        receipts = posting.post(kept).receipts

    assert said.value.trouble is CentreTrouble.REVOKED
    assert [receipt.outcome for receipt in receipts] == [Outcome.POSTED] * 2


def office(url: str, chain: EntryChain, *, code: str | None = None) -> CentralPostingOffice:
    return CentralPostingOffice(
        url, device=chain.device, station_name="s", version="1.5.0", enrolment_code=code
    )

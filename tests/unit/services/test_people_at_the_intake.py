"""Who works here, from one reading to the next: badges, the lock, sign-ins and what the centre says."""

from uuid import uuid4

import pytest
from fakes.asked_badges import ASHAS, MINAS, RAVIS, AskedBadges
from fakes.intake_bench import IntakeBench
from fakes.sign_ins import ASHA, RAVI, signed_in

from traitortrack_desktop.domain.codes import SHOWN_OF_A_BADGE
from traitortrack_desktop.domain.entries import BagFact, EntryKind, Outcome, Receipt, Verdict
from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Operation, Person, Rights
from traitortrack_desktop.services.events import (
    OperatorChanged,
    StationLockChanged,
    StorageFailed,
)
from traitortrack_desktop.services.people_here import BADGE_MS
from traitortrack_desktop.services.ports import PostingReply, SignInRefused, StationStanding
from traitortrack_desktop.services.station import SignInUnavailable

OVERRIDE = Operation.OVERRIDE_COMPLETED


class Bench(IntakeBench):
    """A station with people; Asha is signed in unless told otherwise."""

    def __init__(self, *, who=ASHA, remembered=(ASHAS, RAVIS), for_people=True, **more):
        badges = AskedBadges()
        badges.remembered = set(remembered)
        super().__init__(for_people=for_people, sign_in_required=True, badges=badges, **more)
        if who is not None:
            self.sign_in(who)

    def sign_in(self, who, way=SignInWay.PASSWORD, **more):
        return self.intake.people.begin(signed_in(who, way, **more))

    @property
    def operators(self):
        """Of every entry, with its kind."""
        return [(str(entry.decision.kind), entry.operator) for entry in self.journal.entries]

    @property
    def sessions(self):
        return [entry.session for entry in self.journal.entries]

    def of(self, kind):
        return [event for event in self.told if isinstance(event, kind)]

    @property
    def who(self):
        return self.of(OperatorChanged)[-1]

    def centre_says(self, entry, outcome=Outcome.POSTED, **answer):
        receipt = Receipt(seq=entry.seq, outcome=outcome, **answer)
        return self.intake.take_receipts(
            [entry], PostingReply(receipts=(receipt,), server_time=entry.at, centre="1/1")
        )

    def asked(self, code=MINAS):
        """Scan a badge that is not known here, which Asha has from now on."""
        self.badges.of[code] = self.badges.of[RAVIS]
        return self.scan(code)


@pytest.fixture
def bench():
    return Bench()


# -- a badge that is known here


def test_a_badge_switches_the_operator_inside_an_open_parent(bench):
    bench.scan_all(f"SB10001 AB12C {RAVIS} AB12D")
    assert bench.operators[1:] == [
        ("open_parent", "asha"),
        ("add_child", "asha"),
        ("sign_in", "ravi"),
        ("add_child", "ravi"),
    ]
    first, second = bench.sessions[1], bench.sessions[3]
    assert bench.sessions == [first, first, first, second, second]
    assert bench.state.parent.count == 2
    assert bench.who.session.id == second
    assert (bench.who.session.rights, bench.who.badge) == (Rights.OPERATOR, bench.badges.of[RAVIS])


def test_a_badge_costs_nothing_but_the_entry(bench):
    used = []
    bench.journal.append = lambda *given, append=bench.journal.append, **more: (
        used.append("append") or append(*given, **more)
    )
    for name in ("bag_memory", "record_receipts", "work_state", "reopen"):
        setattr(bench.journal, name, lambda *_given, name=name: used.append(name))
    bench.scan(RAVIS)
    assert (used, bench.badges.asked) == (["append"], [])
    assert bench.who.person == RAVI


def test_nothing_of_a_badge_but_that_it_was_one_is_kept_or_told(bench):
    bench.scan(RAVIS)
    bench.asked()
    for told in (*bench.told, *bench.journal.entries, vars(bench.intake), vars(bench.intake._here)):
        assert "2" * 24 not in repr(told)
        assert "3" * 24 not in repr(told)
    assert {entry.raw for entry in bench.journal.entries} == {b""}
    assert bench.decisions[-1].code == SHOWN_OF_A_BADGE
    assert "2" * 24 not in repr(vars(bench.intake._arrivals))


@pytest.mark.parametrize(
    "before",
    [
        "SB10001 TT-CMD-CLOSE",
        "SB10001 TT-CMD-REMOVE",
        "SB10001 AB12C SB10002",
        "SB10001 ELSEWHERE",
        "",
    ],
    ids=["asked to close", "asked what to remove", "asked to switch", "stopped", "nothing open"],
)
def test_a_badge_changes_no_work_whatever_stands(before):
    elsewhere = BagFact(code="ELSEWHERE", kind="child", parent="SB20002")
    bench = Bench(known=lambda code: elsewhere if code == "ELSEWHERE" else None)
    bench.scan_all(before)
    stood = bench.state
    bench.scan(RAVIS)
    assert bench.who.person == RAVI
    assert (bench.state.parent, bench.state.question, bench.state.stop) == (
        stood.parent,
        stood.question,
        stood.stop,
    )


def test_a_badge_acknowledges_nothing(bench):
    bench.scan_all("SB10001 AB12C")
    bench.centre_says(bench.journal.entries[-1], Outcome.REFUSED, reason=Reason.CHILD_IN_OTHER_PARENT)
    bench.scan(RAVIS)
    assert len(bench.state.attention) == 1


def test_a_badge_signs_in_where_nobody_is():
    bench = Bench(who=None)
    bench.scan_all(f"{ASHAS} SB10001")
    assert bench.operators == [("sign_in", "asha"), ("open_parent", "asha")]


def test_a_badge_read_twice_at_once_is_harmless(bench):
    bench.scan(RAVIS)
    decision = bench.scan(RAVIS, after_ms=200)
    assert (decision.reason, len(bench.of(OperatorChanged))) == (Reason.READ_TWICE, 2)


def test_the_badge_of_whoever_is_at_work_keeps_the_session_and_its_rights(bench):
    bench.scan(ASHAS)
    assert bench.sessions[0] == bench.sessions[1]
    assert bench.who.session.rights is Rights.FULL
    assert bench.who.badge == bench.badges.of[ASHAS]


def test_the_same_badge_at_another_scanner_after_somebody_elses_switches_back(bench):
    bench.scan(ASHAS, source="left")
    bench.scan(RAVIS, source="left", after_ms=400)
    bench.scan(ASHAS, source="right", after_ms=400)
    assert bench.who.person == ASHA


def test_a_badge_out_of_a_memory_switches_nobody_and_is_held_without_its_code(bench):
    bench.scan("SB10001")
    (decision, _) = bench.pour(f"{RAVIS} AB12C")
    assert (decision.reason, decision.code) == (Reason.HELD, SHOWN_OF_A_BADGE)
    assert bench.who.person == ASHA
    placed = bench.press("TT-CMD-PLACE")
    assert [decision.reason for decision in placed] == [Reason.UNKNOWN_BADGE]  # a person looks, and goes on
    bench.at_ms += 3000
    assert [decision.child for decision in bench.press("TT-CMD-PLACE")] == ["AB12C"]


def test_a_badge_that_cannot_be_stored_switches_nobody(bench):
    bench.journal.failing = True
    bench.scan(RAVIS)
    assert isinstance(bench.told[-1], StorageFailed)
    bench.journal.failing = False
    bench.scan("SB10001")
    assert bench.operators[-1] == ("open_parent", "asha")


# -- a badge that the centre is asked about


def test_scans_wait_in_sight_until_the_centre_says_whose_badge_it_is(bench):
    bench.scan("SB10001")
    assert bench.asked().reason is Reason.BADGE_BEING_CHECKED
    assert bench.scan("AB12C", after_ms=500).reason is Reason.BADGE_BEING_CHECKED
    session, answer = bench.badges.answer()
    bench.intake.people.take_badge_answer(session, answer)
    assert bench.scan("AB12C", after_ms=500).verdict is Verdict.ACCEPTED
    assert bench.operators[2:] == [
        ("refusal", "asha"),
        ("refusal", "asha"),
        ("sign_in", "ravi"),
        ("add_child", "ravi"),
    ]
    assert bench.sessions[-1] == session


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (SignInRefused(badge_not_valid=True), Reason.BADGE_NOT_VALID),
        (SignInRefused(), Reason.BADGE_UNCHECKED),
        (SignInUnavailable(), Reason.BADGE_UNCHECKED),
    ],
)
def test_when_it_is_nobodys_the_operator_before_goes_on(bench, answer, reason):
    bench.scan("SB10001")
    bench.asked()
    bench.intake.people.take_badge_answer(bench.badges.asked[-1][1], answer)
    assert bench.decisions[-1].reason is reason
    assert bench.scan("AB12C").verdict is Verdict.ACCEPTED
    assert bench.operators[-1] == ("add_child", "asha")


def test_after_three_seconds_without_an_answer_work_goes_on(bench):
    bench.scan("SB10001")
    bench.asked()
    assert bench.intake.people.due_in_seconds == BADGE_MS / 1000
    bench.at_ms += BADGE_MS - 1
    bench.intake.people.tick()
    assert bench.decisions[-1].reason is Reason.BADGE_BEING_CHECKED
    bench.at_ms += 1
    bench.intake.people.tick()
    assert (bench.decisions[-1].reason, bench.intake.people.due_in_seconds) == (Reason.BADGE_UNCHECKED, None)
    assert bench.scan("AB12C").verdict is Verdict.ACCEPTED


def test_a_late_answer_still_signs_in_when_nothing_else_happened(bench):
    bench.asked()
    bench.at_ms += BADGE_MS
    bench.intake.people.tick()
    bench.intake.people.take_badge_answer(*bench.badges.answer())
    assert bench.who.person == RAVI


def test_a_late_answer_signs_nobody_in_behind_somebodys_back(bench):
    bench.asked()
    bench.scan("SB10001", after_ms=BADGE_MS)
    bench.intake.people.take_badge_answer(*bench.badges.answer())
    assert bench.who.person == ASHA


def test_a_late_answer_unlocks_no_station(bench):
    bench.asked()
    bench.at_ms += BADGE_MS
    bench.intake.people.tick()
    bench.intake.people.lock()
    bench.intake.people.take_badge_answer(*bench.badges.answer())
    assert bench.scan("SB10001").reason is Reason.STATION_LOCKED


def test_an_answer_to_a_badge_that_was_followed_by_another_one_is_nobodys(bench):
    bench.asked()
    late = bench.badges.answer()
    bench.scan(ASHAS, after_ms=500)
    bench.intake.people.take_badge_answer(*late)
    assert bench.who.person == ASHA


def test_the_same_badge_is_asked_about_once(bench):
    bench.asked()
    bench.scan(MINAS, after_ms=1000)
    assert len(bench.badges.asked) == 1
    bench.scan(MINAS, after_ms=BADGE_MS)
    assert len(bench.badges.asked) == 2


def test_an_answer_that_cannot_be_stored_switches_nobody(bench):
    bench.asked()
    bench.journal.failing = True
    bench.intake.people.take_badge_answer(*bench.badges.answer())
    assert isinstance(bench.told[-1], StorageFailed)
    assert bench.who.person == ASHA


def test_what_a_script_sends_while_a_badge_is_checked_is_taken_after_the_answer():
    bench = Bench(for_people=False, who=None)
    bench.intake.people.set_operator(Person(username="script", role=""))
    bench.asked()
    bench.scan("SB10001", after_ms=1)
    settled = []
    bench.intake.when_settled(lambda: settled.append(True))
    assert not settled
    bench.intake.people.take_badge_answer(*bench.badges.answer())
    assert bench.operators == [("refusal", "script"), ("sign_in", "ravi"), ("open_parent", "ravi")]
    assert settled


def test_a_script_that_ends_while_a_badge_is_checked_loses_nothing():
    bench = Bench(for_people=False, who=None)
    bench.intake.people.set_operator(ASHA)
    bench.asked()
    bench.scan("SB10001", after_ms=1)
    bench.intake.close()
    assert bench.operators[-1] == ("open_parent", "asha")


# -- sign-ins and sign-outs


def test_every_beginning_and_end_is_an_entry_at_a_station_with_people(bench):
    bench.intake.people.sign_out()
    bench.sign_in(RAVI, SignInWay.REMEMBERED_PASSWORD)
    assert bench.operators == [("sign_in", "asha"), ("sign_out", "asha"), ("sign_in", "ravi")]
    assert [entry.source for entry in bench.journal.entries] == ["sign-in"] * 3
    assert bench.sessions[0] == bench.sessions[1] != bench.sessions[2]
    assert bench.journal.entries[2].decision.sign_in.way is SignInWay.REMEMBERED_PASSWORD


def test_a_script_makes_no_entry_of_its_sign_in_and_records_under_it():
    bench = Bench(for_people=False)
    bench.scan("SB10001")
    bench.intake.people.sign_out()
    assert bench.operators == [("open_parent", "asha")]
    assert bench.sessions != [None]


def test_signing_out_touches_neither_parent_nor_queue(bench):
    bench.scan_all("SB10001 AB12C")
    stood, waiting = bench.state.parent, bench.journal.backlog().pending
    bench.intake.people.sign_out()
    assert bench.scan("AB12D").reason is Reason.NOT_SIGNED_IN
    assert bench.state.parent == stood
    assert bench.journal.backlog().pending == waiting + 2


@pytest.mark.parametrize("change", ["sign_in", "sign_out"])
def test_what_cannot_be_stored_changes_no_operator(bench, change):
    bench.journal.failing = True
    if change == "sign_in":
        assert not bench.sign_in(RAVI)
    else:
        bench.intake.people.sign_out()
    assert isinstance(bench.told[-1], StorageFailed)
    bench.journal.failing = False
    bench.scan("SB10001")
    assert bench.operators == [("sign_in", "asha"), ("open_parent", "asha")]


def test_after_a_restart_nobody_is_signed_in_and_the_parent_is_open(bench):
    bench.scan_all(f"SB10001 {RAVIS} AB12C")
    stood = bench.state
    bench.restart(bench.journal)
    assert bench.state == stood
    assert bench.scan("AB12D").reason is Reason.NOT_SIGNED_IN


# -- the lock


def test_a_locked_station_counts_nothing_but_a_badge_and_keeps_the_parent(bench):
    bench.scan("SB10001")
    bench.intake.people.lock()
    refused = bench.scan_all("AB12C TT-CMD-UNDERSTOOD TT-CMD-CLOSE")
    assert {decision.reason for decision in refused} == {Reason.STATION_LOCKED}
    bench.scan(RAVIS)
    assert bench.scan("AB12C").verdict is Verdict.ACCEPTED
    assert [event.locked for event in bench.of(StationLockChanged)] == [True, False]
    assert bench.state.parent.count == 1


def test_a_badge_opens_a_locked_session_of_full_rights_for_scanning_only(bench):
    bench.intake.people.lock()
    bench.scan(ASHAS)
    assert (bench.who.person, bench.who.session.rights) == (ASHA, Rights.OPERATOR)
    assert bench.sessions[0] != bench.sessions[1]


def test_the_badge_that_began_the_session_unlocks_it_though_it_is_remembered_nowhere():
    bench = Bench(who=None, remembered=())
    bench.scan(ASHAS)
    bench.intake.people.take_badge_answer(*bench.badges.answer())
    bench.intake.people.lock()
    bench.scan(ASHAS)
    assert [event.locked for event in bench.of(StationLockChanged)] == [True, False]
    assert len(set(bench.sessions[1:])) == 1


def test_whoever_showed_who_they_are_goes_on_in_the_same_session(bench):
    bench.intake.people.lock()
    bench.intake.people.unlock(uuid4())
    assert bench.scan("SB10001").reason is Reason.STATION_LOCKED
    bench.intake.people.unlock(bench.sessions[0])
    assert bench.scan("SB10001").verdict is Verdict.ACCEPTED
    assert len(set(bench.sessions)) == 1


def test_somebody_else_who_signs_in_unlocks(bench):
    bench.intake.people.lock()
    bench.sign_in(RAVI)
    assert bench.scan("SB10001").verdict is Verdict.ACCEPTED


def test_without_a_session_there_is_nothing_to_lock():
    bench = Bench(who=None)
    bench.intake.people.lock()
    assert bench.of(StationLockChanged) == []


# -- what the centre says of people


def badge_entry(bench):
    bench.scan(RAVIS)
    return bench.journal.entries[-1]


@pytest.mark.parametrize(
    ("reason", "forgotten"),
    [(Reason.BADGE_NOT_VALID, "badge"), (Reason.OPERATOR_DISABLED, "ravi")],
)
def test_a_refused_sign_in_ends_the_session_and_is_forgotten(bench, reason, forgotten):
    bench.scan("SB10001")
    bench.centre_says(badge_entry(bench), Outcome.REFUSED, reason=reason)
    assert (bench.who.person, bench.who.ended) == (None, reason)
    assert bench.badges.forgotten == [bench.badges.of[RAVIS].id if forgotten == "badge" else forgotten]
    assert bench.state.parent.code == "SB10001"
    assert bench.state.attention == ()


def test_a_refused_sign_in_of_somebody_who_is_gone_signs_nobody_out(bench):
    entry = badge_entry(bench)
    bench.sign_in(ASHA)
    bench.centre_says(entry, Outcome.REFUSED, reason=Reason.BADGE_NOT_VALID)
    assert bench.who.person == ASHA
    assert bench.badges.forgotten == [bench.badges.of[RAVIS].id]


def test_a_badge_that_is_not_valid_any_more_ends_no_session_that_began_with_a_password(bench):
    bench.scan(ASHAS)
    bench.centre_says(bench.journal.entries[-1], Outcome.REFUSED, reason=Reason.BADGE_NOT_VALID)
    assert (bench.who.person, bench.badges.forgotten) == (ASHA, [bench.badges.of[ASHAS].id])


def test_an_older_centre_that_cannot_store_a_sign_in_is_nobodys_trouble(bench):
    bench.centre_says(badge_entry(bench), Outcome.REFUSED, reason=Reason.CENTRE_COULD_NOT_STORE)
    assert (bench.who.person, bench.state.attention, bench.badges.forgotten) == (RAVI, (), [])


def test_a_badge_that_the_centre_accepts_is_remembered_anew(bench):
    bench.centre_says(badge_entry(bench))
    assert bench.badges.confirmations == [bench.badges.of[RAVIS].id]


def test_a_notice_is_shown_until_it_is_acknowledged_and_ends_the_session(bench):
    bench.scan_all("SB10001 AB12C")
    bench.centre_says(bench.journal.entries[-1], notice=Reason.OPERATOR_DISABLED)
    (item,) = bench.state.attention
    assert (item.reason, item.operator, item.code) == (Reason.OPERATOR_DISABLED, "asha", "AB12C")
    assert (bench.who.person, bench.who.ended) == (None, Reason.OPERATOR_DISABLED)
    bench.sign_in(RAVI)
    assert bench.scan("TT-CMD-UNDERSTOOD").kind is EntryKind.ACKNOWLEDGE
    assert bench.state.attention == ()
    assert bench.journal.work_state() == bench.state


def test_a_session_that_the_centre_ended_is_over_and_the_work_stays(bench):
    bench.scan_all("SB10001 AB12C")
    session = bench.sessions[-1]
    bench.intake.people.take_standing(StationStanding(name="7", session=session))
    assert bench.who.person == ASHA
    ended = StationStanding(name="7", session=session, session_ended=Reason.SESSION_REVOKED)
    bench.intake.people.take_standing(ended)
    assert (bench.who.person, bench.who.ended) == (None, Reason.SESSION_REVOKED)
    assert (bench.state.parent.count, bench.journal.backlog().pending) == (1, 4)


def test_what_the_centre_says_of_a_session_before_ends_nothing(bench):
    ended = StationStanding(name="7", session=bench.sessions[0], session_ended=Reason.SESSION_REVOKED)
    bench.scan(RAVIS)
    bench.intake.people.take_standing(ended)
    assert bench.who.person == RAVI


# -- setting a rule aside


def completed(code):
    return BagFact(code=code, kind="parent", count=3, completed=True) if code == "SB10001" else None


def test_an_override_lets_a_completed_parent_take_bags_again():
    bench = Bench(known=completed)
    bench.sign_in(RAVI)
    assert bench.scan_all("SB10001 AB12C")[1].reason is Reason.PARENT_COMPLETED
    bench.intake.people.override(OVERRIDE, "  30 fit ")
    override = bench.decisions[-1]
    assert (override.kind, override.parent, override.override.reason) == ("override", "SB10001", "30 fit")
    assert bench.scan("AB12C").verdict is Verdict.ACCEPTED
    assert bench.journal.work_state() == bench.state


def test_an_older_answer_does_not_close_it_again_and_a_refused_override_does():
    bench = Bench(known=completed)
    bench.sign_in(RAVI)
    bench.scan("SB10001")
    opening = bench.journal.entries[-1]
    bench.intake.people.override(OVERRIDE, "30 fit")
    bench.centre_says(opening, count=3, completed=True)
    assert not bench.state.parent.completed
    entry = bench.journal.entries[-1]
    bench.centre_says(entry, Outcome.REFUSED, reason=Reason.NOT_PERMITTED, count=3, completed=True)
    assert bench.state.parent.completed
    assert [item.reason for item in bench.state.attention] == [Reason.NOT_PERMITTED]


@pytest.mark.parametrize(
    ("who", "scanned", "permission", "words", "reason"),
    [
        (RAVI, "", OVERRIDE, "why", Reason.NOTHING_TO_OVERRIDE),
        (RAVI, "SB10002", OVERRIDE, "why", Reason.NOTHING_TO_OVERRIDE),
        (ASHA, "SB10001", OVERRIDE, "why", Reason.NOT_PERMITTED),
        (RAVI, "SB10001", Operation.DELETE_BAG, "why", Reason.NOT_PERMITTED),
        (RAVI, "SB10001", OVERRIDE, "  ", Reason.REASON_MISSING),
        (RAVI, f"SB10001 {RAVIS.replace('2', '1')}", OVERRIDE, "why", Reason.NOT_PERMITTED),
    ],
    ids=["no parent", "not completed", "a dispatcher", "another rule", "no words", "by badge"],
)
def test_an_override_needs_its_parent_the_right_and_words(who, scanned, permission, words, reason):
    bench = Bench(known=completed)
    bench.sign_in(who)
    bench.scan_all(scanned)
    bench.intake.people.override(permission, words)
    assert bench.decisions[-1].reason is reason


def test_a_locked_station_overrides_nothing():
    bench = Bench(known=completed)
    bench.sign_in(RAVI)
    bench.scan("SB10001")
    bench.intake.people.lock()
    bench.intake.people.override(OVERRIDE, "why")
    assert bench.decisions[-1].reason is Reason.STATION_LOCKED

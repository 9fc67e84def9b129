"""What the sign-in screen, the lock screen and the cards about people say."""

from dataclasses import replace
from datetime import UTC

import pytest
from fakes.decisions import refused
from fakes.fake_station import MORNING
from fakes.scanning import entry_of

from traitortrack_desktop.domain.entries import Decision, EntryKind, Remark, Verdict
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Person
from traitortrack_desktop.domain.work import OpenParent, WorkState
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.screen_facts import ScreenFacts
from traitortrack_desktop.presentation.sign_in import (
    ended_text,
    lock_view,
    needs_code,
    override_view,
    refused_in_sight,
    rights_view,
    sign_in_problem,
)
from traitortrack_desktop.presentation.sound_roles import sound_for
from traitortrack_desktop.services.events import ScanDecided
from traitortrack_desktop.services.ports import Backlog, SignInRefused
from traitortrack_desktop.services.station import SignInUnavailable

TONGUE = Tongue(zone=UTC)
PARENT = OpenParent(code="SB10001", capacity=30, base_count=12, completed=True)
FACTS = ScreenFacts(
    operator=Person(username="asha", role="biller"),
    work=WorkState(parent=PARENT),
    backlog=Backlog(pending=3, oldest_at=MORNING),
    online=False,
)


@pytest.mark.parametrize("locked", [True, False])
@pytest.mark.parametrize("reason", Reason)
def test_at_the_door_no_scan_is_named(reason, locked):
    entry = entry_of(refused("AB12C04F7K", reason, parent="SB10001"), 1)
    text = refused_in_sight(entry, locked=locked, tongue=TONGUE)
    assert "AB12C04F7K" not in text
    assert "SB10001" not in text
    assert bool(text) == (reason not in {Reason.NOT_A_SCAN, Reason.READ_TWICE})


def test_one_trigger_pull_that_came_twice_says_nothing_at_the_door():
    entry = entry_of(refused("AB12C", Reason.READ_TWICE), 1)
    assert refused_in_sight(entry, locked=True, tongue=TONGUE) == ""
    again = entry_of(refused("AB12C", Reason.READ_TWICE), 2, remarks=(Remark.REPEAT,))
    assert "station is locked" in refused_in_sight(again, locked=True, tongue=TONGUE)


def test_the_lock_screen_tells_who_and_how_much_waits_and_no_bag():
    view = lock_view(FACTS, MORNING, TONGUE)
    said = " ".join((view.banner.note, view.banner.heading, *view.banner.lines, view.title))
    assert "asha is signed in." in said
    assert "3 waiting" in said
    assert "The open parent bag stays open." in said
    assert "SB10001" not in said
    assert "12" not in said


def test_without_a_parent_the_lock_screen_says_that_nothing_is_lost():
    view = lock_view(replace(FACTS, work=WorkState()), MORNING, TONGUE)
    assert "Everything scanned is kept." in view.banner.lines
    assert "The open parent bag stays open." not in view.banner.lines


def test_the_card_for_the_password_names_the_person_and_leads_back():
    view = rights_view(FACTS, TONGUE)
    assert (view.username, view.cancel) == ("asha", "Cancel")


def test_the_card_of_an_override_names_the_parent_and_its_count():
    assert override_view(FACTS, TONGUE).banner.lines[0].startswith("SB10001 is completed with 12 of 30 bags.")


@pytest.mark.parametrize(
    ("answer", "needed"),
    [
        (SignInRefused(code_needed=True), True),
        (SignInRefused(code_wrong=True), True),
        (SignInRefused(), False),
        (SignInUnavailable(), False),
    ],
    ids=str,
)
def test_a_code_is_asked_for_where_it_is_missing_or_wrong(answer, needed):
    assert needs_code(answer) == needed


def test_a_password_that_was_right_is_no_problem_before_the_code():
    assert sign_in_problem(SignInRefused(code_needed=True), now=MORNING, tongue=TONGUE) == ""


def test_a_locked_account_is_told_rather_than_a_wrong_code():
    answer = SignInRefused(code_wrong=True, locked_until=MORNING)
    assert "Too many wrong attempts" in sign_in_problem(answer, now=MORNING, tongue=TONGUE)


def test_who_signed_out_by_hand_is_told_nothing():
    assert ended_text(None, TONGUE) == ""


def test_signing_out_is_silent():
    decision = Decision(kind=EntryKind.SIGN_OUT, verdict=Verdict.ACCEPTED, code="", capacity=30)
    event = ScanDecided(entry=entry_of(decision, 1), state=WorkState(), backlog=FACTS.backlog)
    assert sound_for(event) is None

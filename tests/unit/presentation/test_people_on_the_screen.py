"""Who works here, with which rights, and what can be done about them, as the scan screen shows it."""

from dataclasses import replace
from datetime import UTC

import pytest
from fakes.shown_screens import BADGE, CHILDREN, SITUATIONS, badge, noticed, packed, scan, station_for

from traitortrack_desktop.domain.operators import SignInWay
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.presentation.actions import MENU_KEYS, acts_by_key
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.scan_screen import scan_screen_state
from traitortrack_desktop.presentation.screen_facts import ScreenFacts, Surroundings, after_event
from traitortrack_desktop.presentation.screen_state import MenuItem, Tone
from traitortrack_desktop.presentation.sound_roles import SoundRole, sound_for
from traitortrack_desktop.services.events import (
    DeliveryChanged,
    ScanDecided,
    StationLockChanged,
    StationNamed,
)
from traitortrack_desktop.services.ports import CentreTrouble

AROUND = Surroundings(station="7", version="1.4.0", has_office=True, has_own_password=True)
PEOPLE_PAGE = replace(AROUND, menu_open=True, menu_page=1)


class Watched:
    def __init__(self):
        self.station = station_for(None)
        self.facts = ScreenFacts()
        self.heard = []
        self.station.subscribe(self._take)

    def _take(self, event):
        self.facts = after_event(self.facts, event, self.station.now())
        if isinstance(event, ScanDecided):
            self.heard.append(sound_for(event))

    def shown(self, around=AROUND):
        return scan_screen_state(self.facts, around, self.station.now(), Tongue(zone=UTC))

    def menu(self, item):
        return next(action for action in self.shown(PEOPLE_PAGE).actions if action.act is item)


@pytest.fixture
def watched():
    return Watched()


def complete_at_the_centre(watched):
    """Let the centre say of the open parent, which has room, that it is completed."""
    packed(watched.station, 3)
    work = watched.facts.work
    watched.facts = replace(watched.facts, work=replace(work, parent=replace(work.parent, completed=True)))


# -- a badge


def test_a_badge_names_its_person_and_leaves_the_parent_as_it_is(watched):
    packed(watched.station, 12)
    badge(watched.station, "ravi.kumar")
    state = watched.shown()
    assert (state.result.tone, state.result.word) == (Tone.ACCEPTED, "SIGNED IN")
    assert state.result.code.text == "ravi.kumar"
    assert state.result.lines[0] == "SB10001 stays open with 12 of 30 bags."
    assert state.instruction == "Scan child bag 13"
    assert state.status.operator == "ravi.kumar"


def test_without_a_parent_a_badge_says_under_whose_name_scans_count(watched):
    badge(watched.station, "ravi")
    assert watched.shown().result.lines[0] == "What is scanned from now on counts under this name."


def test_a_badge_that_the_centre_is_asked_about_is_calm_and_silent(watched):
    packed(watched.station, 2)
    scan(watched.station, BADGE)
    result = watched.shown().result
    assert (result.tone, result.word, result.code) == (Tone.READY, "CHECKING BADGE", None)
    assert watched.heard[-1] is None


def test_until_the_centre_has_said_whose_badge_it_is_one_waits(watched):
    scan(watched.station, BADGE)
    watched.station.refuse(Reason.BADGE_BEING_CHECKED, code="AB12C")
    assert watched.shown().instruction == "Wait: the badge is being checked"
    badge(watched.station, "ravi")
    assert watched.shown().instruction == "Scan a parent bag"


def test_a_bag_that_is_scanned_meanwhile_is_refused_to_eye_and_ear(watched):
    watched.station.refuse(Reason.BADGE_BEING_CHECKED, code="AB12C")
    assert watched.shown().result.tone is Tone.ATTENTION
    assert watched.heard[-1] is SoundRole.ATTENTION


def test_a_badge_never_sounds_like_a_counted_bag(watched):
    badge(watched.station, "ravi")
    assert watched.heard[-1] not in {SoundRole.OK, SoundRole.COMPLETE, None}


@pytest.mark.parametrize(
    "reason", [Reason.BADGE_UNCHECKED, Reason.BADGE_NOT_VALID, Reason.UNKNOWN_BADGE], ids=str
)
def test_a_badge_that_switched_nobody_says_under_whose_name_scans_still_count(watched, reason):
    badge(watched.station, "ravi")
    watched.station.refuse(reason, code="TT-BADGE-***")
    assert watched.shown().result.lines[1].endswith("Scans still count under ravi.")


@pytest.mark.parametrize(
    "reason", [Reason.BADGE_UNCHECKED, Reason.BADGE_NOT_VALID, Reason.UNKNOWN_BADGE], ids=str
)
def test_nothing_of_a_badge_is_shown(watched, reason):
    watched.station.refuse(reason, code="TT-BADGE-***")
    result = watched.shown().result
    assert result.code is None
    assert "TT-BADGE" not in "".join(result.lines)


@pytest.mark.parametrize(
    ("role", "has_pin", "strip", "hint"),
    [
        ("dispatcher", False, "lakshmi", ""),
        ("biller", True, "lakshmi (badge only)", "Billing: press F10 twice, then F7 for your PIN."),
        ("biller", False, "lakshmi (badge only)", "More than scanning: press F10 twice, then F7."),
        ("admin", True, "lakshmi (badge only)", "More than scanning: press F10 twice, then F7."),
    ],
)
def test_less_rights_than_the_role_has_are_told(watched, *, role, has_pin, strip, hint):
    badge(watched.station, "lakshmi", role=role, has_pin=has_pin)
    assert watched.shown().status.operator == strip
    assert watched.shown().result.lines[1] == hint


def test_who_signed_in_without_the_centre_is_told_so_beside_the_parent(watched):
    SITUATIONS["signed_in_without_centre"](watched.station)
    assert watched.shown().result.lines[1] == "You signed in without the centre. Scan as always."
    assert watched.shown().status.operator == "asha (not checked)"


# -- the menu


def test_the_pages_of_the_menu_have_the_same_keys(watched):
    pages = [watched.shown(replace(PEOPLE_PAGE, menu_page=page)).actions for page in (0, 1, 2)]
    keys = [[action.key for action in page if action.act is not MenuItem.CARD] for page in pages]
    assert keys[0] == keys[1] == keys[2]


def test_every_key_of_a_page_does_what_stands_on_it(watched):
    for page in (0, 1, 2):
        shown = watched.shown(replace(PEOPLE_PAGE, menu_page=page)).actions
        acts = acts_by_key(watched.facts.work, menu_page=page)
        assert {action.key: action.act for action in shown}.items() <= acts.items()


def test_the_keys_of_a_menu_that_a_scan_closed_do_nothing_at_all(watched):
    assert not MENU_KEYS & set(acts_by_key(watched.facts.work, asleep=True))


@pytest.mark.parametrize(
    ("how", "label", "usable"),
    [
        ({"way": SignInWay.BADGE, "role": "biller", "has_pin": True}, "PIN for billing rights", True),
        ({"way": SignInWay.BADGE, "role": "biller"}, "Password for full rights", True),
        ({"way": SignInWay.BADGE, "role": "admin", "has_pin": True}, "Password for full rights", True),
        ({"way": SignInWay.PASSWORD}, "Change my password", True),
        ({"way": SignInWay.BADGE}, "Change my password (sign in with it)", False),
        ({}, "Change my password (sign in with it)", False),
    ],
    ids=str,
)
def test_the_menu_offers_the_next_step_to_more_rights(watched, how, *, label, usable):
    watched.station.be_operated_by("lakshmi", **how)
    action = watched.menu(MenuItem.OWN_RIGHTS)
    assert (action.label, action.usable) == (label, usable)


@pytest.mark.parametrize(
    ("how", "label", "usable"),
    [
        ({"way": SignInWay.PASSWORD, "role": "admin"}, "Accounts and audit", True),
        ({"way": SignInWay.BADGE, "role": "admin"}, "Accounts and audit (password first)", False),
        ({"way": SignInWay.PASSWORD, "role": "biller"}, "Accounts and audit (administrators)", False),
    ],
    ids=str,
)
def test_accounts_and_audit_are_for_administrators_with_full_rights(watched, how, *, label, usable):
    watched.station.be_operated_by("lakshmi", **how)
    action = watched.menu(MenuItem.OFFICE)
    assert (action.label, action.usable) == (label, usable)


@pytest.mark.parametrize(
    ("how", "label", "usable"),
    [
        ({"way": SignInWay.PASSWORD, "role": "biller"}, "Allow more bags (reason)", True),
        ({"way": SignInWay.BADGE, "role": "biller"}, "Allow more bags (full rights first)", False),
        ({"way": SignInWay.PASSWORD}, "Allow more bags (billers, administrators)", False),
    ],
    ids=str,
)
def test_a_completed_parent_can_be_allowed_more_bags_by_who_may(watched, how, *, label, usable):
    watched.station.be_operated_by("lakshmi", **how)
    complete_at_the_centre(watched)
    action = watched.menu(MenuItem.OVERRIDE)
    assert (action.label, action.usable) == (label, usable)


def test_without_a_completed_parent_there_is_nothing_to_allow(watched):
    watched.station.be_operated_by("lakshmi", role="biller", way=SignInWay.PASSWORD)
    packed(watched.station, 3)
    action = watched.menu(MenuItem.OVERRIDE)
    assert (action.label, action.usable) == ("Allow more bags (none completed)", False)


def test_what_was_allowed_is_told(watched):
    SITUATIONS["allowed_again"](watched.station)
    result = watched.shown().result
    assert (result.word, result.lines[0]) == ("ALLOWED", "SB10001 takes bags again: 12 of 30 inside.")


def test_only_a_session_can_be_locked(watched):
    watched.station.be_operated_by("script")
    assert not watched.menu(MenuItem.LOCK).usable
    watched.station.be_operated_by("asha", way=SignInWay.BADGE)
    assert watched.menu(MenuItem.LOCK).usable


# -- what the centre says of people and of the station


@pytest.mark.parametrize(
    ("reason", "heading", "sentence"),
    [
        (Reason.OPERATOR_DISABLED, "ACCOUNT ENDED", "The account of ravi is switched off."),
        (Reason.SESSION_REVOKED, "SIGNED OUT", "The sign-in of ravi was ended."),
        (Reason.BADGE_NOT_VALID, "BADGE ENDED", "The badge of ravi is not valid."),
    ],
)
def test_a_notice_names_the_operator_and_what_to_do(watched, reason, heading, sentence):
    badge(watched.station, "ravi")
    noticed(watched.station, reason)
    state = watched.shown()
    assert (state.result.word, state.result.code.text) == (heading, "ravi")
    assert state.result.lines[0].startswith(sentence)
    assert "is kept" in state.result.lines[0]
    assert "supervisor" in state.result.lines[1]
    assert state.result.note == "From the centre · 1 of 1"
    assert state.instruction == "Tell your supervisor, scan UNDERSTOOD"


def test_a_notice_takes_no_bag_off_the_count(watched):
    badge(watched.station, "ravi")
    noticed(watched.station)
    assert watched.shown().counter.count_text == "12"
    assert watched.shown().rows[0].code.text == CHILDREN[11]


@pytest.mark.parametrize("trouble", CentreTrouble)
def test_what_is_the_matter_with_the_station_stands_beside_what_waits(watched, trouble):
    packed(watched.station, 2)
    scan(watched.station, CHILDREN[5])
    watched.station.tell(DeliveryChanged(online=False, problem="for IT", trouble=trouble))
    delivery = watched.shown().status.delivery
    assert delivery.endswith("call IT: 1 waiting")
    watched.station.tell(DeliveryChanged(online=True))
    assert "call IT" not in watched.shown().status.delivery


def test_the_strip_has_the_name_that_the_centre_gave_the_station(watched):
    assert watched.shown().status.station == "Station 7"
    watched.station.tell(StationNamed(name="Packing hall 2", area=None))
    assert watched.shown().status.station == "Station Packing hall 2"


def test_a_locked_station_is_known_until_somebody_is_back(watched):
    watched.station.tell(StationLockChanged(locked=True))
    assert watched.facts.locked
    watched.station.tell(StationLockChanged(locked=False))
    assert not watched.facts.locked


def refused_by_a_complete_parent(watched, role):
    watched.station.be_operated_by("lakshmi", role=role, way=SignInWay.PASSWORD)
    complete_at_the_centre(watched)
    watched.station.refuse(Reason.PARENT_COMPLETED, code="AB12C")
    work = watched.facts.work
    watched.facts = replace(watched.facts, work=replace(work, parent=replace(work.parent, completed=True)))
    return watched.shown().result.lines[1]


def test_whoever_may_allow_more_bags_is_told_how(watched):
    assert refused_by_a_complete_parent(watched, "biller").endswith("press F10 twice, then F8.")


def test_nobody_else_is_told(watched):
    assert "F8" not in refused_by_a_complete_parent(watched, "dispatcher")

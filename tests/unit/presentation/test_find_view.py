from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from fakes.fake_find_desk import (
    ADMIN,
    BILL,
    BILLER,
    CHILD,
    COPY,
    DISPATCHER,
    MORNING,
    PARENT,
    TICKET,
    FakeFinder,
    bill_fact,
    waiting_lines,
)

from traitortrack_desktop.domain.bills import BillDetails
from traitortrack_desktop.domain.deeds import CreateBill, EditBill, OpenReturn
from traitortrack_desktop.domain.entries import EntryKind
from traitortrack_desktop.domain.findings import BagFilter, BillFilter, Found, FoundKind
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import Rights
from traitortrack_desktop.presentation.find_acts import (
    FindAct,
    FindField,
    FindForm,
    FindProblem,
    FindTab,
    Why,
)
from traitortrack_desktop.presentation.find_draft import added, toggled
from traitortrack_desktop.presentation.find_forms import (
    bag_filter,
    bill_filter,
    bill_values,
    day_of,
    deed_of,
    search_problem,
)
from traitortrack_desktop.presentation.find_merge import merged_found, merged_page
from traitortrack_desktop.presentation.find_speech import FindSpeech, variance_text
from traitortrack_desktop.presentation.find_state import ChildrenDraft, FindFacts, LookUp, OpenForm, Paged
from traitortrack_desktop.presentation.find_view import find_view
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.presentation.screen_state import Mark
from traitortrack_desktop.presentation.wording import ENGLISH
from traitortrack_desktop.services.people_desk import PeopleTrouble

WORDS = ENGLISH.find
SPEECH = FindSpeech(tongue=Tongue(zone=UTC), now=MORNING)
CENTRE = FakeFinder(from_centre=True, as_of=MORNING)
HERE = FakeFinder(from_centre=False, as_of=COPY)


def facts(**more):
    return FindFacts(now=MORNING, today=MORNING.date(), **{"session": ADMIN} | more)


def looking(code, finder=CENTRE, **more):
    return facts(look=LookUp(asked=code, found=finder.look(code)), **more)


def card_text(view):
    return " ".join(f"{fact.label} {fact.text}" for fact in view.card.facts)


def pressed(view, act):
    return next(press for press in view.card.presses if press.act is act)


# -- what was found


def test_a_parent_is_shown_with_its_children_bill_holder_and_last_scans():
    view = find_view(looking(PARENT), SPEECH)

    assert view.card.title == f"Parent bag {PARENT}"
    assert [row.key for row in view.rows.rows][:2] == ["AB12C04F7000", "AB12C04F7037"]
    for told in ("30 kg", f"{BILL} (in work)", "Station 9, loading dock", "SB09999", "Sri Ganganagar"):
        assert told in card_text(view)
    assert sum(" · " in fact.text for fact in view.card.facts) == 5


def test_a_child_is_shown_with_its_parent_and_the_bill_of_that():
    view = find_view(looking(CHILD), SPEECH)

    assert f"{WORDS.found.parent} {PARENT}" in card_text(view)
    assert f"{BILL} (in work)" in card_text(view)
    assert view.rows.empty == WORDS.found.child_holds_nothing


def test_a_bill_is_shown_with_its_parents_places_and_weights():
    view = find_view(looking(BILL), SPEECH)

    assert len(view.rows.rows) == 14
    for told in ("14 of 20, 6 left", "402 kg", "420 kg", "−18 kg", "RJ13 GA 4721", "biller_kumari"):
        assert told in card_text(view)


def test_a_return_is_shown_with_its_bags_and_what_they_came_from():
    view = find_view(looking(TICKET), SPEECH)

    assert [row.cells[1].under for row in view.rows.rows] == [f"from {BILL}"] * 3
    assert "Wet bags from the dealer at gate 4." in card_text(view)


def test_a_part_of_a_code_gives_a_list_to_choose_from():
    view = find_view(looking("7037"), SPEECH)

    assert [row.key for row in view.rows.rows] == ["AB12C04F7037", "WHEATMILL2026X7037", "CC7037"]


def test_nothing_found_says_since_when_the_copy_is():
    assert "10:28" in card_text(find_view(looking("ZZ999", HERE), SPEECH))


def test_nothing_found_without_a_copy_says_that():
    found = Found(asked="ZZ999", as_of=None, from_centre=False)
    view = find_view(facts(look=LookUp(asked="ZZ999", found=found)), SPEECH)

    assert card_text(view).strip() == WORDS.found.nothing_no_copy.format(code="ZZ999")


def test_what_waits_here_is_marked_in_card_and_list():
    found = replace(CENTRE.look(PARENT), waiting=waiting_lines())
    view = find_view(facts(look=LookUp(asked=PARENT, found=found)), SPEECH)

    assert WORDS.found.waiting.format(count=1) in card_text(view)
    assert [row.key for row in view.rows.rows if row.cells[1].mark is Mark.RECORDED] == ["AB12C04F7111"]


@pytest.mark.parametrize(
    ("finder", "trouble", "told"),
    [
        (CENTRE, None, WORDS.from_centre.format(at="10:40")),
        (CENTRE, PeopleTrouble.UNREACHABLE, WORDS.from_centre_without.format(at="10:40")),
        (HERE, None, WORDS.from_here.format(at="10:28")),
        *((HERE, trouble, WORDS.from_here_without[trouble].format(at="10:28")) for trouble in PeopleTrouble),
    ],
)
def test_every_answer_says_as_of_when_and_from_where(finder, trouble, told):
    look = LookUp(asked=PARENT, found=finder.look(PARENT), trouble=trouble)

    assert find_view(facts(look=look), SPEECH).source.text == told


# -- what a role may not do


@pytest.mark.parametrize(
    ("session", "act", "why"),
    [
        (ADMIN, FindAct.EDIT_CHILDREN, None),
        (BILLER, FindAct.DELETE, None),
        (BILLER, FindAct.EDIT_CHILDREN, Why.ADMINISTRATOR_ONLY),
        (DISPATCHER, FindAct.DELETE, Why.OFFICE_ONLY),
        (DISPATCHER, FindAct.WORK_AT_BILL, Why.OFFICE_ONLY),
        (DISPATCHER, FindAct.RELABEL, None),
        (replace(BILLER, rights=Rights.OPERATOR), FindAct.DELETE, Why.RIGHTS_FIRST),
        (None, FindAct.DELETE, Why.SIGN_IN),
    ],
)
def test_what_a_role_may_not_do_is_grey_with_its_reason(session, act, why):
    press = pressed(find_view(looking(PARENT, session=session), SPEECH), act)

    assert press.usable is (why is None)
    assert press.why == (WORDS.why[why] if why is not None else "")


# -- lists


def listed(tab, page, **paged):
    return facts(tab=tab, lists={tab: Paged(page=page, **paged)})


def test_the_list_of_bills_has_places_weights_and_what_waits_in_columns():
    page = CENTRE.bills(BillFilter())
    first = replace(page.bills[0], waiting=3)
    view = find_view(listed(FindTab.BILLS, replace(page, bills=(first,))), SPEECH)

    (row,) = view.rows.rows
    assert [(cell.text, cell.under) for cell in row.cells[1:4]] == [
        ("in work", "3 waiting here"),
        ("20 / 20", ""),
        ("402 / 420", "−18"),
    ]


def test_the_refusals_are_counted_by_reason():
    view = find_view(listed(FindTab.REFUSALS, HERE.refusals(MORNING.date())), SPEECH)

    counts = {fact.text: fact.label for fact in view.card.facts if fact.label.isdigit()}
    assert counts[WORDS.reasons[Reason.UNKNOWN_CODE]] == "7"
    assert sum(map(int, counts.values())) == 20


def test_a_dispatcher_searches_the_own_area_alone():
    view = find_view(facts(tab=FindTab.BAGS, session=DISPATCHER), SPEECH)
    area = next(field for field in view.filters if field.field is FindField.AREA)

    assert (area.value, area.usable) == ("sri_ganganagar", False)


@pytest.mark.parametrize(("asking", "told"), [(True, WORDS.lists.asking_centre), (False, WORDS.nothing_yet)])
def test_a_list_that_the_copy_does_not_have_is_not_called_empty(asking, told):
    page = replace(HERE.bags(BagFilter()), bags=(), as_of=None)

    assert find_view(listed(FindTab.BAGS, page, asking=asking), SPEECH).rows.empty == told


def test_every_kind_of_entry_and_every_reason_has_its_words():
    assert set(WORDS.kinds) == set(EntryKind)
    assert set(WORDS.reasons) == set(Reason)


# -- what waits here, beside the centre's answer


def test_the_centres_answer_keeps_what_waits_here():
    here = replace(HERE.look(PARENT), waiting=waiting_lines())

    assert merged_found(CENTRE.look(PARENT), here).waiting == waiting_lines()


def test_what_the_centre_has_not_got_yet_is_shown_as_it_is_known_here():
    here = replace(HERE.look(PARENT), asked="ZZ999", waiting=waiting_lines())

    assert merged_found(CENTRE.look("ZZ999"), here) is here


def test_a_bill_that_waits_here_stands_before_those_of_the_centre():
    page = CENTRE.bills(BillFilter())
    own = replace(page.bills[0], fact=bill_fact("BILL-NEW"), waiting=1)
    merged = merged_page(page, replace(page, bills=(own, replace(page.bills[1], waiting=2))), is_first=True)

    assert [(bill.fact.code, bill.waiting) for bill in merged.bills[:3]] == [
        ("BILL-NEW", 1),
        (page.bills[0].fact.code, 0),
        (page.bills[1].fact.code, 2),
    ]


# -- forms and searches


def new_bill(**typed):
    typed = {"name": "bill 7", "capacity": "20"} | typed
    return deed_of(OpenForm(kind=FindForm.NEW_BILL), {FindField(name): text for name, text in typed.items()})


def test_a_new_bill_is_asked_for_with_what_was_typed():
    deed = new_bill(vehicle=" RJ13  4721 ")

    assert deed == CreateBill(bill="bill 7", details=BillDetails(capacity=20, vehicle="RJ13 4721"))


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"name": " "}, FindProblem.NAME_UNUSABLE),
        ({"name": "x" * 51}, FindProblem.NAME_UNUSABLE),
        ({"capacity": "51"}, FindProblem.CAPACITY_OF_NEW),
        ({"capacity": "0"}, FindProblem.CAPACITY_OF_NEW),
        ({"capacity": ""}, FindProblem.CAPACITY_OF_NEW),
    ],
)
def test_what_is_wrong_with_a_new_bill_is_said_without_asking(typed, problem):
    assert new_bill(**typed) is problem


def edited(**typed):
    values = bill_values(bill_fact(), "to the market")
    form = OpenForm(kind=FindForm.EDIT_BILL, about=BILL, values=values, linked=14)
    return deed_of(form, values | {FindField(name): text for name, text in typed.items()})


def test_of_an_edited_bill_only_what_is_another_is_asked_for():
    assert edited(capacity="500", vehicle="") == EditBill(
        bill=BILL, details=BillDetails(capacity=500, vehicle="")
    )


@pytest.mark.parametrize(
    ("capacity", "problem"),
    [
        ("501", FindProblem.CAPACITY),
        ("13", FindProblem.CAPACITY_BELOW_LINKED),
        ("20", FindProblem.NOTHING_CHANGED),
    ],
)
def test_what_is_wrong_with_an_edited_bill_is_said_without_asking(capacity, problem):
    assert edited(capacity=capacity) is problem


def test_a_return_needs_its_area():
    form = OpenForm(kind=FindForm.NEW_RETURN)

    assert deed_of(form, {FindField.AREA: "", FindField.NOTES: "wet"}) is FindProblem.AREA_NEEDED
    asked = deed_of(form, {FindField.AREA: "akola", FindField.NOTES: " wet "})
    assert asked == OpenReturn(area="akola", notes="wet")


def test_bags_are_searched_by_what_was_chosen():
    search = {FindField.TEXT: "sb1", FindField.WHICH: "filled", FindField.BILLED: "no"}

    assert bag_filter(search) == BagFilter(text="SB1", kind=FoundKind.PARENT, linked=True, billed=False)


def test_own_bills_are_those_of_whoever_asks():
    search = {FindField.OWN: "own", FindField.STATUS: "new", FindField.SINCE: "05.01.2026"}

    assert bill_filter(search, "asha") == BillFilter(own="asha", status="new", since=date(2026, 1, 5))


def test_a_day_may_be_written_in_three_ways():
    assert {day_of(text) for text in ("2026-01-05", "05.01.2026", "5/1/2026")} == {date(2026, 1, 5)}
    assert search_problem(FindTab.REFUSALS, {FindField.DAY: "yesterday"}) is FindProblem.BAD_DATE


def test_children_are_put_in_and_taken_out_in_a_draft():
    draft = ChildrenDraft(parent=PARENT, children=("A1", "A2"))
    draft = toggled(added(draft, "B1"), "A1")
    assert (draft.added, draft.removed, draft.count) == (("B1",), ("A1",), 2)
    draft = toggled(added(draft, "A1"), "B1")
    assert (draft.added, draft.removed) == ((), ())


@pytest.mark.parametrize(("actual", "told"), [(402, "−18"), (420, "0"), (431, "+11"), (None, "")])
def test_a_difference_has_its_sign(actual, told):
    assert variance_text(actual, 420) == told


def test_a_moment_of_another_day_has_its_date():
    assert SPEECH.moment(MORNING - timedelta(days=1)) == "04.01.2026 10:40"

"""Forms and searches of finding: fields, what is wrong with what was typed, and what it asks for. Pure."""

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from traitortrack_desktop.domain.bills import (
    LEAST_CAPACITY,
    LONGEST_DESCRIPTION,
    LONGEST_DESTINATION,
    LONGEST_NAME,
    LONGEST_VEHICLE,
    MOST_CAPACITY,
    MOST_CAPACITY_AT_CREATION,
    BillDetails,
    BillFact,
    BillStatus,
    bill_name,
)
from traitortrack_desktop.domain.deeds import CreateBill, Deed, EditBill, OpenReturn
from traitortrack_desktop.domain.entries import Decision
from traitortrack_desktop.domain.findings import BagFilter, BillFilter, FoundKind, TicketFilter
from traitortrack_desktop.domain.returns import LONGEST_NOTES, TicketStatus
from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Role, role_of
from traitortrack_desktop.presentation.find_acts import (
    FindAct,
    FindField,
    FindForm,
    FindProblem,
    FindTab,
    Which,
)
from traitortrack_desktop.presentation.find_speech import FindSpeech
from traitortrack_desktop.presentation.find_state import (
    FindFacts,
    FindFieldView,
    FindFormView,
    OpenForm,
)
from traitortrack_desktop.presentation.messages import message_for
from traitortrack_desktop.presentation.panel_views import FieldKind

_BILL = (FindField.CAPACITY, FindField.VEHICLE, FindField.DESTINATION, FindField.DESCRIPTION)
FIELDS: Mapping[FindForm, tuple[FindField, ...]] = {
    FindForm.NEW_BILL: (FindField.NAME, *_BILL),
    FindForm.EDIT_BILL: _BILL,
    FindForm.NEW_RETURN: (FindField.AREA, FindField.NOTES),
}
FILTERS: Mapping[FindTab, tuple[FindField, ...]] = {
    FindTab.FIND: (FindField.CODE,),
    FindTab.BILLS: (FindField.TEXT, FindField.STATUS, FindField.OWN, FindField.SINCE, FindField.UNTIL),
    FindTab.RETURNS: (FindField.TEXT, FindField.STATUS),
    FindTab.BAGS: (
        FindField.TEXT,
        FindField.WHICH,
        FindField.BILLED,
        FindField.BY,
        FindField.AREA,
        FindField.SINCE,
        FindField.UNTIL,
    ),
    FindTab.REFUSALS: (FindField.DAY,),
}
_WIDE = frozenset({FindField.DESCRIPTION, FindField.NOTES, FindField.AREA})
_LONGEST = {
    FindField.NAME: LONGEST_NAME,
    FindField.CAPACITY: 3,
    FindField.DESCRIPTION: LONGEST_DESCRIPTION,
    FindField.DESTINATION: LONGEST_DESTINATION,
    FindField.VEHICLE: LONGEST_VEHICLE,
    FindField.NOTES: LONGEST_NOTES,
    FindField.CODE: 120,
}
_SHARES = {
    FindField.TEXT: 4,
    FindField.WHICH: 4,
    FindField.STATUS: 3,
    FindField.OWN: 3,
    FindField.BILLED: 3,
    FindField.BY: 3,
    FindField.AREA: 4,
    FindField.SINCE: 3,
    FindField.UNTIL: 3,
}
_CHOICES = frozenset({FindField.STATUS, FindField.OWN, FindField.WHICH, FindField.BILLED, FindField.AREA})
_YEARS = range(1970, 3000)


# -- forms


def bill_values(bill: BillFact, description: str | None = None) -> dict[FindField, str]:
    """Return what the form that edits *bill* begins with; *description* ``None`` leaves it as it is."""
    values = {
        FindField.CAPACITY: "" if bill.capacity is None else str(bill.capacity),
        FindField.VEHICLE: bill.vehicle or "",
        FindField.DESTINATION: bill.destination or "",
    }
    return values if description is None else values | {FindField.DESCRIPTION: description}


def deed_of(form: OpenForm, typed: Mapping[FindField, str]) -> Deed | FindProblem:
    """Return what *typed* asks for, or what is wrong with it."""
    text = {name: " ".join(value.split()) for name, value in typed.items()}
    if form.kind is FindForm.NEW_RETURN:
        area = text.get(FindField.AREA, "")
        notes = typed.get(FindField.NOTES, "").strip()[:LONGEST_NOTES]
        return OpenReturn(area=area, notes=notes) if area else FindProblem.AREA_NEEDED
    problem = _capacity_problem(form, text.get(FindField.CAPACITY, ""))
    if form.kind is FindForm.NEW_BILL:
        if bill_name(text.get(FindField.NAME, "")) is None:
            return FindProblem.NAME_UNUSABLE
        return problem or CreateBill(bill=text[FindField.NAME], details=_details(text, {}))
    details = _details(text, form.values)
    if problem is None and details == BillDetails():
        return FindProblem.NOTHING_CHANGED
    return problem or EditBill(bill=form.about, details=details)


def _details(text: Mapping[FindField, str], before: Mapping[FindField, str]) -> BillDetails:
    """Return what is another than *before*; where there is no before, what is not blank."""

    def changed(name: FindField) -> str | None:
        value = text.get(name, "")
        return value if value != before.get(name, "") else None

    capacity = changed(FindField.CAPACITY)
    return BillDetails(
        capacity=int(capacity) if capacity else None,
        description=changed(FindField.DESCRIPTION),
        destination=changed(FindField.DESTINATION),
        vehicle=changed(FindField.VEHICLE),
    )


def _capacity_problem(form: OpenForm, text: str) -> FindProblem | None:
    is_new = form.kind is FindForm.NEW_BILL
    if not text and not is_new and not form.values.get(FindField.CAPACITY):
        return None
    most = MOST_CAPACITY_AT_CREATION if is_new else MOST_CAPACITY
    wrong = FindProblem.CAPACITY_OF_NEW if is_new else FindProblem.CAPACITY
    if not (text.isascii() and text.isdigit() and LEAST_CAPACITY <= int(text) <= most):
        return wrong
    return FindProblem.CAPACITY_BELOW_LINKED if int(text) < form.linked else None


def form_view(facts: FindFacts, form: OpenForm, speech: FindSpeech) -> FindFormView:
    """Return *form* as it is shown."""
    words = speech.words.forms[form.kind]
    submit = speech.press(FindAct.SUBMIT, primary=True, usable=not form.sending)
    return FindFormView(
        number=form.number,
        title=words.title.format(name=form.about),
        fields=tuple(_form_field(name, form, speech) for name in FIELDS[form.kind]),
        hint=words.hint.format(count=form.linked),
        hint_mark=None,
        problem=_problem_text(facts, form, speech),
        submit=replace(submit, label=words.submit),
        cancel=speech.press(FindAct.CANCEL),
    )


def _problem_text(facts: FindFacts, form: OpenForm, speech: FindSpeech) -> str:
    if isinstance(form.problem, Decision):
        return message_for(form.problem, state=facts.work, now=speech.now, tongue=speech.tongue).one_line
    return speech.words.problems[form.problem] if form.problem is not None else ""


def _form_field(name: FindField, form: OpenForm, speech: FindSpeech) -> FindFieldView:
    kind = FieldKind.DIGITS if name is FindField.CAPACITY else FieldKind.TEXT
    is_kept = form.kind is FindForm.EDIT_BILL and name not in form.values
    example = speech.words.stays if is_kept else speech.words.examples.get(name, "")
    return FindFieldView(
        field=name,
        label=speech.words.fields[name],
        kind=FieldKind.CHOICE if name is FindField.AREA else kind,
        value=form.values.get(name, ""),
        example=example,
        choices=_areas(speech.words.lists.choose_area, speech) if name is FindField.AREA else (),
        wide=name in _WIDE or (form.kind is FindForm.EDIT_BILL and name is FindField.DESTINATION),
        longest=_LONGEST.get(name, 120),
    )


# -- searches


def filter_fields(facts: FindFacts, speech: FindSpeech) -> tuple[FindFieldView, ...]:
    """Return the fields above the list of this screen; of the children that are edited, the one to add."""
    if facts.editing is not None:
        label = speech.words.draft.add
        return (
            FindFieldView(field=FindField.NAME, label=label, example=speech.words.examples[FindField.CODE]),
        )
    search = facts.list_of(facts.tab).search
    if facts.tab is FindTab.FIND:
        search = {FindField.CODE: facts.look.asked}
    return tuple(_filter(name, search.get(name, ""), facts, speech) for name in FILTERS[facts.tab])


def _filter(name: FindField, value: str, facts: FindFacts, speech: FindSpeech) -> FindFieldView:
    own_area = _own_area(facts) if name is FindField.AREA else None
    return FindFieldView(
        field=name,
        label=speech.words.fields[name],
        kind=FieldKind.CHOICE if name in _CHOICES else FieldKind.TEXT,
        value=own_area or value,
        example=speech.words.examples.get(name, ""),
        choices=_choices(name, facts, speech),
        share=_SHARES.get(name, 1),
        usable=own_area is None,
        longest=_LONGEST.get(name, 60),
    )


def _own_area(facts: FindFacts) -> str | None:
    """Return the area that whoever is here sees alone; empty for a dispatcher without one."""
    session = facts.session
    if session is None or role_of(session.person.role) is not Role.DISPATCHER:
        return None
    return session.person.area or ""


def _choices(name: FindField, facts: FindFacts, speech: FindSpeech) -> tuple[tuple[str, str], ...]:
    words = speech.words.lists
    match name:
        case FindField.STATUS:
            return (("", words.all), *_statuses(facts, speech))
        case FindField.OWN:
            return (("", words.all), ("own", words.mine))
        case FindField.WHICH:
            return tuple((str(each), words.which[each]) for each in Which)
        case FindField.BILLED:
            return tuple(words.billed.items())
        case FindField.AREA:
            return _areas(words.any_area, speech)
        case _:
            return ()


def _statuses(facts: FindFacts, speech: FindSpeech) -> tuple[tuple[str, str], ...]:
    words = speech.words.lists
    if facts.tab is FindTab.RETURNS:
        return tuple((str(each), words.ticket_statuses[each]) for each in TicketStatus)
    return tuple((str(each), words.statuses[each]) for each in BillStatus)


def _areas(none: str, speech: FindSpeech) -> tuple[tuple[str, str], ...]:
    return (("", none), *((area, speech.area(area)) for area in DISPATCH_AREAS))


def day_of(text: str) -> date | None:
    """Return the day that *text* says, ``None`` for none."""
    for pattern in ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"):
        with contextlib.suppress(ValueError):
            day = datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007 - a day of the depot
            return day if day.year in _YEARS else None
    return None


def search_problem(tab: FindTab, search: Mapping[FindField, str]) -> FindProblem | None:
    """Return what is wrong with what was searched for; nobody need be asked."""
    days = (search.get(name, "") for name in (FindField.SINCE, FindField.UNTIL, FindField.DAY))
    if any(text and day_of(text) is None for text in days):
        return FindProblem.BAD_DATE
    text = search.get(FindField.TEXT, "")
    short = tab is FindTab.BAGS and text and len(text) < 2
    return FindProblem.PART_TOO_SHORT if short else None


def bill_filter(search: Mapping[FindField, str], me: str | None) -> BillFilter:
    """Return which bills are searched for; *me* is whoever asks."""
    return BillFilter(
        text=search.get(FindField.TEXT, ""),
        status=search.get(FindField.STATUS) or None,
        since=day_of(search.get(FindField.SINCE, "")),
        until=day_of(search.get(FindField.UNTIL, "")),
        own=me if search.get(FindField.OWN) else None,
    )


def ticket_filter(search: Mapping[FindField, str]) -> TicketFilter:
    """Return which returns are searched for."""
    status = search.get(FindField.STATUS)
    return TicketFilter(text=search.get(FindField.TEXT, ""), status=TicketStatus(status) if status else None)


_KINDS = {
    Which.PARENTS: FoundKind.PARENT,
    Which.FILLED: FoundKind.PARENT,
    Which.EMPTY: FoundKind.PARENT,
    Which.CHILDREN: FoundKind.CHILD,
    Which.PACKED: FoundKind.CHILD,
    Which.LOOSE: FoundKind.CHILD,
}
_LINKED = {Which.FILLED: True, Which.PACKED: True, Which.EMPTY: False, Which.LOOSE: False}


def bag_filter(search: Mapping[FindField, str]) -> BagFilter:
    """Return which bags are searched for."""
    which = Which(search.get(FindField.WHICH, ""))
    billed = search.get(FindField.BILLED)
    return BagFilter(
        text=search.get(FindField.TEXT, "").upper(),
        kind=_KINDS.get(which),
        linked=_LINKED.get(which),
        never_scanned=which is Which.NEVER_SCANNED,
        billed=billed == "yes" if billed else None,
        by=search.get(FindField.BY) or None,
        area=search.get(FindField.AREA) or None,
        since=day_of(search.get(FindField.SINCE, "")),
        until=day_of(search.get(FindField.UNTIL, "")),
    )

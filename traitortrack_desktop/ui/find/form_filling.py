"""The forms of finding: a new bill, a bill that is edited, a new return. GUI thread."""

from collections.abc import Mapping
from dataclasses import replace

from traitortrack_desktop.domain.bills import BillFact, same_bill
from traitortrack_desktop.domain.entries import Decision
from traitortrack_desktop.presentation.find_acts import FindAct, FindField, FindForm, FindProblem, FindTab
from traitortrack_desktop.presentation.find_forms import bill_values, deed_of
from traitortrack_desktop.presentation.find_lists import chosen_bill
from traitortrack_desktop.presentation.find_state import FindPress, OpenForm
from traitortrack_desktop.ui.find.find_deeds import FindDeeds
from traitortrack_desktop.ui.find.find_keeper import FindKeeper


class FormFilling:
    """Opens the forms in the facts of *keeper*, and asks by *deeds* for what they say.

    *bill_capacity* is how many parents a new bill takes unless somebody says otherwise.
    """

    def __init__(self, keeper: FindKeeper, deeds: FindDeeds, bill_capacity: int) -> None:
        self._keeper, self._deeds, self._bill_capacity = keeper, deeds, bill_capacity
        self._opened = 0

    def begin(self, press: FindPress) -> None:
        """Open the form that *press* means, if it means one."""
        match press.act:
            case FindAct.NEW_BILL:
                self._open(FindForm.NEW_BILL, values={FindField.CAPACITY: str(self._bill_capacity)})
            case FindAct.NEW_RETURN:
                session = self._keeper.facts.session
                area = session.person.area if session is not None else None
                self._open(FindForm.NEW_RETURN, values={FindField.AREA: area or ""})
            case FindAct.EDIT_BILL:
                self._edit_bill(press.value)
            case _:
                pass

    def submit(self, typed: Mapping[FindField, str]) -> None:
        """Ask for what the form says, unless something is wrong with it."""
        form = self._keeper.facts.form
        if form is None or form.sending:
            return
        deed = deed_of(form, typed)
        if isinstance(deed, FindProblem):
            self._keeper.change(form=replace(form, problem=deed))
            return
        self._keeper.quiet()
        self._keeper.change(form=replace(form, problem=None, sending=True))
        self._deeds.do(deed)

    def take_refusal(self, decision: Decision) -> bool:
        """Say in the form why what it asked for was refused; return whether there is one."""
        form = self._keeper.facts.form
        if form is None:
            return False
        self._keeper.change(form=replace(form, problem=decision, sending=False))
        return True

    def type_in(self) -> None:
        """Say no more what was wrong before."""
        form = self._keeper.facts.form
        if form is not None and form.problem is not None:
            self._keeper.change(form=replace(form, problem=None))

    def _open(
        self, kind: FindForm, *, about: str = "", values: Mapping[FindField, str], linked: int = 0
    ) -> None:
        self._opened += 1
        form = OpenForm(kind=kind, about=about, values=values, linked=linked, number=self._opened)
        self._keeper.change(form=form)

    def _edit_bill(self, code: str) -> None:
        fact, description = self._bill_called(code)
        if fact is not None:
            values = bill_values(fact, description)
            self._open(FindForm.EDIT_BILL, about=fact.code, values=values, linked=fact.linked or 0)

    def _bill_called(self, code: str) -> tuple[BillFact | None, str | None]:
        facts = self._keeper.facts
        story = facts.look.found.bill if facts.look.found is not None else None
        if facts.tab is FindTab.FIND and story is not None and same_bill(story.fact.code, code):
            return story.fact, story.description or ""
        listed = chosen_bill(facts)
        return (listed.fact, listed.description) if listed is not None else (None, None)

"""The children of a parent while they are edited: nothing is changed before it is saved. GUI thread."""

from collections.abc import Callable
from dataclasses import replace

from traitortrack_desktop.domain.deeds import EditChildren
from traitortrack_desktop.presentation.find_acts import FindAct, FindProblem
from traitortrack_desktop.presentation.find_draft import added, toggled
from traitortrack_desktop.presentation.find_state import ChildrenDraft
from traitortrack_desktop.ui.find.find_deeds import FindDeeds, is_half_a_double_click
from traitortrack_desktop.ui.find.find_keeper import FindKeeper


class ChildrenEditing:
    """Keeps the draft in the facts of *keeper*, and asks by *deeds* for what it says.

    *field_changed* is called when the field above the list is to be empty, or is another one.
    """

    def __init__(self, keeper: FindKeeper, deeds: FindDeeds, field_changed: Callable[[], None]) -> None:
        self._keeper, self._deeds, self._field_changed = keeper, deeds, field_changed

    def edit(self, parent: str) -> None:
        """Begin to edit the children of *parent*, which was looked up."""
        found = self._keeper.facts.look.found
        if found is None or found.bag is None or found.bag.fact.code != parent:
            return
        children = tuple(child.code for child in found.bag.children)
        chosen = children[0] if children else ""
        self._keeper.close_history()
        self._keeper.change(draft=ChildrenDraft(parent=parent, children=children, chosen=chosen))
        self._field_changed()

    def put_in(self, code: str, *, is_child: bool = True) -> None:
        """Have *code* go in when it is saved."""
        draft = self._keeper.facts.draft
        if draft is None:
            return
        if not is_child or code == draft.parent:
            self._keeper.change(problem=FindProblem.NOT_A_CHILD)
            return
        self._keeper.change(draft=added(draft, code), problem=None, armed=None)
        self._field_changed()

    def toggle(self, code: str) -> None:
        """Have *code* go out when it is saved, or stay after all."""
        draft = self._keeper.facts.draft
        if draft is not None:
            self._keeper.change(draft=toggled(draft, code))

    def save(self) -> None:
        """Ask whether it is to be saved; asked once more, save it."""
        facts = self._keeper.facts
        draft, armed_at = facts.draft, facts.armed_at
        if draft is None or not draft.changes or draft.sending:
            return
        now = self._keeper.now()
        if facts.armed is not FindAct.SAVE_CHILDREN or armed_at is None:
            self._keeper.quiet()
            self._keeper.change(armed=FindAct.SAVE_CHILDREN, armed_at=now)
        elif not is_half_a_double_click(armed_at, now):
            self._keeper.quiet()
            self._keeper.change(draft=replace(draft, sending=True))
            self._deeds.do(EditChildren(parent=draft.parent, added=draft.added, removed=draft.removed))

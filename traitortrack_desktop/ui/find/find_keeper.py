"""The facts of finding, and how answers come into them. GUI thread."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, Signal

from traitortrack_desktop.domain.findings import Found
from traitortrack_desktop.presentation.find_acts import FindField, FindTab
from traitortrack_desktop.presentation.find_forms import bag_filter, bill_filter, day_of, ticket_filter
from traitortrack_desktop.presentation.find_merge import merged_found, merged_page
from traitortrack_desktop.presentation.find_state import (
    FindFacts,
    LookUp,
    Page,
    Paged,
    key_of,
    rows_of,
)
from traitortrack_desktop.presentation.find_story import code_of
from traitortrack_desktop.presentation.messages import Tongue
from traitortrack_desktop.services.finding import FindDesk
from traitortrack_desktop.services.people_desk import PeopleTrouble
from traitortrack_desktop.ui.find.twice_asked import AtCentre, Here, TwiceAsked


class FindKeeper(QObject):
    """Keeps the facts and asks for what fills them. :attr:`facts_changed` says that they are others now."""

    facts_changed = Signal()

    def __init__(self, desk: FindDesk, now: Callable[[], datetime], tongue: Tongue) -> None:
        super().__init__()
        self.now, self._tongue = now, tongue
        self._looking, self._paging, self._listing = TwiceAsked(desk), TwiceAsked(desk), TwiceAsked(desk)
        self.facts = self._blank()

    def begin_anew(self) -> None:
        """Know nothing but who works here and at what."""
        for asked in (self._looking, self._paging, self._listing):
            asked.forget()
        self.facts = replace(self._blank(), session=self.facts.session, work=self.facts.work)

    # -- looking up

    def look(self, code: str) -> None:
        """Look *code* up, from now on."""
        before = self.facts.look
        trail = before.trail
        if before.asked and before.asked != code and (not trail or trail[-1] != before.asked):
            trail = (*trail, before.asked)[-20:]
        self._paging.forget()
        self.change(look=LookUp(asked=code, found=before.found, trail=trail), draft=None, problem=None)
        self._ask_look(is_new=True)

    def look_back(self) -> None:
        """Look up again what was looked up before."""
        trail = self.facts.look.trail
        if trail:
            self.look(trail[-1])
            self._change_look(trail=trail[:-1])

    def look_again(self) -> None:
        """Ask anew what is known of what is shown; it stays until there is an answer."""
        if self.facts.look.asked:
            self._ask_look(is_new=False)

    def _ask_look(self, *, is_new: bool) -> None:
        code, here = self.facts.look.asked, list[Found]()
        self._change_look(asking=True, trouble=None)

        def take(answer: Any, from_centre: bool) -> None:
            shown = self.facts.look.found
            if isinstance(answer, PeopleTrouble):
                stays = here[-1] if here and not _is_newer(shown, here[-1]) else shown
                self._show_found(stays, trouble=answer, asking=not from_centre)
            elif from_centre:
                found = merged_found(answer, here[-1] if here else None)
                self._show_found(found, asking=False, is_new=is_new)
            else:
                here.append(answer)
                old = shown is not None and shown.from_centre and not is_new
                found = merged_found(shown, answer) if old and shown is not None else answer
                self._show_found(found, asking=True)

        self._looking.ask(
            lambda finder: finder.look(code), lambda finder, session: finder.look(code, session=session), take
        )

    def _show_found(
        self,
        found: Found | None,
        *,
        asking: bool,
        trouble: PeopleTrouble | None = None,
        is_new: bool = False,
    ) -> None:
        look = self.facts.look
        before = _keys_in(look.found) if is_new else []
        chosen = _chosen(look.chosen, before, _keys_in(found))
        self._change_look(found=found, chosen=chosen, asking=asking, trouble=trouble)

    def choose(self, key: str) -> None:
        """Know which row is chosen."""
        if self.facts.tab is FindTab.FIND and self.facts.look.history is None:
            self._change_look(chosen=key)
        else:
            self.change_pages(self.facts.tab, chosen=key)

    def _change_look(self, **look: object) -> None:
        self.change(look=replace(self.facts.look, **look))  # type: ignore[arg-type]

    # -- pages

    def change_pages(self, tab: FindTab, **paged: object) -> None:
        """Know *paged* of the list of *tab* from now on; of finding, of the history."""
        changed: Paged = replace(self._pages_of(tab), **paged)  # type: ignore[arg-type]
        if tab is FindTab.FIND:
            self._change_look(history=changed)
        else:
            self.change(lists={**self.facts.lists, tab: changed})

    def open_history(self) -> None:
        """Show the history of what was found, from its newest page."""
        self._change_look(history=Paged())
        self.ask_pages(is_new=True)

    def close_history(self) -> None:
        """Show what is in it instead."""
        self._paging.forget()
        self._change_look(history=None)

    def turn(self, *, forward: bool) -> None:
        """Show the page behind, or before, the one that is shown."""
        paged = self._pages_of(self.facts.tab)
        following = paged.next_cursor
        if forward and following is not None:
            cursors = (*paged.cursors, following)
        elif not forward and len(paged.cursors) > 1:
            cursors = paged.cursors[:-1]
        else:
            return
        self.change_pages(self.facts.tab, cursors=cursors)
        self.ask_pages(is_new=True)

    def ask_pages(self, *, is_new: bool) -> None:
        """Ask for the page of this screen; one that *is_new* takes the place of another one at once."""
        tab = self.facts.tab
        asked = self._paging if tab is FindTab.FIND else self._listing
        here, at_centre = self._question(tab)
        if is_new:
            self.change_pages(tab, here_after=None, centre_after=None)
        self.change_pages(tab, asking=at_centre is not None, trouble=None)
        known = list[Page]()

        def take(answer: Any, from_centre: bool) -> None:
            if answer is not None:
                self._take_page(tab, answer, known, from_centre=from_centre, is_new=is_new)

        asked.ask(here, at_centre, take)

    def _take_page(
        self, tab: FindTab, answer: Any, known: list[Page], *, from_centre: bool, is_new: bool
    ) -> None:
        paged = self._pages_of(tab)
        if isinstance(answer, PeopleTrouble):
            self.change_pages(tab, trouble=answer, asking=paged.asking and not from_centre)
            return
        after = getattr(answer, "after", None) or getattr(answer, "before", None)
        if from_centre:
            is_first = len(paged.cursors) == 1
            page = merged_page(answer, known[-1] if known else None, is_first=is_first)
            ends = {"here_after": None} if after is None else {}
            self._show_page(tab, page, is_new=is_new, asking=False, centre_after=after, **ends)
            return
        known.append(answer)
        shown_is_newer = not is_new and paged.page is not None and _is_of_centre(paged.page)
        page = paged.page if shown_is_newer and paged.page is not None else answer
        self._show_page(tab, page, here_after=after)

    def _show_page(self, tab: FindTab, page: Page, *, is_new: bool = False, **more: object) -> None:
        shown = self._pages_of(tab)
        before = [key_of(row) for row in rows_of(shown.page)] if is_new else []
        chosen = _chosen(shown.chosen, before, [key_of(row) for row in rows_of(page)])
        self.change_pages(tab, page=page, chosen=chosen, **more)

    def _pages_of(self, tab: FindTab) -> Paged:
        return self.facts.look.history or Paged() if tab is FindTab.FIND else self.facts.list_of(tab)

    def _question(self, tab: FindTab) -> tuple[Here, AtCentre | None]:
        """Return what is asked here and at the centre for the page of *tab*."""
        paged, code = self._pages_of(tab), code_of(self.facts.look.found)
        cursor, search = paged.cursors[-1], paged.search
        here, at_centre = self._asking(tab, code, cursor.here, cursor.centre, search)
        nothing: Here = lambda finder: None  # noqa: ARG005, E731 - its page is not there
        return (here if cursor.is_here else nothing, at_centre if cursor.is_at_centre else None)

    def _asking(
        self, tab: FindTab, code: str, before: str | None, centre: str | None, search: Any
    ) -> tuple[Here, AtCentre | None]:
        match tab:
            case FindTab.FIND:
                return (
                    lambda finder: finder.history(code, before),
                    lambda finder, session: finder.history(code, session=session, before=centre),
                )
            case FindTab.BILLS:
                bills = bill_filter(search, self._me())
                return (
                    lambda finder: finder.bills(bills, before),
                    lambda finder, session: finder.bills(bills, session=session, after=centre),
                )
            case FindTab.RETURNS:
                tickets = ticket_filter(search)
                return (
                    lambda finder: finder.tickets(tickets, before),
                    lambda finder, session: finder.tickets(tickets, session=session, after=centre),
                )
            case FindTab.BAGS:
                bags = bag_filter(search)
                return (
                    lambda finder: finder.bags(bags, before),
                    lambda finder, session: finder.bags(bags, session=session, after=centre),
                )
            case FindTab.REFUSALS:
                day = day_of(search.get(FindField.DAY, "")) or self.facts.today
                return (lambda finder: finder.refusals(day, before), None)

    def _me(self) -> str | None:
        session = self.facts.session
        return session.person.username if session is not None else None

    # -- facts

    def change(self, **facts: object) -> None:
        """Know *facts* from now on, by the names of ``FindFacts``."""
        now = self.now()
        today = now.astimezone(self._tongue.zone).date()
        changed = replace(self.facts, now=now, today=today, **facts)  # type: ignore[arg-type]
        if replace(changed, now=self.facts.now) != self.facts:
            self.facts = changed
            self.facts_changed.emit()

    def quiet(self) -> None:
        """Say no more what happened, or what was wrong; what was pressed once was not."""
        self.change(said=None, armed=None, armed_at=None, problem=None)

    def _blank(self) -> FindFacts:
        now = self.now()
        return FindFacts(now=now, today=now.astimezone(self._tongue.zone).date())


def _chosen(chosen: str, before: list[str], keys: list[str]) -> str:
    """Return which of *keys* is chosen now: the same, unless that only was the first of *before*."""
    if chosen in keys and chosen not in before[:1]:
        return chosen
    return keys[0] if keys else ""


def _is_newer(shown: Found | None, here: Found) -> bool:
    """Whether the centre's answer that is shown already is not older than the station's copy."""
    if shown is None or not shown.from_centre or shown.asked != here.asked:
        return False
    return here.as_of is None or (shown.as_of is not None and shown.as_of >= here.as_of)


def _is_of_centre(page: Page) -> bool:
    return bool(getattr(page, "from_centre", False))


def _keys_in(found: Found | None) -> list[str]:
    """Return the codes of the rows that *found* is shown with."""
    if found is None:
        return []
    if found.bag is not None:
        return [child.code for child in found.bag.children]
    story = found.bill or found.ticket
    if story is not None:
        return [parent.code for parent in story.parents]
    return [each.code for each in found.suggestions]

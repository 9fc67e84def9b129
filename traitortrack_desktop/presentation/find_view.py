"""What the screens of finding show: pure."""

from dataclasses import replace
from datetime import datetime

from traitortrack_desktop.domain.entries import Decision, QuestionKind, Verdict
from traitortrack_desktop.domain.findings import RefusalsPage
from traitortrack_desktop.domain.questions import Question
from traitortrack_desktop.domain.reasons import Severity
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.presentation.code_text import code_text
from traitortrack_desktop.presentation.find_acts import TAB_KEYS, FindAct, FindProblem, FindTab
from traitortrack_desktop.presentation.find_draft import draft_card, draft_list
from traitortrack_desktop.presentation.find_forms import filter_fields, form_view
from traitortrack_desktop.presentation.find_history import history_list
from traitortrack_desktop.presentation.find_lists import is_for_the_office, list_card, shown_list
from traitortrack_desktop.presentation.find_speech import FindSpeech, objection
from traitortrack_desktop.presentation.find_state import (
    FindFacts,
    FindPress,
    FindSaying,
    FindView,
    Paged,
    SourceLine,
)
from traitortrack_desktop.presentation.find_story import code_of, contents, story_card
from traitortrack_desktop.presentation.messages import message_for
from traitortrack_desktop.presentation.panel_views import ListView
from traitortrack_desktop.presentation.screen_state import Icon, Mark, Tone
from traitortrack_desktop.services.people_desk import PeopleTrouble


def find_view(facts: FindFacts, speech: FindSpeech) -> FindView:
    """Return the screen for *facts*."""
    if facts.editing is not None:
        rows, card = draft_list(facts.editing, speech), draft_card(facts, facts.editing, speech)
    elif facts.tab is FindTab.FIND:
        rows, card = _found_rows(facts, speech), story_card(facts, speech)
    else:
        rows, card = shown_list(facts, speech), list_card(facts, speech)
    return FindView(
        tabs=tuple(_tab(tab, facts, speech) for tab in FindTab),
        filters=filter_fields(facts, speech) if facts.form is None else (),
        rows=rows,
        source=source_line(facts, speech),
        card=card,
        form=form_view(facts, facts.form, speech) if facts.form is not None else None,
        saying=_saying(facts, speech),
        keys=_keys(facts, speech),
    )


def paged_now(facts: FindFacts) -> Paged | None:
    """Return the list of pages that is shown, ``None`` where none is."""
    return facts.look.history if facts.tab is FindTab.FIND else facts.list_of(facts.tab)


def _found_rows(facts: FindFacts, speech: FindSpeech) -> ListView:
    return history_list(facts, speech) if facts.look.history is not None else contents(facts, speech)


def _tab(tab: FindTab, facts: FindFacts, speech: FindSpeech) -> FindPress:
    return FindPress(
        act=FindAct.TAB,
        label=speech.words.tabs[tab],
        key=TAB_KEYS[tab],
        value=tab,
        chosen=tab is facts.tab,
    )


# -- as of when


def source_line(facts: FindFacts, speech: FindSpeech) -> SourceLine:
    """Return as of when what is shown is, and from where."""
    paged = paged_now(facts)
    if paged is None:
        found = facts.look.found
        if found is None:
            return SourceLine(text=speech.words.asking if facts.look.asking else "")
        return _source(found.as_of, found.from_centre, facts.look.asking, facts.look.trouble, speech)
    if is_for_the_office(facts):
        return SourceLine(text="")
    if paged.page is None:
        return SourceLine(text=speech.words.asking if paged.asking else _why_nothing(paged.trouble, speech))
    if isinstance(paged.page, RefusalsPage):
        line = SourceLine(text=speech.words.refusals_from.format(at=speech.moment(paged.page.as_of)))
    else:
        from_centre = paged.page.from_centre
        line = _source(paged.page.as_of, from_centre, paged.asking, paged.trouble, speech)
    pages = len(paged.cursors)
    many = pages > 1 or paged.next_cursor is not None
    return replace(line, page=speech.words.page.format(number=pages) if many else "")


def _source(
    as_of: datetime | None,
    from_centre: bool,
    asking: bool,
    trouble: PeopleTrouble | None,
    speech: FindSpeech,
) -> SourceLine:
    words = speech.words
    at = speech.moment(as_of) if as_of is not None else words.not_known_when
    if from_centre:
        pattern = words.from_centre if trouble is None else words.from_centre_without
        return SourceLine(text=pattern.format(at=at), mark=Mark.POSTED)
    if trouble is not None:
        return SourceLine(text=words.from_here_without[trouble].format(at=at), mark=Mark.RECORDED)
    pattern = words.from_here_asking if asking else words.from_here
    return SourceLine(text=pattern.format(at=at), mark=Mark.RECORDED)


def _why_nothing(trouble: PeopleTrouble | None, speech: FindSpeech) -> str:
    if trouble is None:
        return ""
    return speech.words.from_here_without[trouble].format(at=speech.words.not_known_when)


# -- the line that says what happened


def _saying(facts: FindFacts, speech: FindSpeech) -> FindSaying | None:
    if facts.said is not None:
        return _told(facts.said, facts, speech)
    if facts.question is not None:
        return _asked(facts, facts.question, speech)
    if facts.armed is FindAct.SAVE_CHILDREN:
        words = speech.words.draft
        return FindSaying(tone=Tone.ATTENTION, icon=Icon.QUESTION, heading=words.sure, what=words.sure_what)
    problem = facts.problem or _search_problem(facts)
    if problem is not None:
        words_of = speech.words
        return FindSaying(
            tone=Tone.ATTENTION,
            icon=Icon.TRIANGLE,
            heading=words_of.problem_heading,
            what=words_of.problems[problem],
        )
    return None


def _asked(facts: FindFacts, question: Question, speech: FindSpeech) -> FindSaying:
    """Return what the station asked, as it told it, or as the scan screen would ask it."""
    if facts.asked is not None:
        return _told(facts.asked, facts, speech)
    pattern = speech.tongue.wording.instructions.questions[question.kind]
    code, about = code_text(question.code).text, code_text(question.about or question.code).text
    heading = pattern.format(code=code, about=about)
    return FindSaying(tone=Tone.ATTENTION, icon=Icon.QUESTION, heading=heading)


def _search_problem(facts: FindFacts) -> FindProblem | None:
    if facts.tab is FindTab.FIND:
        return facts.look.problem
    return facts.list_of(facts.tab).problem


def _told(decision: Decision, facts: FindFacts, speech: FindSpeech) -> FindSaying:
    message = message_for(decision, state=facts.work, now=speech.now, tongue=speech.tongue)
    what = message.one_line
    if decision.verdict is Verdict.ACCEPTED:
        tone, icon = Tone.ACCEPTED, Icon.CHECK
    elif decision.verdict is Verdict.CONFIRM:
        tone, icon = Tone.ATTENTION, Icon.QUESTION
        what = _leave_first(facts, speech) or what
    elif decision.reason is not None and decision.reason.severity is Severity.BLOCKING:
        tone, icon = Tone.STOP, Icon.OCTAGON
    else:
        tone, icon = Tone.ATTENTION, Icon.TRIANGLE
    return FindSaying(tone=tone, icon=icon, heading=message.heading, what=what)


def _leave_first(facts: FindFacts, speech: FindSpeech) -> str:
    """Return what the question about the open parent says here: a press answers it."""
    parent = facts.work.parent
    if parent is None or facts.question is None or facts.question.kind is not QuestionKind.LEAVE_PARENT:
        return ""
    return speech.words.leave_first.format(code=parent.code)


# -- keys


def _keys(facts: FindFacts, speech: FindSpeech) -> tuple[FindPress, ...]:
    shown = {
        FindTab.FIND: _find_keys,
        FindTab.BILLS: _bill_keys,
        FindTab.RETURNS: _return_keys,
    }.get(facts.tab, _list_keys)
    return (*shown(facts, speech), speech.press(FindAct.LEAVE))


def _find_keys(facts: FindFacts, speech: FindSpeech) -> tuple[FindPress, ...]:
    again = speech.press(FindAct.ASK_AGAIN, usable=bool(facts.look.asked))
    row = facts.look.chosen if facts.look.history is None else ""
    search = speech.press(FindAct.SEARCH)
    if facts.editing is not None:
        return (search,)
    if facts.look.history is not None:
        return (again, *_pages(facts, speech), speech.press(FindAct.CONTENTS), search)
    return (
        again,
        speech.press(FindAct.BACK, usable=bool(facts.look.trail)),
        speech.press(FindAct.HISTORY, usable=bool(code_of(facts.look.found))),
        speech.press(FindAct.LOOK_UP, value=row, usable=bool(row)),
        search,
    )


def _bill_keys(facts: FindFacts, speech: FindSpeech) -> tuple[FindPress, ...]:
    new = speech.press(FindAct.NEW_BILL, why=objection(facts, Operation.MANAGE_BILLS))
    return (*_again(speech), *_pages(facts, speech), new, speech.press(FindAct.SEARCH))


def _return_keys(facts: FindFacts, speech: FindSpeech) -> tuple[FindPress, ...]:
    new = speech.press(FindAct.NEW_RETURN, why=objection(facts, Operation.RETURNS))
    return (*_again(speech), *_pages(facts, speech), new, speech.press(FindAct.SEARCH))


def _list_keys(facts: FindFacts, speech: FindSpeech) -> tuple[FindPress, ...]:
    clear = speech.press(FindAct.CLEAR_SEARCH, usable=bool(facts.list_of(facts.tab).search))
    return (*_again(speech), *_pages(facts, speech), clear, speech.press(FindAct.SEARCH))


def _again(speech: FindSpeech) -> tuple[FindPress, ...]:
    return (speech.press(FindAct.ASK_AGAIN),)


def _pages(facts: FindFacts, speech: FindSpeech) -> tuple[FindPress, ...]:
    paged = paged_now(facts)
    return (
        speech.press(FindAct.PREVIOUS, usable=paged is not None and len(paged.cursors) > 1),
        speech.press(FindAct.NEXT, usable=paged is not None and paged.next_cursor is not None),
    )

"""The panel in which a parent's children are edited, all of it or nothing: pure."""

from dataclasses import replace

from traitortrack_desktop.presentation.find_acts import FindAct
from traitortrack_desktop.presentation.find_speech import FindSpeech
from traitortrack_desktop.presentation.find_state import ChildrenDraft, FindCard, FindFacts
from traitortrack_desktop.presentation.panel_views import Cell, Column, Fact, FactStyle, ListRow, ListView
from traitortrack_desktop.presentation.screen_state import Mark


def added(draft: ChildrenDraft, code: str) -> ChildrenDraft:
    """Return *draft* with the child *code* in it, whatever it was before."""
    if code in draft.removed:
        return replace(draft, removed=tuple(each for each in draft.removed if each != code), chosen=code)
    if code in draft.children or code in draft.added or code == draft.parent:
        return replace(draft, chosen=code if code != draft.parent else draft.chosen)
    return replace(draft, added=(*draft.added, code), chosen=code)


def toggled(draft: ChildrenDraft, code: str) -> ChildrenDraft:
    """Return *draft* with *code* taken out, or left in after all."""
    if code in draft.added:
        rest = tuple(each for each in draft.added if each != code)
        return replace(draft, added=rest, chosen=draft.children[0] if draft.children else "")
    if code in draft.removed:
        return replace(draft, removed=tuple(each for each in draft.removed if each != code))
    if code in draft.children:
        return replace(draft, removed=(*draft.removed, code))
    return draft


def draft_list(draft: ChildrenDraft, speech: FindSpeech) -> ListView:
    """Return the children with what becomes of each."""
    words = speech.words.draft
    rows = [(code, words.goes_in, Mark.RECORDED) for code in reversed(draft.added)]
    for code in draft.children:
        out = code in draft.removed
        rows.append((code, words.goes_out if out else words.stays, Mark.REFUSED if out else Mark.POSTED))
    return ListView(
        columns=tuple(
            Column(title=title, share=share) for title, share in zip(words.columns, (56, 44), strict=True)
        ),
        rows=tuple(
            ListRow(
                key=code,
                cells=(Cell(text=code, strong=True, is_code=True), Cell(text=text, mark=mark)),
                faded=mark is Mark.REFUSED,
            )
            for code, text, mark in rows
        ),
        chosen=draft.chosen,
        empty=words.empty,
    )


def draft_card(facts: FindFacts, draft: ChildrenDraft, speech: FindSpeech) -> FindCard:
    """Return what will be changed, and the buttons that do it."""
    words = speech.words.draft
    known = draft.chosen in draft.children or draft.chosen in draft.added
    toggle = speech.press(FindAct.TOGGLE_CHILD, value=draft.chosen, usable=known and not draft.sending)
    if draft.chosen in draft.removed or draft.chosen in draft.added:
        toggle = replace(toggle, label=words.put_back)
    return FindCard(
        title=words.title.format(code=draft.parent),
        facts=(
            *(Fact(label="", text=text) for text in words.hint),
            Fact(label=words.now, text=str(len(draft.children))),
            Fact(label=words.then, text=str(draft.count)),
            *_codes(words.goes_in, draft.added, FactStyle.NEW),
            *_codes(words.goes_out, draft.removed, FactStyle.GONE),
        ),
        presses=(
            toggle,
            speech.press(
                FindAct.SAVE_CHILDREN,
                primary=True,
                usable=draft.changes and not draft.sending,
                armed=facts.armed is FindAct.SAVE_CHILDREN,
            ),
            speech.press(FindAct.CANCEL),
        ),
    )


def _codes(heading: str, codes: tuple[str, ...], style: FactStyle) -> tuple[Fact, ...]:
    if not codes:
        return ()
    return (
        Fact(label=heading, style=FactStyle.HEADING),
        *(Fact(label="", text=code, style=style) for code in codes),
    )

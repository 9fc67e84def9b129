"""The history of a code, and the refusals of a day: pure."""

from traitortrack_desktop.domain.entries import EntryKind, Outcome
from traitortrack_desktop.domain.findings import HistoryLine, HistoryPage, RefusalsPage
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.presentation.find_speech import FindSpeech
from traitortrack_desktop.presentation.find_state import FindCard, FindFacts, key_of
from traitortrack_desktop.presentation.panel_views import Cell, Column, Fact, FactStyle, ListRow, ListView
from traitortrack_desktop.presentation.phrases import first_known
from traitortrack_desktop.presentation.screen_state import Mark

_SHARES = (20, 40, 40)


def history_list(facts: FindFacts, speech: FindSpeech) -> ListView:
    """Return the page of the history that is shown."""
    words, history = speech.words.found, facts.look.history
    page = history.page if history is not None else None
    lines = page.lines if isinstance(page, HistoryPage) else ()
    columns = zip(words.history_columns, _SHARES, strict=True)
    return ListView(
        columns=tuple(Column(title=title, share=share) for title, share in columns),
        rows=tuple(_row(line, speech) for line in lines),
        chosen=history.chosen if history is not None else "",
        empty=words.no_history if page is not None else "",
    )


def _row(line: HistoryLine, speech: FindSpeech) -> ListRow:
    who = " · ".join(part for part in (line.by, line.station) if part)
    refused = line.reason is not None and line.outcome is not Outcome.POSTED
    mark = Mark.RECORDED if line.waits else Mark.REFUSED if refused else Mark.POSTED
    day, _, clock = speech.moment(line.at).rpartition(" ")
    return ListRow(
        key=key_of(line),
        cells=(
            Cell(text=clock, under=day),
            Cell(text=history_title(line, speech), under=_state(line, speech), mark=mark, strong=True),
            Cell(text=history_text(line, speech) or line.code, under=who),
        ),
        faded=refused,
    )


def history_title(line: HistoryLine, speech: FindSpeech) -> str:
    """Return what was done, or that it was refused, in a few words."""
    return speech.words.kinds[line.kind]


def history_text(line: HistoryLine, speech: FindSpeech) -> str:
    """Return what it was about beside the code itself."""
    words = speech.words.found
    if line.kind is EntryKind.REPLACE_LABEL and line.origin:
        now_called = line.parent or line.child or line.code
        return words.renamed.format(other=line.origin, code=now_called)
    parts = (
        line.child,
        words.in_parent.format(parent=line.parent) if line.parent else None,
        words.out_of.format(other=line.origin) if line.origin else None,
        words.on_bill.format(code=line.bill) if line.bill else None,
        words.on_return.format(code=line.ticket) if line.ticket else None,
    )
    return " ".join(part for part in parts if part)


def _state(line: HistoryLine, speech: FindSpeech) -> str:
    words = speech.words.found
    if line.waits:
        return words.waits
    return words.refused.format(name=reason_heading(line.reason, speech)) if line.reason is not None else ""


def reason_heading(reason: Reason, speech: FindSpeech) -> str:
    """Return why something was refused, in a few words."""
    return speech.words.reasons[reason]


def reason_sentence(line: HistoryLine, reason: Reason, speech: FindSpeech) -> str:
    """Return what the refusal of *line* said, as far as it is still known."""
    names = {
        "code": line.code,
        "parent": line.parent,
        "child": line.child,
        "other": line.origin,
        "by": line.by,
        "at": speech.moment(line.at),
    }
    try:
        return first_known(speech.tongue.wording.reasons[reason].what, names)
    except LookupError:
        return reason_heading(reason, speech)


# -- refusals


def refusals_list(facts: FindFacts, speech: FindSpeech, page: RefusalsPage | None, chosen: str) -> ListView:
    """Return what this station refused."""
    words = speech.words.lists
    columns = zip(words.refusal_columns, (16, 44, 40), strict=True)
    return ListView(
        columns=tuple(Column(title=title, share=share) for title, share in columns),
        rows=tuple(_refused(line, speech) for line in (page.lines if page is not None else ())),
        chosen=chosen,
        empty="" if page is None else words.empty[facts.tab],
    )


def _refused(line: HistoryLine, speech: FindSpeech) -> ListRow:
    reason = reason_heading(line.reason, speech) if line.reason is not None else ""
    return ListRow(
        key=key_of(line),
        cells=(
            Cell(text=speech.tongue.exact_time(line.at)),
            Cell(text=line.code, under=line.by or "", strong=True, is_code=True),
            Cell(text=reason, under=line.parent or ""),
        ),
    )


def refusals_card(page: RefusalsPage | None, chosen: str, speech: FindSpeech) -> FindCard:
    """Return the refusal that is chosen, and how many there were of which kind."""
    words = speech.words.lists
    if page is None:
        return FindCard(title=words.refusals_title)
    line = next((each for each in page.lines if key_of(each) == chosen), None)
    return FindCard(
        title=words.refusals_title if line is None else line.code,
        facts=(*(_line_facts(line, speech) if line is not None else ()), *_counts(page, speech)),
    )


def _line_facts(line: HistoryLine, speech: FindSpeech) -> tuple[Fact, ...]:
    words = speech.words.lists
    said = reason_sentence(line, line.reason, speech) if line.reason is not None else ""
    return (
        *speech.fact(words.what_was, said),
        *speech.fact(words.where, line.parent),
        *speech.fact(words.who, line.by),
        *speech.fact(words.when, speech.moment(line.at)),
    )


def _counts(page: RefusalsPage, speech: FindSpeech) -> tuple[Fact, ...]:
    words = speech.words.lists
    if not page.counts:
        return ()
    most = sorted(page.counts.items(), key=lambda each: (-each[1], each[0]))
    total = words.all_refusals.format(count=sum(page.counts.values()))
    return (
        Fact(label=words.counts, style=FactStyle.HEADING),
        *(Fact(label=str(count), text=reason_heading(reason, speech)) for reason, count in most),
        Fact(label="", text=total),
    )

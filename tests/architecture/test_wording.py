"""Every case has its words, and operator sentences stand in one module only."""

import ast
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from fakes.decisions import acknowledged, added, asked, cancelled, closed, opened, refused, removed

import traitortrack_desktop
from traitortrack_desktop.domain.codes import Command
from traitortrack_desktop.domain.entries import Decision, EntryKind, QuestionKind, Verdict
from traitortrack_desktop.domain.reasons import DECIDED_BY_CENTRE, Reason
from traitortrack_desktop.domain.work import AttentionItem
from traitortrack_desktop.presentation.messages import message_for, message_for_refusal
from traitortrack_desktop.presentation.phrases import Wording
from traitortrack_desktop.presentation.wording import ENGLISH

from fakes.scanning import START  # isort: skip

UI = Path(traitortrack_desktop.__file__).parent / "ui"
NAMES = {
    *("code", "parent", "child", "other", "since", "by", "count", "base_count", "capacity", "left"),
    *("closes", "at", "operator", "age", "number", "total", "name", "version", "time", "heading", "days"),
    *("known", "percent"),
    *("bag", "origin", "moved", "holder", "bill", "other_bill", "ticket", "linked", "places", "remaining"),
    *("area", "here", "about", "kilograms", "expected", "answer", "path"),
}
OF_TWO_BAGS = {
    *(EntryKind.OPEN_PARENT, EntryKind.CLOSE_PARENT, EntryKind.ADD_CHILD, EntryKind.REMOVE_CHILD),
}
SHOWING = {"setText", "setWindowTitle", "setPlaceholderText", "setToolTip", "setStatusTip", "setTitle"}


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_heading_and_a_sentence(reason: Reason) -> None:
    message = message_for(refused("AB12C", reason, parent="SB10001"))

    assert message.heading.isupper()
    assert message.what
    assert message.now


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_for_a_late_refusal(reason: Reason) -> None:
    item = AttentionItem(
        seq=1,
        code="AB12C",
        reason=reason,
        parent="SB10001",
        child="AB12C",
        at=START,
        operator=None,
        fact=None,
    )

    message = message_for_refusal(item)

    assert message.heading
    assert message.what
    assert message.now


@pytest.mark.parametrize(
    "decision",
    [
        opened("SB10001"),
        added("SB10001", "AB12C"),
        removed("SB10001", "AB12C"),
        closed("SB10001"),
        asked(QuestionKind.SWITCH, "SB10002", parent="SB10001"),
        cancelled("SB10001"),
        acknowledged(3),
        refused("AB12C", Reason.NO_PARENT),
    ],
    ids=lambda decision: str(decision.kind),
)
def test_every_kind_of_entry_has_its_words(decision) -> None:
    message = message_for(decision)

    assert message.heading
    assert message.what


@pytest.mark.parametrize("kind", sorted(ENGLISH.accepted))
def test_every_kind_has_words_also_where_nothing_is_known(kind: EntryKind) -> None:
    bags = {} if kind not in OF_TWO_BAGS else {"parent": "SB10001", "child": "AB12C"}
    message = message_for(Decision(kind=kind, verdict=Verdict.ACCEPTED, code="AB12C", capacity=30, **bags))

    assert message.heading.isupper()
    assert message.what


@pytest.mark.parametrize("reason", sorted(DECIDED_BY_CENTRE))
def test_every_late_refusal_has_words_also_where_nothing_is_known(reason: Reason) -> None:
    item = AttentionItem(
        seq=1, code="AB12C", reason=reason, parent=None, child=None, at=START, operator=None, fact=None
    )

    assert message_for_refusal(item).what
    assert message_for_refusal(item).now


def test_no_sentence_at_a_desk_is_longer_than_two_lines_of_the_screen() -> None:
    accepted = [text for text in texts_of(ENGLISH.accepted) if len(text) > 80]

    assert accepted == []


def test_the_kinds_that_were_tried_are_all_there_are() -> None:
    assert set(ENGLISH.accepted) | {EntryKind.QUESTION, EntryKind.REFUSAL} == set(EntryKind)


def test_every_question_has_its_instruction() -> None:
    assert set(ENGLISH.instructions.questions) == set(QuestionKind)


def test_every_command_has_its_word() -> None:
    assert set(ENGLISH.commands) == set(Command)


def texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts_of(getattr(value, field.name))
    elif isinstance(value, dict):
        for part in value.values():
            yield from texts_of(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from texts_of(part)


def test_patterns_use_only_names_that_are_filled_in() -> None:
    used = {
        name
        for text in texts_of(ENGLISH)
        for _, name, _, _ in Formatter().parse(text.replace("{{", "{").replace("}}", "}"))
        if name
    }

    assert used <= NAMES


def test_no_sentence_is_longer_than_two_lines_of_the_screen() -> None:
    longest = max((text for text in texts_of(ENGLISH.reasons)), key=len)

    assert len(longest) <= 80


def is_a_sentence(text: str) -> bool:
    return len(re.findall(r"[A-Za-z]{2,}", text)) >= 2 and " " in text.strip()


def spoken_in(source: Path) -> Iterator[str]:
    """Texts in a module of ``ui`` that look like sentences, without docstrings, style rules and the log."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    silent = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(node.value)
        if isinstance(node, ast.Call) and _called(node) in {"log", "debug", "info", "warning", "exception"}:
            silent |= set(ast.walk(node))
        if isinstance(node, ast.Raise | ast.Assert):
            silent |= set(ast.walk(node))
        if isinstance(node, ast.FunctionDef) and node.name == "_rules":
            silent |= set(ast.walk(node))
        if isinstance(node, ast.List):
            silent |= set(ast.walk(node))
        shown = isinstance(node, ast.Call) and _called(node) in SHOWING
        for part in node.args if shown else ():
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                yield part.value
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and node not in silent else None
        if isinstance(text, str) and is_a_sentence(text):
            yield text


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


@pytest.mark.parametrize("source", sorted(UI.rglob("*.py")), ids=lambda path: path.stem)
def test_no_module_of_the_window_has_sentences_of_its_own(source: Path) -> None:
    assert list(spoken_in(source)) == []


def test_the_search_for_sentences_finds_one(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text('label = make("Scan it again")\nlabel.setText("Stop")\n')

    assert set(spoken_in(tmp_path / "bad.py")) == {"Scan it again", "Stop"}


def test_the_wording_is_one_value_for_a_whole_language() -> None:
    assert isinstance(ENGLISH, Wording)

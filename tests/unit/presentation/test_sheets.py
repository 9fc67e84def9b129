"""Command and training sheets: which codes stand on them, in which words."""

import re

import pytest

from traitortrack_desktop.domain.codes import CodeKind, Command, code_rules, parse_frame
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.reasons import Reason
from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Role
from traitortrack_desktop.presentation.sheets import PLACES, command_sheet, training_sheet
from traitortrack_desktop.presentation.wording.sheet_words import SHEETS

WORDS = pytest.mark.parametrize("language", SHEETS)


def codes_of(parts):
    return [text for part in parts for text, _caption in part.codes]


def meaning(text, **choices):
    return parse_frame(ScanFrame(source="sheet", raw=text.encode()), code_rules(**choices))


@WORDS
def test_an_administrators_sheet_has_every_command_every_depot_and_places(language):
    codes = codes_of(command_sheet(Role.ADMIN, SHEETS[language]))
    assert {str(command) for command in Command} <= set(codes)
    understood = [meaning(code) for code in codes]
    assert {code.area for code in understood if code.area} == set(DISPATCH_AREAS)
    assert {code.number for code in understood if code.number} == set(PLACES)
    assert all(code.problem is None for code in understood)


@pytest.mark.parametrize(
    ("role", "lacks"),
    [
        (Role.DISPATCHER, {Command.COMPLETE, Command.NEW_RETURN, Command.CANCEL_RETURN, Command.DELETE}),
        (Role.BILLER, set()),
    ],
)
def test_a_role_gets_the_commands_that_it_may_use(role, lacks):
    codes = set(codes_of(command_sheet(role, SHEETS["en"])))
    assert set(Command) - codes == lacks


@WORDS
def test_every_command_and_depot_has_its_words(language):
    words = SHEETS[language]
    assert set(words.commands) == set(Command)
    assert set(words.area_names) == set(DISPATCH_AREAS)
    assert set(words.roles) == set(Role)


def test_the_hindi_sheets_are_in_hindi():
    shown = [part.title + part.hint for part in command_sheet(Role.ADMIN, SHEETS["hi"])]
    shown += [part.title + part.hint for part in training_sheet(Role.ADMIN, SHEETS["hi"])]
    assert all(re.search("[\u0900-\u097f]", text) for text in shown)


@WORDS
def test_the_bags_of_a_training_sheet_count_at_a_practice_station_alone(language):
    training = [code for code in codes_of(training_sheet(Role.ADMIN, SHEETS[language])) if "TRAIN" in code]
    assert {meaning(code).problem for code in training} == {Reason.PRACTICE_CODE}
    kinds = {meaning(code, practice=True).kind for code in training}
    assert kinds == {CodeKind.PARENT, CodeKind.CHILD, CodeKind.BILL}


def test_a_training_sheet_teaches_what_its_role_does():
    steps = {role: len(training_sheet(role, SHEETS["en"])) for role in Role}
    assert steps == {Role.DISPATCHER: 7, Role.BILLER: 9, Role.ADMIN: 9}

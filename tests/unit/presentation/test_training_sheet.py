"""The steps of the training sheet do what the sheet says, one after the other, by its own barcodes."""

from fakes.scanning import Scanning

from traitortrack_desktop.domain.entries import BagFact
from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.presentation.sheets import training_sheet
from traitortrack_desktop.presentation.wording.sheet_words import SHEETS


def codes_of_steps():
    return [[text for text, _caption in part.codes] for part in training_sheet(Role.ADMIN, SHEETS["en"])]


def told(scanning, *codes):
    decisions = [scanning.scan(code) for code in codes]
    for decision in decisions:
        if decision.child is not None:
            kept = decision.parent if str(decision.kind) == "add_child" else None
            scanning.facts[decision.child] = BagFact(code=decision.child, kind="child", parent=kept)
    return [str(decision.reason or decision.kind) for decision in decisions]


def test_every_step_of_the_operators_sheet_does_what_it_says():
    scanning = Scanning(practice=True)
    pack, undo, close, elsewhere, wrong, relabel, find, *_ = codes_of_steps()
    parent, *children = pack
    five, undo_it, take_out = undo
    close_it, reopen = close
    second, one, understood, move, _cancel = elsewhere
    third, fourth, *six, wrong_parent = wrong
    old, new_label, label = relabel
    two, find_it, leave = find

    assert told(scanning, parent, *children) == ["open_parent", *["add_child"] * 4]
    assert told(scanning, five, undo_it, five, take_out, five) == [
        "add_child", "remove_child", "add_child", "confirm_remove", "remove_child",
    ]  # fmt: skip
    assert told(scanning, close_it, close_it, reopen) == ["confirm_close", "close_parent", "open_parent"]
    assert told(scanning, close_it, close_it, second, one, understood, move, one) == [
        "confirm_close", "close_parent", "open_parent", "child_in_other_parent", "acknowledge",
        "confirm_move", "move_children",
    ]  # fmt: skip
    assert told(scanning, close_it, close_it, third, *six, wrong_parent, fourth) == [
        "confirm_close", "close_parent", "open_parent", *["add_child"] * 6, "confirm_wrong_parent",
        "move_children",
    ]  # fmt: skip
    assert told(scanning, new_label, old, label, label) == [
        "confirm_relabel", "confirm_new_label", "confirm_new_label_again", "replace_label",
    ]  # fmt: skip
    assert told(scanning, find_it, two, leave) == ["find", "look_up", "leave"]

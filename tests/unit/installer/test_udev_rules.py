"""udev is rarely where the tests run, so the syntax is read here: keys, operators, values, jumps."""

import re
from pathlib import Path

import pytest

RULES = Path(__file__).resolve().parents[3] / "installer" / "linux" / "60-traitortrack-scanners.rules"

TOKEN = re.compile(
    r'(?P<key>[A-Z]+)(?:\{(?P<attribute>[^}]+)\})?(?P<operator>==|!=|\+=|-=|:=|=)"(?P<value>[^"]*)"'
)
MATCHES = {"ACTION", "SUBSYSTEM", "KERNEL", "DRIVER", "ATTR", "ATTRS", "ENV", "TAG", "TEST", "SUBSYSTEMS"}
ASSIGNMENTS = {"ENV", "TAG", "MODE", "GROUP", "OWNER", "SYMLINK", "ATTR", "GOTO", "LABEL", "RUN"}
WITH_ATTRIBUTE = {"ATTR", "ATTRS", "ENV"}


def tokens(rule):
    """Read one rule; anything left over is a mistake."""
    found = [TOKEN.fullmatch(part) for part in rule.split(", ")]
    assert all(found), rule
    return [(each["key"], each["attribute"], each["operator"], each["value"]) for each in found]


def rules():
    lines = RULES.read_text(encoding="ascii").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("rule", rules())
def test_every_rule_is_well_formed(rule):
    for key, attribute, operator, value in tokens(rule):
        allowed = MATCHES if operator in {"==", "!="} else ASSIGNMENTS
        assert key in allowed
        assert (attribute is not None) == (key in WITH_ATTRIBUTE)
        assert value


def test_every_jump_has_its_label():
    values = {"GOTO": set(), "LABEL": set()}
    for rule in rules():
        for key, _, _, value in tokens(rule):
            values.get(key, set()).add(value)

    assert values["GOTO"] == values["LABEL"]


def test_makers_are_four_small_hexadecimal_digits_and_come_once():
    makers = [
        value
        for rule in rules()
        for key, attribute, _, value in tokens(rule)
        if (key, attribute) == ("ATTRS", "idVendor")
    ]

    assert len(makers) == len(set(makers)) > 0
    assert all(re.fullmatch("[0-9a-f]{4}", maker) for maker in makers)


def test_rights_are_given_to_marked_scanners_only():
    marked = rules().index('ENV{TRAITORTRACK_SCANNER}!="1", GOTO="traitortrack_scanners_end"')

    given = [
        i for i, rule in enumerate(rules()) if {"MODE", "TAG", "ATTR"} & {token[0] for token in tokens(rule)}
    ]

    assert given
    assert min(given) > marked


@pytest.mark.parametrize("subsystem", ["tty", "input", "hidraw"])
def test_whoever_sits_at_the_computer_may_read_a_scanner(subsystem):
    (rule,) = [rule for rule in rules() if rule.startswith(f'SUBSYSTEM=="{subsystem}"')]

    assert ("TAG", None, "+=", "uaccess") in tokens(rule)
    assert 'MODE="0660"' in rule


def test_it_sorts_before_the_rules_that_give_the_rights():
    assert RULES.name < "73-seat-late.rules"


def test_the_desktop_keeps_its_keyboards():
    assert "LIBINPUT_IGNORE_DEVICE" not in RULES.read_text(encoding="ascii")


def test_scanners_are_neither_put_to_sleep_nor_taken_for_modems():
    text = "\n".join(rules())

    assert 'ATTR{power/control}="on"' in text
    assert text.count('ENV{ID_MM_DEVICE_IGNORE}="1"') == 2

"""Reasons have one source, ``domain.reasons``; what stands elsewhere is held against it."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

import traitortrack_desktop
from traitortrack_desktop.domain.reasons import ABOUT_BAGS, DECIDED_BY_CENTRE, About, Reason, Severity
from traitortrack_desktop.presentation.wording import ENGLISH

PACKAGE = Path(traitortrack_desktop.__file__).parent
SQL = "\n".join(
    (PACKAGE / "storage/central/functions" / name).read_text("utf-8")
    for name in (
        "posting.sql",
        "sessions.sql",
        "acts.sql",
        "acts_bags.sql",
        "acts_bills.sql",
        "acts_returns.sql",
        "holds.sql",
    )
)
"""What answers entries. Signing in, enrolling and administering have answers of their own."""
TEXTS = frozenset(str(reason) for reason in Reason)
KEYS_OF_FACTS = {"domain/entries.py": ["bill_completed"] * 2}
"""What a fact tells of a parent's bill is named like a reason, and is none."""
WITHOUT_A_REASON = Reason.UNKNOWN_CODE
"""What the centre says of a refusal that came without its reason."""

_COMMENT_OR_STRING = re.compile(r"--[^\n]*|/\*.*?\*/|('(?:[^']|'')*')", re.DOTALL)
_SET = re.compile(r"\b\w*(?:reason|notice)(?:\[\w+\])?\s*(?::=|=>)(.*?);", re.DOTALL)
_AMONG = re.compile(r"\bIN\s*\([^()]*\)", re.IGNORECASE)
_RESULT = re.compile(r"(?:\bTHEN|\bELSE|,|^)\s*'(\w+)'", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b\w*reason(?:\[\w+\])?\s*(?:=|<>|!=|(?:NOT\s+)?IN\b)\s*\(?((?:\s*,?\s*'\w+')+)", re.IGNORECASE
)
_TROUBLE = re.compile(r"FUNCTION station\.(?:\w+_trouble|no_\w+|objection_\w+)\b.*?\$\$(.*?)\$\$", re.DOTALL)
_KEY = re.compile(r"(?:'reason',\s*|\bact_refused\(\s*)'(\w+)'")
_FACT = re.compile(r"jsonb_build_object\((?:[^()]|\([^()]*\))*\)")
_STRING = re.compile(r"'(\w+)'")


def without_comments(sql: str) -> str:
    return _COMMENT_OR_STRING.sub(lambda found: found[1] or " ", sql)


def set_in(sql: str) -> set[str]:
    """Return the texts that *sql* gives a variable named for a reason or a notice, the key of a receipt, a
    refused act, or a trouble."""
    code = _AMONG.sub("IN ()", without_comments(sql))
    values = [*_SET.findall(code), *_TROUBLE.findall(code)]
    given = {text for value in values for text in _RESULT.findall(_FACT.sub("", value).strip())}
    return given | set(_KEY.findall(code))


def compared_in(sql: str) -> set[str]:
    """Return the texts that *sql* compares a reason with."""
    return {text for group in _COMPARED.findall(without_comments(sql)) for text in _STRING.findall(group)}


def test_the_functions_of_the_centre_give_exactly_the_reasons_that_it_may_decide() -> None:
    assert set_in(SQL) == DECIDED_BY_CENTRE | {WITHOUT_A_REASON}


def test_the_functions_of_the_centre_compare_with_reasons_that_there_are() -> None:
    assert compared_in(SQL)
    assert compared_in(SQL) <= DECIDED_BY_CENTRE


def test_the_functions_of_the_centre_name_no_other_reason_in_any_place() -> None:
    named = set(_STRING.findall(without_comments(SQL))) & set(Reason)

    assert named == DECIDED_BY_CENTRE | {WITHOUT_A_REASON}


@pytest.mark.parametrize(
    "added",
    [
        "v_reason := 'bag_is_lost';",
        "o_reason[i] := 'bag_is_lost';",
        "v_reason := CASE WHEN b_type[c] = 'lost' THEN 'bag_is_lost' END;",
        "v_reason := CASE WHEN true\n THEN 'parent_full' -- why\n ELSE 'bag_is_lost' END;",
        "v_reason := coalesce(e.reason, 'bag_is_lost');",
        "RETURN jsonb_build_object('seq', 1, 'reason', 'bag_is_lost');",
        "FUNCTION station.bag_trouble(p_bag uuid) AS $$ SELECT CASE WHEN true THEN 'bag_is_lost' END $$",
    ],
)
def test_a_reason_that_only_the_centre_has_is_found(added: str) -> None:
    assert set_in(SQL + added) - set_in(SQL) == {"bag_is_lost"}


@pytest.mark.parametrize("reason", sorted(DECIDED_BY_CENTRE))
def test_a_reason_that_only_the_station_has_is_found(reason: Reason) -> None:
    renamed = SQL.replace(f"'{reason}'", "'bag_is_lost'")

    assert set_in(SQL) - set_in(renamed) == {reason}


@pytest.mark.parametrize("test", ["v_reason = 'bag_is_lost'", "v_reason IN ('parent_full', 'bag_is_lost')"])
def test_a_comparison_with_a_reason_that_is_none_is_found(test: str) -> None:
    assert compared_in(f"IF {test} THEN") - set(Reason) == {"bag_is_lost"}


def test_what_a_comment_says_is_no_reason() -> None:
    assert set_in("-- v_reason := 'bag_is_lost';\n/* v_reason := 'bag_is_lost'; */") == set()


def test_a_reason_says_what_it_is_about_and_how_loudly_it_is_told() -> None:
    assert {type(reason.about) for reason in Reason} == {About}
    assert {type(reason.severity) for reason in Reason} == {Severity}
    assert {reason.about for reason in Reason} == set(About)


def test_a_reason_without_its_place_in_the_list_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        Reason.__new_member__(Reason, "bag_is_lost")


def test_the_reasons_about_bags_are_those_of_the_web_application() -> None:
    assert len(ABOUT_BAGS) == 36
    assert DECIDED_BY_CENTRE > ABOUT_BAGS


def test_every_reason_has_words_and_there_are_no_words_without_a_reason() -> None:
    assert set(ENGLISH.reasons) == set(Reason)


def reasons_written_out(module: str) -> Iterator[str]:
    """Return the texts of reasons in the code *module*, but for the names of another enumeration."""
    tree = ast.parse(module)
    own_names = {
        value
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StrEnum" for base in node.bases)
        for member in node.body
        if isinstance(member, ast.Assign)
        for value in ast.walk(member.value)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node not in own_names and node.value in TEXTS:
            yield node.value


def test_no_module_writes_a_reason_out() -> None:
    found = {
        path.relative_to(PACKAGE).as_posix(): list(reasons_written_out(path.read_text("utf-8")))
        for path in PACKAGE.rglob("*.py")
    }

    assert {path: reasons for path, reasons in found.items() if reasons} == KEYS_OF_FACTS


def test_the_search_for_reasons_finds_one() -> None:
    module = 'class Kind(StrEnum):\n    HELD = "held"\nif reason == "parent_full":\n    pass'

    assert list(reasons_written_out(module)) == ["parent_full"]


def test_reasons_are_texts_wherever_they_are_stored() -> None:
    assert issubclass(Reason, StrEnum)
    assert Reason("parent_full") is Reason.PARENT_FULL
    assert f"{Reason.PARENT_FULL}" == "parent_full"

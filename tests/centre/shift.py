"""A shift over odd bags: what is scanned and what the centre must make of each, as a table.

A line is scanned at a real headless station and waits for its receipt. Its outcome is what counts in the
end: the station's own refusal, or the centre's answer. A refusal is acknowledged before the next line.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from fakes.headless_station import HeadlessStation

UNDERSTOOD = "TT-CMD-UNDERSTOOD"
DONE = "posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One scan. *expected* is ``posted`` or the reason of the refusal."""

    scanned: str
    expected: str
    without: frozenset[str] = frozenset()
    """Left out where the shape forbids one of these faults."""


def _lines(*pairs: tuple[str, str], needs: str | None = None) -> tuple[Line, ...]:
    without = frozenset({needs} if needs else ())
    return tuple(Line(scanned=scanned, expected=expected, without=without) for scanned, expected in pairs)


SHIFT = (
    *_lines(
        ("SB10003", DONE),
        ("ORPH1", DONE),
        ("SND101", "child_in_other_parent"),
        ("Sunil Bhatnagar", "unknown_code"),
    ),
    *_lines(("TRAY1", "unknown_bag_type"), ("PCHILD1", "child_is_parent"), ("CHC2", "child_in_other_parent")),
    *_lines(
        ("PIQ01", "child_in_other_parent"),
        ("LEF01", "child_in_other_parent"),
        ("TIM01", "child_in_other_parent"),
    ),
    *_lines(("TWO01", "child_in_other_parent"), needs="child_in_two_parents"),
    *_lines(("BILLED1", DONE), ("LABEL NO. : 55123", DONE)),
    *_lines(("SB37001", "parent_is_child"), ("SB37002", "unknown_bag_type")),
    # codes in lower case are the same bags
    *_lines(
        ("SB40001", DONE),
        ("LORPH1", DONE),
        ("LOWC01", "already_in_this_parent"),
        ("MIXC01", "child_in_other_parent"),
    ),
    *_lines(("SB40002", DONE), ("ORPH2", DONE)),
    # nothing but what must be there
    *_lines(("SB20001", DONE), ("NUL002", DONE), ("TT-CMD-REMOVE", "confirm_remove"), ("NUL001", DONE)),
    # figures that were wrong
    *_lines(("SB30001", DONE), ("NEW001", DONE), ("SB30003", DONE), ("NEW002", DONE)),
    *_lines(("SB30005", DONE), ("NEW003", DONE), ("SB30002", DONE), ("NEW004", "parent_full")),
    *_lines(("SB34001", DONE), ("NEW004", "parent_full"), ("SB34002", DONE), ("NEW004", "parent_full")),
    *_lines(("SB35001", DONE), ("NEW004", "parent_completed"), needs="completed_with_29"),
    # bills: a late child changes the totals of each bill the parent is on
    *_lines(("SB10005", DONE), ("ORPH3", DONE), ("NEW005", DONE), ("TT-CMD-UNDO", DONE)),
    *_lines(
        ("SB26001", DONE),
        ("NEW006", DONE),
        ("SB27003", DONE),
        ("NEW007", DONE),
        ("SB28002", DONE),
        ("NEW008", DONE),
    ),
    # bags in themselves, and codes that several bags have
    *_lines(("SB29101", DONE), ("NEW009", DONE), ("SB29001", DONE), ("NEW010", DONE)),
    *_lines(("SB24001", DONE), ("DPB01", "child_in_other_parent"), ("NEW011", DONE)),
    *_lines(("SB22001", DONE), ("CASE22", DONE), needs="codes_that_differ_in_case"),
    *_lines(("SB23001", DONE), ("NEW012", DONE), needs="the_same_code_twice"),
    # out of a full bag, and another into it
    *_lines(("SB10001", DONE), ("TT-CMD-REMOVE", "confirm_remove"), ("SND101", DONE), ("ORPH4", DONE)),
    *_lines(("NEW013", "parent_full")),
    # a new bag, packed full
    *_lines(
        ("SB90001", DONE),
        *((f"FRESH{number:02}", DONE) for number in range(1, 31)),
        ("FRESH31", "parent_full"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surprise:
    """A line that came out otherwise than expected."""

    line: Line
    outcome: str


def lines_for(forbidden: Iterable[str]) -> tuple[Line, ...]:
    """Return the lines of the shift whose bags are there when *forbidden* faults were left out."""
    absent = frozenset(forbidden)
    return tuple(line for line in SHIFT if not line.without & absent)


def work(station: HeadlessStation, lines: Iterable[Line]) -> list[Surprise]:
    """Scan *lines* one after the other and return those that came out otherwise."""
    surprises = []
    for line in lines:
        outcome = _outcome(station, line.scanned)
        if outcome in {"other_parent_open", "confirm_close"}:
            outcome = _outcome(station, line.scanned)
        if outcome != line.expected:
            surprises.append(Surprise(line=line, outcome=outcome))
        if outcome not in {DONE, "confirm_remove"}:
            _outcome(station, UNDERSTOOD)
    return surprises


def _outcome(station: HeadlessStation, code: str) -> str:
    scan = station.scan(code)
    if scan is None:
        return "the station ended"
    station.wait_until_posted()
    if scan["verdict"] != "accepted":
        return str(scan["reason"])
    answers = [
        event for event in station.events if event["event"] == "receipt" and event["seq"] == scan["seq"]
    ]
    if not answers:
        return "no receipt"
    answer = answers[-1]
    return str(answer["reason"]) if answer["outcome"] == "refused" else DONE

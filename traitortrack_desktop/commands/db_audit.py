"""``db audit``: recounts what is derived, and mends it when asked to. For IT, with the owner's address."""

import argparse
import json
from collections.abc import Iterator, Sequence

from traitortrack_desktop.assembly import database_url
from traitortrack_desktop.commands.exit_codes import ExitCode, tell_whoever_waits
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.storage.central.audit import AuditReport, audit
from traitortrack_desktop.storage.central.recount import FIGURES, Difference, Kind
from traitortrack_desktop.storage.central.rows_in_words import answer_lines, indented, lines_to_decide, shown
from traitortrack_desktop.storage.central.statistics import FIGURES as STATISTICS

_KINDS = {
    Kind.PARENT: "Parent bags with a wrong count, weight or status",
    Kind.BILL: "Bills with wrong totals",
    Kind.RETURN: "Returns with a wrong number of bags or weight",
    Kind.STATISTICS: "Wrong figures in statistics_cache",
    Kind.SEQUENCE: "Tables whose next number is taken already",
}
_COUNTED = {
    "parents": "parent bags", "children": "child bags", "links": "links", "bills": "bills", "scans": "scans",
    "entries": "entries of stations",
}  # fmt: skip
_ORDER = (*FIGURES, *STATISTICS, "next_id")
_SAID = {"next_id": "next number"}


def add_action(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the action's options."""
    auditing = actions.add_parser(
        "audit", help="count everything again and say what differs; scans may go on meanwhile"
    )
    auditing.add_argument("--repair", action="store_true", help="mend counts, weights, status and totals")
    auditing.add_argument("--json", action="store_true", help="one JSON object")
    auditing.set_defaults(run=_run)


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    report = audit(database_url(settings), repair=arguments.repair, tell=tell_whoever_waits)
    if arguments.json:
        print(json.dumps(report.as_json(), default=str))
    else:
        for line in lines(report):
            print(line)
    return ExitCode.DONE if report.clean else ExitCode.LEFT_UNDONE


def lines(report: AuditReport) -> Iterator[str]:
    """Yield what *report* says, for people."""
    counted = ", ".join(f"{_COUNTED[what]}: {number:,}" for what, number in report.counted.items())
    yield f"Counted in the schema {report.web_schema}: {counted}."
    if report.repair:
        yield from _changes("mended", report.mended)
        yield from _changes("not mended, because others held them all the time", report.left)
    else:
        yield from _changes("found", report.differences)
    yield from lines_to_decide([answer for answer in report.decisions if answer.count])
    for answer in report.for_information:
        if answer.count:
            yield from answer_lines(answer)
    yield _conclusion(report)


def _changes(did: str, differences: Sequence[Difference]) -> Iterator[str]:
    for kind, what in _KINDS.items():
        found = [difference for difference in differences if difference.kind is kind]
        if not found:
            continue
        yield f"{what}: {len(found):,} {did}"
        yield from indented([f"{shown(one.code)}: {change_text(one)}" for one in found], len(found))


def change_text(difference: Difference) -> str:
    """Return the figures that differ, as ``child_count 4 → 5, status completed → pending``."""
    names = sorted(difference.after, key=_ORDER.index)
    return ", ".join(
        f"{_SAID.get(name, name)} {shown(difference.before.get(name))} → {shown(difference.after[name])}"
        for name in names
        if difference.before.get(name) != difference.after[name]
    )


def _conclusion(report: AuditReport) -> str:
    waiting = sum(decision.count for decision in report.decisions)
    rest = f" Rows that wait for a person's decision: {waiting:,}." if waiting else ""
    if not report.clean:
        advice = "run it again" if report.repair else "db audit --repair mends them, with a record of each"
        left = len(report.left) if report.repair else len(report.differences)
        return f"Rows whose stored figures are not what was counted: {left:,}; {advice}.{rest}"
    if report.repair and report.mended:
        return f"Every stored figure is right now; what was changed is in station.repair.{rest}"
    return f"Every stored figure is what was counted.{rest}"

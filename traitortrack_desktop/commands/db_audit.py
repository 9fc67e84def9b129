"""``db audit``: recounts what is derived, and mends it when asked to. For IT, with the owner's address."""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from traitortrack_desktop.assembly import database_url
from traitortrack_desktop.commands.exit_codes import ExitCode
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.storage.central.audit import AuditReport, audit
from traitortrack_desktop.storage.central.recount import Difference, Kind
from traitortrack_desktop.storage.central.rows_to_decide import Undecided

_NAMED = 20
_KINDS = {
    Kind.PARENT: "Parent bags with a wrong count, weight or status",
    Kind.BILL: "Bills with wrong totals",
    Kind.STATISTICS: "Wrong figures in statistics_cache",
    Kind.SEQUENCE: "Sequences behind their table, so that inserts fail",
}


def add_action(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the action's options."""
    auditing = actions.add_parser(
        "audit", help="count everything again and say what differs; scans may go on meanwhile"
    )
    auditing.add_argument("--repair", action="store_true", help="mend counts, weights, status and totals")
    auditing.add_argument("--json", action="store_true", help="one JSON object")
    auditing.set_defaults(run=_run)


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    report = audit(database_url(settings), repair=arguments.repair)
    if arguments.json:
        print(json.dumps(report.as_json(), default=str))
    else:
        for line in lines(report):
            print(line)
    return ExitCode.DONE if report.clean else ExitCode.LEFT_UNDONE


def lines(report: AuditReport) -> Iterator[str]:
    """Yield what *report* says, for people."""
    counted = report.counted
    yield (
        f"Counted {counted['parents']} parent bags, {counted['children']} child bags,"
        f" {counted['links']} links, {counted['bills']} bills and {counted['scans']} scans"
        f" in the schema {report.web_schema}."
    )
    if report.repair:
        yield from _changes("mended", report.mended)
        yield from _changes("not mended, because others held them all the time", report.left)
    else:
        yield from _changes("found", report.differences)
    yield from _undecided(report.decisions)
    if report.changed_since.count:
        yield from _listed(report.changed_since)
    yield _conclusion(report)


def _changes(did: str, differences: Sequence[Difference]) -> Iterator[str]:
    for kind, what in _KINDS.items():
        found = [difference for difference in differences if difference.kind is kind]
        if not found:
            continue
        yield f"{what}: {len(found)} {did}"
        for difference in found[:_NAMED]:
            yield f"  {difference.code}: {change_text(difference)}"
        if len(found) > _NAMED:
            yield f"  … and {len(found) - _NAMED} more (all are in --json)"


def change_text(difference: Difference) -> str:
    """Return the figures that differ, as ``child_count 4 → 5, status completed → pending``."""
    return ", ".join(
        f"{name} {_figure(difference.before.get(name))} → {_figure(true)}"
        for name, true in difference.after.items()
        if difference.before.get(name) != true
    )


def _figure(value: object) -> str:
    if value is None:
        return "(none)"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _undecided(decisions: Sequence[Undecided]) -> Iterator[str]:
    found = [decision for decision in decisions if decision.count]
    if found:
        yield "For a person to decide; nothing of this was changed:"
    for decision in found:
        yield from _listed(decision)


def _listed(found: Undecided) -> Iterator[str]:
    yield f"{found.question.found}: {found.count}. {found.question.advice}"
    for item in found.items[:_NAMED]:
        yield f"  {item_text(item)}"
    if found.count > _NAMED:
        yield f"  … and {found.count - _NAMED} more (in --json)"


def item_text(item: Mapping[str, Any]) -> str:
    """Return one row on one line: what it is first, then what is known of it."""
    return ", ".join(_part(name, value) for name, value in item.items() if value is not None)


def _part(name: str, value: object) -> str:
    if isinstance(value, list):
        return f"{name}: " + "; ".join(item_text(one) for one in value)
    return f"{name.replace('_', ' ')} {value}"


def _conclusion(report: AuditReport) -> str:
    waiting = sum(decision.count for decision in report.decisions)
    rest = f" Rows that wait for a person's decision: {waiting}." if waiting else ""
    if not report.clean:
        advice = "run it again" if report.repair else "db audit --repair mends them, with a record of each"
        left = len(report.left) if report.repair else len(report.differences)
        return f"Rows whose stored figures are not what was counted: {left}; {advice}.{rest}"
    if report.repair and report.mended:
        return f"Every stored figure is right now; what was changed is in station.repair.{rest}"
    return f"Every stored figure is what was counted.{rest}"

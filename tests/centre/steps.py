"""Does one step after the other, tells each in a line, and remembers what failed."""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field


class NotAsItShouldBe(AssertionError):  # noqa: N818 - a finding, not a defect of this code
    """A step found something wrong; the text says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a step went: ``✓`` or ``✗``."""

    subject: str
    step: str
    mark: str
    seconds: float
    note: str


@dataclass(slots=True)
class Steps:
    """The steps of one subject, for instance of one shape on one server."""

    subject: str
    results: list[Result] = field(default_factory=list)
    broken: bool = False

    def do(self, step: str, act: Callable[[], str | None], *, needed: bool = False) -> None:
        """Run *act* and tell how it went; what it returns is a note.

        After a *needed* one failed, nothing runs any more.
        """
        if self.broken:
            return
        started = time.monotonic()
        try:
            mark, note = "✓", act() or ""
        except NotAsItShouldBe as finding:
            mark, note = "✗", str(finding)
        except Exception as error:  # noqa: BLE001 - a step that breaks is told and the others go on
            where = traceback.extract_tb(error.__traceback__)[-1]
            mark, note = "✗", f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"
        self.broken = needed and mark == "✗"
        result = Result(
            subject=self.subject, step=step, mark=mark, seconds=time.monotonic() - started, note=note
        )
        self.results.append(result)
        print(f"{mark} {self.subject} · {step}  {result.seconds:.1f} s{_behind(note)}", flush=True)

    @property
    def failed(self) -> bool:
        """Whether anything went wrong."""
        return any(result.mark == "✗" for result in self.results)


def require(holds: bool, otherwise: str) -> None:
    """Raise :class:`NotAsItShouldBe` with the text *otherwise* unless *holds*."""
    if not holds:
        raise NotAsItShouldBe(otherwise)


def summary(all_steps: list[Steps]) -> str:
    """Return a table: a line for each subject, with what failed."""
    width = max((len(steps.subject) for steps in all_steps), default=0)
    lines = []
    for steps in all_steps:
        counted = {mark: sum(result.mark == mark for result in steps.results) for mark in "✓✗"}
        seconds = sum(result.seconds for result in steps.results)
        wrong = ", ".join(result.step for result in steps.results if result.mark == "✗")
        lines.append(
            f"{'✗' if steps.failed else '✓'} {steps.subject:{width}}  {counted['✓']:3} ✓ {counted['✗']:2} ✗"
            f"  {seconds:6.1f} s  {wrong}".rstrip()
        )
    return "\n".join(lines)


def _behind(note: str) -> str:
    text = note.strip()
    if len(text) > 1500:
        text = text[:1500] + " …"
    return f"  {text}" if text else ""

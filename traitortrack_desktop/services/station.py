"""What a window or a command may do with a running station."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from traitortrack_desktop.domain.deeds import Deed
from traitortrack_desktop.domain.frames import ScanFrame
from traitortrack_desktop.domain.roles import Operation
from traitortrack_desktop.services.events import StationListener
from traitortrack_desktop.services.finding import FindDesk
from traitortrack_desktop.services.people_desk import PeopleDesk
from traitortrack_desktop.services.ports import SignedIn, SignInRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInUnavailable:
    """The centre could not be asked; *mismatch* when a person in IT has to act.

    Where the station remembers sign-ins for *remembered_days*, it did not know name and password either.
    *not_stored* when it is the person, and this station could not store that the work is theirs from now on.
    """

    mismatch: bool = False
    not_stored: bool = False
    remembered_days: int = 0


SignInAnswer = SignedIn | SignInRefused | SignInUnavailable


class StationControls(Protocol):
    """A running station. Every method returns at once and may be called from any thread."""

    @property
    def name(self) -> str:
        """The station's name as people call it."""
        ...

    def subscribe(self, listener: StationListener) -> None:
        """Call *listener* with every later event, on the station's threads."""
        ...

    def submit(self, frame: ScanFrame) -> None:
        """Take one reading; it is decided in the order of submission and never dropped."""
        ...

    def sign_in(
        self,
        username: str,
        password: str,
        answered: Callable[[SignInAnswer], None],
        *,
        code: str | None = None,
    ) -> None:
        """Ask in the background and call *answered* on a station thread.

        The centre is asked, or what this station remembers where the centre cannot be. A right password
        also makes the person the operator (``OperatorChanged``). *code* is that of the second factor.
        """
        ...

    def sign_in_with_pin(self, pin: str, answered: Callable[[SignInAnswer], None]) -> None:
        """Add *pin* to the badge scanned last, for a biller's full rights; else as :meth:`sign_in`."""
        ...

    def lock(self) -> None:
        """Show nothing and count no bag until a badge is scanned or somebody signs in; the parent stays."""
        ...

    def override(self, permission: Operation, reason: str) -> None:
        """Set the rule of *permission* aside for the open parent; decided like a scan, in its turn."""
        ...

    def do(self, deed: Deed) -> None:
        """Do what a form or a list asks for: decided, stored and told like a scan, in its turn."""
        ...

    @property
    def find(self) -> FindDesk:
        """Finding bags, bills and returns."""
        ...

    @property
    def people(self) -> PeopleDesk:
        """What an administrator does about people and stations."""
        ...

    def sign_out(self) -> None:
        """End the operator's session; the queue and the open parent stay."""
        ...

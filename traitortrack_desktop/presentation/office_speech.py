"""Times, names of roles and of areas as the screens of the office write them: pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from traitortrack_desktop.domain.accounts import AccountProblem, StationProblem
from traitortrack_desktop.domain.roles import Role
from traitortrack_desktop.presentation.office_acts import ACT_KEYS, OfficeAct
from traitortrack_desktop.presentation.office_phrases import OfficeWords
from traitortrack_desktop.presentation.office_state import OfficePress, OfficeProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Words at a place and a time. *zone* ``None`` means the computer's own time zone."""

    words: OfficeWords
    now: datetime
    zone: tzinfo | None = None

    def moment(self, moment: datetime) -> str:
        """Return *moment* as a local time, with its date when that is not today."""
        local = moment.astimezone(self.zone)
        today = local.date() == self.now.astimezone(self.zone).date()
        return local.strftime(self.words.today if today else self.words.other_day)

    def short(self, moment: datetime) -> str:
        """Return the local time of *moment*, or the day alone when that is not today."""
        local = moment.astimezone(self.zone)
        today = local.date() == self.now.astimezone(self.zone).date()
        return local.strftime(self.words.today if today else self.words.day)

    def day(self, moment: datetime) -> str:
        """Return the local day of *moment*."""
        return moment.astimezone(self.zone).strftime(self.words.day)

    def last_day(self, end: datetime) -> str:
        """Return the last local day, all or a part, of what is over at *end*."""
        return self.day(end - timedelta(microseconds=1))

    def date(self, moment: datetime) -> str:
        """Return *moment* as a local date and time, whatever day it is."""
        return moment.astimezone(self.zone).strftime(self.words.other_day)

    def exact(self, moment: datetime) -> str:
        """Return *moment* as a local date and a time to the second."""
        return moment.astimezone(self.zone).strftime(self.words.exact)

    def role(self, role: str) -> str:
        """Return what people call *role*; one that this program does not know as it is."""
        return self.words.roles[Role(role)] if role in set(Role) else role

    def area(self, area: str | None) -> str:
        """Return what people call *area*."""
        return self.words.areas.get(area, area) if area else self.words.no_area

    def problem(self, problem: OfficeProblem) -> str:
        """Return why it was not done."""
        if isinstance(problem, AccountProblem):
            return self.words.problems[problem]
        if isinstance(problem, StationProblem):
            return self.words.station_problems[problem]
        return self.words.form_problems[problem]

    def press(
        self,
        act: OfficeAct,
        *,
        value: str = "",
        primary: bool = False,
        usable: bool = True,
        armed: bool = False,
    ) -> OfficePress:
        """Return the button of *act*; an *armed* one says that the next press does it."""
        labels = self.words.pressed_once if armed else self.words.presses
        return OfficePress(
            act=act,
            label=labels[act],
            key=ACT_KEYS.get(act, ""),
            value=value,
            primary=primary,
            usable=usable,
            armed=armed,
        )

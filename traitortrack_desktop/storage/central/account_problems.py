"""Why the centre did not change an account, in words for whoever typed a command."""

from collections.abc import Mapping

from traitortrack_desktop.domain.accounts import (
    LEAST_PASSWORD_CHARACTERS,
    MOST_DISPATCHERS_OF_AN_AREA,
    AccountProblem,
    PasswordPart,
    missing_in_password,
)
from traitortrack_desktop.domain.roles import DISPATCH_AREAS, Role

_SENTENCES = {
    AccountProblem.NOT_FOUND: "there is no account {name!r}",
    AccountProblem.NAME_TAKEN: "the user name {name!r} is taken",
    AccountProblem.EMAIL_TAKEN: "the e-mail address {email!r} is taken",
    AccountProblem.BAD_NAME: "a user name has 3 to 20 letters, digits or underscores",
    AccountProblem.BAD_EMAIL: "{email!r} is no e-mail address",
    AccountProblem.UNKNOWN_ROLE: f"there is no role {{role!r}}; the roles are {', '.join(Role)}",
    AccountProblem.UNKNOWN_AREA: f"there is no area {{area!r}}; the areas are {', '.join(DISPATCH_AREAS)}",
    AccountProblem.AREA_NEEDED: "a dispatcher needs an area",
    AccountProblem.AREA_FULL: f"the area has {MOST_DISPATCHERS_OF_AN_AREA} dispatchers, and takes no more",
    AccountProblem.OWN_ROLE: "nobody changes the own role",
    AccountProblem.OWN_ACCOUNT: "nobody disables the own account",
    AccountProblem.LAST_ADMINISTRATOR: "{name} is the last administrator: make another one first",
    AccountProblem.OPEN_BILLS: "{name} has bills that are not completed, and stays a biller until they are",
    AccountProblem.PIN_NOT_FOR_ROLE: "only a biller has a PIN, and {name} is none",
    AccountProblem.BADGE_TAKEN: "another badge has this code: make it again",
}
_PASSWORD_PARTS = {
    PasswordPart.LENGTH: f"{LEAST_PASSWORD_CHARACTERS} characters",
    PasswordPart.UPPER: "an upper-case letter",
    PasswordPart.LOWER: "a lower-case letter",
    PasswordPart.DIGIT: "a digit",
    PasswordPart.SPECIAL: "a special character",
}


def password_weakness(password: str) -> str | None:
    """Return what *password* lacks, ``None`` when it is good enough."""
    missing = [_PASSWORD_PARTS[part] for part in missing_in_password(password)]
    return f"the password needs at least {', '.join(missing)}" if missing else None


class AccountNotPossibleError(ValueError):
    """It cannot be done to the account; the text says why.

    *problem* is the centre's name of it, if the centre was asked.
    """

    def __init__(self, message: str, problem: AccountProblem | None = None) -> None:
        super().__init__(message)
        self.problem = problem


def not_possible(
    problem: AccountProblem, name: str, values: Mapping[str, str | None]
) -> AccountNotPossibleError:
    """Return the error that says why a change of the account *name* to *values* was not made."""
    told = {"name": name, **{key: values.get(key) or "" for key in ("email", "role", "area")}}
    if not told["email"]:
        told["email"] = f"{name}@station.invalid"
    return AccountNotPossibleError(_SENTENCES[problem].format(**told), problem)

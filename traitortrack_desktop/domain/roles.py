"""Who people are: roles and depots as the web application has them."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Roles as the central database stores them."""

    ADMIN = "admin"
    BILLER = "biller"
    DISPATCHER = "dispatcher"


DISPATCH_AREAS = (
    "lucknow",
    "indore",
    "jaipur",
    "hisar",
    "sri_ganganagar",
    "sangaria",
    "bathinda",
    "raipur",
    "ranchi",
    "akola",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone with an account at the centre. *role* may be a text this program does not know."""

    username: str
    role: str
    area: str | None = None

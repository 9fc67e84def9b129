"""What programs that the station starts may see of its environment: nothing that is secret. Pure."""

from collections.abc import Mapping

_OURS = ("TRAITORTRACK_", "PGPASS")
_ADMINISTRATOR = "ADMIN_PASSWORD"


def is_for_us_alone(name: str) -> bool:
    """Return whether the variable *name* may hold a secret of the station's, or says where one is."""
    return name.upper().startswith(_OURS) or name.upper() == _ADMINISTRATOR


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """Return *environ* for a program that is none of ours."""
    return {name: value for name, value in environ.items() if not is_for_us_alone(name)}

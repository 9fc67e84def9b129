"""Domain values as JSON, for ``--json``."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def as_json(value: "DataclassInstance") -> dict[str, Any]:
    """Return the fields of the dataclass *value*: moments in ISO 8601, ids as text."""
    return {name: _plain(field) for name, field in asdict(value).items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return dict(value) if isinstance(value, Mapping) else value

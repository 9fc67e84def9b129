"""Whether a library is installed that only some scanners need. Loads nothing."""

import importlib.util


def is_installed(name: str) -> bool:
    """Whether the top-level module *name* could be imported."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):  # Both mean that the import system has given it up already.
        return False

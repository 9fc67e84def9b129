"""Files that come with the program (sounds, fonts): found in a checkout, an installation and a bundle."""

from pathlib import Path

import traitortrack_desktop


def resource(*parts: str) -> Path:
    """Return the file or folder ``resources/<parts>``. Raises ``FileNotFoundError`` when it is not there."""
    path = Path(traitortrack_desktop.__file__).resolve().parent.joinpath("resources", *parts)
    if not path.exists():
        raise FileNotFoundError(f"this installation is incomplete: {path} is missing")
    return path

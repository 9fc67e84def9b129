"""``python -m traitortrack_desktop`` and the ``traitortrack-desktop`` program."""

import sys

from traitortrack_desktop.launch import launch


def main() -> None:
    """Run the program and end with its exit code."""
    sys.exit(launch(sys.argv[1:]))


if __name__ == "__main__":
    main()

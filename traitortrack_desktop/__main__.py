"""``python -m traitortrack_desktop`` and the ``traitortrack-desktop`` program."""

import multiprocessing
import sys

from traitortrack_desktop.launch import launch


def main() -> None:
    """Run the program and end with its exit code."""
    multiprocessing.freeze_support()  # or a packaged program would start itself as its own helper process
    sys.exit(launch(sys.argv[1:]))


if __name__ == "__main__":
    main()

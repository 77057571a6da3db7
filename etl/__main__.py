"""`etl`, or `python -m etl`: the command line."""

import os
import signal
from types import FrameType


def main() -> None:
    """Run a command. Until the command line is imported, an interrupt ends the process at once."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    from etl.cli import main

    main()


def _leave(number: int, _: FrameType | None) -> None:
    os._exit(128 + number)


if __name__ == "__main__":  # processes that read files beside this one import it too
    main()

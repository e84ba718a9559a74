"""Reads a warehouse again and again until standard input ends; prints each read: its seconds, digest and loads."""

import json
import sys
import threading
import time
from dataclasses import astuple
from pathlib import Path

from tests.faults.states import state_of

PAUSE = 0.03
"""Seconds between two reads: other moments each time, and the loads have a processor."""


def main(warehouse: Path) -> None:
    """Reads until nobody listens any more."""
    ended = threading.Thread(target=sys.stdin.read, daemon=True)
    ended.start()
    while ended.is_alive():
        begun = time.monotonic()
        state = state_of(warehouse)
        sys.stdout.write(json.dumps([time.monotonic() - begun, *astuple(state)]) + "\n")
        sys.stdout.flush()
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

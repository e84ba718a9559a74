"""Fits that do not depend on each other side by side, one for each processor."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Part = TypeVar("Part")
Fitted = TypeVar("Fitted")


def parallel_map(fit: Callable[[Part], Fitted], parts: Iterable[Part]) -> list[Fitted]:
    """What the function gives for each part, in their order; LightGBM lets go of the interpreter while it grows trees.

    Each fit is the same as alone: its random numbers come from its own parameters. Whatever calls LightGBM beside them
    names the same number of threads. LightGBM keeps one number for the whole process, and a call without one sets it
    back: predictions under way then write beyond their memory, which ends the process or changes what they give.
    """
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(fit, parts))

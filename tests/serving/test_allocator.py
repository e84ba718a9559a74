"""The heaps of the C library, counted in a process of its own."""

import ctypes
import subprocess
import sys

import pytest

from serving.allocator import ARENAS

THREADS = 12
COUNT = """
import ctypes, sys, threading
libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
barrier = threading.Barrier(THREADS)
def take():
    barrier.wait()
    libc.malloc(1000)
    barrier.wait()
several = [threading.Thread(target=take) for _ in range(THREADS)]
for one in several: one.start()
for one in several: one.join()
libc.malloc_info(0, ctypes.c_void_p(libc.fopen(b"/dev/stdout", b"w")))
libc.fflush(None)
""".replace("THREADS", str(THREADS))
"""Prints what the C library says of its heaps, after as many threads took memory at once."""


def heaps(first: str = "") -> int:
    """How many heaps the threads of a process have, after it did this first."""
    said = subprocess.run([sys.executable, "-c", first + COUNT], capture_output=True, text=True, check=True)
    return said.stdout.count("<heap nr=")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_info"), reason="the C library has no such heaps")
def test_threads_share_few_heaps() -> None:
    assert heaps() > ARENAS
    assert heaps("from serving.allocator import share_heaps; share_heaps()") <= ARENAS

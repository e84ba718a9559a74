"""What a failing disk said is told in one sentence; what was not the disk is raised as it is."""

import errno
from pathlib import Path

import duckdb
import pytest

from features.atomic_files import refuse_disk_errors
from features.errors import MachineRefused


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EIO, "Input/output error"), "the disk does not take it"),
        (duckdb.IOException("Could not write file: No space left on device"), "the disk is full"),
        (duckdb.TransactionException("Failed to commit: Could not write file: Input/output error"), "the disk failed"),
    ],
)
def test_a_failing_disk_is_told_in_one_sentence(error: Exception, told: str) -> None:
    with pytest.raises(MachineRefused, match=rf"^staged\.duckdb: {told}.*run it again; nothing was changed$"):
        fail(error)


@pytest.mark.parametrize("error", [OSError(errno.ENOENT, "gone"), duckdb.TransactionException("a conflict")])
def test_another_error_is_raised_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        fail(error)
    assert raised.value is error


def fail(error: Exception) -> None:
    """The error is raised while something is written."""
    with refuse_disk_errors(Path("staged.duckdb")):
        raise error

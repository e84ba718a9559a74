"""The order in which a load forces things to disk: a power failure leaves the old state or the new one, too."""

from collections.abc import Iterator
from pathlib import Path

from tests.faults.trials import Call, Load

CHANGING = {"write", "pwrite", "writev", "pwritev", "sendfile", "copy_file_range", "ftruncate", "fallocate"}
FORCING = {"fsync", "fdatasync"}
WAREHOUSE = "/warehouses/north.duckdb"


def test_calls_of_each_kind_are_counted(load: Load) -> None:
    """Otherwise none of them was made to fail."""
    assert {"create", "mkdir", "write", "pwrite", "fsync", "fdatasync", "rename"} <= {call.name for call in load.calls}


def test_a_file_is_on_disk_before_it_takes_its_name_and_the_name_is_afterwards(load: Load) -> None:
    assert [problem for at in range(len(load.calls)) for problem in unforced(load.calls, at)] == []


def unforced(calls: tuple[Call, ...], at: int) -> Iterator[str]:
    """What a power failure around a rename could lose."""
    rename = calls[at]
    if rename.name != "rename":
        return
    about = [call.name for call in calls[:at] if call.path == rename.renamed and call.name in CHANGING | FORCING]
    if not about or about[-1] not in FORCING:
        yield f"{rename}: its content was not forced to disk before"
    folder = Path(rename.path).parent
    if not any(call.name == "fsync" and Path(call.path) == folder for call in calls[at:]):
        yield f"{rename}: its folder was not forced to disk after"


def test_a_warehouse_is_never_written_in_its_place(load: Load) -> None:
    """Somebody may be reading it."""
    assert [str(call) for call in load.calls if call.name in CHANGING and call.path.endswith(WAREHOUSE)] == []


def test_the_last_thing_renamed_is_the_warehouse_and_after_it_only_the_summary_that_pages_read(load: Load) -> None:
    """One rename takes all, and what comes after it cannot fail the load: a summary that does not come is a warning."""
    renamed = [Path(call.path).name for call in load.calls if call.name == "rename"]
    assert (renamed.count("north.duckdb"), renamed[-2:]) == (1, ["north.duckdb", "north.records.json"])

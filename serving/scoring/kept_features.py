"""The features that an outcome's newest run saw, kept in a file: what changed since is read off them next week.

Whatever goes wrong with the file costs time only: the features are then computed again from the records.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from features.atomic_files import replace_through
from features.engine.definition_digest import source_digest
from features.engine.script_cache import script_key
from features.engine.snapshot_query import named_quantities, quantities_script
from features.settings import Settings
from serving.scoring.district_release import DistrictRelease

RUN, DEFINITION = b"run", b"definition"
WRITING = pa.ipc.IpcWriteOptions(compression="zstd")


@dataclass(frozen=True)
class KeptFeatures:
    """The file with the features of the newest run of an outcome, by students' keys."""

    path: Path
    definition: bytes
    """Of which definitions features are read: they are of no use once a definition or its library has changed."""

    def read(self, run_id: str) -> pd.DataFrame | None:
        """The features that a run saw; None where others are kept, or none."""
        with suppress(OSError, pa.ArrowException, KeyError):
            table = pa.ipc.open_file(pa.BufferReader(self.path.read_bytes())).read_all()
            if table.schema.metadata == {RUN: run_id.encode(), DEFINITION: self.definition}:
                columns = {name: table[name].to_numpy() for name in table.column_names if name != "student_key"}
                keys = pd.Index(table["student_key"].to_pandas(), dtype="str", name="student_key")
                return pd.DataFrame(columns, index=keys, dtype=np.float64)
        return None

    def write(self, run_id: str, features: pd.DataFrame) -> None:
        """Keeps the features of a run in place of those that were kept."""
        columns = {name: pa.array(features[name].to_numpy()) for name in features}
        keys = pa.array(features.index.to_numpy(dtype=object), pa.string())
        table = pa.table({"student_key": keys, **columns}, metadata={RUN: run_id, DEFINITION: self.definition})
        sink = pa.BufferOutputStream()
        with pa.ipc.new_file(sink, table.schema, options=WRITING) as file:
            file.write_table(table)
        with suppress(OSError):  # a disk that is full or read-only
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_through(self.path, sink.getvalue().to_pybytes())


def kept_features(settings: Settings, release: DistrictRelease) -> KeptFeatures:
    """Where the features of a release's newest run are kept."""
    path = settings.home / "seen" / release.district_id / f"{release.outcome.name}.arrow"
    made_of = (named_quantities(release.feature_set), release.outcome.cohort, source_digest())
    return KeptFeatures(path, script_key(quantities_script, made_of, {}).encode())

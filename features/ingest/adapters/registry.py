"""The adapter of each kind of source."""

from features.ingest.adapters.adapter import Adapter
from features.ingest.adapters.csv_files import CSV_FILES
from features.ingest.adapters.marts.mart_adapter import EDU_WAREHOUSE

ADAPTERS: dict[str, Adapter] = {"csv": CSV_FILES, "edu-warehouse": EDU_WAREHOUSE}
"""The adapter by `kind` of `ontrack.toml`."""

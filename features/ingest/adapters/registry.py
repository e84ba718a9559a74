"""The adapter of each kind of source."""

from features.ingest.adapters.adapter import Adapter
from features.ingest.adapters.csv_files import CSV_FILES

ADAPTERS: dict[str, Adapter] = {"csv": CSV_FILES}
"""The adapter by `kind` of `ontrack.toml`."""

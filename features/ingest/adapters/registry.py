"""The adapter of each kind of source."""

from features.ingest.adapters.adapter import Adapter
from features.ingest.adapters.csv_files import CSV_FILES
from features.ingest.adapters.marts.mart_adapter import EDU_WAREHOUSE
from features.ingest.adapters.oneroster.conversion import ONEROSTER_CSV

ADAPTERS: dict[str, Adapter] = {
    "csv": CSV_FILES,
    "edu-warehouse": EDU_WAREHOUSE,
    "oneroster-csv": ONEROSTER_CSV,
}
"""The adapter by `kind` of `ontrack.toml`."""

"""The adapter of each kind of source."""

from features.ingest.adapters.adapter import Adapter
from features.ingest.adapters.calpads.conversion import CALPADS
from features.ingest.adapters.csv_files import CSV_FILES
from features.ingest.adapters.edfi.edfi_adapters import EDFI_API, EDFI_FILES, EDFI_XML
from features.ingest.adapters.mapping_packs import MAPPING_PACK, PULLED_PACK
from features.ingest.adapters.marts.mart_adapter import EDU_WAREHOUSE
from features.ingest.adapters.oneroster.conversion import ONEROSTER_CSV

ADAPTERS: dict[str, Adapter] = {
    "csv": CSV_FILES,
    "edfi-api": EDFI_API,
    "edfi-files": EDFI_FILES,
    "edfi-xml": EDFI_XML,
    "edu-warehouse": EDU_WAREHOUSE,
    "oneroster-csv": ONEROSTER_CSV,
    "oneroster-rest": ONEROSTER_CSV,
    "aeries": MAPPING_PACK,
    "aeries-api": PULLED_PACK,
    "calpads": CALPADS,
    "clever": MAPPING_PACK,
    "infinite-campus": MAPPING_PACK,
    "powerschool": MAPPING_PACK,
    "sdp-toolkit": MAPPING_PACK,
    "student-insights": MAPPING_PACK,
}
"""The adapter by `kind` of `ontrack.toml`."""

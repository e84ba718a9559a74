"""The formats in which a simulated district can be written besides our own CSV."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from features.errors import Refused
from features.simulator.formats.calpads import write_calpads
from features.simulator.formats.edfi import write_resources
from features.simulator.formats.mapped_files import WRITERS
from features.simulator.formats.marts import write_marts
from features.simulator.formats.oneroster import write_oneroster

FormatWriter = Callable[[Path, Path, str], dict[str, int]]
"""Writes a folder of simulated CSV files of a district into another one; returns the rows written by file."""

FORMATS: Mapping[str, FormatWriter] = {
    "calpads": write_calpads,
    "edfi": write_resources,
    "edu": write_marts,
    "oneroster": write_oneroster,
    **WRITERS,
}
"""The writer of each format."""


def write_as(form: str, folder: Path, district_id: str, simulate: Callable[[Path], object]) -> dict[str, int]:
    """Rows written by file of a district that `simulate` writes as CSV into a folder that is gone afterwards."""
    if form not in FORMATS:
        raise Refused(f"no format '{form}'; there are csv, {', '.join(FORMATS)}")
    with TemporaryDirectory() as made:
        simulate(Path(made))
        return FORMATS[form](Path(made), folder, district_id)

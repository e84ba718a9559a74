"""Every kind of source that `ontrack.toml` may name."""

from typing import Annotated

from pydantic import Field

from features.sources.aeries_api import AeriesApi
from features.sources.calpads import Calpads
from features.sources.csv import CsvFiles
from features.sources.declaration import Source
from features.sources.mapping_packs import Aeries, Clever, InfiniteCampus, PowerSchool, SdpToolkit, StudentInsights
from features.sources.marts import EdFiApi, EdFiFiles, EdFiXml, EduWarehouse
from features.sources.oneroster import OneRosterCsv, OneRosterRest

AnySource = Annotated[
    CsvFiles
    | OneRosterCsv
    | OneRosterRest
    | EduWarehouse
    | EdFiFiles
    | EdFiXml
    | EdFiApi
    | Aeries
    | AeriesApi
    | Calpads
    | Clever
    | InfiniteCampus
    | PowerSchool
    | SdpToolkit
    | StudentInsights,
    Field(discriminator="kind"),
]
"""One source of a district, told apart by its `kind`."""

KINDS: tuple[type[Source], ...] = (
    CsvFiles,
    OneRosterCsv,
    OneRosterRest,
    EduWarehouse,
    EdFiFiles,
    EdFiXml,
    EdFiApi,
    Aeries,
    AeriesApi,
    Calpads,
    Clever,
    InfiniteCampus,
    PowerSchool,
    SdpToolkit,
    StudentInsights,
)
"""Every kind of source."""


def kind_of(source: type[Source]) -> str:
    """The word for a kind of source in `ontrack.toml`."""
    return str(source.model_fields["kind"].default)

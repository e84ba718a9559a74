"""What a district may set, all in one `ontrack.toml`; `settings_file.py` reads it and explains what is wrong in it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from features.collaborative_settings import OFFICE, Collaborative, Context
from features.errors import SettingsRefused
from features.feed_settings import Feeds
from features.file_mapping.declaration import Dialect, FileMapping
from features.file_mapping.validation import validate_mapping
from features.movers_settings import Movers, refuse_unknown
from features.nightly_settings import Nightly
from features.partition_settings import PartitionedFits
from features.policies.chronic_absence import ChronicAbsence
from features.policies.record_policies import RecordPolicies
from features.pool_settings import LendableYear, Lent
from features.schedule import refuse_unknown_entries
from features.served_outcome import ServedOutcome, said_once
from features.service_settings import Service
from features.sign_in_settings import SignIn
from features.sources.combination import owned_tables
from features.sources.csv import CsvFiles
from features.sources.declaration import Source
from features.sources.kinds import AnySource
from features.spark_settings import Engine, Spark
from features.support_settings import Support


class Section(BaseModel):
    """A table of `ontrack.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Total(Section):
    """What a district says one figure of a school and month is, to be compared with the records."""

    school_id: str
    month: str = Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="YYYY-MM")
    enrolled: int | None = Field(default=None, ge=0, description="students enrolled on the month's last school day")
    absent_days: float | None = Field(default=None, ge=0, description="days of absence in the month")
    incidents: int | None = Field(default=None, ge=0, description="incidents in the month")


class District(Section):
    """One district: its id, its name, its time zone, and what its files look like."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="short id, used in file names and addresses")
    name: str = Field(description="what people call it")
    timezone: str = Field(default="America/Los_Angeles", description="an as-of date is the end of this zone's day")
    records: Path | None = Field(default=None, description="folder, or zip, of the district's files")
    source: AnySource | None = Field(default=None, description="the system its records come from; CSV files where none")
    sources: tuple[AnySource, ...] = Field(default=(), description="several systems, each owning tables of its own")
    reading: Dialect = Field(default=Dialect(), description="how its files are written")
    files: dict[str, FileMapping] = Field(
        default={}, description="canonical table = its files, where they are not ours"
    )
    outcomes: Annotated[tuple[ServedOutcome, ...], AfterValidator(said_once)] = Field(
        default=(),
        description="the outcomes that it serves, by name or as tables; `training.outcome` where none is said",
    )
    policies: RecordPolicies = Field(default=RecordPolicies())
    support: Support = Support()
    sign_in: SignIn = SignIn()
    feeds: Feeds = Feeds()
    context: Context = Context()
    lends: tuple[Lent, ...] = ()
    movers: Movers = Movers()
    quarantine_values: Literal["masked", "plain"] = Field(
        default="masked", description="how a bad value is kept in quarantine: its shape, or itself"
    )
    totals: tuple[Total, ...] = Field(default=(), description="figures of its own that `ontrack check` compares")

    @model_validator(mode="after")
    def maps_known_columns(self) -> Self:
        """The same; ValueError where a mapping says what its table cannot have."""
        for name, files in self.files.items():
            validate_mapping(name, files)
        return self

    @model_validator(mode="after")
    def has_one_owner_a_table(self) -> Self:
        """The same; ValueError where two sources own the same table, or one and several are named."""
        if self.source and self.sources:
            raise ValueError("expected `source` for one system or `sources` for several, not both")
        owned_tables(self.read_from)
        return self

    def lends_to(self, pool: str) -> frozenset[LendableYear]:
        """The records that it lends to a pool, by table and school year."""
        return frozenset().union(*(one.records for one in self.lends if one.pool == pool))

    @property
    def names_sources(self) -> bool:
        """Whether it names a source at all."""
        return bool(self.source or self.sources)

    @property
    def read_from(self) -> tuple[Source, ...]:
        """The sources of its records: CSV files where none is named."""
        return self.sources or ((self.source,) if self.source else (CsvFiles(),))


class Training(Section):
    """How models are trained and on which dates they are asked to score."""

    as_of: tuple[str, ...] = Field(
        default=tuple(f"week {week}" for week in (1, 2, 5, 8, 11, 14, 17, 20, 23, 26, 30, 34, 38)),
        min_length=1,
        description="each year's scoring dates: month-days such as `11-20`, school weeks such as `week 5`, or both",
    )
    parts: tuple[int, int] = Field(
        default=(11, 22),
        description="school weeks with which autumn and spring begin, as parts of the year with a verdict",
    )
    outcome: str = Field(default="grade9_off_track_chicago", description="what is predicted")
    model: bool = Field(default=True, description="whether a model is tried; where not, the published rule serves")
    years: int = Field(default=3, ge=1, description="how many of the latest years are judged, each by the years before")
    weeks: int = Field(default=6, ge=0, description="weeks after the first scoring date in which lists are drawn again")
    search_trials: int = Field(default=0, ge=0, description="trials of a search for better parameters; 0 for none")
    seed: int = Field(default=7, description="seed of every random choice")
    threads: int = Field(default=1, ge=1, description="threads of the estimator; more are slower on a busy machine")
    partitions: PartitionedFits = PartitionedFits()
    experiment_tracking: str = Field(default="", description="MLflow tracking address; empty for a store in `home`")

    @field_validator("as_of")
    @classmethod
    def has_dates_of_every_year(cls, as_of: tuple[str, ...]) -> tuple[str, ...]:
        """The schedule; ValueError for an entry that is no school week, and no month-day that every year has."""
        refuse_unknown_entries(as_of)
        return as_of


class OutcomeSettings(Section):
    """One outcome: whether it is used, and a district's thresholds for it."""

    on: bool = Field(default=True, description="whether it may be trained for and scored")
    thresholds: dict[str, float] = Field(
        default={}, description="threshold = value, where the published one is not used"
    )
    chronic: ChronicAbsence = ChronicAbsence()


class Gate(Section):
    """What a model must show before it may serve."""

    capacity: float = Field(default=0.15, gt=0, lt=1, description="share of the cohort that can be served")
    counselor_minutes: int = Field(default=0, ge=0, description="minutes counselors have for a list; 0 where not said")
    minutes_per_student: int = Field(default=20, ge=1, description="minutes that one student on a list takes")
    minimum_off_track: int = Field(default=100, ge=1, description="students off track the judged years must have")
    calibration_bound: float = Field(default=0.05, gt=0, lt=1, description="largest tolerated calibration gap")
    group_calibration_bound: float = Field(
        default=0.10, gt=0, lt=1, description="largest tolerated calibration gap of a group"
    )
    level_bound: float = Field(
        default=0.03,
        gt=0,
        lt=1,
        description="by how much the mean risk may miss what happened in a judged year; beyond, no number is told then",
    )
    recall_gap_bound: float = Field(default=0.20, gt=0, lt=1, description="largest tolerated recall gap of a group")
    champion_margin: float = Field(
        default=0.03, ge=0, lt=1, description="recall by which a model may fall short of the one that serves now"
    )
    logistic_margin: float = Field(
        default=0.03, ge=0, lt=1, description="recall by which a model may fall short of logistic regression"
    )
    support_margin: float = Field(
        default=0.005,
        ge=0,
        lt=1,
        description="recall by which a lead must be shown where outcomes of supported students are estimated",
    )
    data_warnings: int = Field(
        default=3, ge=0, description="kinds of warning about past records with which a model may still serve"
    )
    replicates: int = Field(default=1000, ge=100, description="bootstrap replicates behind each interval")


class Audit(Section):
    """How groups are looked at."""

    smallest_group: int = Field(default=11, ge=2, description="smaller cells are not shown")
    crossed_with: str = Field(
        default="race_ethnicity", description="the attribute that each other one is crossed with in the audit"
    )


class Monitor(Section):
    """By how much live records and lists may depart from what was promised."""

    attendance_days: int = Field(default=5, ge=1, description="school days without new attendance, longest tolerated")
    marks_days: int = Field(default=50, ge=1, description="school days without new marks, longest tolerated")
    list_days: int = Field(default=10, ge=1, description="school days without a new list, longest tolerated")
    drift: float = Field(
        default=0.25, gt=0, description="largest tolerated population stability index of a feature or of the risks"
    )
    missing_jump: float = Field(
        default=0.10,
        gt=0,
        lt=1,
        description="share of its values by which a feature may lack more or fewer",
    )
    calibration_bound: float = Field(
        default=0.10, gt=0, lt=1, description="largest tolerated calibration gap of those listed"
    )
    hit_rate_margin: float = Field(
        default=0.05, ge=0, lt=1, description="share of those listed by which hits may fall short of the promise"
    )
    missed_margin: float = Field(
        default=0.10, ge=0, lt=1, description="share of those off track by which more may be missed than promised"
    )
    group_gap_bound: float = Field(
        default=0.20, gt=0, lt=1, description="largest tolerated gap of a group in hits, missed or acted on"
    )
    lead_gap_weeks: float = Field(default=4, gt=0, description="weeks by which a group may be listed later")
    stays: float = Field(default=0.60, gt=0, lt=1, description="share of a list that must be on the next week's too")
    acted_days: int = Field(default=28, ge=1, description="days after a first flag in which it should be acted on")
    acted_share: float = Field(default=0.50, ge=0, lt=1, description="share of first flags to be acted on by then")


class Settings(Section):
    """Everything an installation sets."""

    home: Path = Field(default=Path(".ontrack"), description="where warehouses, bundles and databases live")
    today: date | None = Field(default=None, description="pretend it is this date (the demo's clock)")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="how much the service writes to its log; never a student's values"
    )
    engine: Engine = Field(
        default="duckdb", description="what reads records: `duckdb` the district's own file, `spark` tables of a lake"
    )
    districts: tuple[District, ...] = ()
    definitions: tuple[Path, ...] = Field(default=(), description="Python files with outcomes of the district's own")
    outcomes: dict[str, OutcomeSettings] = Field(default={}, description="outcome = whether it is on, its thresholds")
    training: Training = Training()
    gate: Gate = Gate()
    audit: Audit = Audit()
    monitor: Monitor = Monitor()
    service: Service = Service()
    nightly: Nightly = Nightly()
    collaborative: Collaborative = Collaborative()
    spark: Spark = Spark()

    def district(self, district_id: str) -> District:
        """The district of that id; SettingsRefused where there is none."""
        for district in self.districts:
            if district.id == district_id:
                return district
        known = ", ".join(d.id for d in self.districts) or "none"
        raise SettingsRefused(f"no district '{district_id}' in ontrack.toml; it has: {known}")

    @model_validator(mode="after")
    def keeps_the_id_of_the_office(self) -> Self:
        """The same; ValueError where a district has the id of the collaborative's office."""
        if OFFICE in {*(one.id for one in self.districts), *(one.id for one in self.collaborative.members)}:
            raise ValueError(f"'{OFFICE}' is the id of a collaborative's office; expected another id of the district")
        return self

    @model_validator(mode="after")
    def names_districts_for_movers(self) -> Self:
        """The same; ValueError where a district names itself or none of these for students who move."""
        refuse_unknown({one.id: one.movers for one in self.districts})
        return self

    @property
    def guests(self) -> Mapping[str, str]:
        """The office and the members of a collaborative whose records are not here, by id, with their names."""
        here = {one.id for one in self.districts}
        return {one: name for one, name in self.collaborative.visitors.items() if one not in here}

    def timezone_of(self, district_id: str) -> str:
        """The time zone of a district, or of a guest; SettingsRefused for neither."""
        return self.collaborative.timezone if district_id in self.guests else self.district(district_id).timezone

    @property
    def shared_files(self) -> Path:
        """The folder in which the page of a collaborative finds the districts' files."""
        return self.collaborative.files or self.home / "shared"

    def pool(self, name: str) -> tuple[District, ...]:
        """The districts of a pool, those that lend no year yet among them; SettingsRefused where there are none."""
        found = tuple(one for one in self.districts if any(lent.pool == name for lent in one.lends))
        if not found:
            known = ", ".join(sorted({lent.pool for one in self.districts for lent in one.lends})) or "none"
            raise SettingsRefused(
                f"no district of ontrack.toml lends to pool '{name}'; pools it has: {known}. A district lends with "
                "[[districts.lends]]"
            )
        return found

    def warehouse(self, district_id: str) -> Path:
        """The district's warehouse file."""
        return self.home / "warehouses" / f"{district_id}.duckdb"

"""Whatever a district sends, in whatever order: each date shows what a plain list of versions says."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from features.engine.view import View
from features.file_mapping.declaration import DeletionMarker, FileMapping
from features.ingest.load.import_steps import ingest
from features.ingest.load.load_report import LoadReport
from features.ingest.load.workspace import Workspace
from features.progress import quietly
from features.settings import District
from features.tables import TABLES
from features.warehouse.file import open_warehouse
from tests.features.ingest.load.reference_history import PlainHistory, Said
from tests.sweeps import tried

FIRST = date(2025, 9, 1)
STUDENTS = "student_id,first_name,last_name,birth_date,state_id,known_on\n1,Ada,Example,,,2025-09-01\n"
SCHOOLS = "school_id,name,level,known_on\n10,North,high,2025-09-01\n"
OTHERS = {name: FileMapping(sent="never") for name, table in TABLES.items() if table.from_source}
FULL = FileMapping(most_withdrawn=1)
DELTA = FileMapping(kind="delta", deletes=DeletionMarker(column="change", values=("gone",)))

rows = st.lists(
    st.builds(
        Said,
        key=st.sampled_from(["a", "b", "c"]),
        known_on=st.integers(0, 12).map(lambda n: FIRST + timedelta(days=n)),
        severity=st.sampled_from(["minor", "major"]),
    ),
    max_size=5,
    unique_by=lambda row: (row.key, row.known_on),
)
some_gone = st.lists(st.booleans(), min_size=5, max_size=5)


class Loads(RuleBasedStateMachine):
    """A district that sends extracts, deltas and the same again, on days that only go on."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.home = Path(self.folder.name)
        self.day = FIRST + timedelta(days=12)
        self.plain = PlainHistory()
        self.loads = 0
        self.last: tuple[list[Said], bool] | None = None

    def teardown(self) -> None:
        """Nothing is left."""
        self.folder.cleanup()

    @rule(said=rows, days=st.integers(0, 3))
    def a_full_extract(self, said: list[Said], days: int) -> None:
        """An incident that is not in it is withdrawn."""
        self.send(said, days, full=True)

    @rule(said=rows, gone=some_gone, days=st.integers(0, 3))
    def a_delta(self, said: list[Said], gone: list[bool], days: int) -> None:
        """Only what changed, some of it withdrawn."""
        changed = [Said(r.key, r.known_on, "" if g else r.severity) for r, g in zip(said, gone, strict=False)]
        self.send(changed, days, full=False)

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_same_again(self) -> None:
        """Nothing changes."""
        assert self.last
        assert self.load(*self.last).load_id is None

    def send(self, said: list[Said], days: int, *, full: bool) -> None:
        """Loads a file and takes it into the plain list; both must say the same of its rows."""
        self.day += timedelta(days=days)
        report = self.load(said, full)
        if report.load_id is None:  # the very same bytes as the last load, or as an earlier delta
            return
        self.loads += 1
        self.last = (said, full)
        fates = self.plain.take(said, self.loads, self.day, full=full)
        (file,) = (file for file in report.files if file.table == "incidents")
        told = {fate: getattr(file, fate) for fate in ("new", "corrected", "withdrawn")}
        assert {**told, "gone": report.gone.get("incidents", 0)} == fates
        assert file.quarantined == 0

    def load(self, said: list[Said], full: bool) -> LoadReport:
        """The report of loading these rows."""
        records = self.home / "records"
        records.mkdir(exist_ok=True)
        (records / "students.csv").write_text(STUDENTS, encoding="utf-8")
        (records / "schools.csv").write_text(SCHOOLS, encoding="utf-8")
        lines = ["incident_id,student_id,school_id,date,severity,known_on,change"]
        for row in said:
            change = "" if row.severity else "gone"
            lines.append(f"{row.key},1,10,2025-09-01,{row.severity},{row.known_on},{change}")
        (records / "incidents.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        columns = {name: {"column": name} for name in ("incident_id", "student_id", "school_id", "date", "severity")}
        files = (FULL if full else DELTA).model_copy(
            update={"columns": FileMapping.model_validate({"columns": columns}).columns}
        )
        sent = {**OTHERS, "students": FileMapping(), "schools": FileMapping(), "incidents": files}
        workspace = Workspace(District(id="north", name="North", files=sent), self.home, self.day)
        return ingest(workspace, records, now=datetime(2025, 10, 1, tzinfo=UTC), progress=quietly)

    @invariant()
    def every_date_shows_what_the_plain_list_says(self) -> None:
        """For the runs after every load so far, on dates around every load."""
        if not self.loads:
            return
        days = [FIRST + timedelta(days=n) for n in (0, 5, 11, 12)] + [self.day]
        with open_warehouse(self.home / "warehouses" / "north.duckdb") as reader:
            for through in range(1, self.loads + 1):
                for as_of in dict.fromkeys(days):
                    seen = reader.visible(View(as_of, 2026, through), "incidents")
                    assert dict(zip(seen["incident_id"], seen["severity"], strict=True)) == self.plain.shown(
                        as_of, through
                    )


TestLoads = Loads.TestCase
TestLoads.settings = settings(tried(3, 60), stateful_step_count=6, suppress_health_check=[HealthCheck.too_slow])

"""A staging file in memory, and drawn tables that are parsed into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import ibis

from features.file_mapping.declaration import Dialect, FileMapping, file_columns
from features.ingest.delivery import DeliveredTable
from features.ingest.files.csv_rows import read_csv
from features.ingest.files.sources import files_in
from features.ingest.parsing.table_parser import ParsedFile, parse_table
from features.ingest.rules.cross_table_rules import mark_cross_table_errors
from features.ingest.staging_tables import parsed_table
from features.snapshots.given_tables import create_table
from features.tables import TABLES
from features.warehouse.file import WRITE_CONFIG
from features.warehouse.writer import Writer
from tests.drawn import canonical, filled, rows_of

TODAY = date(2026, 1, 15)


@dataclass(frozen=True)
class Staging:
    """The tables of a load, parsed one after the other."""

    folder: Path
    plain: bool = False
    writer: Writer = field(default_factory=lambda: Writer(duckdb.connect(config={**WRITE_CONFIG, "threads": "1"})))

    def send(self, name: str, drawing: str, **said: object) -> list[ParsedFile]:
        """Parses a drawn table as a file of our own shape; what it leaves unsaid has its default."""
        columns = (*file_columns(TABLES[name]), "known_on")
        lines = [",".join(columns), *(",".join(filled(row, columns)) for row in told_rows(drawing))]
        return self.send_text(name, {f"{name}.csv": "\n".join(lines)}, **said)

    def send_as(self, name: str, drawing: str, **said: object) -> list[ParsedFile]:
        """Parses a drawn table as a file of another shape: header and cells as drawn."""
        return self.send_text(name, {f"{name}.csv": as_csv(drawing)}, **said)

    def send_text(self, name: str, texts: Mapping[str, str], **said: object) -> list[ParsedFile]:
        """Parses files with these texts as one table; `said` is what `ontrack.toml` says of them."""
        self.write(self.folder / name, texts)
        sent = self.sent(name, **said)
        lookups = files_in(self.beside) if self.beside.exists() else ()
        return parse_table(self.writer, sent, first_number=1, today=TODAY, plain=self.plain, lookups=lookups)

    @property
    def beside(self) -> Path:
        """The folder of files in which values are looked up."""
        return self.folder / "beside"

    def write(self, folder: Path, texts: Mapping[str, str]) -> None:
        """A new folder with these files."""
        folder.mkdir()
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")

    def sent(self, name: str, **said: object) -> DeliveredTable:
        """A table as it was sent."""
        files = FileMapping.model_validate(said)
        return DeliveredTable(TABLES[name], files, files.dialect(Dialect()), files_in(self.folder / name), read_csv)

    def hold(self, drawings: Mapping[str, str]) -> None:
        """Attaches a warehouse that holds drawn records, as `held`."""
        path = self.folder / "held.duckdb"
        with duckdb.connect(str(path)) as connection:
            for name in TABLES:
                drawn = canonical(name, drawings[name]) if name in drawings else []
                create_table(connection, TABLES[name], drawn, date(2020, 1, 1))
        self.writer.attach(path, "held")

    def check_across(self, *names: str, held: bool = False) -> None:
        """Checks tables against each other."""
        mark_cross_table_errors(self.writer, names, held=held, plain=self.plain)

    def verdicts(self, name: str) -> list[str]:
        """The rule that each row breaks and in which columns, in the order of the file."""
        return [f"{rule or ''} {broken or ''}".strip() for rule, broken in self.rows(name, "rule", "broken")]

    def rows(self, name: str, *columns: str) -> list[tuple[object, ...]]:
        """Columns of a parsed table, in the order of its files."""
        rows = parsed_table(name).order_by("file", "row").select(*columns)
        return self.writer.connection.execute(ibis.to_sql(rows, dialect="duckdb")).fetchall()


def told_rows(drawing: str) -> list[dict[str, str]]:
    """The rows of a drawn table without what becomes of them."""
    return [{name: cell for name, cell in row.items() if name != "becomes"} for row in rows_of(drawing)]


def becomes(drawing: str) -> list[str]:
    """What a drawn table says becomes of its rows."""
    return [row["becomes"] for row in rows_of(drawing)]


def as_csv(drawing: str) -> str:
    """A drawn table as text, `becomes` left out."""
    rows = told_rows(drawing)
    return "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)])

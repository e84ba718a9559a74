"""Commands over records: simulate, ingest, features."""

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from features.grade9 import FEATURE_SETS
from features.ingest import LoadSummary, ingest
from features.language import FeatureSet
from features.settings import Refused, Settings
from features.simulator.district import simulate_district
from features.simulator.plan import Plan
from features.snapshots import build_snapshot
from features.terminal import Context, DistrictOption, JsonOption, on_terminal, settings_of, today_in
from features.warehouse import reading

app = typer.Typer(no_args_is_help=True)
describing = typer.Typer(no_args_is_help=True, help="What is known about a student, defined once.")
app.add_typer(describing, name="features")


@app.command("simulate")
def simulate_command(
    context: Context,
    folder: Annotated[Path, typer.Argument(help="Where the CSV files go.")],
    district: Annotated[str, typer.Option(help="The district's id.")] = "harbor",
    students: Annotated[int, typer.Option(min=50, help="Students enrolled at a time.")] = 1500,
    seed: Annotated[int, typer.Option(help="The same seed writes the same files.")] = 7,
    json_output: JsonOption = False,
) -> None:
    """Write a simulated district's records up to today, one CSV file per table."""
    today = settings_of(context).today or date.today()
    rows = simulate_district(Plan(district, students, today=today, seed=seed), folder)
    print_counts("rows written", rows, json_output)


@app.command("ingest")
def ingest_command(
    context: Context,
    district: DistrictOption,
    folder: Annotated[Path | None, typer.Argument(help="Folder of CSV files; the district's own by default.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Load a folder of records into the district's warehouse, or nothing of it."""
    settings = settings_of(context)
    summary = ingest_district(settings, district, folder)
    if json_output:
        typer.echo(json.dumps(asdict(summary)))
    elif summary.unchanged:
        typer.echo(f"{district}: these files are loaded already; nothing changed")
    else:
        print_counts(f"{district}: new rows, load {summary.load_id}", summary.rows_new, False)


def ingest_district(settings: Settings, district_id: str, folder: Path | None = None) -> LoadSummary:
    """The summary of loading a district's records."""
    district = settings.district(district_id)
    source = folder or district.records
    if source is None:
        raise Refused(f"{district_id}: name a folder, or set `records` for this district in ontrack.toml")
    now = datetime.now(UTC).astimezone(ZoneInfo(district.timezone))
    return ingest(source, settings.warehouse(district_id), district_id=district_id, now=now, progress=on_terminal())


def print_counts(title: str, rows: dict[str, int], as_json: bool) -> None:
    """Counts by table, as JSON or as a table."""
    if as_json:
        typer.echo(json.dumps(rows))
        return
    table = Table("table", title)
    for name, count in rows.items():
        table.add_row(name, f"{count:,}")
    Console().print(table)


@describing.command("describe")
def describe_command(json_output: JsonOption = False) -> None:
    """Print every feature with its sentence, direction and domain."""
    if json_output:
        typer.echo(json.dumps({name: described(one) for name, one in FEATURE_SETS.items()}))
        return
    for name, feature_set in FEATURE_SETS.items():
        table = Table(
            "feature", "a counselor reads: the student …", "more is", "domain", "school can change", title=name
        )
        for row in described(feature_set):
            table.add_row(*(str(value) for value in row.values()))
        Console().print(table)


def described(feature_set: type[FeatureSet]) -> list[dict[str, str]]:
    """The feature set's dictionary, a row a feature."""
    return [
        {
            "feature": name,
            "sentence": feature.because,
            "more_is": feature.more_is,
            "domain": feature.domain,
            "can_change": "yes" if feature.can_change else "no",
        }
        for name, feature in feature_set.features().items()
    ]


@describing.command("snapshot")
def snapshot_command(
    context: Context,
    district: DistrictOption,
    out: Annotated[Path, typer.Argument(help="Parquet file to write.")],
    feature_set: Annotated[str, typer.Option(help="Which feature set.")] = "grade9",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The date to look from.")] = None,
) -> None:
    """Write what was known about each student of a cohort on a date."""
    settings = settings_of(context)
    if feature_set not in FEATURE_SETS:
        raise Refused(f"no feature set '{feature_set}'; there are {', '.join(FEATURE_SETS)}")
    day = as_of.date() if as_of else today_in(settings, district)
    with reading(settings.warehouse(district)) as reader:
        snapshot = build_snapshot(reader, FEATURE_SETS[feature_set], day)
    snapshot.features.to_parquet(out)
    typer.echo(f"{len(snapshot.features):,} students as of {day} in {out}")

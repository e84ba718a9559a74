"""Commands over records: simulate, ingest, features."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table

import features.commands_check
from features.definitions.catalog import FEATURE_SETS, outcomes_of
from features.errors import Refused
from features.ingest.load.import_steps import DryRun, dry_run_of, ingest
from features.ingest.load.load_report import LoadReport, print_report
from features.ingest.load.workspace import Workspace, workspace_of
from features.ingest.parsing.preview import print_preview
from features.language.feature_set import FeatureSet, Outcome
from features.settings import Settings
from features.simulator.district import simulate_district, simulate_state
from features.simulator.plan import Plan, state_plans
from features.snapshots.feature_requirements import missing_when, source_tables, unavailable_features
from features.snapshots.labels import first_known_on, why_unknown
from features.snapshots.snapshot import build_snapshot, scoring_dates
from features.terminal import Context, DistrictOption, JsonOption, settings_of, terminal_progress, today_in
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader

app = typer.Typer(no_args_is_help=True)
describing = typer.Typer(no_args_is_help=True, help="What is known about a student, defined once.")
app.add_typer(describing, name="features")
app.add_typer(features.commands_check.app)


@app.command("simulate")
def simulate_command(
    context: Context,
    folder: Annotated[
        Path, typer.Argument(help="Where the CSV files go; a folder each where there are several districts.")
    ],
    district: Annotated[str, typer.Option(help="The district's id.")] = "harbor",
    districts: Annotated[int, typer.Option(min=1, max=99, help="How many, of one collaborative.")] = 1,
    students: Annotated[int, typer.Option(min=50, help="Students enrolled at a time.")] = 1500,
    years: Annotated[int, typer.Option(min=1, max=12, help="School years, the last in progress.")] = 6,
    seed: Annotated[int, typer.Option(help="The same seed writes the same files.")] = 7,
    truth: Annotated[Path | None, typer.Option(help="Where to write what no district could know.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Write simulated districts' records up to today, one CSV file per table."""
    today = settings_of(context).today or date.today()
    if districts == 1:
        plan = Plan(district, students, today=today, years=years, seed=seed)
        print_counts("rows written", simulate_district(plan, folder, truth=truth), json_output)
        return
    plans = state_plans(students, districts, today=today, years=years, seed=seed)
    written = simulate_state(plans, {plan.district_id: folder / plan.district_id for plan in plans}, truth=truth)
    total = {name: sum(rows[name] for rows in written.values()) for name in written[plans[0].district_id]}
    print_counts(f"rows written for {districts} districts", total, json_output)


@app.command("ingest")
def ingest_command(
    context: Context,
    district: DistrictOption,
    records: Annotated[Path | None, typer.Argument(help="Folder or zip of files; the district's own else.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen, and change nothing.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Load a folder of records into the district's warehouse, every row accounted for, or nothing of it."""
    settings = settings_of(context)
    if dry_run:
        print_tried(try_district(settings, district, records), json_output)
        return
    report = ingest_district(settings, district, records)
    if json_output:
        typer.echo(report.as_json())
    else:
        print_report(report, console())


def console() -> Console:
    """Where reports are printed: as wide as the terminal, or wide enough for a file."""
    return Console(width=None if sys.stdout.isatty() else 120)


def ingest_district(settings: Settings, district_id: str, records: Path | None = None) -> LoadReport:
    """What became of every row of a district's records."""
    workspace = workspace_of(settings, district_id, today_in(settings, district_id))
    return ingest(workspace, place_of(workspace, records), now=datetime.now(UTC), progress=terminal_progress())


def try_district(settings: Settings, district_id: str, records: Path | None) -> DryRun:
    """What loading a district's records would do."""
    workspace = workspace_of(settings, district_id, today_in(settings, district_id))
    return dry_run_of(workspace, place_of(workspace, records), now=datetime.now(UTC), progress=terminal_progress())


def place_of(workspace: Workspace, records: Path | None) -> Path:
    """The folder or zip named on the command line, or the district's own."""
    place = records or workspace.district.records
    if place is None:
        raise Refused(f"{workspace.district.id}: name a folder, or set `records` for this district in ontrack.toml")
    return place


def print_tried(tried: DryRun, as_json: bool) -> None:
    """What a load would do; raises what it would be refused with."""
    printed = console()
    if as_json:
        typer.echo(TypeAdapter(dict[str, object]).dump_json(tried_as_json(tried)).decode())
    else:
        for preview in tried.previews:
            print_preview(preview, printed)
        if tried.report:
            print_report(tried.report, printed, tried=True)
            printed.print("dry run: nothing was changed")
    if tried.refusal:
        raise tried.refusal


def tried_as_json(tried: DryRun) -> dict[str, object]:
    """The same as JSON takes it."""
    return {
        "previews": [asdict(preview) for preview in tried.previews],
        "report": asdict(tried.report) if tried.report else None,
        "refused": str(tried.refusal) if tried.refusal else None,
    }


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
def describe_command(
    context: Context,
    district: Annotated[str, typer.Option(help="Say which features this district sends no data for.")] = "",
    json_output: JsonOption = False,
) -> None:
    """Print every feature with its sentence, direction, domain, source, and when it is missing."""
    lacking = {name: lacking_in(settings_of(context), district, one) for name, one in FEATURE_SETS.items()}
    if json_output:
        typer.echo(json.dumps({name: described(one, lacking[name]) for name, one in FEATURE_SETS.items()}))
        return
    for name, feature_set in FEATURE_SETS.items():
        table = Table(*HEADINGS, title=name)
        table.columns[0].no_wrap = True
        for row in described(feature_set, lacking[name]):
            table.add_row(*row.values())
        console().print(table)
        for feature, lacks in lacking[name].items():
            console().print(f"left out: {feature}, because {district} sends no {lacks}")


HEADINGS = ("feature", "a counselor reads: the student …", "more is", "domain", "can change", "from", "missing with")


def lacking_in(settings: Settings, district: str, feature_set: type[FeatureSet]) -> Mapping[str, str]:
    """The features of a set that a district sends no data for; none where no district is named."""
    if not district:
        return {}
    with open_warehouse(settings.warehouse(settings.district(district).id)) as reader:
        return unavailable_features(reader, feature_set)


def described(feature_set: type[FeatureSet], lacking: Mapping[str, str]) -> list[dict[str, str]]:
    """The feature set's dictionary, a row a feature, without those that lack data."""
    return [
        {
            "feature": name,
            "sentence": feature.because,
            "more_is": feature.more_is,
            "domain": "context" if feature.is_context else feature.domain,
            "can_change": "yes" if feature.can_change else "no",
            "source": ", ".join(source_tables(feature)) or "enrollments",
            "missing_when": missing_when(feature.quantity),
        }
        for name, feature in feature_set.defined().items()
        if name not in lacking
    ]


@describing.command("outcomes")
def outcomes_command(context: Context, district: DistrictOption, json_output: JsonOption = False) -> None:
    """Print every outcome that is on, and since when, or from when on, this district's records can tell it."""
    settings = settings_of(context)
    today = today_in(settings, district)
    with open_warehouse(settings.warehouse(settings.district(district).id)) as reader:
        rows = [told(reader, one, settings.training.as_of, today) for one in outcomes_of(settings).values()]
    if json_output:
        typer.echo(json.dumps(rows))
        return
    table = Table("outcome", "says", "can be judged", title=district)
    for row in rows:
        table.add_row(row["outcome"], row["says"], row["judged"])
    console().print(table)


def told(reader: Reader, outcome: Outcome, month_days: tuple[str, ...], today: date) -> dict[str, str]:
    """An outcome, and how many school years of it are told on a day, or from when on the first one is."""
    dates = scoring_dates(reader, month_days, until=today)
    known = [year for year, days in dates.items() if not all(why_unknown(reader, outcome, day, today) for day in days)]
    every = [day for days in dates.values() for day in days]
    if known:
        judged = f"yes, on {len(known)} school year{'s' if len(known) > 1 else ''}: {', '.join(map(str, known))}"
    else:
        since = first_known_on(reader, outcome, every)
        why = why_unknown(reader, outcome, every[0], today) if every else "no scoring date is past"
        judged = f"not yet: {why}" + (f"; from {since} on" if since and since > today else "")
    return {"outcome": outcome.name, "says": outcome.says, "judged": judged}


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
    with open_warehouse(settings.warehouse(district)) as reader:
        snapshot = build_snapshot(reader, FEATURE_SETS[feature_set], day)
        lacking = unavailable_features(reader, FEATURE_SETS[feature_set])
    snapshot.features.drop(columns=list(lacking)).join(snapshot.context).to_parquet(out)
    for feature, lacks in lacking.items():
        typer.echo(f"left out: {feature}, because {district} sends no {lacks}", err=True)
    typer.echo(f"{len(snapshot.features):,} students as of {day} in {out}")

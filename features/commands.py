"""Commands over records: simulate, map, ingest, check, features. Each imports its work when it runs."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from features.errors import Refused
from features.terminal import (
    Context,
    DistrictOption,
    JsonOption,
    print_counts,
    report_console,
    settings_of,
    today_everywhere,
    today_in,
    warn,
)

app = typer.Typer(no_args_is_help=True)
describing = typer.Typer(no_args_is_help=True, help="What is known about a student, defined once.")
app.add_typer(describing, name="features")


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
    marks_last: Annotated[
        bool,
        typer.Option("--marks-last", help="Study habits go on over quarters and years, as those of real students."),
    ] = False,
    form: Annotated[
        str,
        typer.Option("--format", help="csv, or another system's; an unknown one names all."),
    ] = "csv",
    json_output: JsonOption = False,
) -> None:
    """Write simulated districts' records up to today, one CSV file per table, or as another system has them."""
    from features.simulator.plan import Plan
    from features.simulator.simulation import refuse_several, simulate, simulate_as

    today = today_everywhere(settings_of(context), datetime.now(UTC))
    plan = Plan(district, students, today=today, years=years, seed=seed, marks_last=marks_last)
    if form != "csv":
        refuse_several(districts, truth)
        print_counts("rows written", simulate_as(form, plan, folder), json_output)
        return
    rows = simulate(plan, folder, districts=districts, truth=truth)
    print_counts("rows written" if districts == 1 else f"rows written for {districts} districts", rows, json_output)


@app.command("map")
def map_command(
    folder: Annotated[Path, typer.Argument(help="Folder or zip of files as a system exports them.")],
    output: Annotated[Path | None, typer.Option(help="File to write it to, which must not exist yet.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Propose an ontrack.toml for a folder of files: columns, codes, dates and encodings, to be read and corrected."""
    from features.ingest.proposal.printed_proposal import print_proposal

    print_proposal(folder, output, as_json=json_output)


@app.command("sources")
def sources_command(
    context: Context,
    district: Annotated[str, typer.Option(help="Say who owns which table of this district, and what falls away.")] = "",
    json_output: JsonOption = False,
) -> None:
    """Print every kind of source with what it gives; for a district, what falls away for want of a source."""
    from features.snapshots.source_report import district_report, print_district, print_sources, source_rows

    if json_output:
        typer.echo(json.dumps(district_report(settings_of(context), district) if district else source_rows()))
    elif district:
        print_district(settings_of(context), district)
    else:
        print_sources()


@app.command("pull")
def pull_command(context: Context, district: DistrictOption, json_output: JsonOption = False) -> None:
    """Read a district's systems behind a network into its folder of records: everything once, then what changed."""
    from features.ingest.load.district_import import pull_district

    pulled = pull_district(settings_of(context), district, os.environ)
    print_counts("rows held", {one.source: one.rows for one in pulled}, json_output)


@app.command("ingest")
def ingest_command(
    context: Context,
    district: DistrictOption,
    records: Annotated[Path | None, typer.Argument(help="Folder or zip of files; the district's own else.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen, and change nothing.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Load a folder of records into the district's warehouse, every row accounted for, or nothing of it."""
    from features.ingest.load.district_import import ingest_district, print_tried, try_district
    from features.ingest.load.load_report import print_report
    from features.quality.records_summary import summarize_load
    from features.snapshots.source_report import print_fallen

    settings = settings_of(context)
    if dry_run:
        if not json_output:
            print_fallen(settings, district)
        print_tried(try_district(settings, district, records), json_output)
        return
    report = ingest_district(settings, district, records)
    summarize_load(settings, district, today_in(settings, district), warn=warn)
    if json_output:
        typer.echo(report.as_json())
    else:
        print_report(report, report_console())
        print_fallen(settings, district)


@app.command("check")
def check_command(
    context: Context,
    district: DistrictOption,
    month: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m"], help="Only this month; the running school year else.")
    ] = None,
    unlisted: Annotated[
        Path | None, typer.Option(help="File for the students whom quarantine keeps from every list; - prints them.")
    ] = None,
    for_sis: Annotated[
        Path | None, typer.Option(help="File for the fix list of those who keep the SIS, as CSV; - prints it.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """Say per school and month what the records add up to, and what does not; or list what is to be mended."""
    from rich.console import Console

    from features.lake.records import open_records
    from features.quality.check_report import Chosen, print_check
    from features.quality.fix_list import write_lists
    from features.quality.records_summary import check_and_summarize

    settings = settings_of(context)
    found = check_and_summarize(settings, settings.district(district), today_in(settings, district), warn=warn)
    if unlisted or for_sis:
        with open_records(settings, district) as reader:
            write_lists(reader, found, unlisted=unlisted, for_sis=for_sis)
        return
    chosen = Chosen(found, month.date() if month else None)
    if json_output:
        typer.echo(json.dumps(chosen.as_json()))
    else:
        print_check(chosen, Console())
    if found.errors:
        raise typer.Exit(Refused.exit_code)


@app.command("export")
def export_command(context: Context, district: DistrictOption, json_output: JsonOption = False) -> None:
    """Write a district's tables, without names of people, as Parquet to the folder of `spark.tables`."""
    from features.lake.export import export_tables

    settings = settings_of(context)
    print_counts("rows written", dict(export_tables(settings, settings.district(district).id)), json_output)


@describing.command("describe")
def describe_command(
    context: Context,
    district: Annotated[str, typer.Option(help="Say which features this district sends no data for.")] = "",
    json_output: JsonOption = False,
) -> None:
    """Print every feature with its sentence, direction, domain, source, and when it is missing."""
    from features.definitions.catalog import FEATURE_SETS
    from features.snapshots.description import described, lacking_in, print_features

    lacking = {name: lacking_in(settings_of(context), district, one) for name, one in FEATURE_SETS.items()}
    if json_output:
        typer.echo(json.dumps({name: described(one, lacking[name]) for name, one in FEATURE_SETS.items()}))
    else:
        print_features(lacking, district)


@describing.command("outcomes")
def outcomes_command(context: Context, district: DistrictOption, json_output: JsonOption = False) -> None:
    """Print every outcome that is on, and on which school years, or from when on, this district can be judged by it."""
    from features.snapshots.description import outcome_rows, print_outcomes

    settings = settings_of(context)
    rows = outcome_rows(settings, district, today_in(settings, district))
    if json_output:
        typer.echo(json.dumps(rows))
    else:
        print_outcomes(rows, district)


@describing.command("snapshot")
def snapshot_command(
    context: Context,
    district: DistrictOption,
    out: Annotated[Path, typer.Argument(help="Parquet file to write.")],
    feature_set: Annotated[str, typer.Option(help="Which feature set.")] = "grade9",
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The date to look from.")] = None,
) -> None:
    """Write what was known about each student of a cohort on a date."""
    from features.definitions.catalog import FEATURE_SETS
    from features.lake.records import open_records
    from features.snapshots.feature_requirements import unavailable_features
    from features.snapshots.snapshot import build_snapshot

    settings = settings_of(context)
    if feature_set not in FEATURE_SETS:
        raise Refused(f"no feature set '{feature_set}'; there are {', '.join(FEATURE_SETS)}")
    day = as_of.date() if as_of else today_in(settings, district)
    with open_records(settings, district) as reader:
        snapshot = build_snapshot(reader, FEATURE_SETS[feature_set], day)
        lacking = unavailable_features(reader, FEATURE_SETS[feature_set])
    snapshot.features.drop(columns=list(lacking)).join(snapshot.context).to_parquet(out)
    for feature, lacks in lacking.items():
        typer.echo(f"left out: {feature}, because {district} sends no {lacks}", err=True)
    typer.echo(f"{len(snapshot.features):,} students as of {day} in {out}")

"""Features and outcomes as a district's data team reads them, with what its records can tell."""

from collections.abc import Mapping
from datetime import date

from rich.table import Table

from features.definitions.catalog import FEATURE_SETS, outcomes_of
from features.language.feature_set import FeatureSet, Outcome
from features.settings import Settings
from features.snapshots.feature_requirements import missing_when, source_tables, unavailable_features
from features.snapshots.labels import first_known_on, why_unknown
from features.snapshots.snapshot import scoring_dates
from features.terminal import report_console
from features.warehouse.file import open_warehouse
from features.warehouse.reader import Reader

HEADINGS = ("feature", "a counselor reads: the student …", "more is", "domain", "can change", "from", "missing with")


def print_features(lacking: Mapping[str, Mapping[str, str]], district: str) -> None:
    """Prints a table of each feature set, then the features left out and why."""
    printed = report_console()
    for name, feature_set in FEATURE_SETS.items():
        table = Table(*HEADINGS, title=name)
        table.columns[0].no_wrap = True
        for row in described(feature_set, lacking[name]):
            table.add_row(*row.values())
        printed.print(table)
        for feature, lacks in lacking[name].items():
            printed.print(f"left out: {feature}, because {district} sends no {lacks}")


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


def outcome_rows(settings: Settings, district_id: str, today: date) -> list[dict[str, str]]:
    """Every outcome that is on, and since when, or from when on, the district's records tell it."""
    month_days = settings.training.as_of
    with open_warehouse(settings.warehouse(settings.district(district_id).id)) as reader:
        return [told(reader, one, month_days, today) for one in outcomes_of(settings).values()]


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


def print_outcomes(rows: list[dict[str, str]], district_id: str) -> None:
    """Prints outcomes as a table."""
    table = Table("outcome", "says", "can be judged", title=district_id)
    for row in rows:
        table.add_row(row["outcome"], row["says"], row["judged"])
    report_console().print(table)

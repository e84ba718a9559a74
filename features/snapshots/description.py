"""Features and outcomes as a district's data team reads them, with what its records can tell."""

from collections.abc import Mapping
from datetime import date

from rich.table import Table

from features.definitions.catalog import FEATURE_SETS, outcomes_of
from features.language.feature_set import FeatureSet, Outcome
from features.settings import Settings
from features.snapshots.feature_requirements import missing_when, source_tables, unavailable_features
from features.snapshots.label_years import judgeable_years
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
    """Every outcome that is on, and on which school years, or from when on, the district can be judged by it."""
    schedule = settings.training.as_of
    with open_warehouse(settings.warehouse(settings.district(district_id).id)) as reader:
        return [outcome_row(reader, one, schedule, today) for one in outcomes_of(settings).values()]


def outcome_row(reader: Reader, outcome: Outcome, schedule: tuple[str, ...], today: date) -> dict[str, str]:
    """An outcome, and on which school years it can be judged on a day, or why on none and from when on."""
    found = judgeable_years(reader, outcome, schedule, observed_on=today)
    years, since = found.school_years, f"; from {found.possible_from} on" if found.possible_from else ""
    if years:
        judged = f"yes, on {len(years)} school year{'s' if len(years) > 1 else ''}: {', '.join(map(str, years))}"
    else:
        judged = f"not yet: {found.why_none}{since}"
    return {"outcome": outcome.name, "says": outcome.says, "judged": judged}


def print_outcomes(rows: list[dict[str, str]], district_id: str) -> None:
    """Prints outcomes as a table."""
    table = Table("outcome", "says", "can be judged", title=district_id)
    for row in rows:
        table.add_row(row["outcome"], row["says"], row["judged"])
    report_console().print(table)

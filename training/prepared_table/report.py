"""The report of a run on a prepared table: one page of aggregates; the first sentence says what the run comes to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from models.metrics.intervals import Interval
from presentation.numbers import capitalized, long_date, of_100, people_interval, technical_interval
from presentation.report import Report, ReportSection, prose_section, render
from presentation.tables import plain_table
from training.evaluation.calibration_by_date import DateCalibration
from training.prepared_table.card import limits_of, outcome_of, tested_on
from training.prepared_table.figures import CAPACITY, draws_of
from training.prepared_table.groups import groups_sections
from training.prepared_table.periods import Period
from training.prepared_table.run import ProtectedComparison, TableResult
from training.prepared_table.spec import TableSpec, Time
from training.prepared_table.verdict import OTHER, beats, verdict_of
from training.report.at_a_glance import glance_section
from training.report.comparison import Comparison, calibration_section, comparison_section
from training.report.sections import TEMPLATES, facts_section, limits_section, reproduce_section
from training.report.verdict import VerdictView


@dataclass(frozen=True)
class Source:
    """Where a run comes from: the names of its table and its spec, and the digest of the table's content."""

    table: str
    spec: str
    digest: str

    @property
    def stem(self) -> str:
        """What the spec is called."""
        return self.spec.removesuffix(".toml")


def render_table_report(trained: TableResult, source: Source, *, made_on: date) -> str:
    """The report as one HTML document that fetches and runs nothing, and holds no row of the table."""
    title = capitalized(source.stem.replace("_", " "))
    opening = (verdict_section(trained), glance_section(comparison_of(trained), OTHER))
    report = Report(
        title=title,
        heading=title,
        about=f"Prepared table {source.table} · made on {long_date(made_on)}",
        opening=[one for one in opening if one],
        sections=[one for one in sections_of(trained, source) if one],
        contents=True,
    )
    return render(report, TEMPLATES)


def sections_of(trained: TableResult, source: Source) -> Iterator[ReportSection | None]:
    """What follows the contents; None for a section that has nothing to say."""
    found = comparison_of(trained)
    yield comparison_section(found)
    yield calibration_section(found)
    yield periods_section(trained.periods, found.smallest)
    yield protected_section(trained.told)
    yield from groups_sections(trained.audit)
    yield leaks_section(trained)
    yield facts_section("The data", facts_of(trained, source))
    yield limits_section(limits_of(trained))
    says, command = "The same table, spec and code give the same figures:", f"{source.table} {source.spec}"
    yield reproduce_section(says, f"ontrack train-table {command}")


def comparison_of(trained: TableResult) -> Comparison:
    """The comparison of a run on a table."""
    found = trained.measured
    return Comparison(
        found.figures, found.intervals, {name: at_capacity(one) for name, one in found.differences.items()},
        found.reliability,
        capacity=CAPACITY, smallest=trained.asked.terms.smallest_group, whose="lists and groups are told at this",
        over="all rows that were held out", baseline=OTHER,
    )  # fmt: skip


def at_capacity(lead: Mapping[str, Interval]) -> dict[str, Interval]:
    """A lead in ROC AUC, and in precision and recall at the capacity."""
    return {"roc_auc": lead["roc_auc"], **{what: lead[f"{what}@{CAPACITY:.3f}"] for what in ("precision", "recall")}}


def verdict_section(trained: TableResult) -> ReportSection:
    """What the run comes to, in plain sentences."""
    first, *rest = verdict_of(trained)
    spec, figures = trained.asked.spec, trained.figures["model"]
    counts = (
        f"Judged on {figures.n:,} rows, of which {figures.positives:,} ended off track: {tested_on(spec)}. "
        "In brackets stand 95% intervals."
    )
    won = beats(trained.measured.differences[OTHER]["roc_auc"]) and not trained.leaks
    view = VerdictView(first, won, " ".join(rest), (counts, f"The outcome: {outcome_of(spec)}."))
    return ReportSection("", "report/verdict.html", view)


def periods_section(periods: tuple[Period, ...], smallest: int) -> ReportSection | None:
    """Calibration for each value of the column that the table is split by; None without a split by time."""
    if not periods:
        return None
    head = (
        "Column", "Value", "Rows", "Risk said, of 100", "Off track, of 100", "Difference", "ROC AUC", "Learned from",
        "Off track there, of 100",
    )  # fmt: skip
    rows = [(*date_row(one.part, smallest), f"{one.learned_from:,}", of_100(one.share_before)) for one in periods]
    says = (
        "Each value is judged by a model of rows before it. Where more or fewer end off track than in the rows learned "
        "from, risks are off too: no model of earlier rows can know that. Where they are off by more, the rows are of "
        "another kind."
    )
    return prose_section(
        "Do the risks hold from one time to the next?", says, tables=[plain_table("By time", head, rows)]
    )


def date_row(one: DateCalibration, smallest: int) -> tuple[str, ...]:
    """The cells of one date; one with few students is named, and its figures are not shown."""
    if one.gap is None:
        return (capitalized(one.by), one.value, *("too few to judge",) * 5)
    said = (of_100(one.mean_risk), of_100(one.share), people_interval(one.gap), f"{one.auc:.3f}")
    return (capitalized(one.by), one.value, f"{one.n:,}" if one.n >= smallest else "few", *said)


def protected_section(told: ProtectedComparison | None) -> ReportSection | None:
    """What protected attributes would add; None where that was not asked."""
    if told is None:
        return None
    says = (
        "The same trees were also told the protected attributes, to compare and never to keep. "
        f"They order students with a ROC AUC of {told.figures.roc_auc:.3f}; "
        f"beside them, the lead of the model, which does not know them, is {technical_interval(told.lead['roc_auc'])}."
    )
    return prose_section("What would protected attributes add?", says)


def leaks_section(trained: TableResult) -> ReportSection:
    """The columns that give the outcome away."""
    title = "Does a column know the end?"
    if trained.leaks:
        return prose_section(title, points=[capitalized(one.says) for one in trained.leaks])
    later = isinstance(trained.asked.spec.split, Time)
    by_time = "none tells it in the rows learned from and not in later ones, and " if later else ""
    beyond = "" if later else " Without a split by time, columns that were filled in afterwards cannot be told."
    says = (
        "Each column was tried alone, by its value, by being filled in and by its category: "
        f"{by_time}none tells it almost without error.{beyond}"
    )
    return prose_section(title, says)


def facts_of(trained: TableResult, source: Source) -> Mapping[str, str]:
    """The data, the seeds and the draws."""
    asked, examples = trained.asked, trained.prepared.examples
    seeds, draws = len(asked.seeds), draws_of(trained.figures["model"].n, len(asked.seeds), asked.terms.replicates)
    mean = "Figures are the mean over the seeds, and so is each draw. " if seeds > 1 else ""
    return {
        "Rows": f"{len(examples):,} with a label, {int(examples.label.sum()):,} off track",
        "A row": a_row(asked.spec),
        "Features": f"{len(trained.model.dictionary.entries)}",
        "Held out": tested_on(asked.spec),
        "Seeds": ", ".join(map(str, asked.seeds)),
        "Intervals": f"{mean}{draws:,} bootstrap draws of whole students; reliability is of the first seed",
        "Parameters": parameters_of(trained),
        "Table": f"{source.table}, sha256 {source.digest[:12]}",
    }


def a_row(spec: TableSpec) -> str:
    """What a row of the table is."""
    if spec.as_of is not None:
        return (
            f"one student on one date ({spec.as_of}); a list is made on each date, and figures are the mean over them"
        )
    return "one student" if spec.id is None else "one student, or one student as seen on one date"


def parameters_of(trained: TableResult) -> str:
    """Where the parameters come from: the defaults, or a search."""
    found = trained.search
    if found is None:
        return "the defaults, the same for every table"
    better = f"log loss {found.loss:.4f} after {found.default_loss:.4f}" if found.parameters else "none was better"
    return f"searched for in {found.trials} trials, among the rows learned from only: {better}"

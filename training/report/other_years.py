"""Results beyond the test year's lists: other years, and the weekly lists."""

from presentation.numbers import capitalized, of_100, people_interval, school_year
from presentation.report import ReportSection, prose_section
from presentation.tables import plain_table
from training.evaluation.rolling_evaluation import YearEvaluation
from training.evaluation.scorers import words_of
from training.evaluation.weekly_lists import WeeklyLists
from training.training_result import TrainingResult


def years_section(result: TrainingResult) -> ReportSection:
    """Precision and calibration in each evaluated year."""
    title = "Did it hold in other years?"
    if len(result.years) < 2:
        says = (
            "Only one year could be judged: whether the figures hold in others is not known. Each year that is judged "
            "needs a year before it whose outcome was known by its first scoring date."
        )
        return prose_section(title, says)
    head = ("Year judged", "Learned from", "Students", "Off track", "Model", "Published rule", "Logistic", "Risks said")
    rows = [year_row(one, result) for one in result.years]
    says = "Every year is judged by a model of the years before it; no label of a training row was known by its start."
    caption = (
        "Of 100 students listed at the district’s capacity, how many ended off track; last, how many more of 100 ended "
        "off track than the risks said, with its 95% interval"
    )
    return prose_section(title, says, tables=[plain_table(caption, head, rows)])


def year_row(one: YearEvaluation, result: TrainingResult) -> tuple[str, ...]:
    """The cells of one evaluated year."""
    at = result.request.settings.gate.capacity
    precisions = [
        of_100(one.figures[name].precision_at[at]) if name in one.figures else "none"
        for name in ("model", "rule", "logistic")
    ]
    model = one.figures["model"]
    learned = f"{school_year(one.split.train[0])} to {school_year(one.split.train[-1])}"
    return (
        school_year(one.split.test), learned, f"{model.n:,}", f"{model.positives:,}", *precisions,
        people_interval(one.gap),
    )  # fmt: skip


def weekly_lists_section(result: TrainingResult) -> ReportSection | None:
    """How early students are found, and how steady the list is; None without weekly lists."""
    shown = [one for one in result.followed if one.listed >= result.request.settings.audit.smallest_group]
    if not shown:
        return None
    weeks = shown[0].weeks
    head = (
        "List by", "Found on the first list, of 100 off track", f"Found within {weeks} weeks",
        "Weeks from first list to outcome (median)", "Of 100 listed, still listed a week later",
    )  # fmt: skip
    says = f"The list was drawn again in each of the {weeks} weeks after the first scoring date of the test year."
    title = "How early, and how steady?"
    return prose_section(title, says, tables=[plain_table("Week by week", head, map(weekly_row, shown))])


def weekly_row(one: WeeklyLists) -> tuple[str, ...]:
    """The cells of one scorer."""
    name = capitalized(words_of(one.scorer))
    return (name, of_100(one.found_first), of_100(one.found_by_last), f"{one.lead_weeks:.0f}", of_100(one.stays))

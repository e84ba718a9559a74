"""What serves in which part of the school year, and how risks and lists do week by week."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from presentation.numbers import capacity_of_100, capitalized, of_100, people_interval, school_year
from presentation.report import ReportSection, prose_section
from presentation.tables import plain_table
from training.evaluation.calibration_by_date import DateCalibration
from training.evaluation.scorers import words_of
from training.evaluation.year_parts import LAST_WEEK
from training.gate.verdict import VERDICT_WORDS
from training.training_result import TrainingResult


def serves_when(parts: Sequence[TrainingResult]) -> str:
    """What makes the list in which weeks, in one sentence; empty where the year is one part."""
    if len(parts) < 2:
        return ""
    runs = [list(run) for _, run in groupby(parts, key=lambda one: one.serves)]
    if len(runs) == 1:
        return " ".join(filter(None, (f"The list is made by {served_by(parts[0])} all year.", in_order_when(parts))))
    said = [f"by {served_by(run[0])} {weeks_of(run)}" for run in runs]
    made = f"The list is made {', '.join(said[:-1])} and {said[-1]}."
    return " ".join(filter(None, (made, in_order_when(parts))))


def in_order_when(parts: Sequence[TrainingResult]) -> str:
    """In which weeks a list is in order and no number is told, in a sentence; empty where numbers are told all year."""
    runs = [list(run) for numbers, run in groupby(parts, key=lambda one: one.numbers) if not numbers]
    when = "all year" if len(runs) == 1 and len(runs[0]) == len(parts) else " and ".join(map(weeks_of, runs))
    why = "the judged years do not show risks to be near enough to what happens"
    ranged = all(one.told_ranges for run in runs for one in run)
    return f"No number is told {when}{', but a range in its place' if ranged else ''}: {why}." if runs else ""


def weeks_of(run: Sequence[TrainingResult]) -> str:
    """The school weeks of some parts that follow one another, in words."""
    first, last = run[0].part.from_week, run[-1].part.through_week
    if first == 0:
        return f"until school week {last}"
    return f"from week {first} on" if last == LAST_WEEK else f"from week {first} to {last}"


def parts_section(parts: Sequence[TrainingResult]) -> ReportSection | None:
    """Every part of the year: its verdict, what serves, and how often the list was right; None where it is one."""
    if len(parts) < 2:
        return None
    head = (
        "Part of the year",
        "Verdict on the model",
        "List made by",
        "Numbers told",
        "Of 100 listed, ended off track",
    )
    rows = [
        (
            capitalized(one.part.words),
            VERDICT_WORDS[one.gate.verdict],
            served_by(one),
            numbers_in_words(one),
            right_in_words(one),
        )
        for one in parts
    ]
    says = (
        "What is known of a student in September is last year’s, and from the first marks on it is this year’s. So the "
        "model is judged in each part of the year, and serves only where it passed; elsewhere a published rule does. "
        "Where the mean risk missed what happened in a judged year, or how large risks are is open, the list is in "
        "order and no number is told, or a range by a rule. "
        "In brackets are 95% intervals, of the list in the middle of each part."
    )
    return prose_section("What serves when", says, tables=[plain_table("By part of the year", head, rows)])


def served_by(one: TrainingResult) -> str:
    """What serves in a part of the year."""
    return "the model" if one.serves == "model" else words_of(one.serves)


def numbers_in_words(one: TrainingResult) -> str:
    """Whether numbers are told in a part of the year."""
    return "yes" if one.numbers else "ranges" if one.told_ranges else "no: only the order"


def right_in_words(one: TrainingResult) -> str:
    """How often the list of the date that was looked at closely was right."""
    found = one.headline.get(one.serves)
    if found is None or one.listed < one.request.settings.audit.smallest_group:
        return "not shown"
    return f"{of_100(found.estimate)} ({of_100(found.low)} to {of_100(found.high)})"


def weeks_section(parts: Sequence[TrainingResult]) -> ReportSection | None:
    """Risks and lists on every scoring date of the test year; None where there is one only."""
    dates = [(one, date) for one in parts for date in one.slices]
    if not dates:
        return None
    request, year = parts[0].request, parts[0].basis.split.test
    at = capacity_of_100(request.settings.gate.capacity)
    smallest = request.settings.audit.smallest_group
    says = (
        f"A list is made every week. These are the dates of {school_year(year)} on which that was judged: what risks "
        f"said, what happened, and how many of 100 who ended off track a list of {at} of 100 students held. "
        "A date with fewer than 20 students off track, or on track, is too small to judge."
    )
    head = (
        "School week", "Date", "Students", "Risk said, of 100", "Ended off track, of 100", "Difference", "ROC AUC",
        "Listed by the model", "Listed by the rule",
    )  # fmt: skip
    rows = list(week_rows(dates, smallest))
    table = plain_table("By school week of the test year", head, rows)
    return prose_section("Do the risks hold in every week?", says, tables=[table])


def week_rows(dates: Sequence[tuple[TrainingResult, DateCalibration]], smallest: int) -> Iterator[tuple[str, ...]]:
    """The cells of each date; one with few students is named, and its figures are not shown."""
    for result, one in dates:
        named = (str(one.week), one.value)
        if one.gap is None:
            yield (*named, *("too few to judge",) * 7)
            continue
        rule = result.compared.rule.scorer if result.compared and result.compared.rule else ""
        lists = [of_100(one.recall[name]) if name in one.recall else "none" for name in ("model", rule)]
        said = (of_100(one.mean_risk), of_100(one.share), people_interval(one.gap), f"{one.auc:.3f}")
        yield (*named, f"{one.n:,}" if one.n >= smallest else "few", *said, *lists)


def titled(sections: Iterator[ReportSection | None], one: TrainingResult) -> Iterator[ReportSection]:
    """A part's sections, as a chapter that is named after it."""
    name = capitalized(one.part.name.replace("_", " "))
    for section in sections:
        if section is not None:
            yield replace(section, chapter=name)

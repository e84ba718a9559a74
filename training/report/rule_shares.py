"""What the rule says of a student, by count of signals, and whether its shares reach every band."""

from collections.abc import Iterator

from presentation.report import ReportSection, prose_section
from presentation.tables import plain_table
from training.rule_levels import HEAD, level_rows
from training.training_result import TrainingResult

SAYS = (
    "Where the rule serves, a student’s risk is the share of past students with as many signals who ended off track. "
    "Counts whose shares would fall are taken together. The likely range is a 95% interval on these students alone."
)

IN_RANGES = (
    "In this part of the year the shares missed in a judged year, so no single number is told of a student. Pages tell "
    "the likely range alone: it is wide enough for a year as unlike the others as the past ones were (a 95% prediction "
    "interval), and it held in each year that could be asked."
)


def share_sections(result: TrainingResult) -> Iterator[ReportSection]:
    """One section for each part of the year with a rule of its own."""
    least = result.request.settings.audit.smallest_group
    several = len(result.serving_rules) > 1
    for part, rule in result.serving_rules.items():
        told = rule.within(result.told_ranges) if result.told_ranges else rule
        rows = list(level_rows(told, least))
        title = f"What the rule says: {part.replace('_', ' ')}" if several else "What the rule says"
        says = (SAYS, *([IN_RANGES] if result.told_ranges else []), result.rule_bands[part].says)
        yield prose_section(title, *says, tables=[plain_table(title, HEAD, rows)])

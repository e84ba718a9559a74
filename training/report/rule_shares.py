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


def share_sections(result: TrainingResult) -> Iterator[ReportSection]:
    """One section for each part of the year with a rule of its own."""
    least = result.request.settings.audit.smallest_group
    several = len(result.serving_rules) > 1
    for part, rule in result.serving_rules.items():
        rows = list(level_rows(rule, least))
        title = f"What the rule says: {part.replace('_', ' ')}" if several else "What the rule says"
        yield prose_section(title, SAYS, result.rule_bands[part].says, tables=[plain_table(title, HEAD, rows)])

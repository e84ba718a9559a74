"""Why a district takes its own model, one of several districts or its rule, and whose records that one learned from."""

from presentation.report import ReportSection, prose_section
from training.training_request import Basis


def pool_section(basis: Basis) -> ReportSection | None:
    """The choice after a run over a pool; None after a district's own run."""
    if not basis.why_pooled:
        return None
    title = "Its own model, one of several districts, or the rule?"
    if basis.pooled is None:
        return prose_section(title, basis.why_pooled)
    lent = [
        f"{name}: {', '.join(f'{table} of {years_of(years)}' for table, years in tables.items())}"
        for name, tables in basis.pooled.districts.items()
    ]
    says = f"The model judged here learned from records that districts lend to pool {basis.pooled.pool}:"
    return prose_section(title, basis.why_pooled, says, points=lent)


def years_of(years: tuple[int, ...]) -> str:
    """School years by the years in which they end."""
    return ", ".join(map(str, years))

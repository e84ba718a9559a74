"""Part `audit`: an audit of many scored students, beside Fairlearn's bootstrap and a plain one on the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from fairlearn.metrics import MetricFrame, false_positive_rate, selection_rate, true_positive_rate

from benchmarks.figures import DifferentAnswersError, Figure, Part, compared
from benchmarks.place import SEED
from benchmarks.timing import median_seconds, seconds_of
from features.progress import Progress
from models.examples import Floats, Integers
from models.fairness.audit import ListAudit, audit_listing
from models.fairness.group_metrics import AuditSettings, exact_figures
from models.fairness.suppression import Grouping, suppress_groups, suppress_pairs
from models.metrics.count_tables import Listing, draw_list_counts, listing_of, risk_counts
from models.metrics.ranking import auc_of_counts

SCORED, REPLICATES, GROUPS, LEAST = 1_000_000, 1000, 24, 11
VALUES = (7, 2, 2, 2, 2, 2, 2, 3, 4, 5)
"""How many values each attribute has; the first is the center of all pairs."""
CAPACITY, CAPACITIES = 0.1, (0.05, 0.1, 0.15, 0.2, 0.3)
FEW = 3
"""Replicates that a slow way draws; its time is scaled to as many as ours."""
SECONDS_OF_ONE_ROW, SECONDS_OF_TWO_ROWS = 0.1, 10.0
ONE_ROW, TWO_ROWS = "draws of counts, one row a student", "draws of counts, two rows a student"
PLAIN = f"drawing rows, {FEW} replicates scaled"
TOLD, WHOLE = "what may be told, pairs with one center", "audit, pairs with one center"
ALL_PAIRS = "audit, all pairs (for comparison: they could not be published)"
ONE_TABLE, FAIRLEARN = "audit of one attribute", f"Fairlearn's bootstrap of one attribute, {FEW} replicates scaled"
BINNED = "ROC AUC of a group on bins less the exact one, largest"


@dataclass(frozen=True)
class Scored:
    """Made students with one row each, the same rows as two of half as many students, and their attributes."""

    one: Listing
    two: Listing
    many: Integers
    groups: pd.DataFrame


def audit_part(rows: int, *, replicates: int, runs: int, progress: Progress) -> Part:
    """Seconds of draws, of whole audits and of their peers."""
    progress(f"audit: {rows:,} scored rows are made")
    scored, draws = made_scored(rows), AuditSettings(CAPACITY, LEAST, replicates, SEED)
    progress(f"audit: {runs} rounds of {replicates:,} replicates of counts")
    figures = [*draws_of(scored, draws, runs)]
    progress("audit: whole audits")
    figures += audits_of(scored, draws)
    progress(f"audit: {FEW} replicates by Fairlearn")
    figures += beside_fairlearn(scored, draws)
    figures.append(Figure(BINNED, largest_difference(scored), ""))
    facts = {"rows": rows, "groups": GROUPS, "attributes": len(VALUES), "replicates": replicates, "runs": runs}
    return Part("audit", facts, tuple(figures))


def made_scored(rows: int) -> Scored:
    """Rows whose risk is true; the two rows of a student lie in the same groups."""
    rng, student = np.random.default_rng(SEED), np.arange(rows) // 2
    risk = 1 / (1 + np.exp(1.7 - rng.normal(scale=1.5, size=rows)))
    label, names = rng.random(rows) < risk, np.arange(rows).astype("str")
    values = [rng.integers(0, size, len(student))[student] for size in (GROUPS, *VALUES)]
    texts = {f"attribute {at}": np.char.add("value ", code.astype("str")) for at, code in enumerate(values[1:])}
    one = listing_of(label, risk, names, CAPACITIES)
    return Scored(one, listing_of(label, risk, names[student], CAPACITIES), values[0], pd.DataFrame(texts))


def draws_of(scored: Scored, draws: AuditSettings, runs: int) -> tuple[Figure, ...]:
    """Drawing the counts of many groups beside drawing rows, and beside limits."""
    listings = {ONE_ROW: scored.one, TWO_ROWS: scored.two}

    def drawn(listing: Listing) -> object:
        return draw_list_counts(listing, scored.many, GROUPS, replicates=draws.replicates, seed=SEED)

    ways = {ONE_ROW: lambda: drawn(listings[ONE_ROW]), TWO_ROWS: lambda: drawn(listings[TWO_ROWS])}
    took = median_seconds({**ways, PLAIN: lambda: rows_drawn(scored)}, runs)
    plain = took[PLAIN] * draws.replicates / FEW
    limits = {ONE_ROW: SECONDS_OF_ONE_ROW, TWO_ROWS: SECONDS_OF_TWO_ROWS}
    return (
        *(compared(name, took[name], "s", to=plain, beside=PLAIN) for name in ways),
        *(compared(f"{name}: limit", took[name], "s", to=at, beside=f"{at:g} s") for name, at in limits.items()),
        Figure(PLAIN, plain, "s"),
    )


def rows_drawn(scored: Scored) -> Floats:
    """The counts of a few bootstraps that draw rows."""
    rng, cell = np.random.default_rng(SEED), scored.many * 2 + scored.one.label
    drawn = [np.bincount(cell[rng.integers(0, len(cell), len(cell))], minlength=2 * GROUPS) for _ in range(FEW)]
    return np.array(drawn, dtype=np.float64)


def audits_of(scored: Scored, draws: AuditSettings) -> tuple[Figure, ...]:
    """What may be told and the audit of it, with pairs of one center and with all of them."""
    told: list[Grouping] = []
    took = seconds_of(lambda: told.extend(told_with_center(scored)))
    alone = [one for one in told if not one.crossed]
    every = [*alone, *(pair for at in range(len(alone)) for pair in crossed(scored.one, alone[at:]))]
    whole, all_pairs = (seconds_of(partial(audit_listing, scored.one, of, draws)) for of in (told, every))
    return (
        Figure(TOLD, took, "s"),
        Figure(WHOLE, whole, "s"),
        Figure(WHOLE, sum(len(one.names) for one in told), "groups"),
        compared(ALL_PAIRS, all_pairs, "s", to=whole, beside=WHOLE),
        Figure(ALL_PAIRS, sum(len(one.names) for one in every), "groups"),
    )


def told_with_center(scored: Scored) -> tuple[Grouping, ...]:
    """Every attribute, and each crossed with the first."""
    alone = suppress_groups(scored.one, scored.groups, LEAST)
    return (*alone, *crossed(scored.one, alone))


def crossed(listing: Listing, alone: Sequence[Grouping]) -> tuple[Grouping, ...]:
    """Each of these attributes crossed with the first of them."""
    return suppress_pairs(listing, alone, capacity=CAPACITY, center=alone[0].of, least=LEAST)


def beside_fairlearn(scored: Scored, draws: AuditSettings) -> tuple[Figure, ...]:
    """The audit of one attribute beside Fairlearn's figures with a bootstrap; raises where they differ."""
    told, found = suppress_groups(scored.one, scored.groups.iloc[:, :1], LEAST), list[ListAudit]()
    frames = list[MetricFrame]()
    ours = seconds_of(lambda: found.append(audit_listing(scored.one, told, draws)))
    figures = seconds_of(lambda: frames.append(by_fairlearn(scored.one, told[0])))
    theirs = seconds_of(
        lambda: by_fairlearn(scored.one, told[0], n_boot=FEW, ci_quantiles=[0.025, 0.975], random_state=SEED)
    )
    scaled = figures + max(theirs - figures, 0) * draws.replicates / FEW
    refuse_other_figures(found[0], frames[0].by_group)
    return compared(ONE_TABLE, ours, "s", to=scaled, beside=FAIRLEARN), Figure(FAIRLEARN, scaled, "s")


def by_fairlearn(listing: Listing, one: Grouping, **bootstrap: object) -> MetricFrame:
    """Fairlearn's rates of each group at the capacity."""
    return MetricFrame(
        metrics={
            "selection_rate": selection_rate,
            "recall": true_positive_rate,
            "false_positive_rate": false_positive_rate,
        },
        y_true=listing.label,
        y_pred=listing.band <= CAPACITIES.index(CAPACITY),
        sensitive_features=pd.Series(np.array(one.names, dtype=object)[one.group], name="group"),
        **bootstrap,
    )


def refuse_other_figures(audit: ListAudit, peer: pd.DataFrame) -> None:
    """Raise where Fairlearn's figures of a group are others."""
    for group in audit.tables[0].groups:
        for name in peer:
            ours, theirs = group.figures[str(name)], peer[name].astype(float)[group.name]
            if ours is None or abs(ours.estimate - theirs) > 1e-9:
                raise DifferentAnswersError(f"{name} of {group.name}: {ours}, by Fairlearn {theirs}")


def largest_difference(scored: Scored) -> float:
    """By how much the ROC AUC of a group on bins of risk is off at most."""
    on_bins = auc_of_counts(*np.moveaxis(risk_counts(scored.one, scored.many, GROUPS, scored.one.bins[0]), 1, 0))
    return float(np.abs(on_bins - exact_figures(scored.one, scored.many, GROUPS)["roc_auc"]).max())

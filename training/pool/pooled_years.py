"""A pooled model in one district: fitted for each judged year on what was known before it, and judged as its own is."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from features.errors import Refused
from models.estimators.risk_model import RiskModel
from models.pool.learned_from import LearnedFrom
from models.pool.pooled_model import PooledFit, fit_pooled
from training.evaluation.evaluation import Evaluation
from training.evaluation.rolling_evaluation import YearEvaluation
from training.evaluation.scorers import OWN_MODEL
from training.pool.lent_rows import LentRows, records_by_table
from training.pool.members import Member, lent_before, pool_rows
from training.training_data import TrainingData

Key = tuple[tuple[str, ...], tuple[tuple[str, tuple[int, ...]], ...]]
"""The features of a fit, and the school years of each district that it learned from."""


@dataclass
class PoolFits:
    """The pooled fits of one run: districts with the same features and the same years share one."""

    members: Sequence[Member]
    seed: int
    threads: int
    known: dict[Key, PooledFit | Refused] = field(default_factory=dict)

    def fit_before(self, asked: Member, data: TrainingData, test_year: int) -> tuple[PooledFit, tuple[LentRows, ...]]:
        """The fit on what every district lent and knew before a district's test year; Refused where there is none."""
        every = [lent_before(one, data, test_year) for one in self.members]
        lent = tuple(one for one in every if one is not None)
        if not any(one.district_id != asked.district_id for one in lent):
            raise Refused(f"no other district lends a year whose outcome was known before {test_year}")
        key = (
            tuple(data.cohorts.examples.dictionary.names),
            tuple((one.district_id, tuple(sorted(one.records))) for one in lent),
        )
        if key not in self.known:
            self.known[key] = self.fit(lent, data)
        found = self.known[key]
        if isinstance(found, Refused):
            raise found
        return found, lent

    def fit(self, lent: tuple[LentRows, ...], data: TrainingData) -> PooledFit | Refused:
        """The fit on these rows, or why there is none."""
        rows = pool_rows(lent, data.cohorts.examples.dictionary)
        try:
            return fit_pooled(rows.examples, rows.district, seed=self.seed, threads=self.threads)
        except Refused as refused:
            return refused


@dataclass(frozen=True)
class PooledYears:
    """A district's judged years by the pooled model, the model of the last, and whose records that learned from."""

    years: tuple[YearEvaluation, ...]
    model: RiskModel
    fit: PooledFit
    learned_from: LearnedFrom


def judge_pooled(fits: PoolFits, asked: Member, data: TrainingData, pool: str) -> PooledYears:
    """The pooled model in every judged year of a district; Refused where it has none of the last."""
    begins = tuple(part.from_week for part in data.parts[1:])
    *earlier, last = asked.own.years
    fit, lent = fits.fit_before(asked, data, last.split.test)
    model = fit.model_for(asked.district_id, begins)
    before = []
    for year in earlier:
        try:
            fitted, _ = fits.fit_before(asked, data, year.split.test)
        except Refused:
            continue
        before.append(by_model(year, fitted.model_for(asked.district_id, begins)))
    versions = {one.district_id: one.data.version for one in fits.members if one.data}
    return PooledYears((*before, by_model(last, model)), model, fit, provenance_of_rows(pool, lent, versions))


def by_model(year: YearEvaluation, model: RiskModel) -> YearEvaluation:
    """The year with a pooled model in the place of the district's own, which is a scorer beside it."""
    judged: Evaluation = year.judged
    margin = model.margin(judged.test.features)
    risks = {
        **judged.risks,
        "model": model.risk_of(margin, judged.test.features, judged.test.school),
        OWN_MODEL: judged.listed_by["model"],
    }
    return replace(year, judged=replace(judged, model=model, risks=risks, own=model.calibrator.risk_of(margin)))


def provenance_of_rows(pool: str, lent: Sequence[LentRows], versions: dict[str, str]) -> LearnedFrom:
    """Whose records of which tables and years some rows are made of."""
    records = {one.district_id: frozenset[tuple[str, int]]().union(*one.records.values()) for one in lent}
    return LearnedFrom(
        pool=pool,
        districts={name: records_by_table(iter(found)) for name, found in sorted(records.items())},
        data_versions={one.district_id: versions[one.district_id] for one in lent},
        features_missing={one.district_id: one.missing for one in lent},
    )

"""A pooled model in one district: fitted for each judged year on what was known before it, and judged as its own is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from features.errors import Refused
from features.snapshots.label_years import LabelYear
from models.estimators.fitting import GrowOnSplit
from models.estimators.risk_model import RiskModel
from models.feature_dictionary import FeatureDictionary
from models.partitions.workers import WorkerLost
from models.pool.learned_from import LearnedFrom
from models.pool.pooled_model import PooledFit, fit_pooled
from training.evaluation.evaluation import Evaluation
from training.evaluation.rolling_evaluation import YearEvaluation
from training.evaluation.scorers import OWN_MODEL
from training.pool.lent_rows import LentRows, records_by_table
from training.pool.members import Lender, pool_rows

Key = tuple[tuple[str, ...], tuple[tuple[str, tuple[int, ...]], ...]]
"""The features of a fit, and the school years of each district that it learned from."""


@dataclass
class PoolFits:
    """The pooled fits of one run: districts with the same features and the same years share one."""

    lenders: Sequence[Lender]
    seed: int
    threads: int
    on_split: GrowOnSplit | None = None
    known: dict[Key, PooledFit | Refused] = field(default_factory=dict)

    def fit_before(
        self, test: LabelYear, dictionary: FeatureDictionary, *, asked: str, without: Collection[str] = ()
    ) -> tuple[PooledFit, tuple[LentRows, ...]]:
        """The fit on what every district but those `without` lent and knew before a test year of `asked`.

        Refused where no other district lends anything known by then, or it does not allow a fit.
        """
        every = [one.before(test) for one in self.lenders if one.district_id not in without]
        lent = tuple(one for one in every if one is not None)
        if not any(one.district_id != asked for one in lent):
            raise Refused(f"no other district lends a year whose outcome was known before {test.first_scored_on}")
        key = (tuple(dictionary.names), tuple((one.district_id, tuple(sorted(one.records))) for one in lent))
        if key not in self.known:
            self.known[key] = self.fit(lent, dictionary)
        found = self.known[key]
        if isinstance(found, Refused):
            raise found
        return found, lent

    def fit(self, lent: tuple[LentRows, ...], dictionary: FeatureDictionary) -> PooledFit | Refused:
        """The fit on these rows, or why there is none."""
        rows = pool_rows(lent, dictionary)
        try:
            return fit_pooled(
                rows.examples, rows.district, seed=self.seed, threads=self.threads, on_split=self.on_split
            )
        except WorkerLost:
            raise
        except Refused as refused:
            return refused

    def provenance(self, pool: str, lent: Sequence[LentRows]) -> LearnedFrom:
        """Whose records some rows are made of, with the digests of the districts' data."""
        return provenance_of_rows(pool, lent, {one.district_id: one.version for one in self.lenders})


@dataclass(frozen=True)
class Asked:
    """The district in which a pool's model is judged: its own judged years, and its school years with labels."""

    district_id: str
    judged: tuple[YearEvaluation, ...]
    years: Mapping[int, LabelYear]
    begins: tuple[int, ...] = ()

    @property
    def dictionary(self) -> FeatureDictionary:
        """The features that the district has."""
        return self.judged[-1].judged.test.dictionary


@dataclass(frozen=True)
class PooledYears:
    """A district's judged years by the pooled model, the model of the last, and the rows that it learned from."""

    years: tuple[YearEvaluation, ...]
    model: RiskModel
    fit: PooledFit
    lent: tuple[LentRows, ...]


def judge_pooled(fits: PoolFits, asked: Asked, *, without: Collection[str] = ()) -> PooledYears:
    """The pooled model in every judged year of a district; Refused where there is none of the last.

    With the district itself `without`, it is the model that a new district would have had.
    """
    *earlier, last = asked.judged
    fit, lent = fit_for(fits, asked, last, without)
    before = []
    for year in earlier:
        try:
            fitted, _ = fit_for(fits, asked, year, without)
        except WorkerLost:
            raise
        except Refused:
            continue
        before.append(by_model(year, fitted.model_for(asked.district_id, asked.begins)))
    model = fit.model_for(asked.district_id, asked.begins)
    return PooledYears((*before, by_model(last, model)), model, fit, lent)


def fit_for(
    fits: PoolFits, asked: Asked, year: YearEvaluation, without: Collection[str]
) -> tuple[PooledFit, tuple[LentRows, ...]]:
    """The fit by which a judged year of a district is judged."""
    test = asked.years[year.split.test]
    return fits.fit_before(test, asked.dictionary, asked=asked.district_id, without=without)


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

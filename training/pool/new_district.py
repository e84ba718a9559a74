"""A district that cannot judge a model of its own yet: what its first year shows of the pool's model.

Its rule serves until both hold: on districts that it never saw the pool's model finds more than their rules (leave one
district out), and the district's own gate passes it on the first year whose outcome is known there. That year is in no
row that the model learned from. Beside it stand the rule, and logistic regression on the pool's rows.
"""

from features.definitions.catalog import feature_set_of
from features.errors import Refused
from features.quality.check import check_district
from features.snapshots.label_years import label_years
from features.warehouse.reader import Reader
from models.estimators.baselines import fit_logistic
from models.estimators.risk_model import RiskModel
from models.examples import Examples
from training.cohort_examples import labelled_cohorts
from training.evaluation.evaluation import Evaluation, rule_risks
from training.evaluation.rolling_evaluation import YearEvaluation
from training.evaluation.temporal_split import Split
from training.pool.pooled_years import PooledYears, PoolFits
from training.recipe import recipe_of
from training.training_data import TrainingData
from training.training_request import TrainingRequest


def first_year_data(reader: Reader, request: TrainingRequest) -> TrainingData | None:
    """The labelled rows of a district, judged on the last of its years and learning from none; None without any."""
    training, outcome = request.settings.training, request.outcome
    if not label_years(reader, outcome, training.as_of, observed_on=request.today):
        return None
    try:
        cohorts = labelled_cohorts(reader, feature_set_of(outcome), outcome, training.as_of, observed_on=request.today)
    except Refused:  # nobody of the cohort was enrolled on any date
        return None
    warnings = check_district(reader, request.district, request.today).warnings
    split = Split((), max(cohorts.years))
    return TrainingData(cohorts, (split,), reader.data_version(), warnings, training.parts, reader.declared_policies())


def judge_first_year(fits: PoolFits, request: TrainingRequest, data: TrainingData) -> PooledYears:
    """The pool's model in the test year of a district without a model of its own; Refused where there is none."""
    asked, test_year = request.district.id, data.cohorts.years[data.split.test]
    dictionary = data.cohorts.examples.dictionary
    fit, lent = fits.fit_before(test_year, dictionary, asked=asked)
    model = fit.model_for(asked, tuple(part.from_week for part in data.parts[1:]))
    judged = beside_baselines(data, fit.rows, model)
    judged.refuse_one_end()
    year = YearEvaluation(data.split, judged, recipe_of(request, data, None))
    return PooledYears((year,), model, fit, lent)


def beside_baselines(data: TrainingData, rows: Examples, model: RiskModel) -> Evaluation:
    """The pool's model on the test year, with logistic regression on the pool's rows and the published rules.

    A rule's shares are those of the district's earlier years, or of the very year where that is the first; its order is
    its count in any case.
    """
    test, taught = data.test, data.learn if len(data.learn) else data.test
    margin = model.margin(test.features)
    risks = {
        "model": model.risk_of(margin, test.features, test.school),
        "logistic": fit_logistic(rows).risk(test),
        **rule_risks(taught, test, data.parts),
    }
    return Evaluation(test, model, None, risks, model.calibrator.risk_of(margin))

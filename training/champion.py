"""The champion: the model that serves now, scored on the years that it never saw, beside the new model."""

from dataclasses import dataclass, replace

from pydantic import BaseModel

from features.definitions.catalog import feature_set_of
from models.bundle.manifest import BundleRefused
from models.bundle.signing import KeysRefused
from models.estimators.risk_model import RiskModel
from models.examples import Floats
from models.feature_dictionary import dictionary_of
from models.pool.learned_from import withdrawn
from models.release_loader import load_serving
from models.releases import ReleaseKey
from training.evaluation.evaluation import Evaluation
from training.evaluation.rolling_evaluation import YearEvaluation
from training.training_request import TrainingRequest


@dataclass(frozen=True)
class Champion:
    """The model that serves now, and the last year that it learned from."""

    model: RiskModel
    learned_through: int


def with_champion(
    champion: Champion | None, model: RiskModel, years: tuple[YearEvaluation, ...]
) -> tuple[YearEvaluation, ...]:
    """The years with the champion's risks added to those it never saw; unchanged where it is the same model."""
    if champion is None or champion.model.booster_text == model.booster_text:
        return years
    return tuple(
        replace(one, judged=beside_champion(champion.model, one.judged))
        if one.split.test > champion.learned_through
        else one
        for one in years
    )


def beside_champion(champion: RiskModel, judged: Evaluation) -> Evaluation:
    """The evaluation with the champion's risks added."""
    risk: Floats = champion.risk(judged.test.features)
    return replace(judged, risks={**judged.risks, "champion": risk})


def champion_of(request: TrainingRequest) -> Champion | None:
    """The model that serves the district now, over the features we have; None where a rule or nothing serves."""
    try:
        serving = load_serving(request.settings.home, release_key(request))
    except (BundleRefused, KeysRefused):
        return None  # it could not serve either; a new one must not wait for it
    if serving is None:
        return None
    bundle = serving.bundle
    known = set(dictionary_of(feature_set_of(request.outcome)).names)
    if (
        withdrawn(bundle.metrics, request.settings)
        or not isinstance(bundle.scorer, RiskModel)
        or not known >= set(bundle.dictionary.names)
    ):
        return None
    return Champion(bundle.scorer, max(LearnedFrom.model_validate(bundle.metrics).train_years))


class LearnedFrom(BaseModel):
    """The part of a bundle's `metrics.json` that names its training years."""

    train_years: tuple[int, ...]


def release_key(request: TrainingRequest) -> ReleaseKey:
    """What a release of this request is kept under."""
    return ReleaseKey(request.district.id, request.outcome.name, request.outcome.grade_band)

"""How a training run fits and judges every year: its parameters, searched for where asked, and its bounds."""

from features.errors import Refused
from features.progress import Progress
from models.estimators.parameter_search import SearchBudget, SearchResult, search_parameters
from models.partitions.trees import growth_of
from training.evaluation.capacities import capacities_of
from training.evaluation.rolling_evaluation import Recipe
from training.training_data import TrainingData
from training.training_request import TrainingRequest


def tune_parameters(request: TrainingRequest, data: TrainingData, progress: Progress) -> SearchResult | None:
    """The parameters that a search within the budget found; None where none is asked for."""
    training = request.settings.training
    if not training.search_trials:
        return None
    name = f"{request.district.id}-{request.outcome.name}-{data.version[:12]}-{training.seed}"
    budget = SearchBudget(training.search_trials, request.settings.home / "searches" / f"{name}.log", name)
    try:
        return search_parameters(data.learn, budget, seed=training.seed, threads=training.threads, progress=progress)
    except Refused:
        return None  # too little to learn from: the fit says so


def recipe_of(request: TrainingRequest, data: TrainingData, tuning: SearchResult | None) -> Recipe:
    """How every year of a run is fitted and judged."""
    training, bounds = request.settings.training, request.settings.gate
    tuned = tuning.parameters if tuning else {}
    capacities = capacities_of(bounds, len(data.test) // len(data.test.lists()))
    return Recipe(
        training.seed, training.threads, bounds.replicates, capacities, tuned, data.parts, growth_of(request.settings)
    )

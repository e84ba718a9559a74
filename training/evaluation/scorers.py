"""The scorers of a training run: their names for people, and the order in which they are shown."""

from collections.abc import Iterable
from functools import cache

from features.definitions.catalog import FEATURE_SETS

OWN_MODEL = "own_model"
"""The district's own model, beside one of several districts."""
FIRST = ("model", "rule", "logistic", "school_only", "champion", OWN_MODEL)
PROTECTED = "with_protected"
"""The same trees, told the protected attributes too: a comparison, which never serves."""
WORDS = {
    "model": "this model",
    "rule": "the published rule",
    "logistic": "logistic regression",
    "school_only": "knowing only the school",
    "champion": "the model that served before",
    OWN_MODEL: "the district's own model",
    PROTECTED: "the model told protected attributes (never serves)",
}
SHORT = {
    "model": "model",
    "rule": "published rule",
    "logistic": "logistic",
    "school_only": "school only",
    "champion": "served before",
    OWN_MODEL: "own model",
}
"""Names that fit beside a line."""
OWN_RULE = "rule"
"""The published rule of the feature set itself."""
PEER = "rule "
"""Before the name of another published rule that fits the cohort."""


def words_of(scorer: str) -> str:
    """What a scorer is called in a sentence."""
    return scorer_names().get(scorer) or WORDS[scorer]


@cache
def scorer_names() -> dict[str, str]:
    """The names of the other published rules, by scorer."""
    peers = {peer for feature_set in FEATURE_SETS.values() for peer in feature_set.peers}
    return {f"{PEER}{peer.name}": peer.called for peer in peers}


def in_order(scorers: Iterable[str]) -> list[str]:
    """Scorers as a reader meets them: the model, what it is judged against, then other rules and comparisons."""
    return sorted(scorers, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name == PROTECTED))


def is_rule(scorer: str) -> bool:
    """Whether a scorer is a published rule."""
    return scorer == "rule" or scorer.startswith(PEER)

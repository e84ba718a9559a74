"""Alternative lists over the same students: by the rule, by models without one domain, and with group cuts."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.estimators.fitting import fit_risk_model
from models.estimators.risk_model import RiskModel
from models.examples import Booleans, Examples, Floats
from models.fairness.suppression import Grouping
from models.feature_dictionary import FeatureDictionary
from models.metrics.count_tables import Listing, listing_of

DOMAINS = ("attendance", "grades", "behavior")


def same_length(listing: Listing, score: Floats, capacity: float) -> Listing:
    """A list of the same length by another score: risks, or a rule's count of signals."""
    student = np.arange(len(listing)).astype(np.str_) if listing.student is None else listing.student.astype(np.str_)
    return listing_of(listing.label, score, student, (capacity,))


def without_domains(learn: Examples, *, seed: int, threads: int) -> Mapping[str, RiskModel]:
    """Models fitted without one domain of features, by domain; empty where there is only one domain."""
    domains = [name for name in DOMAINS if any(entry.domain == name for entry in learn.dictionary.entries)]
    told = {name: kept_without(learn.dictionary, name) for name in domains} if len(domains) > 1 else {}
    return {
        name: fit_risk_model(
            replace(learn, dictionary=kept, features=learn.features[kept.names]), seed=seed, threads=threads
        )
        for name, kept in told.items()
    }


def kept_without(dictionary: FeatureDictionary, domain: str) -> FeatureDictionary:
    """The dictionary without one domain."""
    return FeatureDictionary(tuple(entry for entry in dictionary.entries if entry.domain != domain))


def equally_found(listing: Listing, grouped: Grouping, capacity: float) -> Listing:
    """A list of the same length with a separate cut for each group, so that recall is about equal.

    What it would take, seen afterwards; students in no group keep their place.
    """
    listed = listing.band <= listing.capacities.index(capacity)
    length, low, high = int(listed.sum()), 0.0, 1.0
    for _ in range(30):
        middle = (low + high) / 2
        fits = int(cut_at(listing, grouped, listed, middle).sum()) <= length
        low, high = (middle, high) if fits else (low, middle)
    chosen = cut_at(listing, grouped, listed, low)
    return replace(listing, band=np.where(chosen, 0, 1), capacities=(capacity,))


def cut_at(listing: Listing, grouped: Grouping, listed: Booleans, share: float) -> Booleans:
    """The rows on each group's shortest list that finds a share of its students off track."""
    chosen = listed & (grouped.group < 0)
    for at in range(len(grouped.names)):
        rows = np.flatnonzero(grouped.group == at)
        rising = rows[np.argsort(-listing.risk[rows], kind="stable")]
        found = np.cumsum(listing.label[rising])
        enough = int(np.searchsorted(found, np.ceil(share * found[-1] - 1e-9))) + 1 if share > 0 else 0
        chosen[rising[:enough]] = True
    return chosen

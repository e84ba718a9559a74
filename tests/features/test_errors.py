"""The tree of refusals that `features.errors` draws is the one that the code declares."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import features.errors
import models
import serving
import training
from features.errors import Refused

PACKAGES = (features, models, training, serving)


def test_the_drawn_tree_of_refusals_is_the_one_in_the_code() -> None:
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name:
                importlib.import_module(module.name)

    lines = [line for line in (features.errors.__doc__ or "").splitlines() if line[:4] == "    "]
    drawn = [(*line.split()[:2], re.findall(r"\(([a-z_.]+)\)$", line)) for line in lines]
    home = features.errors.__name__
    found = [
        (kind.__name__, str(kind.exit_code), [kind.__module__] if kind.__module__ != home else [])
        for kind in kinds_of(Refused)
    ]

    assert sorted(drawn) == sorted(found)


def kinds_of(kind: type[Refused]) -> Iterator[type[Refused]]:
    """A refusal and every kind of it that our packages declare."""
    yield kind
    for below in kind.__subclasses__():
        if below.__module__.split(".")[0] in {package.__name__ for package in PACKAGES}:
            yield from kinds_of(below)

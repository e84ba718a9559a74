"""Which groups of one attribute are large enough to be shown, so that no total gives a hidden one away."""

import numpy as np

from models.examples import Booleans, Floats


def is_large(table: Floats, least: int) -> Booleans:
    """Which groups have enough students off track and on track."""
    return np.asarray((table.sum(axis=-1) >= least).all(axis=-1), dtype=np.bool_)


def shown_groups(table: Floats, least: int) -> Booleans:
    """The groups of one attribute (groups × 2 × layers) that may be shown.

    The large ones; but where one is hidden the next smallest are hidden too, until at least two are and together they
    hold enough students of both kinds, because totals are public. An attribute with one group repeats the total.
    """
    shown, ended = is_large(table, least), table.sum(axis=-1)
    if len(shown) == 1:
        return np.ones(1, dtype=np.bool_)
    for group in np.argsort(ended.sum(axis=-1), kind="stable"):
        hidden = ended[~shown]
        if not len(hidden) or (len(hidden) > 1 and (hidden.sum(axis=0) >= least).all()):
            break
        shown[group] = False
    return shown

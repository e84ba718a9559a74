"""Whether risks hold from one period to the next: each value of the column that a table is split by."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.errors import Refused
from models.estimators.fitting import fit_risk_model
from models.examples import Booleans, Examples, Floats, in_fixed_order
from training.evaluation.calibration_by_date import DateCalibration, calibration_on
from training.evaluation.rolling_evaluation import Recipe
from training.prepared_table.examples import Prepared, before_and_tested, in_time
from training.prepared_table.spec import Time

EARLIER = 4
"""Values before the earliest test value that are judged too, the latest ones."""


@dataclass(frozen=True)
class Period:
    """One value of the split's column, and the rows that it was judged from: how many, and their share off track."""

    part: DateCalibration
    learned_from: int
    share_before: float

    def as_json(self) -> dict[str, object]:
        """The period as JSON values."""
        before = {"learned_from": self.learned_from, "share_off_track_before": self.share_before}
        return {**self.part.as_json(), **before}


def tested_periods(test: Examples, risk: Floats, learned: Examples, recipe: Recipe) -> tuple[Period, ...]:
    """The test values, each by the model that was fitted on the rows before the earliest of them."""
    values = np.asarray(test.parts.iloc[:, 0], dtype=np.str_)
    return tuple(period(test, risk, values == value, learned, recipe) for value in in_order_of_time(values))


def tested_dates(test: Examples, risk: Floats, learned: Examples, recipe: Recipe, column: str) -> tuple[Period, ...]:
    """The scoring dates of the rows judged, earliest first; nothing where there are fewer than two."""
    if test.as_of is None:
        return ()
    dated = replace(test, parts=pd.DataFrame({column: test.as_of}))
    found = [period(dated, risk, test.as_of == day, learned, recipe) for day in in_order_of_time(test.as_of)]
    return tuple(found) if len(found) > 1 else ()


def earlier_periods(prepared: Prepared, split: Time, recipe: Recipe) -> tuple[Period, ...]:
    """The latest values before the test values, each by a model of the rows before it; too small ones are left out."""
    before, _ = before_and_tested(prepared, split)
    found = []
    for value in in_order_of_time(prepared.split_by[before])[1:][-EARLIER:]:
        try:
            found.append(earlier_period(prepared, split, value, recipe))
        except Refused:
            continue
    return tuple(found)


def earlier_period(prepared: Prepared, split: Time, value: str, recipe: Recipe) -> Period:
    """One value by a model of the rows before it; Refused where they do not allow one."""
    before, now = before_and_tested(prepared, split.model_copy(update={"test": (value,)}))
    learned = prepared.examples.take(before)
    test = later(prepared, split.column, now)
    model = fit_risk_model(learned, seed=recipe.seed, threads=recipe.threads, tuned=recipe.tuned)
    return period(test, model.risk(test.features), np.ones(len(test), dtype=np.bool_), learned, recipe)


def later(prepared: Prepared, column: str, rows: Booleans) -> Examples:
    """These rows in a fixed order, with the value that the table is split by as a part."""
    examples, values = prepared.examples.take(rows), prepared.split_by[rows]
    dated = replace(examples, time=in_time(values), parts=pd.DataFrame({column: values}))
    return in_fixed_order(dated)


def in_order_of_time(values: npt.NDArray[np.str_]) -> Sequence[str]:
    """The distinct values, earliest first."""
    when = in_time(values)
    return [str(values[when == place][0]) for place in np.unique(when)]


def period(test: Examples, risk: Floats, rows: Booleans, learned: Examples, recipe: Recipe) -> Period:
    """One value's rows, judged."""
    ((column, values),) = test.parts.items()
    of = (str(column), str(values[rows].iloc[0]))
    part = calibration_on(test, risk, of, rows, replicates=recipe.replicates, seed=recipe.seed)
    return Period(part, len(learned), float(learned.label.mean()))

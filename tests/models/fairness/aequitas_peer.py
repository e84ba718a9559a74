"""`.aequitas/bin/python tests/models/fairness/aequitas_peer.py FILE`: Aequitas's figures of groups, as JSON.

FILE is a CSV with `score` (1 where listed), `label_value` (1 where off track) and a column for each attribute. Written
are, by attribute and value, its metrics, and its disparities to the largest group with `_disparity` after their names;
what it has no number for is null. Run by an environment of its own: it knows neither this project nor its libraries.
"""

import json
import math
import sys
import warnings

import pandas as pd
from aequitas.bias import Bias  # type: ignore[import-not-found]  # has an environment of its own
from aequitas.group import Group  # type: ignore[import-not-found]

METRICS = ("tpr", "fpr", "fdr", "pprev", "precision", "prev", "group_size", "pp")
COMPARED = ("tpr", "fpr", "fdr", "pprev")


def main(file: str) -> None:
    """Writes the figures of a file."""
    warnings.simplefilter("ignore")
    rows = pd.read_csv(file, dtype=str, keep_default_na=False).astype({"score": int, "label_value": int})
    attributes = [str(name) for name in rows if name not in ("score", "label_value")]
    crossed, _ = Group().get_crosstabs(rows, attr_cols=attributes)
    compared = Bias().get_disparity_major_group(crossed, original_df=rows)
    wanted = [*METRICS, *(f"{name}_disparity" for name in COMPARED)]
    found: dict[str, dict[str, dict[str, float | None]]] = {name: {} for name in attributes}
    for row in compared.to_dict("records"):
        values = {name: float(row[name]) for name in wanted}
        told = {name: None if math.isnan(value) else value for name, value in values.items()}
        found[row["attribute_name"]][row["attribute_value"]] = told
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])

"""A LightGBM text without what no answer depends on: nothing can hide there, and no trace of who fitted it stays.

Gone are how often each feature was split on, every parameter (threads among them), and the least and greatest value
of each feature, which may be one student's. Gains and weights are zero. Scores and contributions stay the same.
"""

from collections.abc import Mapping

END = "end of trees\n\nfeature_importances:\n\nparameters:\n\nend of parameters\n\npandas_categorical:null\n"
WITHOUT_MEANING = ("split_gain", "internal_value", "internal_weight", "leaf_weight")


def strip_text(text: str) -> str:
    """The same trees in their plainest words; ValueError where the text does not end as trees do."""
    body, found, _ = text.partition("end of trees\n")
    head, *blocks = body.split("\n\nTree=")
    if not (found and blocks):
        raise ValueError("it has no trees, or they have no end")
    trees = [strip_tree("Tree=" + block.rstrip("\n")) for block in blocks]
    sizes = " ".join(str(len(tree.encode())) for tree in trees)
    header = replace_fields(head, {"tree_sizes": sizes, "feature_infos": "none"}, each="feature_infos")
    return f"{header}\n\n{''.join(trees)}{END}"


def strip_tree(block: str) -> str:
    """One tree; its blank lines belong to it."""
    zeroed = replace_fields(block, {**dict.fromkeys(WITHOUT_MEANING, "0"), "shrinkage": "1"}, each=WITHOUT_MEANING)
    return zeroed + "\n\n\n"


def replace_fields(text: str, values: Mapping[str, str], *, each: str | tuple[str, ...]) -> str:
    """The lines with these fields' values; a field in `each` keeps its length, with the value at every place."""
    lines = []
    for line in text.split("\n"):
        name, equals, value = line.partition("=")
        if equals and name in values:
            times = len(value.split()) if name in each else 1
            line = f"{name}={' '.join([values[name]] * times)}"
        lines.append(line)
    return "\n".join(lines)

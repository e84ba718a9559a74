"""Strips a LightGBM text of all that predictions do not depend on, so that nothing hides there.

Removed are feature importances, every parameter (threads among them), and the least and greatest value of each
feature, which may be one student's. Gains and weights become zero. Scores and contributions stay the same.
"""

from collections.abc import Mapping

END = "end of trees\n\nfeature_importances:\n\nparameters:\n\nend of parameters\n\npandas_categorical:null\n"
WITHOUT_MEANING = ("split_gain", "internal_value", "internal_weight", "leaf_weight")


def strip_text(text: str) -> str:
    """The stripped text of the same trees; ValueError where the text does not end as trees do."""
    body, found, _ = text.partition("end of trees\n")
    head, *blocks = body.split("\n\nTree=")
    if not (found and blocks):
        raise ValueError("it has no trees, or they have no end")
    trees = [strip_tree("Tree=" + block.rstrip("\n")) for block in blocks]
    sizes = " ".join(str(len(tree.encode())) for tree in trees)
    header = replace_fields(head, {"tree_sizes": sizes, "feature_infos": "none"}, each="feature_infos")
    return f"{header}\n\n{''.join(trees)}{END}"


def strip_tree(block: str) -> str:
    """One stripped tree with the blank lines that end it."""
    zeroed = replace_fields(block, {**dict.fromkeys(WITHOUT_MEANING, "0"), "shrinkage": "1"}, each=WITHOUT_MEANING)
    return zeroed + "\n\n\n"


def replace_fields(text: str, values: Mapping[str, str], *, each: str | tuple[str, ...]) -> str:
    """Replaces the values of these fields; a field in `each` is a list and keeps its length."""
    lines = []
    for line in text.split("\n"):
        name, equals, value = line.partition("=")
        if equals and name in values:
            times = len(value.split()) if name in each else 1
            line = f"{name}={' '.join([values[name]] * times)}"
        lines.append(line)
    return "\n".join(lines)

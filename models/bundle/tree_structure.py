"""Parses a LightGBM text and checks that it has the structure of trees before LightGBM reads it.

A damaged LightGBM text does not raise when it is read: it aborts, hangs or predicts something else
(CVE-2026-92786: up to 4.7.0 neither children nor splits are validated). So its structure is checked before.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from models.estimators.model_text import END, strip_text
from models.feature_dictionary import FeatureDictionary

ONE_MARGIN = {"version": "v4", "num_class": "1", "num_tree_per_iteration": "1", "objective": "binary sigmoid:1"}
PER_FEATURE = ("feature_names", "feature_infos", "monotone_constraints")
HEADER = {*ONE_MARGIN, *PER_FEATURE, "label_index", "max_feature_idx", "tree_sizes"}
PER_SPLIT = ("split_gain", "threshold", "internal_value", "internal_weight")
WHOLE_PER_SPLIT = ("split_feature", "decision_type", "left_child", "right_child", "internal_count")
SINGLE = ("Tree", "num_leaves", "num_cat", "is_linear", "shrinkage")
TREE = {*SINGLE, *PER_SPLIT, *WHOLE_PER_SPLIT, "leaf_value", "leaf_weight", "leaf_count"}
OF_SETS = ("cat_boundaries", "cat_threshold")
NUMBER = re.compile(r"-?(\d+(\.\d+)?(e[+-]\d+)?|inf)", re.ASCII)
"""A threshold of `inf` tells only missing from not missing."""
INTEGER = re.compile(r"-?\d{1,10}", re.ASCII)
CATEGORICAL = 1
KINDS_OF_SPLIT = (1, 2, 8, 9, 10)
"""Bits of a decision type: 1 splits a set of categories, 2 sends missing left, 8 tells missing from 0.

Those that LightGBM writes for our parameters: a split that does not know missing values always has 1 or 2.
"""


@dataclass(frozen=True)
class Tree:
    """The splits of a tree: feature, threshold (a set's number for a text feature), decision type, and children.

    A child below 0 is a leaf. `sets` are the categories that go left, by a set's number.
    """

    feature: list[int]
    threshold: list[float]
    decision: list[int]
    left: list[int]
    right: list[int]
    sets: list[frozenset[int]]


def parse_trees(text: str, dictionary: FeatureDictionary) -> tuple[Tree, ...]:
    """Parses the trees of a LightGBM text over the dictionary's features; ValueError says what is wrong."""
    head, found, body = text.partition("\n\nTree=0\n")
    expect(bool(found) and head.startswith("tree\n"), "it has no trees")
    header = parse_fields(head.removeprefix("tree\n"))
    expect({*header, "monotone_constraints"} == HEADER, "its header has other fields than a model")
    expect(ONE_MARGIN.items() <= header.items(), "it is not a version 4 model of one binary outcome")
    check_columns(header, dictionary)
    blocks = split_trees(("Tree=0\n" + body).encode(), parse_integers(header["tree_sizes"]))
    trees = tuple(parse_tree(i, block, dictionary) for i, block in enumerate(blocks))
    expect(strip_text(text) == text, "it says more than trees need")
    return trees


def check_columns(header: Mapping[str, str], dictionary: FeatureDictionary) -> None:
    """Raise ValueError unless the columns are the dictionary's, with its directions."""
    features = len(dictionary.entries)
    lengths = {len(header[name].split()) for name in PER_FEATURE if name in header}
    fits = lengths == {features} and header["max_feature_idx"] == str(features - 1)
    expect(fits, f"it is not over {features} features")
    names = " ".join(f"Column_{number}" for number in range(features))
    expect((header["feature_names"], header["label_index"]) == (names, "0"), "its columns have names of their own")
    directions = [0 if entry.kind == "text" else entry.monotone for entry in dictionary.entries]
    stated = parse_integers(header["monotone_constraints"]) if "monotone_constraints" in header else [0] * features
    expect(stated == directions, "its directions are not those of the features")


def split_trees(body: bytes, sizes: list[int]) -> list[str]:
    """The text of each tree, cut where the header says it ends; ValueError where trees do not end there."""
    blocks: list[str] = []
    for size in sizes:
        expect(size > 0 and body[:size].endswith(b"\n\n\n"), f"tree {len(blocks)} does not end where its header says")
        blocks.append(body[:size].decode().removesuffix("\n\n\n"))
        body = body[size:]
    expect(body == END.encode(), "its end is missing or changed")
    return blocks


def parse_tree(number: int, block: str, dictionary: FeatureDictionary) -> Tree:
    """Parses one tree; its arrays agree, each node is reached once, and splits are on features that exist."""
    fields = parse_fields(block)
    sets = parse_integers(fields.get("num_cat", ""))
    expect(set(fields) == (TREE | {*OF_SETS} if any(sets) else TREE), f"tree {number} has other fields than a tree")
    expect((fields["Tree"], fields["is_linear"]) == (str(number), "0"), f"tree {number} is of another kind or place")
    check_lengths(number, fields)
    expect(all(map(isfinite, parse_numbers(fields["leaf_value"]))), f"tree {number} has a leaf without a value")
    tree = Tree(
        feature=parse_integers(fields["split_feature"]),
        threshold=parse_numbers(fields["threshold"]),
        decision=parse_integers(fields["decision_type"]),
        left=parse_integers(fields["left_child"]),
        right=parse_integers(fields["right_child"]),
        sets=parse_category_sets(number, fields, sets) if any(sets) else [],
    )
    check_nodes(number, fields)
    check_splits(number, tree, dictionary, sets)
    return tree


def check_lengths(number: int, fields: Mapping[str, str]) -> None:
    """Raise ValueError unless a tree has one more leaf than splits, and a value for each of both."""
    splits = len(parse_integers(fields["split_feature"]))
    per_split = {len(parse_numbers(fields[name])) for name in PER_SPLIT}
    per_split |= {len(parse_integers(fields[name])) for name in WHOLE_PER_SPLIT}
    weights = len(parse_numbers(fields["leaf_weight"])) if splits else 1  # a tree of one leaf has no weights
    leaves = {len(parse_numbers(fields["leaf_value"])), len(parse_integers(fields["leaf_count"])), weights}
    singles = [fields[name].split() for name in SINGLE]
    agree = per_split == {splits} and leaves | {*parse_integers(fields["num_leaves"])} == {splits + 1}
    expect(agree and all(len(one) == 1 for one in singles), f"tree {number} has arrays of different lengths")


def check_nodes(number: int, fields: Mapping[str, str]) -> None:
    """Raise ValueError unless every node but the first is one split's child, below it, and counts add up."""
    left, right, inner = (parse_integers(fields[name]) for name in ("left_child", "right_child", "internal_count"))
    leaves = parse_integers(fields["leaf_count"])
    expected = [*range(-len(leaves), 0), *range(1, len(inner))] if inner else []
    expect(sorted(left + right) == expected, f"tree {number} does not reach every node once")
    for node, children in enumerate(zip(left, right, strict=True)):
        expect(all(child < 0 or child > node for child in children), f"tree {number} goes round in a circle")
        below = sum(inner[child] if child > 0 else leaves[-child - 1] for child in children)
        expect(inner[node] == below, f"tree {number} has counts that do not add up")


def check_splits(number: int, tree: Tree, dictionary: FeatureDictionary, sets: list[int]) -> None:
    """Raise ValueError unless every split is on a feature there is, and of that feature's kind."""
    for feature, threshold, decision in zip(tree.feature, tree.threshold, tree.decision, strict=True):
        expect(0 <= feature < len(dictionary.entries), f"tree {number} splits on a feature that is not there")
        text = dictionary.entries[feature].kind == "text"
        of_kind = decision in KINDS_OF_SPLIT and bool(decision & CATEGORICAL) == text
        expect(of_kind, f"tree {number} splits a feature as another kind than it is")
        expect(not text or threshold in range(sets[0]), f"tree {number} names a set of categories that is not there")


def parse_category_sets(number: int, fields: Mapping[str, str], sets: list[int]) -> list[frozenset[int]]:
    """The categories that go left, by set; ValueError unless the sets lie one after another within their array."""
    ends, words = parse_integers(fields["cat_boundaries"]), parse_integers(fields["cat_threshold"])
    in_order = ends[:1] == [0] and ends[-1] == len(words) and ends == sorted(set(ends))
    fits = in_order and len(ends) == sets[0] + 1 and all(0 <= word < 2**32 for word in words)
    expect(fits, f"tree {number} has sets of categories that do not fit")
    return [
        frozenset(32 * at + bit for at, word in enumerate(words[start:end]) for bit in range(32) if word >> bit & 1)
        for start, end in pairwise(ends)
    ]


def parse_fields(text: str) -> dict[str, str]:
    """The `name=value` lines of a text; ValueError where a line is not one or a name comes twice."""
    pairs = [line.partition("=") for line in text.split("\n")]
    fields = {name: value for name, _, value in pairs}
    expect(
        len(fields) == len(pairs) and all(equals for _, equals, _ in pairs),
        "a line is not 'name=value', or is there twice",
    )
    return fields


def parse_numbers(text: str) -> list[float]:
    """The numbers of a field, separated by single spaces."""
    words = text.split(" ") if text else []
    expect(all(NUMBER.fullmatch(word) for word in words), "a field has a value that is not a number")
    return [float(word) for word in words]


def parse_integers(text: str) -> list[int]:
    """The whole numbers of a field, separated by single spaces."""
    words = text.split(" ") if text else []
    expect(all(INTEGER.fullmatch(word) for word in words), "a field has a value that is not a whole number")
    return [int(word) for word in words]


def expect(holds: bool, otherwise: str) -> None:
    """Raise ValueError with the sentence unless the condition holds."""
    if not holds:
        raise ValueError(otherwise)

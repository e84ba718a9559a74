"""Canonical JSON of a bundle: the same value always has the same bytes, so that the same bundle has the same digest."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256

from pydantic import TypeAdapter

from models.feature_dictionary import FeatureDictionary


def canonical_json(value: Mapping[str, object]) -> bytes:
    """The one JSON text of a value: keys sorted, separators fixed, floats by repr; ValueError on NaN."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def parse_json_object(content: bytes) -> dict[str, object]:
    """The JSON object of a file; ValueError where it is not one."""
    return TypeAdapter(dict[str, object]).validate_json(content)


def sha256_of(content: bytes) -> str:
    """The sha256 of a content, in hexadecimal."""
    return sha256(content).hexdigest()


def dictionary_json(dictionary: FeatureDictionary) -> bytes:
    """The feature dictionary as JSON; `parse_dictionary` gives the same one back."""
    return canonical_json(asdict(dictionary))


def parse_dictionary(content: bytes) -> FeatureDictionary:
    """The feature dictionary of a JSON file; ValueError where it is not one."""
    return TypeAdapter(FeatureDictionary).validate_json(content)

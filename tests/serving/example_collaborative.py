"""The collaborative of the example service: five members, two of them its own districts, and the files they shared."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from features.collaborative_settings import Collaborative, Member
from models.collaborative.shared_file import file_name, signed_content
from tests.models.collaborative.drawn_figures import OTHER, figures, keys_of

PLACES = {"harbor": 1, "mesa": 2, "oak": 3, "pine": 4, OTHER: 5}
NAMES = {"harbor": "Harbor Unified", "mesa": "Mesa Valley", "oak": "Oak Grove", "pine": "Pine Ridge", OTHER: "Elm Bay"}
"""The last one means something else by a code."""


@cache
def contents() -> Mapping[str, bytes]:
    """Every file by its name below the home: the districts' files, and their public keys."""
    made: dict[str, bytes] = {}
    for district_id, place in PLACES.items():
        one, keys = figures(place, district_id=district_id), keys_of(district_id)
        made[f"shared/{file_name(one)}"] = signed_content(one, keys)
        public = keys.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        made[f"shared/{district_id}.pub"] = public
    return made


def collaborative_in(home: Path) -> Collaborative:
    """Its settings."""
    members = [Member(id=one, name=NAMES[one], key=home / "shared" / f"{one}.pub") for one in PLACES]
    return Collaborative(name="Five districts", members=tuple(members))


def share_examples(home: Path) -> None:
    """Puts what every member shared into the folder of the service."""
    (home / "shared").mkdir(exist_ok=True)
    for name, content in contents().items():
        (home / name).write_bytes(content)

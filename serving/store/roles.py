"""The roles that people work in."""

from typing import Literal

Role = Literal[
    "counselor", "principal", "district", "data_team", "privacy_officer", "observer", "records_clerk",
    "collaborative_office", "collaborative_member",
]  # fmt: skip
"""Those after `district` are given by hand only."""

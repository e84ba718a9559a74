"""Sections that several reports have: facts, limits, and how to come to the same figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.bundle.model_card import INTENDED, REFUSED_USES
from presentation.report import ReportSection

TEMPLATES = Path(__file__).parents[1]
"""Where the templates of sections are, each beside the module that makes its view."""


def refused_uses() -> tuple[str, ...]:
    """What a list must not be used for."""
    return tuple(use.replace("**", "") for use in REFUSED_USES)


@dataclass(frozen=True)
class LimitsView:
    """What a list is for, what it is not for, and what the figures cannot say."""

    intended: str
    refused: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class ReproduceView:
    """What has to be the same, and the command that gives the same figures."""

    says: str
    command: str


def facts_section(title: str, facts: Mapping[str, str]) -> ReportSection:
    """Facts by name."""
    return ReportSection(title, "report/facts.html", tuple(facts.items()))


def limits_section(unknown: Sequence[str]) -> ReportSection:
    """What a list is for, what it is not for, and these sentences on what the figures cannot say."""
    return ReportSection("Limits", "report/limits.html", LimitsView(INTENDED, refused_uses(), tuple(unknown)))


def reproduce_section(says: str, command: str) -> ReportSection:
    """How to come to the same figures."""
    return ReportSection("How to reproduce this", "report/reproduce.html", ReproduceView(says, command))

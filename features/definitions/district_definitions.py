"""A district's own outcomes: Python files that the settings name, run when an outcome is looked up."""

import runpy
import traceback
from pathlib import Path

import features.language
from features.errors import SettingsRefused
from features.language import feature_set
from features.language.outcome import Outcome, with_thresholds


def outcomes_in_file(path: Path) -> tuple[Outcome, ...]:
    """Every outcome that a file defines, in its order; SettingsRefused where it does not run or defines none.

    The file is the district's own code and runs as such.
    """
    offer_words_of_earlier_versions()
    try:
        names = runpy.run_path(str(path))
        found = tuple(value for value in names.values() if isinstance(value, Outcome))
        for outcome in found:
            with_thresholds(outcome, {})
    except FileNotFoundError:
        raise SettingsRefused(f"definitions: {path}: no such file") from None
    except Exception as error:  # whatever a district's file may raise
        raise SettingsRefused(f"definitions: {path}{line_of(error, path)}: {type(error).__name__}: {error}") from error
    if not found:
        raise SettingsRefused(f"definitions: {path}: no outcome in it; see docs/how-to/add-an-outcome.md")
    return found


def offer_words_of_earlier_versions() -> None:
    """Makes the words of a definition importable from `features.language`, as files of earlier versions do."""
    for name in feature_set.__all__:
        setattr(features.language, name, getattr(feature_set, name))


def line_of(error: Exception, path: Path) -> str:
    """The line of the file at which it went wrong, where that can be told."""
    if isinstance(error, SyntaxError):
        return f", line {error.lineno}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return f", line {lines[-1]}" if lines else ""

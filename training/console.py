"""What `ontrack train` prints: the checks of one outcome, or the verdicts of several in a table."""

import json
from collections.abc import Sequence
from pathlib import Path

import typer

from features.quality.check_report import say_warnings
from features.terminal import report_console
from presentation.numbers import capitalized
from training.gate.verdict import VERDICT_WORDS, sentences
from training.train import TrainedBundles
from training.train_and_record import board_beside
from training.train_outcomes import TrainedOutcome, verdict_table


def print_trained(trained: TrainedBundles, report: Path, district: str) -> None:
    """The checks of each part of the year, the verdict, the reports, and the command that comes next."""
    for one in trained.result.parts:
        heading = [capitalized(one.part.words)] if len(trained.result.parts) > 1 else []
        level = one.level_of("rule") if one.serves != "model" else None
        of_rule = [*one.rule_bands.values(), *([level] if level else [])]
        found = sentences([check for check in of_rule if check.verdict != "pass"])
        verdict = f"verdict  {VERDICT_WORDS[one.gate.verdict]}"
        typer.echo("\n".join([*heading, *sentences(one.gate.checks), *found, "", verdict]))
    typer.echo(f"report   {report}")
    if board_beside(report).exists():
        typer.echo(f"board    {board_beside(report)}")
    typer.echo(f"next     ontrack promote --district {district} {trained.best.path} --approved-by NAME")


def print_outcomes(found: Sequence[TrainedOutcome], district: str, *, as_json: bool) -> None:
    """The verdicts of every outcome, and the command that lets what may serve do so."""
    trained = [one.trained for one in found if one.trained]
    say_warnings(trained[0].warnings if trained else (), district)
    if as_json:
        typer.echo(json.dumps({"district_id": district, "outcomes": [one.as_json() for one in found]}))
        return
    report_console().print(verdict_table(found))
    typer.echo(f"next     ontrack promote --district {district} --all --approved-by NAME")

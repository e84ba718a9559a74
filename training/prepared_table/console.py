"""The answer of a run on a prepared table, written to the console."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from models.metrics.intervals import Interval
from presentation.numbers import figure_interval
from training.evaluation.scorers import in_order
from training.prepared_table.card import limits_of
from training.prepared_table.figures import CAPACITY
from training.prepared_table.groups import check_lines, group_table
from training.prepared_table.train import TableAnswer
from training.prepared_table.verdict import verdict_of

SHOWN = {
    "roc_auc": "roc auc",
    "pr_auc": "pr auc",
    "brier": "brier",
    "calibration_error": "calibration error",
    "calibration_slope": "calibration slope",
    f"precision@{CAPACITY:.3f}": f"precision where {CAPACITY:.0%} can be reached",
    f"recall@{CAPACITY:.3f}": f"recall where {CAPACITY:.0%} can be reached",
}


def print_answer(answer: TableAnswer, console: Console) -> None:
    """Writes the verdict, limits, figures, groups and checks, and where the files are."""
    trained = answer.trained
    rows, ended = len(trained.prepared.examples), int(trained.prepared.examples.label.sum())
    console.print(f"{rows:,} rows, {ended:,} off track, {len(trained.model.dictionary.entries)} features")
    console.print("\n".join(verdict_of(trained)))
    for sentence in limits_of(trained):
        console.print(f"- {sentence}")
    console.print(figure_table(trained.measured.intervals))
    for one in trained.audit.list.tables:
        if one.groups:
            console.print(group_table(one))
    console.print("\n".join(check_lines(trained.audit)))
    console.print(f"bundle: {answer.bundle.path}", soft_wrap=True)
    console.print(f"report: {answer.report}", soft_wrap=True)


def figure_table(found: Mapping[str, Mapping[str, Interval]]) -> Table:
    """The figures of every scorer, with 95% intervals."""
    shown = Table("on rows held out", *in_order(found), title="Figures")
    for name, words in SHOWN.items():
        shown.add_row(words, *(figure_interval(found[scorer][name]) for scorer in in_order(found)))
    return shown

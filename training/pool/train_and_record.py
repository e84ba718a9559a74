"""Trains over a pool, and leaves each district a report of what it takes and a note of the bundle to promote."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from getpass import getuser
from pathlib import Path

import typer
from rich.table import Table

from features.progress import Progress
from features.settings import Settings
from features.terminal import report_console
from models.code_version import code_version
from training.gate.verdict import VERDICT_WORDS
from training.pool.evidence import TogetherShown, shown_together
from training.pool.run import PooledDistrict, pool_requests, train_pool
from training.train_and_record import record


@dataclass(frozen=True)
class RecordedDistrict:
    """A district of the pool with the report of what it takes."""

    found: PooledDistrict
    report: Path

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of the table of verdicts."""
        found = self.found
        pooled = VERDICT_WORDS[found.pooled.result.verdict] if found.pooled else "none"
        own = VERDICT_WORDS[found.own.result.verdict]
        return found.district_id, own, pooled, found.choice.taken, found.trained.best.path.name

    def as_json(self) -> dict[str, object]:
        """What `ontrack train-pool --json` prints of it."""
        found = self.found
        return {
            "district_id": found.district_id,
            "own": found.own.result.verdict,
            "pooled": found.pooled.result.verdict if found.pooled else None,
            "takes": found.choice.taken,
            "why": found.choice.why,
            "bundle": str(found.trained.best.path),
            "pooled_bundle": str(found.pooled.model.path) if found.pooled and found.pooled.model else None,
            "report": str(self.report),
        }


def train_and_record_pool(
    settings: Settings, pool: str, outcome: str, today: date, progress: Progress, *, now: datetime
) -> tuple[RecordedDistrict, ...]:
    """A run over the pool: each district's verdicts, what it takes and why, and the report of that."""
    asked = pool_requests(settings, pool, outcome, today)
    run = train_pool(asked, pool, now=now, code_version=code_version(), progress=progress, trained_by=getuser())
    return tuple(RecordedDistrict(one, record(one.member.request, one.trained, progress)[0]) for one in run)


def together_in(found: Sequence[RecordedDistrict]) -> TogetherShown | None:
    """What the gates of all districts saw of the pool's model together."""
    return shown_together({one.found.district_id: one.found.pooled.result for one in found if one.found.pooled})


def apart_in(found: Sequence[RecordedDistrict]) -> list[str]:
    """The districts in which what the pool's risks say differs from the others, each as a question."""
    away = {name: by for one in found for name, by in one.found.apart.items()}
    return [
        f"{name}: the pool's risks say {'less' if by < 0 else 'more'} here than in the other districts, by "
        f"{abs(by):.0f} standard errors; ask what its codes mean"
        for name, by in sorted(away.items())
    ]


def print_pool(found: Sequence[RecordedDistrict], pool: str, *, as_json: bool) -> None:
    """The verdicts of every district side by side, why each takes what it takes, and the command that comes next."""
    together, apart = together_in(found), apart_in(found)
    if as_json:
        seen = {"together": together.as_json() if together else None, "apart": apart}
        typer.echo(json.dumps({"pool": pool, "districts": [one.as_json() for one in found], **seen}))
        return
    table = Table("district", "own model", "pool's model", "takes", "bundle")
    for one in found:
        table.add_row(*one.cells)
    report_console().print(table)
    for says in [*([together.says] if together else []), *apart]:
        typer.echo(says)
    for one in found:
        typer.echo(f"{one.found.district_id}: {one.found.choice.why}")
        typer.echo(f"report   {one.report}")
        typer.echo(
            f"next     ontrack promote --district {one.found.district_id} {one.found.trained.best.path} "
            "--approved-by NAME"
        )

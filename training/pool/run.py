"""Trains over a pool: one model of the records that its districts lend, judged in each by that district's own gate."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from features.definitions.served_outcomes import served_outcome, served_outcomes
from features.errors import Refused, SettingsRefused
from features.lake.records import open_records
from features.progress import Progress
from features.settings import Settings
from training.evaluation.temporal_split import Split
from training.pool.choice import Choice, choose
from training.pool.members import Member, rows_lent_by
from training.pool.pooled_years import PooledYears, PoolFits, judge_pooled
from training.run_result import RunResult
from training.train import TrainedBundles, result_with_model, train_from, training_request_of
from training.training_data import TrainingData
from training.training_request import Basis, TrainingRequest


@dataclass(frozen=True)
class PooledDistrict:
    """A district after a run over its pool: its own bundles, those of the pool's model, and which it takes."""

    member: Member
    own: TrainedBundles
    pooled: TrainedBundles | None
    choice: Choice

    @property
    def district_id(self) -> str:
        """The district."""
        return self.member.district_id

    @property
    def trained(self) -> TrainedBundles:
        """The run that the district goes by: the pool's where it takes that, else its own."""
        return self.pooled if self.pooled and self.choice.taken == "pooled" else self.own


def pool_requests(settings: Settings, pool: str, outcome: str, today: date) -> list[TrainingRequest]:
    """What is asked of each district of a pool, in the order of `ontrack.toml`: one outcome, defined alike in all.

    The first outcome that the first district serves where none is named. SettingsRefused where a district does not
    serve it, or with thresholds of its own.
    """
    districts = settings.pool(pool)
    name = outcome or served_outcomes(settings, districts[0].id)[0].outcome.name
    asked = [(one.id, served_outcome(settings, one.id, name)) for one in districts]
    alike = {served.outcome.definition for _, served in asked}
    if len(alike) > 1:
        raise SettingsRefused(
            f"pool '{pool}': its districts define {name} in different ways, so their labels mean different things; "
            "declare the same thresholds in all, or pools apart"
        )
    return [training_request_of(served.settings, district_id, today) for district_id, served in asked]


def train_pool(
    requests: Sequence[TrainingRequest],
    pool: str,
    *,
    now: datetime,
    code_version: str,
    progress: Progress,
    trained_by: str = "",
) -> Iterator[PooledDistrict]:
    """Every district of the pool in turn, in the order of `ontrack.toml`, its records still open.

    A district whose records have errors is left out of the pool, and said; Refused where no other is left.
    """
    with ExitStack() as opened:
        members = []
        for request in requests:
            try:
                reader = opened.enter_context(open_records(request.settings, request.district.id))
                own = train_from(
                    reader, request, now=now, code_version=code_version, progress=progress, trained_by=trained_by
                )
            except Refused as refused:
                progress(f"{request.district.name}: left out of the pool: {refused}")
                continue
            members.append(Member(request, reader, own, rows_lent_by(request, reader, own.data, pool)))
        if not members:
            raise Refused(f"pool '{pool}': no district's records can be used; `ontrack check` says why")
        training = requests[0].settings.training
        fits = PoolFits(members, training.seed, training.threads)
        for member in members:
            yield judge_district(fits, member, pool, progress)


def judge_district(fits: PoolFits, member: Member, pool: str, progress: Progress) -> PooledDistrict:
    """A district's own model, the pool's and its rule side by side, and which it takes."""
    own = member.own.bundles
    try:
        if member.data is None or not member.own.years:
            raise Refused("no model could be judged in the district yet")
        progress(f"{member.request.district.name}: judging the pool's model")
        found = judge_pooled(fits, member, member.data, pool)
    except Refused as refused:
        return PooledDistrict(member, own, None, choose(own.result, None, str(refused)))
    result = pooled_result(member, member.data, found, progress)
    choice = choose(own.result, result)
    result = with_choice(result, choice)
    model = replace(member.own.writer, result=result).write(found.model)
    return PooledDistrict(member, own, TrainedBundles(result, own.rule, model, own.warnings), choice)


def pooled_result(member: Member, data: TrainingData, found: PooledYears, progress: Progress) -> RunResult:
    """What the district's gate, audit and figures say of the pool's model."""
    rows = found.fit.rows
    result = result_with_model(
        member.reader, member.request, data, found.years, tuning=None, progress=progress, learned=rows
    )
    years = tuple(int(year) for year in np.unique(rows.time))
    basis: Basis = replace(
        data.basis, split=Split(years, data.split.test), trained=len(rows), pooled=found.learned_from
    )
    return replace(result, parts=tuple(replace(one, basis=basis) for one in result.parts))


def with_choice(result: RunResult, choice: Choice) -> RunResult:
    """The result that says why its model was chosen, or not."""
    parts = tuple(replace(one, basis=replace(one.basis, why_pooled=choice.why)) for one in result.parts)
    return replace(result, parts=parts)

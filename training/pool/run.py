"""Trains over a pool: one model of the records that its districts lend, judged in each by that district's own gate."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, partial

import numpy as np

from features.definitions.served_outcomes import served_outcome, served_outcomes
from features.errors import Refused, SettingsRefused
from features.lake.records import open_records
from features.progress import Progress
from features.settings import Settings
from models.partitions.trees import growth_of
from models.partitions.workers import WorkerLost
from models.pool.learned_from import LearnedFrom
from training.evaluation.temporal_split import Split
from training.pool.choice import Choice, choose
from training.pool.leave_one_out import LeftOut, leave_one_out
from training.pool.members import Member, lender_of
from training.pool.new_district import first_year_data, judge_first_year
from training.pool.pooled_years import Asked, PooledYears, PoolFits, judge_pooled
from training.run_result import RunResult
from training.train import TrainedBundles, result_with_model, train_from, training_request_of
from training.training_data import TrainingData
from training.training_request import Basis, TrainingRequest


@dataclass(frozen=True)
class PooledDistrict:
    """A district after a run over its pool: its own bundles, those of the pool's model, and which it takes.

    `apart` are the districts of its pooled fit in which the pool's risks say more or less than in the others.
    """

    member: Member
    own: TrainedBundles
    pooled: TrainedBundles | None
    choice: Choice
    apart: Mapping[str, float] = field(default_factory=dict)

    @property
    def district_id(self) -> str:
        """The district."""
        return self.member.district_id

    @property
    def trained(self) -> TrainedBundles:
        """The run that the district goes by: the pool's where it takes that, else its own; it says why."""
        if self.pooled and self.choice.taken == "pooled":
            return self.pooled
        return replace(self.own, result=with_choice(self.own.result, self.choice))


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
            except WorkerLost:
                raise
            except Refused as refused:
                progress(f"{request.district.name}: left out of the pool: {refused}")
                continue
            data = own.data or first_year_data(reader, request)
            lender = lender_of(request, reader, data.cohorts, pool) if data else None
            members.append(Member(request, reader, own, lender, data))
        if not members:
            raise Refused(f"pool '{pool}': no district's records can be used; `ontrack check` says why")
        training = requests[0].settings.training
        lenders = [one.lender for one in members if one.lender]
        fits = PoolFits(lenders, training.seed, training.threads, growth_of(requests[0].settings))
        left_out = cache(partial(districts_left_out, fits, members))
        for member in members:
            yield judge_district(fits, member, pool, left_out, progress)


def districts_left_out(fits: PoolFits, members: Sequence[Member], new: str) -> LeftOut | None:
    """What the pool's model shows in each district with a model of its own, as if that were new.

    Nor does it learn from the rows of the `new` district that asks: its own first year is shown apart.
    """
    asked = [asked_by(one, one.data) for one in members if one.data and one.own.years]
    return leave_one_out(asked, fits, members[0].request.settings.gate, without={new})


def judge_district(
    fits: PoolFits, member: Member, pool: str, left_out: Callable[[str], LeftOut | None], progress: Progress
) -> PooledDistrict:
    """A district's own model, the pool's and its rule side by side, and which it takes."""
    own, data, name = member.own.bundles, member.judged_data, member.request.district.name
    is_new = not member.own.years
    try:
        if data is None:
            raise Refused("no school year of the district has a known outcome yet")
        progress(f"{name}: judging the pool's model")
        found = judge_first_year(fits, member.request, data) if is_new else judge_pooled(fits, asked_by(member, data))
    except WorkerLost:
        raise
    except Refused as refused:
        expected = left_out(member.district_id) if is_new else None
        return PooledDistrict(member, own, None, expecting(choose(own.result, None, str(refused)), expected))
    provenance = fits.provenance(pool, found.lent)
    result = pooled_result(member, data, found, provenance, progress, brief=is_new)
    choice = choose(own.result, result)
    if is_new:
        choice = choice_of_new(choice, left_out(member.district_id))
    result = with_choice(result, choice)
    model = replace(member.own.writer, result=result).write(found.model)
    pooled = TrainedBundles(result, own.rule, model, own.warnings)
    return PooledDistrict(member, own, pooled, choice, found.fit.standing_apart)


def choice_of_new(choice: Choice, left_out: LeftOut | None) -> Choice:
    """The choice of a district without a model of its own: the pool's serves only where it finds more elsewhere too."""
    if choice.taken == "pooled" and not (left_out and left_out.shown):
        why = "The pool's model passed here, and is not shown to find more in districts that it never saw"
        return expecting(Choice("rule", f"{why}; the rule serves for one more year."), left_out)
    return expecting(choice, left_out)


def expecting(choice: Choice, left_out: LeftOut | None) -> Choice:
    """The choice with what the other districts let a new one expect."""
    return replace(choice, why=f"{choice.why} {left_out.says}") if left_out else choice


def asked_by(member: Member, data: TrainingData) -> Asked:
    """The district as one in which a pool's model is judged."""
    begins = tuple(part.from_week for part in data.parts[1:])
    return Asked(member.district_id, member.own.years, data.cohorts.years, begins)


def pooled_result(
    member: Member,
    data: TrainingData,
    found: PooledYears,
    learned_from: LearnedFrom,
    progress: Progress,
    *,
    brief: bool,
) -> RunResult:
    """What the district's gate, audit and figures say of the pool's model."""
    rows = found.fit.rows
    result = result_with_model(
        member.reader, member.request, data, found.years, tuning=None, progress=progress, learned=rows, brief=brief
    )
    years = tuple(int(year) for year in np.unique(rows.time))
    basis: Basis = replace(data.basis, split=Split(years, data.split.test), trained=len(rows), pooled=learned_from)
    return replace(result, parts=tuple(replace(one, basis=basis) for one in result.parts))


def with_choice(result: RunResult, choice: Choice) -> RunResult:
    """The result that says why its model was chosen, or not."""
    parts = tuple(replace(one, basis=replace(one.basis, why_pooled=choice.why)) for one in result.parts)
    return replace(result, parts=parts)

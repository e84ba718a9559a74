"""The cohorts of a list, begun in an order in which two readers end at about the same time."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace

from features.definitions.served_outcomes import Served
from features.quality.check import RecordCheck
from features.warehouse.key_ranges import count_enrolled
from features.warehouse.reader import Reader
from serving.scoring.district_release import DistrictRelease
from serving.scoring.scored_cohort import CohortWork, ListInputs, begin_cohort
from serving.store.record_drafts import record_drafts

Releases = Sequence[tuple[Served, DistrictRelease]]


def begin_cohorts(
    inputs: ListInputs, releases: Releases, check: Callable[[Reader], RecordCheck]
) -> tuple[dict[str, CohortWork], Future[RecordCheck]]:
    """The work on the cohorts of all outcomes served, by outcome, and the check of the records, which comes first.

    The largest cohort is begun beside it, so that the smaller ones fill the time at the end. Records are written as
    soon as they are known and the check is done.
    """
    inputs.written.read()
    found = inputs.pool.submit(check)
    if inputs.engine is not None:
        inputs = replace(inputs, drafts=record_drafts(inputs.engine, inputs.written.district_id, found))

    def students(one: tuple[Served, DistrictRelease]) -> int:
        return count_enrolled(inputs.reader, inputs.view.school_year, one[1].outcome.cohort.grade_levels)

    (served, first), *others = sorted(releases, key=students, reverse=True)
    begun = {first.outcome.name: begin_cohort(inputs, served.settings, first)}
    return begun | {one.outcome.name: begin_cohort(inputs, own.settings, one) for own, one in others}, found

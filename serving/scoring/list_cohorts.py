"""The cohorts of a list, begun in an order in which two readers end at about the same time."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future

from features.definitions.served_outcomes import Served
from features.quality.check import RecordCheck
from features.warehouse.key_ranges import count_enrolled
from features.warehouse.reader import Reader
from serving.scoring.district_release import DistrictRelease
from serving.scoring.scored_cohort import CohortWork, ListInputs, begin_cohort

Releases = Sequence[tuple[Served, DistrictRelease]]


def begin_cohorts(
    inputs: ListInputs, releases: Releases, check: Callable[[Reader], RecordCheck]
) -> tuple[dict[str, CohortWork], Future[RecordCheck]]:
    """The work on the cohorts of all outcomes served, by outcome, and the check of the records, which comes early.

    The largest cohort is begun first, so that the smaller ones fill the time beside it.
    """
    inputs.written.read()

    def students(one: tuple[Served, DistrictRelease]) -> int:
        return count_enrolled(inputs.reader, inputs.view.school_year, one[1].outcome.cohort.grade_levels)

    (served, first), *others = sorted(releases, key=students, reverse=True)
    begun = {first.outcome.name: begin_cohort(inputs, served.settings, first)}
    found = inputs.pool.submit(check)
    return begun | {one.outcome.name: begin_cohort(inputs, own.settings, one) for own, one in others}, found

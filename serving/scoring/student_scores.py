"""The scores of a run's students in columns: risk, reasons and which records are behind them, way back and change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa

from features.engine.view import View
from features.ledger.ledger import Ledger
from features.settings import Settings
from features.snapshots.shown_records import features_by_table, kept_as
from features.snapshots.snapshot import Snapshot
from features.snapshots.student_records import StudentRecords, student_records
from features.warehouse.reader import Reader
from features.way_back.way_back import WaysBack, find_ways_back
from models.examples import Booleans, Places
from models.explanations.reason_columns import ReasonColumns
from models.metrics.track_record import ListRecord, list_records, track_records
from models.scoring import reason_table_by, similar_students_of
from serving.scoring.bands import bands_of
from serving.scoring.district_release import DistrictRelease
from serving.scoring.json_columns import (
    change_texts,
    code_texts,
    object_texts,
    reason_texts,
    shared_texts,
    texts_where,
)
from serving.scoring.ranking import Ranking
from serving.scoring.risk_change import PreviousRun, explain_changes
from serving.store.student_records import RecordChanges, WrittenRecords, joined_changes
from serving.store.text_compression import pack
from serving.store.week_texts import aligned_texts, week_texts


@dataclass(frozen=True)
class RunInputs:
    """What the scores are made from: the release, the warehouse, the cohort's snapshot and its risks, in one order.

    `written` are the records that are in the service database already.
    """

    settings: Settings
    release: DistrictRelease
    reader: Reader
    view: View
    snapshot: Snapshot
    risks: "pd.Series[float]"
    written: WrittenRecords

    @property
    def students(self) -> pd.Index:
        """The students, by key."""
        return self.snapshot.features.index

    @property
    def scored(self) -> Booleans:
        """Those with a risk."""
        return self.risks.notna().to_numpy(dtype=np.bool_)

    @property
    def rows(self) -> Places:
        """The row of each student with a risk; -1 for others."""
        return np.where(self.scored, np.arange(len(self.students)), -1)


@dataclass(frozen=True)
class CohortTexts:
    """All that is written of a cohort's students but their places, in the order of their keys."""

    scores: pd.DataFrame
    records: RecordChanges
    record_tables: Mapping[str, str]
    weeks: tuple[str, ...]


@dataclass(frozen=True)
class CohortScores:
    """The part of a ScoringRun that is about its students: the fields of the same names."""

    scores: pd.DataFrame
    records: RecordChanges
    record_tables: Mapping[str, str]
    weeks: tuple[str, ...]


def cohort_texts(inputs: RunInputs, before: PreviousRun | None) -> CohortTexts:
    """What is written of the cohort's students but their places."""
    reasons = reason_table_by(inputs.release.bundle, inputs.snapshot)
    needs, strengths = (side.of(inputs.rows) for side in (reasons.needs, reasons.strengths))
    with student_records(inputs.reader, inputs.release.outcome.cohort, inputs.view) as records:
        weeks, histories = week_texts(records.weeks(), len(records.keys))
        risk = np.asarray(inputs.risks, dtype=np.float64)
        columns = {
            "student_key": inputs.students.to_numpy(),
            "school_id": inputs.snapshot.school.to_numpy(),
            "risk": risk,
            "band": bands_of(risk, inputs.settings.service.bands),
            "reasons": reason_texts(needs),
            "strengths": reason_texts(strengths),
            "evidence": evidence_texts(inputs, records, needs),
            "history": histories.take(pa.array(records.keys.get_indexer(inputs.students))),
            "way_back": way_back_texts(inputs),
            "change": changes_since(inputs, before) if before else None,
            "similar_students": similar_texts(inputs),
            **(before.shown_of(inputs.students) if before else {}),
        }
        changes = record_changes(records, inputs.written, inputs.students, before.as_of if before else None)
    scores = pd.DataFrame({name: as_column(cells) for name, cells in columns.items()}, index=range(len(risk)))
    return CohortTexts(scores, changes, tables_of_reasons(inputs, needs), tuple(weeks))


def joined_texts(parts: Sequence[CohortTexts]) -> CohortTexts:
    """The texts of the parts of a cohort as those of all its students, in the order of the parts."""
    if len(parts) == 1:
        return parts[0]
    weeks = sorted({week for one in parts for week in one.weeks})
    scores = [with_history(one, weeks) for one in parts]
    tables = {code: table for one in parts for code, table in one.record_tables.items()}
    records = joined_changes([one.records for one in parts])
    return CohortTexts(pd.concat(scores, ignore_index=True), records, dict(sorted(tables.items())), tuple(weeks))


def with_history(part: CohortTexts, weeks: Sequence[str]) -> pd.DataFrame:
    """The scores of a part of a cohort, attendance told by these weeks."""
    texts = aligned_texts(pa.array(part.scores["history"], pa.string()), part.weeks, weeks)
    return part.scores.assign(history=pd.Series(texts.to_pandas()))


def placed_scores(
    texts: CohortTexts, ranking: Ranking, ledger: Ledger, release: DistrictRelease, school_year: int
) -> CohortScores:
    """The scores of the cohort's students by the release of the day, in the order of the list."""
    order = pd.Index(texts.scores["student_key"]).get_indexer(ranking.table.index)
    scores = texts.scores.take(order).reset_index(drop=True)
    for name, cells in place_columns(ranking).items():
        scores[name] = pd.Series(cells)
    scores["track_record"] = track_record_texts(ranking, ledger, release, school_year)
    return CohortScores(scores, texts.records, texts.record_tables, texts.weeks)


def as_column(cells: object) -> object:
    """A column as pandas has it."""
    return cells.to_pandas() if isinstance(cells, (pa.Array, pa.ChunkedArray)) else cells


def place_columns(ranking: Ranking) -> dict[str, object]:
    """Where each student is on the list; without a risk there is no place on it."""
    table = ranking.table
    scored = table["risk"].notna().to_numpy(dtype=np.bool_)
    return {
        "list_position": pd.Series(table["position"].to_numpy(np.int64), dtype="Int64").where(scored),
        "flagged": table["flagged"].to_numpy(dtype=np.bool_) & scored,
        "list_probability": np.where(scored, table["list_probability"], np.nan),
        "at_random": table["at_random"].to_numpy(dtype=np.bool_) & scored,
        "kept": table["kept"].to_numpy(dtype=np.bool_) & scored,
        "place": pd.Series(table["place"].to_numpy(), dtype="Int64"),
    }


def evidence_texts(inputs: RunInputs, records: StudentRecords, needs: ReasonColumns) -> pa.Array:
    """The numbers of the records behind each student's reasons, by the code of the reason."""
    names = np.array([entry.name for entry in needs.entries], dtype=object)
    given = pd.DataFrame({"student_key": inputs.students[needs.row], "code": names[needs.feature]})
    found = records.counted(inputs.release.feature_set, given)
    row = inputs.students.get_indexer(pd.Index(found["student_key"]))
    places = {entry.name: place for place, entry in enumerate(needs.entries)}
    feature = np.asarray(found["code"].map(places), dtype=np.int64)
    order = np.lexsort((feature, row))
    begins = np.searchsorted(row[order], np.arange(len(inputs.students) + 1)).astype(np.int64)
    numbers = pa.array(found["numbers"].to_numpy(dtype=object)[order], pa.string())
    return object_texts(begins, code_texts(needs.entries, feature[order]), numbers)


def tables_of_reasons(inputs: RunInputs, needs: ReasonColumns) -> dict[str, str]:
    """The table in which the records behind each given feature are kept."""
    codes = sorted({needs.entries[place].name for place in np.unique(needs.feature)})
    tables = features_by_table(inputs.release.feature_set, codes).items()
    return {code: kept_as(table) for table, own in tables for code, _ in own}


def way_back_texts(inputs: RunInputs) -> pa.Array:
    """The way back of each student with a score; missing where there is none."""
    outcome = inputs.release.outcome
    found: WaysBack = find_ways_back(inputs.reader, outcome, inputs.view.own, cohort=outcome.cohort)
    if not len(found.keys):
        return pa.nulls(len(inputs.students), pa.string())
    which = np.where(inputs.scored, found.which[found.keys.get_indexer(inputs.students)], -1)
    which = np.where(found.keys.get_indexer(inputs.students) < 0, -1, which)
    return texts_where(shared_texts(found.distinct), which)


def track_record_texts(
    ranking: Ranking, ledger: Ledger, release: DistrictRelease, school_year: int
) -> Sequence[str | None]:
    """How past flags like each of this run's turned out, but for those of a lot; None without enough evidence.

    Where no number is told of the day, those like one are all on such lists: a similar risk would tell it.
    """
    table = ranking.table
    listed = (table["flagged"] & ~table["at_random"]).to_numpy(dtype=np.bool_)
    risks = table["risk"].to_numpy(dtype=np.float64)[listed]
    told = np.full(len(risks), np.nan) if release.not_judged else risks
    found = shared_texts(track_records(ledger, scorer=release.bundle.kind, risk=told, school_year=school_year))
    texts = np.full(len(table), None, dtype=object)
    texts[listed] = found
    return texts.tolist()


def similar_texts(inputs: RunInputs) -> pa.Array:
    """The past students behind each risk, as far as they may be told."""
    features, least = inputs.snapshot.features, inputs.settings.audit.smallest_group
    scorer, told = inputs.release.bundle.scorer, inputs.release.not_judged is None
    found = shared_texts(similar_students_of(scorer, features, least=least, told=told))
    return texts_where(found, inputs.rows)


def changes_since(inputs: RunInputs, before: PreviousRun) -> pa.Array:
    """What changed each student's risk since the run before; missing for those it did not score."""
    found = explain_changes(inputs.release, before, inputs.reader, inputs.snapshot, inputs.risks)
    texts = change_texts(found.by_data, found.by_release, found.moved, across_parts=found.across_parts)
    place = found.students.get_indexer(inputs.students)
    return texts.take(pa.array(place, mask=place < 0))


def record_changes(
    records: StudentRecords, written: WrittenRecords, cohort: pd.Index, since: date | None
) -> RecordChanges:
    """What changed of the cohort's records since they were written last, of most of them since a day."""
    digests = records.digests()
    digests = digests.iloc[np.flatnonzero(cohort.get_indexer(digests.index) >= 0)]
    before = written.digests.reindex(digests.index, fill_value=0)
    changed = digests.index[(digests != before).to_numpy()]
    added = added_alone(records, digests - before, changed[(before.loc[changed] != 0).to_numpy()], since)
    others = changed.difference(pd.Index(added["student_key"]), sort=False)
    known = others[(before.loc[others] != 0).to_numpy()]
    contents = pd.concat([added, records.changes(written.contents(known), others)], ignore_index=True)
    packed = contents.assign(content=list(map(pack, contents["content"])))
    return RecordChanges(digests.loc[changed], before.loc[changed], packed)


def added_alone(records: StudentRecords, moved: "pd.Series[int]", known: pd.Index, since: date | None) -> pd.DataFrame:
    """What is new of those students of whom nothing else changed since a day: what they gained is their new digest.

    So nothing that was written of them is read again.
    """
    if since is None or known.empty:
        return pd.DataFrame({"student_key": [], "content": []}, dtype="str")
    found = records.added_since(since, known)
    whole = found["digest"].to_numpy() == moved.loc[found["student_key"]].to_numpy()
    alone: pd.DataFrame = found.loc[whole, ["student_key", "content"]]
    return alone


def last_year_lists(ledger: Ledger, school_year: int) -> ListRecord | None:
    """How the lists of the latest finished school year turned out; None before the first."""
    earlier = [one for one in list_records(ledger) if one.school_year < school_year and not one.still_open]
    return max(earlier, key=lambda one: one.school_year, default=None)

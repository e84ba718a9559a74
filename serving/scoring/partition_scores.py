"""Scores students where their snapshot lies: the signed bundle is verified there; risk, band and reasons come out."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa

from features.engine.view import View
from features.lake.results import folder_sent
from features.snapshots.snapshot import snapshot_from_rows
from models.bundle.bundle import Bundle, open_bundle
from models.bundle.signing import parse_public_key
from models.examples import Floats
from models.pool.learned_from import without_model
from models.scoring import feature_set_of_bundle, order_of, reason_table_by, similar_students_of
from models.served_scorer import serving_on
from serving.scoring.bands import bands_of
from serving.scoring.json_columns import reason_texts, shared_texts, texts_where
from serving.scoring.ranking import predict_risks

SCHEMA = pa.schema(
    {
        "student_key": pa.string(), "school_id": pa.string(), "grade_level": pa.int64(), "risk": pa.float64(),
        "list_order": pa.float64(), "band": pa.string(), "reasons": pa.string(), "strengths": pa.string(),
        "similar_students": pa.string(),
    }
)  # fmt: skip
"""A row a student: `risk` is missing where too little is on record, `list_order` is what a list is put in order by."""


@dataclass(frozen=True)
class PartitionScores:
    """Scores the rows of a snapshot that are in one partition, by the bundle that was sent to its executor.

    `bundle` is the name of the folder, `public_key` the installation's in PEM. BundleRefused where it is not as signed.
    Where it is `ruled`, the bundle learned from records that are not lent any more, and its rule serves. A rule's share
    is of students of whom at least `least` are shown, and is `told` where its date is one that the gate judged.
    """

    bundle: str
    public_key: bytes
    view: View
    bands: tuple[float, float]
    ruled: bool = False
    least: int = 11
    told: bool = True

    @property
    def columns(self) -> str:
        """The columns that come out, as Spark declares them."""
        kinds = {pa.string(): "STRING", pa.int64(): "BIGINT", pa.float64(): "DOUBLE"}
        return ", ".join(f"{field.name} {kinds[field.type]}" for field in SCHEMA)

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The scores of some students."""
        for batch in batches:
            if batch.num_rows:
                yield self.scores(opened_here(self.bundle, self.public_key), batch.to_pandas())

    def scores(self, bundle: Bundle, rows: pd.DataFrame) -> pa.RecordBatch:
        """The scores of the rows that a snapshot's query found, by what the bundle has to serve on the date."""
        now = serving_on(without_model(bundle) if self.ruled else bundle, self.view.school_week, self.view.as_of).bundle
        snapshot = snapshot_from_rows(feature_set_of_bundle(now), self.view, rows)
        risk = predict_risks(now, snapshot)
        scored = risk.notna().to_numpy(dtype=np.bool_)
        reasons = reason_table_by(now, snapshot)
        similar = similar_students_of(now.scorer, snapshot.features, least=self.least, told=self.told)
        told = np.where(scored, np.arange(len(risk)), -1)
        values: Floats = np.asarray(risk, dtype=np.float64)
        return pa.RecordBatch.from_arrays(
            [
                pa.array(risk.index.to_numpy(dtype=object), pa.string()),
                pa.array(snapshot.school.to_numpy(dtype=object), pa.string()),
                pa.array(snapshot.grade.to_numpy(dtype=np.int64)),
                pa.array(values, from_pandas=True),
                pa.array(np.where(scored, order_of(now.scorer, snapshot.features), np.nan), from_pandas=True),
                pa.array(bands_of(values, self.bands).tolist(), pa.string()),
                reason_texts(reasons.needs.of(told)).cast(pa.string()),
                reason_texts(reasons.strengths.of(told)).cast(pa.string()),
                texts_where(shared_texts(similar), told).cast(pa.string()),
            ],
            schema=SCHEMA,
        )


@lru_cache(maxsize=8)
def opened_here(name: str, public_key: bytes) -> Bundle:
    """The bundle of that name on this executor, opened and verified once in its process."""
    return open_bundle(folder_sent(name), parse_public_key(public_key, "the public key that was sent"))

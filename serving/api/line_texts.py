"""Parts of the lines of a run, each written once for what many students have alike."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pydantic_core import from_json, to_json

from serving.api.evidence import windows_of
from serving.api.presenters import interval_of, links_of
from serving.api.score_messages import GivenInterval
from serving.scoring.decoding import SIMILAR_STUDENTS, TRACK_RECORD, decode
from serving.store.rows import RunRow

dumps = json.JSONEncoder(ensure_ascii=False).encode
PARTS_KEPT = 8_000
"""Texts that are kept of each kind of part, by its values: many students have the same."""


@dataclass(frozen=True)
class RunFacts:
    """What a run says of each of its scores; `tables` has the kind of records behind each reason."""

    run_id: str
    outcome: str
    as_of: date
    data_as_of: date
    scorer: str
    part: str | None
    not_judged: str | None
    model_version: str
    release: str
    bundle_digest: str
    feature_set: str
    tables: Mapping[str, str]

    def fields(self) -> dict[str, object]:
        """The fields that are the same in each line."""
        names = ("run_id", "outcome", "as_of", "data_as_of", "scorer", "part", "not_judged", "model_version", "release")
        return {name: getattr(self, name) for name in names}

    def line_end(self) -> str:
        """The same as the end of a line of JSON."""
        said = to_json({**self.fields(), "links": links_of(self.bundle_digest)}).decode()
        return f",{said[1:]}\n"

    def columns(self) -> tuple[str, ...]:
        """The names of the same as columns."""
        return (*self.fields(), "card", "audit")

    def cells(self) -> tuple[object, ...]:
        """The same as cells."""
        links = links_of(self.bundle_digest)
        return (*self.fields().values(), links.card, links.audit)


def facts_of(run: RunRow, tables: Mapping[str, str]) -> RunFacts:
    """What a run says of its scores."""
    return RunFacts(
        run.run_id, run.outcome, run.as_of, run.data_through, run.scorer, run.part, run.not_judged, run.model_version,
        run.release_id, run.bundle_digest, run.feature_set, tables,
    )  # fmt: skip


class LineTexts:
    """The reasons of a run's scores as text."""

    def __init__(self, run: RunFacts) -> None:
        self.run = run
        self.evidence_json = lru_cache(PARTS_KEPT)(self.written_json)
        self.evidence_cell = lru_cache(PARTS_KEPT)(self.written_cell)

    def reasons(self, stored: str, evidence: str) -> str:
        """Stored reasons as JSON, each with code, value and evidence; how they are weighed is not given."""
        behind = from_json(evidence)
        texts = []
        for code, value in stored_reasons(stored):
            said = numbered_value(value) if type(value) in (int, float) else dumps(value)
            texts.append(f'{{"code":"{code}","value":{said}{self.evidence_json(code, count_of(behind, code))}')
        return f"[{','.join(texts)}]"

    def written_json(self, code: str, records: int | None) -> str:
        """The evidence of a reason as the end of its JSON; null where none is kept."""
        if records is None or code not in self.run.tables:
            return ',"evidence":null}'
        windows = list(windows_of(self.run.feature_set, code))
        said = to_json({"table": self.run.tables[code], "records": records, "windows": windows}).decode()
        return f',"evidence":{said}}}'

    def cells(self, stored: str, evidence: str) -> tuple[str, str, str]:
        """Codes of reasons, their values as a list of JSON, and their evidence, each in the same order."""
        found, behind = stored_reasons(stored), from_json(evidence)
        said = [self.evidence_cell(code, count_of(behind, code)) for code, _ in found]
        return " ".join([code for code, _ in found]), dumps([value for _, value in found]), " ".join(said)

    def written_cell(self, code: str, records: int | None) -> str:
        """The evidence of a reason as `table:records:windows`; `none` where none is kept."""
        if records is None or code not in self.run.tables:
            return "none"
        return f"{self.run.tables[code]}:{records}:{'+'.join(windows_of(self.run.feature_set, code))}"


def count_of(behind: Mapping[str, Sequence[object]], code: str) -> int | None:
    """How many records are behind a reason; None where none are kept."""
    return len(behind[code]) if code in behind else None


def stored_reasons(stored: str) -> list[tuple[str, object]]:
    """Codes and values of stored reasons, in either form in which runs store them."""
    return [(one["code"], one["value"]) if isinstance(one, dict) else (one[0], one[1]) for one in from_json(stored)]


numbered_value = lru_cache(PARTS_KEPT, typed=True)(dumps)
"""A number as JSON, kept: many students have the same."""


def interval_text(similar: str | None, record: str | None) -> str:
    """The interval of a score as JSON."""
    return interval_json(similar, record) if similar or record else "null"


@lru_cache(PARTS_KEPT)
def interval_json(similar: str | None, record: str | None) -> str:
    """The same by what is stored of past students: many students have the same ones behind their risk."""
    found = interval_told(similar, record)
    return found.model_dump_json() if found else "null"


@lru_cache(PARTS_KEPT)
def interval_told(similar: str | None, record: str | None) -> GivenInterval | None:
    """Between which shares a risk likely lies, by what is stored of past students; None where it is not told."""
    told = decode(SIMILAR_STUDENTS, from_json(similar) if similar else None)
    return interval_of(told, decode(TRACK_RECORD, from_json(record) if record else None))


def number_text(value: float | None) -> str:
    """A number as JSON."""
    return "null" if value is None else repr(value)

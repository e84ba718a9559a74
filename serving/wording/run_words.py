"""The words of the features of past runs, and the tables of their records, kept in memory: a run does not change."""

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from serving.store.rows import RunRow
from serving.wording.reasons import Lexicon, run_lexicon

MOST_KEPT = 512


@dataclass(frozen=True)
class RunWords:
    """What the sentences of a run's features are, and in which table the records behind each are kept."""

    lexicon: Lexicon
    tables: Mapping[str, str]


NO_WORDS = RunWords({}, {})


class RunWordsCache:
    """The words of runs, those that were asked for last."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], RunWords] = {}
        self.lock = Lock()

    def of(self, run: RunRow) -> RunWords:
        """The words of a run, whose dictionary is read only where they are not known yet."""
        key = (run.district_id, run.run_id, run.created_at.isoformat())
        found = self.kept.get(key)
        if found is None:
            tables = {str(entry["name"]): str(entry["table"]) for entry in run.dictionary if entry.get("table")}
            found = RunWords(run_lexicon(run.dictionary), tables)
            with self.lock:
                self.kept[key] = found
                if len(self.kept) > MOST_KEPT:
                    del self.kept[next(iter(self.kept))]
        return found

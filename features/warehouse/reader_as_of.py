"""A reader for whom nothing is on record but what a view shows."""

from dataclasses import dataclass, field

import pandas as pd

from features.engine.compilation import compile_script
from features.engine.script_cache import cached_script
from features.engine.sql_script import Script
from features.engine.view import View, ViewShape
from features.engine.visible_tables import VisibleTables
from features.warehouse.reader import Reader


@dataclass(frozen=True)
class ReaderAsOf(Reader):
    """An open warehouse as it was known at the end of an as-of date."""

    seen: View
    frames: dict[str, pd.DataFrame] = field(default_factory=dict, compare=False, repr=False)

    def current(self, name: str) -> pd.DataFrame:
        """Every row of a canonical table that the view shows, read once."""
        if name not in self.frames:
            self.frames[name] = self.visible(self.seen, name)
        return self.frames[name]

    def has_rows(self, name: str) -> bool:
        """Whether anything of a table was known."""
        return not self.run(known_row_script(name, self.seen.shape), self.seen.values).empty


@cached_script
def known_row_script(name: str, shape: ViewShape) -> Script:
    """DuckDB's SQL for one version of any record of a table that was known on the as-of date."""
    tables = VisibleTables(shape)
    known = tables.visible(name, "known_on", replaced=False).union(tables.visible(name, "known_on", replaced=True))
    return compile_script(known.limit(1))

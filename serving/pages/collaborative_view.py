"""The content of the page of a collaborative, from shared files alone: no district is ranked, and none named.

The office alone reads the name of one whose codes stand apart, as it has to be asked what they mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.collaborative.comparison import (
    IN_TIME,
    alike,
    compare_codes,
    compare_evidence,
    compare_gaps,
    compare_groups,
    compare_shares,
    compare_waits,
    unused_codes,
)
from models.collaborative.shared_figures import CODE, SharedFigures
from presentation.collaborative_shares import FunnelPart, funnel_part
from presentation.collaborative_tables import (
    WordsTable,
    evidence_table,
    gaps_table,
    missed_cells,
    no_use_words,
    other_use_words,
    waits_table,
)
from presentation.numbers import school_year
from serving.wording.groups import attribute_words, row_words
from serving.wording.locale import Language


@dataclass(frozen=True)
class CollaborativeView:
    """The page's content; tables are left out where too few districts tell of their subject."""

    year: str
    districts: int
    students: str
    shares: tuple[FunnelPart, ...]
    tables: tuple[WordsTable, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Reader:
    """Who reads: the id of their district, empty for the office, and the names that the office may read, by id."""

    own: str
    names: Mapping[str, str]


def collaborative_view(language: Language, files: Sequence[SharedFigures], reader: Reader) -> CollaborativeView | None:
    """The page of files that can stand beside each other; None without any."""
    if not files:
        return None
    own, near = reader.own, alike(files, reader.own)
    tables = (
        waits_table(language, compare_waits(files, IN_TIME), IN_TIME, own),
        gaps_table(language, compare_gaps(files), own),
        evidence_table(language, compare_evidence(files), own),
    )
    return CollaborativeView(
        year=school_year(files[0].school_year),
        districts=len(files),
        students=language.amount(sum(one.students for one in files)),
        shares=tuple(funnel_part(language, one, own, near) for one in compare_shares(files)),
        tables=(*groups_tables(language, files, own), *(table for table in tables if table)),
        codes=codes_words(language, files, reader),
    )


def groups_tables(language: Language, files: Sequence[SharedFigures], own: str) -> tuple[WordsTable, ...]:
    """Who is missed, attribute by attribute, over the districts where a group is large enough to be told by itself."""
    head = (
        language.translate("Group"),
        language.translate("Districts"),
        language.translate("Never listed, of 100 off track"),
        language.translate("Your district"),
    )
    made = []
    for attribute, groups in sorted(compare_groups(files).items()):
        rows = []
        for name, one in groups.items():
            row = (row_words(language, attribute, name), str(one.pooled.districts), *missed_cells(one, own))
            rows.append(row if own else row[:3])
        title = language.translate("Who is missed: {attribute}", attribute=attribute_words(language, attribute).lower())
        made.append(WordsTable(title, head if own else head[:3], tuple(rows)))
    return tuple(made)


def codes_words(language: Language, files: Sequence[SharedFigures], reader: Reader) -> tuple[str, ...]:
    """Codes that one district uses otherwise than the others, or hardly at all."""
    codes = compare_codes(files)
    other = [
        other_use_words(language, one.name.removeprefix(CODE), called(language, who, reader), one, who)
        for one in codes
        for who in one.other_meaning
        if reader.own in ("", who)
    ]
    unused = [
        no_use_words(language, one.name.removeprefix(CODE), called(language, one.district_id, reader), one.usual)
        for one in unused_codes(files, codes)
        if reader.own in ("", one.district_id)
    ]
    return (*other, *unused)


def called(language: Language, district_id: str, reader: Reader) -> str:
    """A district in a sentence."""
    if district_id == reader.own:
        return language.translate("your district")
    return reader.names.get(district_id, district_id)

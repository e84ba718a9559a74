"""The page of what each source can tell, made from what sources declare."""

from collections.abc import Mapping

from docs.reference_text import code, heading, page, table
from features.snapshots.source_report import gaps_of_kind, lacks_of
from features.sources.declaration import Source
from features.sources.kinds import KINDS, kind_of
from features.tables import TABLES

STATE_ID = "state_id"
"""The column of students that is the same in all districts of a state."""


def sources_page() -> str:
    """Every kind of source: tables and columns that it gives, and what falls away where it is the only one."""
    intro = (
        "A district's records come from one source or several, each with tables of its own. What none of them gives "
        "is missing, never 0: features, rules and outcomes that need it fall away, and the lists say so. "
        "`ontrack sources --district …` says it for a district."
    )
    parts = (part for one in KINDS for part in source_parts(one))
    return page("What each source can tell", intro, overview(), movers(), *parts)


def movers() -> str:
    """Which sources tell the statewide id."""
    known = [code(kind_of(one)) for one in KINDS if STATE_ID in one.gives.get("students", ())]
    others = [code(kind_of(one)) for one in KINDS if STATE_ID not in one.gives.get("students", ())]
    return (
        "A student who moves between districts of one installation is followed by the statewide id, "
        f"`students.{STATE_ID}`, and by nothing else. {', '.join(known)} give it where the system holds it; "
        f"{', '.join(others)} does not, and its students are followed nowhere."
    )


def overview() -> str:
    """Tables down, sources across."""
    names = [name for name, one in TABLES.items() if one.from_source]
    rows = [(code(name), *(cell_of(one, name) for one in KINDS)) for name in names]
    return table(("Table", *(code(kind_of(one)) for one in KINDS)), rows)


def cell_of(source: type[Source], name: str) -> str:
    """Whether a source gives a table: whole, in part, or not at all."""
    if name not in source.gives:
        return "–"
    return "in part" if missing_columns(source, name) else "yes"


def missing_columns(source: type[Source], name: str) -> list[str]:
    """The columns of a table that a source does not give."""
    own = [
        "student_id" if one.kind == "student" else one.name for one in TABLES[name].columns if one.kind != "assigned"
    ]
    return [column for column in own if column not in source.gives[name]]


def source_parts(source: type[Source]) -> list[str]:
    """One source: what it lacks, and what falls away where it is the only one."""
    gaps = gaps_of_kind(source)
    columns = [
        (code(name), ", ".join(map(code, lacks))) for name in source.gives if (lacks := missing_columns(source, name))
    ]
    parts = [heading(2, code(kind_of(source))), f"{source.title}."]
    if lacks_of(source):
        parts.append(f"It has no {', '.join(map(code, lacks_of(source)))}.")
    if source.may_give:
        parts.append(f"Where its settings declare it, it has {', '.join(map(code, source.may_give))}.")
    parts += [table(("Table", "Columns that it does not give"), columns)] if columns else []
    otherwise = [(code(name), why) for name, why in source.otherwise.items()]
    parts += [table(("What it tells otherwise than our CSV", "Why"), otherwise)] if otherwise else []
    fallen = [("feature", gaps.features), ("rule", gaps.rules), ("outcome", gaps.outcomes)]
    rows = [(word, code(name), lacks) for word, those in fallen for name, lacks in sorted_items(those)]
    if not rows:
        return [*parts, "No feature, rule or outcome falls away."]
    return [*parts, "Alone it leaves out:", table(("What", "Name", "For want of"), rows)]


def sorted_items(found: Mapping[str, str]) -> list[tuple[str, str]]:
    """Names with what they lack, tables and columns as code."""
    return [(name, ", ".join(map(code, lacks.split(", ")))) for name, lacks in sorted(found.items())]

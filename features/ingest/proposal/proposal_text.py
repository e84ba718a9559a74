"""The proposal as the text of an `ontrack.toml`: each guess with how sure it is and why, the rest as comments."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from features.file_mapping.column_mapping import ColumnMapping
from features.file_mapping.declaration import Dialect
from features.ingest.findings import counted
from features.ingest.mapping.type_conversion import readable_format
from features.ingest.proposal.code_guesses import LEFT_OUT
from features.ingest.proposal.column_profile import ColumnProfile
from features.ingest.proposal.mapping_proposal import Proposal, stem_of
from features.ingest.proposal.policy_hints import policy_lines, scale_lines
from features.ingest.proposal.proposed_columns import CodeGuess, ColumnSetting, shown
from features.ingest.proposal.proposed_parts import ProposedPart
from features.ingest.proposal.proposed_tables import ProposedTable
from features.ingest.rules.row_rules import allowed_values
from features.settings import District
from features.sources.declaration import Source
from features.table_schema import SCHOOL_YEAR, Column, Table

NOTHING = "These files need no mapping: each is of our own shape."

INTRODUCTION = """\
# Proposed by `ontrack map`, to be read line by line and corrected: nothing of it is applied by itself.
# Beside each line stands how sure it is, and why. A line that begins with # says nothing until you take the # away.
# Then: ontrack --config THIS_FILE ingest --district {district} --dry-run
"""


def proposal_text(proposal: Proposal, records: str) -> str:
    """The text of the whole `ontrack.toml`; one line where the files need no mapping."""
    if proposal.needs_nothing and not proposal.never:
        return f"# {NOTHING}\n"
    lines = [*head_lines(proposal, records)]
    for table in proposal.tables:
        lines += ["", *table_lines(table, proposal.reading)]
    policies = policy_lines(proposal.tables)
    if policies:
        lines += [
            "",
            "# Policies that the records speak for; decide on each, see docs/how-to/bring-your-records.md",
            *policies,
        ]
    if proposal.ours:
        lines += ["", f"# Of our own shape, and read as they are: {', '.join(map(quoted, proposal.ours))}"]
        lines += own_dialect_lines(proposal)
    if proposal.never:
        lines += ["", "# No file was found for these. Change it where there is one.", "[districts.files]"]
        lines += [f'{name} = {{ sent = "never" }}' for name in proposal.never]
    if proposal.unread:
        lines += ["", "# Not read:", *(f"#   {quoted(one.file)}: {in_comment(one.why)}" for one in proposal.unread)]
    return "\n".join(lines) + "\n"


def head_lines(proposal: Proposal, records: str) -> Iterator[str]:
    """The district, and how its files are written."""
    district = district_id(proposal.place)
    yield from INTRODUCTION.format(district=district).splitlines()
    yield from ("", 'home = ".ontrack"', "", "[[districts]]")
    yield f"id = {quoted(district)}"
    yield f"name = {quoted(district.replace('-', ' ').replace('_', ' ').title())}"
    yield f"timezone = {quoted(str(District.model_fields['timezone'].default))}  # a guess: see to it"
    yield f"records = {quoted(records)}"
    if proposal.system is not None:
        yield from ("", *system_lines(proposal.system, with_own=bool(proposal.ours)))
    own = dialect_lines(proposal.reading, Dialect())
    if own:
        yield from ("", "[districts.reading]", *own)


def own_dialect_lines(proposal: Proposal) -> Iterator[str]:
    """How files of our own shape are written, where the district's others are written otherwise."""
    differs = dialect_lines(Dialect(), proposal.reading)
    for name in proposal.ours if differs else ():
        yield from ("", f"[districts.files.{stem_of(name)}]", *differs)


def system_lines(system: type[Source], *, with_own: bool) -> Iterator[str]:
    """That a mapping for these files is shipped, which is the shorter way."""
    kind = f'{{ kind = "{system.model_fields["kind"].default}" }}'
    said = f'sources = [{kind}, {{ kind = "csv" }}]' if with_own else f"source = {kind}"
    yield f"# These look like {system.title.removesuffix(', by a shipped mapping')}, and a mapping for them comes with"
    yield "# OnTrack (docs/how-to/mapping-packs.md). Try it first: this line in place of all that stands below it."
    yield f"# {said}"


def district_id(place: Path) -> str:
    """A district's id out of the folder's name."""
    name = re.sub(r"[^a-z0-9]+", "-", place.absolute().name.lower().removesuffix(".zip")).strip("-")
    return name or "district"


def dialect_lines(dialect: Dialect, usual: Dialect) -> list[str]:
    """The settings of a dialect that differ from the usual one."""
    said = dialect.model_dump()
    return [f"{name} = {value_of(value)}" for name, value in said.items() if value != getattr(usual, name)]


def table_lines(table: ProposedTable, reading: Dialect) -> Iterator[str]:
    """Everything about one table."""
    name = f"districts.files.{table.table.name}"
    sample = table.file.sample
    looked = f"{counted(sample.cells.num_rows, 'row')} looked at" + ("" if sample.is_whole else ", from all over it")
    yield f"# {table.table.name}: {quoted(table.file.name)}, {looked}"
    yield f"[{name}]"
    yield f"file = {quoted(table.file.pattern)}"
    if table.header:
        yield f"header = {value_of(table.header)}  # it has none; names by what the values look like"
    yield from dialect_lines(table.dialect, reading)
    yield f"known_on = {value_of(table.known_on.model_dump(exclude_none=True))}{known_on_comment(table)}"
    if table.leave_out:
        yield f"leave_out = {value_of(dict(table.leave_out))}  # a guess: these rows are no records"
    yield from scale_lines(table)
    yield from ("", f"[{name}.columns]")
    for setting in table.settings:
        yield from setting_lines(setting)
    yield from (missing_line(table.table, column) for column in table.missing)
    yield from (f"# not placed: {profile_words(one)}" for one in table.unplaced)
    for setting in table.settings:
        yield from code_lines(table.table, setting, name)
    for part in table.parts:
        yield from part_lines(table.table, part, f"{name}.parts")


def part_lines(table: Table, part: ProposedPart, name: str) -> Iterator[str]:
    """One of several records that each row is, and a line between it and what stands above."""
    yield from ("", f"[[{name}]]  # each row of the file is a record of this kind too")
    if part.leave_out:
        yield f"leave_out = {value_of(dict(part.leave_out))}  # a guess: these rows are no records"
    yield f"[{name}.columns]"
    for setting in part.settings:
        yield from setting_lines(setting)
    for setting in part.settings:
        yield from code_lines(table, setting, name)


def known_on_comment(table: ProposedTable) -> str:
    """Why this rule says when rows became known."""
    if table.known_on.column:
        return "  # likely: the name; every row has a date"
    return "  # a guess: no column says when a row was entered"


def setting_lines(setting: ColumnSetting) -> Iterator[str]:
    """One column, and below it what to look at."""
    yield f"{setting.canonical} = {mapping_value(setting.mapping)}  # {setting.sureness}: {in_comment(setting.why)}"
    yield from (f"#   {in_comment(note)}" for note in setting.notes)


def mapping_value(mapping: ColumnMapping) -> str:
    """A column's setting, in its short form where only the column is named."""
    said = mapping.model_dump(exclude_defaults=True)
    return quoted(mapping.column) if mapping.column and list(said) == ["column"] else value_of(said)


def missing_line(table: Table, name: str) -> str:
    """A column that every row needs, and no column of the file is."""
    column = column_of(table, name)
    expected = allowed_values(column) if column.allowed or column.kind == "boolean" else column.meaning
    return f'# {name} = "?"  # needed, and not found: {in_comment(expected)}'


def column_of(table: Table, name: str) -> Column:
    """A canonical column by its name in files."""
    if name == SCHOOL_YEAR.name:
        return SCHOOL_YEAR
    own = {("student_id" if one.kind == "student" else one.name): one for one in table.columns}
    return own[name]


def profile_words(profile: ColumnProfile) -> str:
    """A column that was not placed: its name, and what its values look like, none of which is shown."""
    if not profile.filled:
        return f"{quoted(profile.name)} (empty)"
    kind = "whole numbers" if profile.is_whole else "numbers" if profile.is_number else "text"
    kind = f"dates as {readable_format(profile.date_form)}" if profile.date_form else kind
    return (
        f"{quoted(profile.name)} ({kind}, {profile.filled / profile.rows:.0%} filled, {profile.distinct:,} different)"
    )


def code_lines(table: Table, setting: ColumnSetting, name: str) -> Iterator[str]:
    """A column's codes: what each probably means, or a commented line where that cannot be told."""
    codes = [one for one in setting.codes if one.meaning != LEFT_OUT]
    if not codes:
        return
    active = any(one.meaning is not None for one in codes)
    yield ""
    yield ("" if active else "# ") + f"[{name}.codes.{setting.canonical}]"
    expected = allowed_values(column_of(table, setting.canonical))
    hidden = [one for one in codes if shown(one) is None]
    for one in codes:
        if one not in hidden:
            yield code_line(one, expected)
    if hidden:
        rows = sum(one.rows for one in hidden)
        they = "they" if len(hidden) > 1 else "it"
        found = f"{counted(len(hidden), 'rare or long value')}, in {counted(rows, 'row')}"
        yield f"# not shown, as {they} may be anything: {found}"


def code_line(one: CodeGuess, expected: str) -> str:
    """One code with its number of rows."""
    rows = counted(one.rows, "row") if one.rows else "not seen"
    if one.meaning is None:
        return f'# {quoted(one.code)} = "?"  # {rows}; {expected}'
    sure = "" if one.code == one.meaning else "a guess; "
    return f"{quoted(one.code)} = {quoted(one.meaning)}  # {sure}{rows}"


def value_of(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key_of(str(key))} = {value_of(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(value_of(one) for one in value) + "]"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def key_of(key: str) -> str:
    """A key, bare where TOML allows it."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else quoted(key)


def quoted(text: str) -> str:
    """A text as a TOML string, without a control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def in_comment(text: str) -> str:
    """A text without what may not stand in a comment."""
    return re.sub(r"[\x00-\x08\x0a-\x1f\x7f]", " ", text)


def proposal_json(proposal: Proposal, text: str) -> dict[str, object]:
    """The proposal for a program."""
    return {
        "needs_mapping": not (proposal.needs_nothing and not proposal.never),
        "toml": text,
        "tables": {table.table.name: table_json(table) for table in proposal.tables},
        "of_our_own_shape": list(proposal.ours),
        "never_sent": list(proposal.never),
        "not_read": {one.file: one.why for one in proposal.unread},
    }


def table_json(table: ProposedTable) -> dict[str, object]:
    """One table for a program."""
    return {
        "file": table.file.pattern,
        "columns": settings_json(table.settings),
        "parts": [settings_json(part.settings) for part in table.parts],
        "known_on": table.known_on.model_dump(exclude_none=True),
        "missing": list(table.missing),
        "not_placed": [one.name for one in table.unplaced],
    }  # fmt: skip


def settings_json(settings: Sequence[ColumnSetting]) -> dict[str, object]:
    """The columns of a table, or of a part of its rows, for a program."""
    return {
        one.canonical: {
            "from": one.mapping.model_dump(exclude_defaults=True), "how_sure": one.sureness, "why": one.why,
            "notes": list(one.notes),
            "codes": [{"code": shown(code), "rows": code.rows, "meaning": code.meaning} for code in one.codes],
        }
        for one in settings
    }  # fmt: skip

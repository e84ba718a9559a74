"""Several columns of one file that are records of one table: race and sex, and a program in each of several columns."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from features.file_mapping.column_mapping import ColumnMapping
from features.ingest.proposal.code_guesses import LEFT_OUT, RACES, guess, program_in
from features.ingest.proposal.column_match import ColumnMatch
from features.ingest.proposal.column_profile import ColumnProfile
from features.ingest.proposal.name_match import words_of
from features.ingest.proposal.proposed_columns import CodeGuess, ColumnSetting, setting_of
from features.ingest.proposal.table_match import TableMatch
from features.ingest.proposal.value_fit import FITTING
from features.tables import PROGRAMS

Settings = Mapping[str, ColumnSetting]

SEX, RACE = {"sex", "gender"}, {"race", "ethnicity"}
"""Words of headers whose columns are attributes of a student."""

LONGEST = 40
"""The most characters that a value of an attribute has."""


@dataclass(frozen=True)
class ProposedPart:
    """One of several records that each row of a file is: its own columns, and codes whose rows are none."""

    settings: tuple[ColumnSetting, ...]
    leave_out: Mapping[str, tuple[str, ...]]
    profile: ColumnProfile


def parts_of(match: TableMatch, settings: Settings, taken: Collection[str]) -> tuple[ProposedPart, ...]:
    """The parts of each row of a table's file, the column that was placed first; none where that is the only one."""
    placed = {"demographics": "value", "programs": "program"}.get(match.table.name)
    if placed is None or placed not in match.columns or "attribute" in match.columns:
        return ()
    free = [one for one in match.file.profiles if one.name not in taken and one.filled and is_of_codes(one)]
    first = match.columns[placed].profile
    others = [*(attributes(free, first) if placed == "value" else memberships(free, first))]
    own = tuple(settings[name] for name in ("attribute", placed) if name in settings)
    return (part(own, first), *others) if others else ()


def is_of_codes(profile: ColumnProfile) -> bool:
    """Whether a column's values are few and short words."""
    return bool(profile.codes) and not profile.date_form and all(len(code) <= LONGEST for code, _ in profile.codes)


def part(settings: tuple[ColumnSetting, ...], profile: ColumnProfile) -> ProposedPart:
    """A part with these columns, rows left out by their codes."""
    out = {one.column: one.left_out for one in settings if one.column and one.left_out}
    return ProposedPart(settings, out, profile)


def attributes(free: Sequence[ColumnProfile], first: ColumnProfile) -> Iterator[ProposedPart]:
    """Columns of another attribute than the first, of a further race, and of one race with yes and no."""
    known = {attribute_of(first)}
    for profile in free:
        race, about = RACES.get(race_word(profile)), attribute_of(profile)
        if race is not None and is_yes_or_no(profile):
            yield attribute_part(profile, "race_ethnicity", yes_is(race, profile))
        elif about and (about not in known or (about == "race_ethnicity" and is_numbered(profile))):
            yield attribute_part(profile, about, ())
            known.add(about)


def attribute_of(profile: ColumnProfile) -> str:
    """The attribute that a header speaks of; empty where it speaks of none."""
    words = {re.sub(r"[0-9]+$", "", word) for word in words_of(profile.name)}
    return "sex" if words & SEX else "race_ethnicity" if words & RACE else ""


def race_word(profile: ColumnProfile) -> str:
    """The word of a header that is a race or an ethnicity; empty where there is none."""
    return next((word for word in words_of(profile.name) if word in RACES), "")


def is_numbered(profile: ColumnProfile) -> bool:
    """Whether a header ends in a number, as that of a second race does."""
    return profile.name[-1].isdigit()


def is_yes_or_no(profile: ColumnProfile) -> bool:
    """Whether every value is a yes or a no."""
    return all(guess("", "", "boolean", code) for code, _ in profile.codes)


def yes_is(value: str, profile: ColumnProfile) -> tuple[CodeGuess, ...]:
    """The codes of a column of yes and no: yes is a value, no is no record."""
    return tuple(
        CodeGuess(code, n, value if guess("", "", "boolean", code) == "true" else LEFT_OUT) for code, n in profile.codes
    )


def attribute_part(profile: ColumnProfile, attribute: str, codes: tuple[CodeGuess, ...]) -> ProposedPart:
    """The part of a column that is an attribute."""
    why = f"the name; {profile.distinct} different values"
    about = ColumnSetting("attribute", ColumnMapping(always=attribute), "likely", "the name of the column")
    return part((about, ColumnSetting("value", ColumnMapping(column=profile.name), "likely", why, codes)), profile)


def memberships(free: Sequence[ColumnProfile], first: ColumnProfile) -> Iterator[ProposedPart]:
    """Columns of further programs: of each program the one whose codes are best known."""
    found: dict[str, tuple[float, ColumnProfile]] = {}
    for profile in free:
        program, known = program_of(profile)
        if program and known > found.get(program, (-1.0, profile))[0]:
            found[program] = (known, profile)
    own, _ = program_of(first)
    for program, (known, profile) in found.items():
        if program != own:
            yield membership(profile) if known >= FITTING else any_value(program, profile)


def program_of(profile: ColumnProfile) -> tuple[str, float]:
    """The program of which a column tells, by its name or its codes, and the share of rows with a known code."""
    header = profile.name.lower()
    meant = {code: guess("programs", "program", "text", code, header) for code, _ in profile.codes}
    known = sum(n for code, n in profile.codes if meant[code] is not None) / max(1, profile.filled)
    named = program_in(words_of(profile.name))
    programs = {meaning for meaning in meant.values() if meaning not in (None, LEFT_OUT)}
    by_codes = programs.pop() if len(programs) == 1 and known >= FITTING and "program" in words_of(profile.name) else ""
    return str(named or by_codes or ""), known


def membership(profile: ColumnProfile) -> ProposedPart:
    """The part of a column whose codes say who is in a program."""
    found = ColumnMatch("program", profile, 0.7, f"the name; {profile.distinct} different values")
    return part((setting_of(PROGRAMS, PROGRAMS.column("program"), found),), profile)


def any_value(program: str, profile: ColumnProfile) -> ProposedPart:
    """The part of a column in which any value, but for words that say no, is of a student in the program."""
    header = profile.name.lower()
    codes = [code for code, _ in profile.codes if guess("programs", "program", "text", code, header) == LEFT_OUT]
    why = f"any value of {profile.name} is of a student in it"
    always = ColumnSetting("program", ColumnMapping(always=program), "a guess", why)
    return ProposedPart((always,), {profile.name: ("", *codes)}, profile)

"""A scale for marks that nothing reads yet, as a line to add to `ontrack.toml`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from features.file_mapping.mark_scales import COMMON_SCALES, POINTS, MarkMapping, MarkScale

Codes = Sequence[tuple[str, int]]
"""Marks that nothing reads, the most frequent first, each with its number of rows."""

MOST_LEVEL = 5
"""Numbers up to here are levels or points, not percent."""

LEVELS = frozenset(COMMON_SCALES["levels"].codes)
UNDECIDED = "?"
"""The meaning that a person must decide on: the settings refuse it."""


@dataclass(frozen=True)
class ScaleProposal:
    """A scale that reads every mark of a file: common scales, cuts, and codes of which some are undecided."""

    like: tuple[str, ...]
    cuts: tuple[tuple[float, str], ...]
    codes: Mapping[str, str]
    points: Mapping[str, float]

    @property
    def line(self) -> str:
        """The line of `ontrack.toml`, as short as it can be."""
        names = json.dumps(list(self.like))
        if not (self.cuts or self.codes or self.points):
            return f"scale = {names}"
        parts = [f"like = {names}"] if self.like else []
        if self.cuts:
            parts.append(f"cuts = [{', '.join(f'[{least:g}, {json.dumps(mark)}]' for least, mark in self.cuts)}]")
        if self.codes:
            parts.append(f"codes = {{ {', '.join(toml_pair(code, mark) for code, mark in self.codes.items())} }}")
        if self.points:
            parts.append(f"points = {{ {', '.join(f'{quoted(code)} = {n:g}' for code, n in self.points.items())} }}")
        return f"scale = {{ {', '.join(parts)} }}"


def scale_lines(files: MarkMapping, codes: Codes) -> Iterator[str]:
    """The line for a scale that reads these marks too, and how each was understood."""
    numbers = [(code, n) for code, n in codes if is_number(code)]
    words = [(code, n) for code, n in codes if not is_number(code)]
    found = proposal(files.scale, numbers, words)
    place = "[districts.files.marks]" if not files.model_fields_set else "# below [districts.files.marks]"
    place += ", instead of its scale" if files.scale else ""
    yield place
    if files.scale is None or found != proposal(files.scale, (), ()):
        yield found.line
    for one in files.scale_by:
        own = f"{quoted(one.column)} has {', '.join(map(quoted, one.values))}"
        yield f"# in scale_by, if these marks are of rows in which {own}: {proposal(one.scale, numbers, words).line}"
    if found.cuts and numbers and not {code for code, _ in numbers} <= LEVELS:
        yield f"# numbers: {rows_in(sum(n for _, n in numbers))}; mend the least number of each mark to yours"
    for code, n in codes if not found.cuts else words:
        yield f"# {quoted(code)}: {rows_in(n)}; {understood(found, code)}"


def proposal(scale: MarkScale | None, numbers: Codes, words: Codes) -> ScaleProposal:
    """The scale, added to what is declared; without one, letters are read as before."""
    declared = scale or MarkScale(like=("letters",))
    like, cuts = list(declared.like), declared.cuts
    if numbers and {code for code, _ in numbers} <= LEVELS and not declared.cuts_read:
        like.append("levels")
    elif numbers and not declared.cuts_read:
        percent = max(float(code.rstrip(" %")) for code, _ in numbers) > MOST_LEVEL
        cuts = COMMON_SCALES["percent"].cuts if percent else ((0, UNDECIDED),)
    undecided = {}
    for code, _ in words if cuts or "levels" in like else [*numbers, *words]:
        name = next((name for name, common in COMMON_SCALES.items() if code in common.codes), None)
        if name is None:
            undecided[code] = UNDECIDED
        elif name not in like:
            like.append(name)
    return ScaleProposal(tuple(like), cuts, {**declared.codes, **undecided}, declared.points)


def rows_in(n: int) -> str:
    """A number of rows, for a sentence."""
    return f"{n:,} row" if n == 1 else f"{n:,} rows"


def understood(found: ScaleProposal, code: str) -> str:
    """What the proposed scale takes a code for."""
    meaning = next((COMMON_SCALES[name].codes[code] for name in found.like if code in COMMON_SCALES[name].codes), None)
    if meaning is None:
        return f"say one of {', '.join(POINTS)}, incomplete, withdrawn, audit, not_given"
    return f"taken for {meaning}"


def is_number(code: str) -> bool:
    """Whether a code is a number, with or without the sign of percent."""
    return code.rstrip(" %").replace(".", "", 1).isdecimal() and code.isascii()


def toml_pair(code: str, mark: str) -> str:
    """A code and its meaning in an inline table."""
    return f"{quoted(code)} = {json.dumps(mark)}"


def quoted(code: str) -> str:
    """A code as a key."""
    return json.dumps(code, ensure_ascii=False)

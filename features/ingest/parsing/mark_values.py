"""Marks read by their scale: the letter, why there is none, and the grade points of each row."""

from collections.abc import Callable, Mapping

import ibis
import ibis.expr.types as ir

from features.file_mapping.mark_scales import HIGHEST_PERCENT, NO_MARKS, MarkScale, has_scale, letter_of
from features.ingest.mapping.file_layout import FileLayout
from features.tables import MARKS

PERCENT = r"^([0-9]{1,3}(\.[0-9]*)?|\.[0-9]+) ?%?$"
"""A number of percent, with or without its sign."""


def mark_values(rows: ir.Table, layout: FileLayout, found: Mapping[str, ir.Value]) -> dict[str, ir.Value]:
    """The columns of marks that a scale or `recovers` gives, by name; nothing for tables and mappings without."""
    files = layout.delivered.mapping
    given = scaled_values(rows, layout, found) if has_scale(files) else {}
    if files.recovers:
        made_up = found["course_id"].cases(*files.recovers.items(), else_=None)
        given["recovers_course_id"] = ibis.coalesce(found["recovers_course_id"], made_up)
    return given


def scaled_values(rows: ir.Table, layout: FileLayout, found: Mapping[str, ir.Value]) -> dict[str, ir.Value]:
    """Mark, status and grade points by each row's scale; points and status that the row has are kept as they are."""
    text, decimal = rows.text_mark, layout.delivered.dialect.decimal
    if decimal != ".":  # 42,5 percent; no code of a mark has a comma
        text = text.replace(decimal, ".")
    own = ibis.ifelse(text.isin(MARKS.column("mark").allowed), text, None)
    points = by_scale(rows, layout, lambda scale: points_in(text, scale), ibis.null("int64"))
    status = by_scale(rows, layout, lambda scale: status_in(text, scale), ibis.null("string"))
    return {
        "mark": by_scale(rows, layout, lambda scale: letter_in(text, scale), own),
        "mark_status": ibis.coalesce(found["mark_status"], status),
        **{name: ibis.coalesce(found[name], points) for name in POINTS},
    }


POINTS = ("points_hundredths", "unweighted_points_hundredths")
"""The columns of grade points, each by the scale where the row has none."""


def by_scale(rows: ir.Table, layout: FileLayout, value: Callable[[MarkScale], ir.Value], without: ir.Value) -> ir.Value:
    """A value by the scale of each row; another one for rows without a scale."""
    files = layout.delivered.mapping
    other = value(files.scale) if files.scale else without
    if not files.scale_by:
        return other
    chosen = [(rows[layout.place(one.column)].isin(one.values), value(one.scale)) for one in files.scale_by]
    return ibis.cases(*chosen, else_=other)


def letter_in(text: ir.StringValue, scale: MarkScale) -> ir.StringValue:
    """A mark's letter by a scale; null where it has none, or the scale does not read it."""
    letters = {code: letter_of(mark) for code, mark in scale.meanings.items()}
    return read(text, scale, letters, letter_of, "string")


def status_in(text: ir.StringValue, scale: MarkScale) -> ir.StringValue:
    """Why a mark is none, by a scale; null where it is one."""
    status = {code: mark if mark in NO_MARKS else None for code, mark in scale.meanings.items()}
    return read(text, scale, status, lambda _: None, "string")


def points_in(text: ir.StringValue, scale: MarkScale) -> ir.IntegerValue:
    """A mark's grade points by a scale, in hundredths."""
    points = {code: scale.points_of(code) for code in scale.meanings}
    return read(text, scale, points, scale.points_of, "int64")


def read(
    text: ir.StringValue,
    scale: MarkScale,
    codes: Mapping[str, str | int | None],
    of_cut: Callable[[str], str | int | None],
    kind: str,
) -> ir.Value:
    """What each code stands for, and each number by the cut that it reaches; null for anything else."""
    cuts = [(least, meaning) for least, mark in scale.cuts_read if (meaning := of_cut(mark)) is not None]
    chosen = [(text == code, meaning) for code, meaning in codes.items() if meaning is not None]
    if cuts:
        number = ibis.ifelse(text.re_search(PERCENT), text.re_extract(PERCENT, 1), None).try_cast("float64")
        within = number <= HIGHEST_PERCENT
        chosen += [(within & (number >= least), meaning) for least, meaning in cuts]
    return ibis.cases(*chosen, else_=None).cast(kind) if chosen else ibis.null(kind)

"""Quantities and conditions as Ibis columns, given a column for every measure in them."""

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from features.language.quantities import (
    Both,
    Combination,
    Compare,
    Condition,
    Either,
    Held,
    Judged,
    OfSchool,
    Quantity,
    Scaled,
    Schoolmates,
    SchoolWeek,
)
from features.language.records import Measure


def as_column(node: Quantity, table: ir.Table, columns: Mapping[Measure, str]) -> ir.Column:
    """A quantity as a column of 64-bit floats."""
    match node:
        case Measure():
            return table[columns[node]].cast("float64")
        case Combination("-", left, right):
            return as_column(left, table, columns) - as_column(right, table, columns)
        case Combination("+", left, right):
            return as_column(left, table, columns) + as_column(right, table, columns)
        case Scaled(quantity, factor):
            return as_column(quantity, table, columns) * factor
        case OfSchool(quantity):
            return school_mean(as_column(quantity, table, columns))
        case Schoolmates(from_same_school):
            return schoolmates(table, from_same_school=from_same_school)
        case SchoolWeek():
            return table.school_week.cast("float64")
        case Held(condition, untold):
            held = as_condition(condition, table, columns).cast("float64")
            return held if untold is None else ibis.coalesce(held, untold)
    raise TypeError(f"not a quantity: {node!r}")


def school_mean(value: ir.Column) -> ir.Column:
    """The mean of a column within each school, from millionths: the order of the rows never changes it."""
    millionths = (value * 1_000_000).round().cast("int64").sum().over(group_by="school_id")
    return millionths / (1_000_000 * value.count().over(group_by="school_id")).nullif(0)


def schoolmates(table: ir.Table, *, from_same_school: bool) -> ir.Column:
    """How many rows a school has, or how many others came from the same school."""
    if not from_same_school:
        return table.count().over(group_by="school_id").cast("float64")
    others = table.count().over(group_by=["school_id", "previous_school"]) - 1
    return ibis.ifelse(table.previous_school.notnull(), others, ibis.null("int64")).cast("float64")


def as_condition(node: Condition, table: ir.Table, columns: Mapping[Measure, str]) -> ir.BooleanColumn:
    """A condition as a column of yes, no or missing."""
    match node:
        case Either(left, right):
            return as_condition(left, table, columns) | as_condition(right, table, columns)
        case Both(left, right):
            return as_condition(left, table, columns) & as_condition(right, table, columns)
        case Judged(condition, only_if):
            told = ibis.coalesce(as_condition(only_if, table, columns), False)
            return ibis.ifelse(told, as_condition(condition, table, columns), ibis.null("boolean"))
        case Compare(quantity, operator):
            value, bound = as_column(quantity, table, columns), node.number
            return {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[operator]
    raise TypeError(f"not a condition: {node!r}")

"""Notes about terms and calendars: terms that share days, days taken back, tracks without a calendar."""

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from features.engine.school_terms import series_name
from features.engine.script_cache import query_script
from features.engine.terms_and_marks import EARNED, FAILING, MARKING_TERMS, is_untold
from features.ingest.findings import Finding
from features.ingest.staging_tables import (
    RecordSources,
    current_records,
    parsed_table,
    records_after_load,
    sources_of,
    valid_rows,
    warehouse_attached,
)
from features.policies.calendar_policies import CalendarPolicies
from features.warehouse.writer import Writer

NAMED = 3
"""Pairs of terms, and tracks, that a note names."""

DAY = ["school_id", "track", "date"]


def calendar_notes(writer: Writer, table: str, policies: CalendarPolicies) -> Iterator[Finding]:
    """The notes that a delivered table gives rise to."""
    held = warehouse_attached(writer)
    if table == "terms":
        yield from shared_term_days(writer, "terms", sources_of(writer, "terms", held=held))
    if table == "school_terms":
        own = sources_of(writer, "school_terms", held=held)
        yield from shared_term_days(writer, "school_terms", own)
        yield from terms_of_schools(writer, own)
    if table == "calendar_days":
        yield from short_days(writer, counted=policies.short_days == "share")
    if table == "calendar_days" and held:
        yield from changed_days(writer, sources_of(writer, "calendar_days", held=held))
    if table in ("calendar_days", "enrollments"):
        spells, days = (sources_of(writer, name, held=held) for name in ("enrollments", "calendar_days"))
        if spells and days:
            yield from tracks_without_calendar(writer, spells, days, policies)


def shared_term_days(writer: Writer, table: str, sources: RecordSources) -> Iterator[Finding]:
    """NOTE31."""
    pairs = writer.records(query_script(overlapping_terms, table, sources))
    if pairs:
        named = "; ".join(
            f"{one} and {other} of {year}{''.join(f' at {at}' for at in place)}"
            for year, one, other, *place in pairs[:NAMED]
        )
        more = f" and {len(pairs) - NAMED:,} more" if len(pairs) > NAMED else ""
        says = f"terms of one kind share days ({named}{more}): such a day belongs to the one that ends first"
        yield Finding("NOTE31", table, None, "", says)


def overlapping_terms(table: str, sources: RecordSources) -> ir.Table:
    """Every two marking terms of a kind that share a day: `school_year`, `one` that ends first, and the `other`.

    Of a school's terms also `at`, the school and track, of which both are.
    """
    terms = records_after_load(table, sources)
    terms = terms.filter(terms.kind.isin(MARKING_TERMS))
    at = {"at": series_name(terms)} if table == "school_terms" else {}
    terms = terms.mutate(**at)
    order = {"group_by": ["school_year", "kind", *at], "order_by": ["end_date", "term_id"]}
    terms = terms.mutate(place=ibis.row_number().over(**order))
    later = terms.select(
        *at, in_year="school_year", of_kind="kind", other="term_id", since="start_date", until="end_date", after="place"
    ).rename({f"of_{name}": name for name in at})
    shares = [terms.school_year == later.in_year, terms.kind == later.of_kind, terms.place < later.after]
    shares += [terms[name] == later[f"of_{name}"] for name in at]
    both = terms.inner_join(later, shares).filter(lambda row: row.since <= row.end_date)
    return both.select("school_year", "term_id", "other", *at).order_by("school_year", "term_id", "other", *at)


def terms_of_schools(writer: Writer, sources: RecordSources) -> Iterator[Finding]:
    """NOTE36."""
    ((schools, tracks, years),) = writer.records(query_script(school_term_counts, sources))
    if schools:
        says = (
            f"schools with terms of their own: {schools:,}, on {tracks:,} tracks, in {years:,} school years; there "
            "the district's terms of that year do not count, so send all terms that such a school has"
        )
        yield Finding("NOTE36", "school_terms", None, "", says)


def school_term_counts(sources: RecordSources) -> ir.Table:
    """How many schools, tracks of schools and school years have terms of their own."""
    terms = records_after_load("school_terms", sources)
    return terms.aggregate(
        schools=terms.school_id.nunique(), tracks=series_name(terms).nunique(), years=terms.school_year.nunique()
    )


def short_days(writer: Writer, *, counted: bool) -> Iterator[Finding]:
    """NOTE35."""
    days = writer.count(query_script(short_school_days))
    if days:
        usual = "each counts as a whole day; short_days below [districts.policies.calendar] lets its share count"
        says = "each counts by its share" if counted else usual
        yield Finding("NOTE35", "calendar_days", None, "", f"short days: {days:,}; {says}")


def short_school_days() -> ir.Table:
    """Days of instruction with less than a whole day."""
    rows = valid_rows("calendar_days")
    return rows.filter(rows.in_session & (rows.day_hundredths < 100))


def changed_days(writer: Writer, sources: RecordSources) -> Iterator[Finding]:
    """NOTE32."""
    ((gone, added, schools),) = writer.records(query_script(changed_day_counts))
    if not gone + added:
        return
    absences = writer.count(query_script(absences_taken_back, sources)) if gone else 0
    says = (
        f"days of instruction that are none any more: {gone:,}, and that became one: {added:,} (schools: {schools:,})"
    )
    yield Finding(
        "NOTE32", "calendar_days", None, "", f"{says}; absences on the former, which do not count: {absences:,}"
    )


def changed_days_of() -> ir.Table:
    """Days that the warehouse holds and this load says otherwise: the key, and whether they are in session `now`."""
    held = current_records("calendar_days").select(*DAY, before="in_session")
    sent = valid_rows("calendar_days").select(*DAY, now="in_session")
    both = held.inner_join(sent, DAY)
    return both.filter(both.before != both.now)


def changed_day_counts() -> ir.Table:
    """How many days are no days of instruction any more, how many became one, and at how many schools."""
    changed = changed_days_of()
    gone, added = ((changed.now == now).cast("int64").sum().fill_null(0) for now in (False, True))
    return changed.aggregate(gone=gone, added=added, schools=changed.school_id.nunique())


def absences_taken_back(sources: RecordSources) -> ir.Table:
    """Absences that the warehouse holds on days that no track of the school is in session on any more."""
    gone = changed_days_of().filter(lambda day: ~day.now).select("school_id", "date").distinct()
    days = records_after_load("calendar_days", sources)
    gone = gone.anti_join(days.filter(days.in_session), ["school_id", "date"])
    return current_records("attendance").semi_join(gone, ["school_id", "date"])


def tracks_without_calendar(
    writer: Writer, enrollments: RecordSources, days: RecordSources, policies: CalendarPolicies
) -> Iterator[Finding]:
    """NOTE33."""
    found = writer.records(query_script(students_without_calendar, enrollments, days))
    if found:
        named = "; ".join(
            f"track {track} of school {school} in {year}: {n:,}" for school, track, year, n in found[:NAMED]
        )
        more = f"; and {len(found) - NAMED:,} more tracks" if len(found) > NAMED else ""
        by_school = policies.track_without_days == "school"
        then = "who have the days of another track of their school" if by_school else "for whom no rate can be computed"
        yield Finding(
            "NOTE33", "enrollments", None, "", f"students on a track without a calendar, {then} ({named}{more})"
        )


def students_without_calendar(enrollments: RecordSources, days: RecordSources) -> ir.Table:
    """Tracks without a calendar at schools that have one that year, each with its number of students."""
    spells, key = records_after_load("enrollments", enrollments), ["school_id", "track", "school_year"]
    calendar = records_after_load("calendar_days", days).select(*key).distinct()
    lacking = spells.anti_join(calendar, key).semi_join(calendar, ["school_id", "school_year"])
    counted = lacking.group_by(key).aggregate(students=lacking.student_id.nunique())
    return counted.order_by(ibis.desc("students"), *key)


def lines_without_mark(writer: Writer) -> Iterator[Finding]:
    """NOTE34."""
    counts = writer.records(query_script(status_counts))
    if counts:
        said = ", ".join(f"{n:,} {str(status).replace('_', ' ')}" for status, n in counts)
        yield Finding("NOTE34", "marks", None, "", f"lines without a mark: {said}; none of them is an F")


def passed_without_credits(writer: Writer) -> Iterator[Finding]:
    """NOTE37; nothing where no course of the file tells credits, which the report says of the source."""
    ((finals, untold),) = writer.records(query_script(credit_counts))
    if 0 < untold < finals:
        said = f"{untold:,} of {finals:,} finals that were passed have no credits earned: a student's credits are"
        mend = "send 0 where a course gives none"
        yield Finding("NOTE37", "marks", None, "", f"{said} missing with such a course, not lower; {mend}")


def credit_counts() -> ir.Table:
    """How many finals were passed, and how many of them do not tell their credits."""
    rows = parsed_table("marks")
    rows = rows.filter(rows.rule.isnull() & ~rows.deleted & (rows.mark_kind == "final") & rows.mark.notnull())
    rows = rows.filter(rows.mark.notin(FAILING))
    untold = is_untold(rows, EARNED).cast("int64").sum()
    return rows.aggregate(finals=rows.count(), untold=ibis.coalesce(untold, 0))


def status_counts() -> ir.Table:
    """How many lines of reports have no mark, by why."""
    rows = parsed_table("marks")
    rows = rows.filter(rows.rule.isnull() & ~rows.deleted & rows.mark.isnull() & rows.mark_status.notnull())
    return rows.group_by("mark_status").aggregate(lines=rows.count()).order_by("mark_status")

"""What can be wrong with a district's files: each kind has a code, each case a place, never a student's value."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from features.errors import Refused

CODES = {
    "FILE01": "A file that must be there is missing.",
    "FILE02": "A file is of no table.",
    "FILE03": "A file is not in its declared encoding.",
    "FILE04": "A header is missing, or lacks, repeats or adds a column.",
    "FILE05": "A row never ends: a quote that is not closed, or a cell beyond all measure.",
    "FILE06": "A compressed file or archive is damaged or does what no extract does.",
    "FILE07": "More rows are in quarantine than the declared share.",
    "FILE08": "More records are gone from a full extract than the declared share.",
    "FILE09": "A file changed while it was read.",
    "FILE10": "A file is empty.",
    "FILE11": "More rows are of students whom the district never sent than the declared share.",
    "SRC01": "A source is of a version or layout that is not read.",
    "SRC02": "A source lacks a file that it promises or that nothing can be read without.",
    "SRC03": "A source sent changes only, and nothing was loaded of it before.",
    "SRC04": "A file of a source has not the columns of its standard.",
    "SRC05": "A setting of a source names what the source does not have.",
    "ROW01": "A row has more or fewer cells than the header.",
    "ROW02": "A required cell is empty.",
    "ROW03": "A cell has not the form of its kind.",
    "ROW04": "A code is not mapped, or a value is not allowed.",
    "ROW05": "A number is out of range.",
    "ROW06": "Two cells of a row contradict each other.",
    "ROW07": "A record is said twice and differently.",
    "ROW08": "A row names a student, school, person or incident that the district did not send.",
    "ROW09": "An absence is outside every enrollment, or on a day without instruction.",
    "ROW10": "An id went through a spreadsheet and is lost.",
    "ROW11": "A row became known after the day of the load.",
    "ROW12": "A lookup finds nothing, or several values.",
    "ROW13": "A student id seems to have been two people's.",
    "NOTE01": "Spells of enrollment overlap.",
    "NOTE02": "A student has several values of an attribute at a time.",
    "NOTE03": "A lookup found several values and took one, as declared.",
    "NOTE04": "Columns of a file are not used.",
    "NOTE05": "Withdrawals were held back because rows of the file could not be read.",
    "NOTE06": "Several people of the staff have one e-mail address.",
    "NOTE11": "Rows were left out by a policy: a student never came, was gone before the first day, or was present.",
    "NOTE12": "Entry dates of an earlier school year count from the first day of the row's own.",
    "NOTE13": "Two stints of a student have one entry date; the longer one counts.",
    "NOTE14": "A row of enrollment ends within an earlier one of the student and school.",
    "NOTE20": "Names of a header are spelled otherwise than expected, and read all the same.",
    "NOTE21": "Rows of students whom the district never sent were left out.",
    "NOTE22": "Student ids seem to have been two people's.",
    "NOTE31": "Terms of one kind share days: such a day belongs to the one that ends first.",
    "NOTE32": "Days of a calendar became days of instruction, or are none any more: absences on them do not count.",
    "NOTE33": "Students are on a track of which the school's calendar has no day.",
    "NOTE34": "Lines of reports hold no mark: incomplete, withdrawn, audit or not given.",
    "NOTE35": "Days of a calendar are shorter than others.",
    "NOTE36": "Schools or tracks have terms of their own, which count there instead of the district's.",
    "NOTE37": "Some courses that were passed do not tell their credits: sums of credits with them are missing.",
    "NOTE41": "A student has daily events of several kinds, or codes, on one day.",
    "NOTE42": "Nothing says that attendance was taken on school days: they are unknown, not present.",
    "NOTE43": "Enrollments are of some weekdays, or of a part of the day.",
    "NOTE44": "Sections say how many class periods students have on a day.",
    "NOTE45": "An order of events names a code that no row has.",
    "NOTE46": "Events of earlier loads have no code, and a declared order orders them by kind until they come again.",
}
"""Every code with its meaning. FILE and SRC refuse the load, ROW puts a row in quarantine, NOTE is only reported."""


ROWS_NAMED = 5
"""Rows that a finding names; the others are counted."""


@dataclass(frozen=True)
class Finding:
    """One thing found in a file: where, and what was expected. Never the value itself.

    `count` is how many rows it was found in, `row` the first of them and `further` some of the next.
    """

    code: str
    file: str
    row: int | None
    column: str
    expected: str
    count: int = 1
    further: tuple[int, ...] = ()

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"{self.code} {self.file}{self.rows()}{column}: {self.expected}"

    def rows(self) -> str:
        """The rows it was found in, for a sentence."""
        if self.row is None:
            return ""
        if not self.further:
            return f", row {self.row}"
        named = ", ".join(map(str, (self.row, *self.further)))
        more = self.count - 1 - len(self.further)
        return f", {self.count:,} rows ({named} and {more:,} more)" if more > 0 else f", rows {named}"


def by_sentence(findings: Sequence[Finding]) -> list[Finding]:
    """The findings as they are told: one of several files that says the same is one, with the first file's rows."""
    alike: dict[tuple[str, str, str], list[Finding]] = {}
    for one in findings:
        alike.setdefault((one.code, one.column, one.expected), []).append(one)
    return [several_files(those) for those in alike.values()]


def several_files(findings: Sequence[Finding]) -> Finding:
    """One finding for those that say the same of several files."""
    first, others = findings[0], {one.file for one in findings} - {findings[0].file}
    if not others:
        return first
    file = f"{first.file} and {counted(len(others), 'more file')}"
    return replace(first, file=file, count=sum(one.count for one in findings))


def counted(n: int, noun: str) -> str:
    """A number of things, for a sentence."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


class DataRefused(Refused):
    """Files that cannot be loaded. The warehouse is as it was."""

    shown = 20

    def __init__(self, findings: Sequence[Finding], to_add: Sequence[str] = ()) -> None:
        self.findings = tuple(findings)
        told = by_sentence(findings)
        more = len(told) - self.shown
        lines = [f"  {finding}" for finding in told[: self.shown]]
        if more > 0:
            lines.append(f"  … and {more:,} more")
        if to_add:
            lines += ["to add to ontrack.toml:", *(f"  {line}" for line in to_add)]
        super().__init__("nothing was loaded; mend the files and run it again:\n" + "\n".join(lines))

"""The rows of a caseload as HTML; the words and names in them are escaped.

A page has fifty rows of some twenty values, and a template that looks up and escapes each takes five times as long.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from presentation.escaping import escaped
from serving.pages.caseload_filter import CaseloadFilter
from serving.pages.caseload_line import CaseloadLine
from serving.wording.locale import Language, msgid

ON_LIST, GRADE, AT_RANDOM, ALSO = (
    msgid("On this week’s list"),
    msgid("Grade {grade}"),
    msgid("Listed at random, as a check of the list."),
    msgid("Also on record:"),
)
DrawBand = Callable[[str, str], Markup]


@dataclass(frozen=True)
class RowStyle:
    """What rows show of students besides what all do: a box to `tick`, and who is listed, of which grade and school."""

    ticks: bool
    says_listed: bool
    says_grade: bool
    says_school: bool


@dataclass(frozen=True)
class TableWords:
    """What every row is drawn with: the list's filter, its style, a language, and bands as pages show them.

    Its labels are escaped.
    """

    asked: CaseloadFilter
    style: RowStyle
    language: Language
    band: DrawBand

    @cached_property
    def contact(self) -> str:
        """What a last contact is called."""
        return escaped(self.language.translate("Last contact"))

    @cached_property
    def plan(self) -> str:
        """What a plan is called."""
        return escaped(self.language.translate("Plan"))

    @cached_property
    def listed(self) -> str:
        """What is said of who is listed, in rows that say it."""
        return f" · {escaped(self.language.translate(ON_LIST))}" if self.style.says_listed else ""


def draw_rows(lines: Iterable[CaseloadLine], words: TableWords) -> Markup:
    """The rows of a table, in their order."""
    drawn = "\n".join([draw_row(line, words) for line in lines])
    return Markup(drawn)  # noqa: S704 - each value in it is escaped


def draw_row(line: CaseloadLine, words: TableWords) -> str:
    """One student's row: who, signals, what stands out first, last contact, and plan."""
    band = words.band(line.band, line.band_words)
    change, also = (small(said) if said else "" for said in (line.change, line.also))
    who = small(line.responsible) if line.responsible else ""
    before = small(words.language.translate("last: {day}", day=line.contact.before)) if line.contact.before else ""
    contact = escaped(line.contact.words)
    return (
        f'<tr role="row">\n<th scope="row" role="rowheader" class="cell-student">\n{student_cell(line, words)}\n</th>\n'
        f'<td role="cell" class="cell-band">{band}{change}{also}</td>\n'
        f'<td role="cell" class="cell-reasons">\n{signal_cell(line, words.language)}\n</td>\n'
        f'<td role="cell" class="cell-contact" data-label="{words.contact}">{contact}{before}</td>\n'
        f'<td role="cell" class="cell-plan{"" if line.plan else " none"}" data-label="{words.plan}">'
        f"{escaped(line.plan or '–')}{who}</td>\n</tr>"
    )


def student_cell(line: CaseloadLine, words: TableWords) -> str:
    """Who it is, with the way to the student's page."""
    name, address = escaped(line.name), escaped(words.asked.student_address(line.student_key))
    return (
        f'{tick_box(line, words) if words.style.ticks else ""}<a href="{address}">{name}</a>\n'
        f'<span class="sub">{about_student(line, words)}</span>'
    )


def tick_box(line: CaseloadLine, words: TableWords) -> str:
    """The box by which a student is chosen."""
    label = escaped(words.language.translate("Tick {name}", name=line.name))
    return (
        f'<input type="checkbox" class="tick-row" form="chosen" name="student:{escaped(line.student_key)}" value="yes"'
        f' aria-label="{label}">'
    )


def about_student(line: CaseloadLine, words: TableWords) -> str:
    """Grade, school or number, and whether the student is listed, where rows say so; escaped."""
    language, style = words.language, words.style
    grade = f"{language.translate(GRADE, grade=line.grade)}, " if style.says_grade else ""
    place = line.school if style.says_school else language.translate("no. {number}", number=line.number)
    listed = words.listed if line.listed else ""
    by_lot = escaped(f" · {language.translate(AT_RANDOM)}") if line.at_random else ""
    return f"{escaped(f'{grade}{place}')}{listed}{by_lot}"


def signal_cell(line: CaseloadLine, language: Language) -> str:
    """What stands out first, and how much else does."""
    more = language.translate_plural("+ {number} more", "+ {number} more", line.more) if line.more else ""
    also = f"{escaped(language.translate(ALSO))} " if line.signal_kind == "record" else ""
    signal = f"{also}{escaped(line.signal)}"
    said = signal if line.signal_kind == "reason" else f'<span class="soft">{signal}</span>'
    return f'{said}\n<span class="more">{escaped(more)}</span>' if more else said


def small(words: str) -> str:
    """Words in small letters below others."""
    return f'<span class="sub">{escaped(words)}</span>'

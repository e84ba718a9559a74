"""What a date format of `ontrack.toml` may say."""

import re

DATE_DIRECTIVES = ("%Y", "%y", "%m", "%b", "%B", "%d", "%H", "%I", "%M", "%S", "%f", "%p")
"""The directives of a date format: year, month, day, and a time that is not kept."""

SPREADSHEET = "spreadsheet"
"""The form of a date as a spreadsheet counts days: 45567 is 2 October 2024."""


def validate_date_format(form: str) -> None:
    """Raise ValueError for a date format that does not give a day."""
    signs = re.findall("%.?", form)
    unknown = [sign for sign in signs if sign not in DATE_DIRECTIVES]
    if unknown:
        raise ValueError(f"{form}: no such sign as {unknown[0]}; there are {' '.join(DATE_DIRECTIVES)}")
    if [sum(sign in part for sign in signs) for part in (("%Y", "%y"), ("%m", "%b", "%B"), ("%d",))] != [1, 1, 1]:
        raise ValueError(f"{form}: expected %Y or %y, %m or %b, and %d, such as %m/%d/%Y")


def unambiguous_formats(dates: tuple[str, ...]) -> tuple[str, ...]:
    """The date formats; ValueError for one without a day, or two that read one text as two dates."""
    for form in dates:
        if form != SPREADSHEET:
            validate_date_format(form)
    if len({form.replace("%m", "%").replace("%d", "%") for form in dates}) < len(set(dates)):
        raise ValueError("two forms differ in the order of month and day only: one text would be two dates")
    return dates

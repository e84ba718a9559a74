"""Why students enrolled today are in no list; it loads no engine."""

from dataclasses import dataclass

NAMING_COMMAND = "ontrack check --district {district} --unlisted FILE"
"""The command that names the students to the data team."""


@dataclass(frozen=True)
class UnlistedReason:
    """Why students enrolled today are in no list: the rule that their rows break, in which columns, and how many."""

    table: str
    rule: str
    columns: str
    expected: str
    students: int

    @property
    def why(self) -> str:
        """The reason without the number of students."""
        column = f", column {self.columns}" if self.columns else ""
        return f"by {self.rule} {self.table}{column}: {self.expected}"

    def __str__(self) -> str:
        return f"{self.students:,} {self.why}"

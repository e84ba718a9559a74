"""What of a caseload is shown, and in which order: kept in the address, which holds filters and never a name."""

from dataclasses import dataclass, fields, replace
from functools import cache, cached_property
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query

Shown = Literal["week", "all", "other"]
"""Of the subject's students: this week's list, all whom a list is about, or those whom none is about."""
BandFilter = Literal["", "many", "some", "few", "unknown"]
ContactFilter = Literal["", "none"]
PlanFilter = Literal["", "due", "none"]
ResponsibleFilter = Literal["", "me", "nobody"]
Sort = Literal["list", "name", "change", "contact"]


@dataclass(frozen=True)
class CaseloadFilter:
    """The students of this week's list or all, of a school, grade, outcome and band, and their order; empty is any.

    By the last contact, by plan, and by who is responsible, too.
    """

    show: Shown = "week"
    school: str = ""
    grade: str = ""
    outcome: str = ""
    band: BandFilter = ""
    contact: ContactFilter = ""
    sort: Sort = "list"
    page: int = 1
    plan: PlanFilter = ""
    responsible: ResponsibleFilter = ""

    @cached_property
    def query(self) -> str:
        """The filter as the query of an address, without what is as usual; empty where all is."""
        own = [(name, getattr(self, name), usual) for name, usual in usual_filter()]
        unlike = {name: value for name, value, usual in own if value != usual}
        return urlencode(unlike) if unlike else ""

    @property
    def address(self) -> str:
        """The address of the list."""
        return f"/caseload?{self.query}" if self.query else "/caseload"

    @property
    def narrows(self) -> bool:
        """Whether it leaves out students, besides those who are not on this week's list."""
        return bool(
            self.school or self.grade or self.outcome or self.band or self.contact or self.plan or self.responsible
        )

    def of_page(self, page: int) -> "CaseloadFilter":
        """Another page of the same list."""
        return replace(self, page=page)

    def showing(self, show: Shown) -> "CaseloadFilter":
        """The same of this week's list, or of all students, from the first page."""
        return replace(self, show=show, page=1)

    def student_address(self, student_key: str) -> str:
        """The address of a student's page, which leads back to this list."""
        return f"/students/{student_key}?{self.query}" if self.query else f"/students/{student_key}"


@cache
def usual_filter() -> tuple[tuple[str, object], ...]:
    """Each part of a filter, and how it is as usual."""
    return tuple((field.name, field.default) for field in fields(CaseloadFilter))


async def caseload_filter(
    show: Shown = "week",
    school: Annotated[str, Query(max_length=100)] = "",
    grade: Annotated[str, Query(pattern=r"^\d{0,2}$")] = "",
    outcome: Annotated[str, Query(max_length=100)] = "",
    band: BandFilter = "",
    contact: ContactFilter = "",
    sort: Sort = "list",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    plan: PlanFilter = "",
    responsible: ResponsibleFilter = "",
) -> CaseloadFilter:
    """The filter that an address asks for; 422 for one that cannot be. It waits for nothing, and needs no thread."""
    return CaseloadFilter(show, school, grade, outcome, band, contact, sort, page, plan, responsible)


AskedFilter = Annotated[CaseloadFilter, Depends(caseload_filter)]


def pages_shown(page: int, pages: int) -> tuple[int, ...]:
    """The pages that a pager names: the first, the last, and those about the present one; 0 stands for a gap."""
    near = sorted({1, pages, *range(max(1, page - 1), min(pages, page + 1) + 1)})
    found: list[int] = []
    for one in near:
        if found and one > found[-1] + 1:
            found.append(one - 1 if one == found[-1] + 2 else 0)
        found.append(one)
    return tuple(found)

"""A report: whatever is put into a template is escaped, and a value that is missing is an error."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from presentation.report import Report, ReportSection, prose_section, render
from presentation.tables import CheckLine, Heading, RowGroup, grouped_table, plain_table

HOSTILE = "</p><script>alert(1)</script><img src=x onerror=alert(1)>"


def rendered(*sections: ReportSection, folder: Path, contents: bool = False) -> str:
    """A report of these sections."""
    return render(Report(HOSTILE, HOSTILE, HOSTILE, [], sections, contents), folder)


def test_everything_that_is_put_into_a_report_is_escaped(tmp_path: Path) -> None:
    table = grouped_table(
        HOSTILE, [Heading(HOSTILE, HOSTILE), HOSTILE], [RowGroup(((HOSTILE, HOSTILE),), HOSTILE, HOSTILE)]
    )
    html = rendered(
        prose_section(HOSTILE, HOSTILE, points=[HOSTILE], tables=[table, plain_table(HOSTILE, [HOSTILE], [])]),
        folder=tmp_path,
        contents=True,
    )
    assert html.count("&lt;script&gt;") >= 15
    assert "<script" not in html
    assert "<img" not in html


def test_a_check_is_escaped_too_and_words_between_backticks_are_code(tmp_path: Path) -> None:
    (tmp_path / "checks.html").write_text('{% from "report_parts.html" import checks %}{{ checks("Checks", view) }}')
    line = CheckLine("✓", HOSTILE, "pass", HOSTILE, HOSTILE, f"See `ontrack check` and {HOSTILE}")
    html = rendered(ReportSection("Checks", "checks.html", [line]), folder=tmp_path)
    assert "See <code>ontrack check</code> and &lt;/p&gt;" in html
    assert "<script" not in html


def test_a_value_that_a_template_does_not_get_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "broken.html").write_text("{{ view.absent }}")
    with pytest.raises(UndefinedError, match="absent"):
        rendered(ReportSection("Broken", "broken.html", Heading("here")), folder=tmp_path)


def test_contents_stand_only_where_they_are_asked_for(tmp_path: Path) -> None:
    one = prose_section("Does it hold?", "Yes.")
    assert '<li><a href="#does-it-hold">Does it hold?</a></li>' in rendered(one, folder=tmp_path, contents=True)
    assert "<nav" not in rendered(one, folder=tmp_path)


def test_sections_of_a_chapter_are_below_it_in_the_contents_and_named_after_it(tmp_path: Path) -> None:
    sections = [replace(prose_section(title, "Yes."), chapter=of) for title, of in (
        ("What serves when", ""), ("What was checked", "Autumn"), ("The groups", "Autumn"), ("The groups", "Spring"),
    )]  # fmt: skip
    html = rendered(*sections, folder=tmp_path, contents=True)
    contents, pages = html.split("</nav>")
    assert re.findall(r'<h2 id="(.*?)">(.*?)</h2>', pages) == [
        ("what-serves-when", "What serves when"), ("autumn-what-was-checked", "Autumn: What was checked"),
        ("autumn-the-groups", "Autumn: The groups"), ("spring-the-groups", "Spring: The groups"),
    ]  # fmt: skip
    first = re.findall(r'^<li><a href="#(.*?)">(.*?)</a>', contents, re.MULTILINE)
    assert first == [
        ("what-serves-when", "What serves when"),
        ("autumn-what-was-checked", "Autumn"),
        ("spring-the-groups", "Spring"),
    ]  # fmt: skip
    below = re.findall(r"<ul>(.*?)</ul>", contents, re.DOTALL)
    assert [re.findall(r'href="#(.*?)">(.*?)<', one) for one in below] == [
        [("autumn-what-was-checked", "What was checked"), ("autumn-the-groups", "The groups")],
        [("spring-the-groups", "The groups")],
    ]


@pytest.mark.parametrize("columns", [6, 7])
def test_each_cell_of_a_wide_table_has_its_heading_for_a_narrow_screen(tmp_path: Path, columns: int) -> None:
    heads = [f"{HOSTILE} {at}" if at == 1 else f"Head {at}" for at in range(columns)]
    table = plain_table("Wide", heads, [[f"{at}" for at in range(columns)]])
    html = rendered(prose_section("Tables", "", tables=[table]), folder=tmp_path)
    labels = re.findall(r'<t[hd][^>]*data-label="([^"]*)"[^>]*>([^<]*)<', html)
    assert [(unescape(label), cell) for label, cell in labels] == (
        [(head, f"{at}") for at, head in enumerate(heads)] if columns > 6 else []
    )
    assert ("role=" in html.partition("<tbody")[2].partition("</tbody>")[0]) == (columns > 6)
    assert "<script" not in html

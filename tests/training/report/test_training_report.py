"""The report: the verdict first, the figures of the result, no small group, nothing fetched and nothing run."""

import colorsys
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from features.definitions.catalog import FEATURE_SETS
from features.settings import Gate
from models.estimators.published_rule import fit_shares
from models.metrics.intervals import Interval
from models.metrics.paired_comparison import RecallLead
from presentation.stylesheets import stylesheet
from tests.spec.test_rule_shares import MESA, rule_of
from tests.training.report.example_results import (
    DATA_VERSION,
    LEAD,
    MADE_ON,
    against_the_rule,
    bulleted,
    first_sentence,
    made_result,
    not_fitted,
    page_of,
)
from tests.training.report.report_page import FORBIDDEN, Page
from training.audit.checks import CODES
from training.evaluation.scorers import PEER, words_of
from training.gate.list_checks import check_lists
from training.gate.rule_selection import RuleSelection, RuleToBeat
from training.report.technical_report import render_technical_report
from training.training_result import TrainingResult

EVERY: Mapping[str, Callable[[], TrainingResult]] = {
    "judged": made_result,
    "passed": lambda: against_the_rule(LEAD),
    "few": lambda: made_result(100),
    "not fitted": not_fitted,
}


@pytest.mark.parametrize("result", EVERY.values(), ids=EVERY)
def test_every_report_is_whole_fetches_nothing_and_runs_nothing(result: Callable[[], TrainingResult]) -> None:
    html = render_technical_report(result(), made_on=MADE_ON)
    page = Page(html)
    assert page.open == []
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "form", "object"})
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in html
    assert not re.search(r"https?:|//|url\(|@import|javascript:|\son\w+=", html)
    assert len(html.encode()) < 300_000


@pytest.mark.parametrize("result", EVERY.values(), ids=EVERY)
def test_every_report_speaks_of_students_with_respect_and_of_none_of_them(
    result: Callable[[], TrainingResult],
) -> None:
    text = render_technical_report(result(), made_on=MADE_ON).lower()
    assert [word for word in FORBIDDEN if word in text] == []
    assert not re.search(r"student \d", text)


def test_no_color_is_red() -> None:
    colors = [
        tuple(int(c[i : i + 2], 16) / 255 for i in (0, 2, 4))
        for c in re.findall(r"#([0-9a-f]{6})\b", stylesheet("report"))
    ]
    reddish = [c for c in colors if (hls := colorsys.rgb_to_hls(*c))[2] > 0.2 and not 18 <= hls[0] * 360 <= 330]
    assert len(colors) > 20
    assert reddish == []


def test_the_title_says_outcome_district_and_year_and_escapes_them() -> None:
    page = page_of(made_result())
    assert page.texts["title"] == ["Off track at the end of grade 9: North & South <b>Unified</b>, 2025–26"]
    assert "b" not in page.tags


def test_what_was_declared_and_loosened_stands_above_the_checks() -> None:
    made = made_result()
    said = page_of(made).texts["p"]
    assert any(one.endswith("the figure that decides is recall at 0.15 of the cohort.") for one in said)
    assert not any("Looser" in one for one in said)
    loose = made.request.settings.model_copy(update={"gate": Gate(replicates=100, calibration_bound=0.2)})
    loosened = replace(made, request=replace(made.request, settings=loose))
    assert "gate.calibration_bound is 0.2; the default is 0.05" in bulleted(loosened)


def test_the_rule_that_was_compared_with_is_named() -> None:
    made = against_the_rule(LEAD)
    assert made.compared
    sfusd = "rule sfusd_incoming_grade9"
    chosen = RuleToBeat(sfusd, RuleSelection((sfusd,), 6, (2023, 2024), 0.41))
    other = replace(made.compared, rule=chosen)
    assert "it listed 10 more than the San Francisco rule" in first_sentence(replace(made, compared=other))
    assert check_lists(other, Gate())[0].says.endswith(
        "than by the San Francisco rule for incoming ninth graders (95% interval +5 to +15). Of 6 published rules it "
        "found most (41 of 100) in the school years ending 2023, 2024, before the first judged one. With 600 students "
        "a year, this comparison can show a difference of 7 of 100 (80% power)."
    )


def test_the_headline_gives_the_model_and_the_rule_of_100_with_intervals() -> None:
    made = made_result()
    found = {"model": Interval(0.614, 0.55, 0.666), "rule": Interval(0.48, 0.4, 0.56)}
    assert page_of(replace(against_the_rule(LEAD), headline=found)).texts["p"][2] == (
        "Of 100 students the model would have listed in 2025–26, 61 ended off track (between 55 and 67); "
        "by the published rule, 48 (between 40 and 56)."
    )
    assert page_of(replace(made, headline=found)).texts["p"][2] == (
        "Of 100 students the published rule would have listed in 2025–26, 48 ended off track (between 40 and 56); "
        "by the model, which does not serve, 61 (between 55 and 67)."
    )


def test_every_check_stands_with_its_verdict_in_words_its_code_and_its_sentence() -> None:
    page = page_of(against_the_rule(RecallLead(0.04, -0.02, 0.09, 0.03)))
    row = next(row for row in page.texts["tr"] if "GATE02" in row)
    assert row.startswith("? Not enough evidence GATE02")
    assert "4 more are listed than by the rule (95% interval -2 to +9)." in row


def test_the_rule_says_its_shares_with_their_students_and_ranges_and_which_band_nobody_reaches() -> None:
    flat = fit_shares(np.repeat([0.0, 1.0], [400, 400]), np.arange(800) % 10 == 0, np.arange(800).astype(np.str_))
    rules = {"first_weeks": flat, "autumn": rule_of(MESA)}
    html = unescape(render_technical_report(replace(made_result(), serving_rules=rules), made_on=MADE_ON))
    first, autumn = (html[html.index(f'id="what-the-rule-says-{part}"') :] for part in ("first-weeks", "autumn"))
    assert "By the rule's shares: Nobody reaches some signals (from 0.25 to 0.50) and many signals" in first
    assert "By the rule's shares, students can show few, some and many signals." in autumn
    cells = re.sub(r"<[^>]+>|\s+", " ", autumn)
    assert re.search(r"6 or more +17 +92 +82 to 100", cells)
    assert re.search(r"1 +fewer than 11 +not enough evidence yet", cells)


def test_the_figures_are_those_of_the_result_at_every_capacity() -> None:
    made = made_result()
    model, page = made.figures["model"], page_of(made)
    rows = page.rows("This model")
    for caption, figures in (("(precision)", model.precision_at), ("(recall)", model.recall_at)):
        row = next(row for row in page.table(caption) if row.startswith("This model "))
        assert row.split()[2:] == [f"{figures[at] * 100:.0f}" for at in (0.05, 0.10, 0.15, 0.20)]
    technical = next(row for row in rows if f"{model.roc_auc:.3f}" in row)
    for what in ("pr_auc", "brier", "calibration_error"):
        assert f"{getattr(model, what):.3f}" in technical
        assert f"({made.intervals['model'][what].low:.3f}" in technical


def test_the_verdict_three_figures_and_the_picture_stand_before_the_contents() -> None:
    made = made_result()
    html = render_technical_report(made, made_on=MADE_ON)
    model, rule = made.figures["model"], made.figures["rule"]
    shown = re.findall(r"<strong>(.*?)</strong> (.*?) <span class=\"soft\">(.*?)</span>", html)
    assert shown == [
        (of_100(model.precision_at[0.15]), "of 100 students listed ended off track",
         f"by the published rule: {of_100(rule.precision_at[0.15])}"),
        (of_100(model.recall_at[0.15]), "of 100 students who ended off track were listed",
         f"by the published rule: {of_100(rule.recall_at[0.15])}"),
        (f"{model.calibration_error * 100:.1f}", "of 100: how far risks were from what happened, on average",
         f"by the published rule: {rule.calibration_error * 100:.1f}"),
    ]  # fmt: skip
    places = [html.index(part) for part in ('class="first"', 'class="glance"', "<svg", 'class="contents"')]
    assert places == sorted(places)


@pytest.mark.parametrize("result", EVERY.values(), ids=EVERY)
def test_the_contents_lead_to_every_section_in_order(result: Callable[[], TrainingResult]) -> None:
    html = render_technical_report(result(), made_on=MADE_ON)
    _, after = html.split("</nav>")
    links = re.findall(r'<li><a href="#([a-z0-9-]+)">(.*?)</a></li>', html)
    assert links == re.findall(r'<h2 id="([a-z0-9-]+)">(.*?)</h2>', after)
    assert len(links) > 3
    ids = re.findall(r' id="(.*?)"', html)
    assert sorted(ids) == sorted(set(ids))


def test_a_figure_of_too_short_a_list_is_not_among_the_first_ones() -> None:
    made = made_result(100)
    few = made.request.settings.model_copy(update={"gate": Gate(replicates=100, capacity=0.05)})
    html = render_technical_report(replace(made, request=replace(made.request, settings=few)), made_on=MADE_ON)
    assert "of 100 students listed ended off track<" not in html
    assert "of 100: how far risks were from what happened" in html


def test_where_a_rule_wins_the_report_says_so_first() -> None:
    made = made_result()
    better = replace(made.figures["rule"], recall_at=dict.fromkeys(made.figures["rule"].recall_at, 0.99))
    first = page_of(replace(made, figures={**made.figures, "rule sfusd_incoming_grade9": better})).texts["p"][1]
    assert first.startswith(
        "A simple rule did better than the model in 2025–26: of 100 students who ended off track, the San Francisco "
        "rule for incoming ninth graders would have listed"
    )
    assert "simple rule" not in page_of(made).texts["p"][1]


def test_every_published_rule_has_a_name_for_people() -> None:
    for feature_set in FEATURE_SETS.values():
        for peer in feature_set.peers:
            words = words_of(f"{PEER}{peer.name}")
            assert words.startswith("the ")
            assert not [word for word in FORBIDDEN if word in words]


def test_a_capacity_that_lists_too_few_students_is_not_shown() -> None:
    page = page_of(made_result(100))
    assert "At 5, 10 of 100, fewer than 11 students would be listed: not shown." in page.texts["p"]
    assert any("15 of 100 listed" in row for row in page.texts["tr"])
    assert not any("5 of 100 listed" in row.replace("15 of", "") for row in page.texts["tr"])


def test_a_reliability_curve_of_too_few_students_is_not_shown() -> None:
    said = page_of(made_result(100)).texts["p"]
    assert "A tenth of the students is fewer than 11: not shown." in said


def test_a_small_group_is_told_together_with_the_next_smallest() -> None:
    rows = page_of(made_result()).texts["tr"]
    named = [row for row in rows if row.startswith(("Hmong", "Spanish"))]
    assert named
    assert all(row.startswith("Hmong / Spanish ") and "reference" not in row for row in named)


def test_an_attribute_of_which_nothing_may_be_told_says_so() -> None:
    assert "too small to be told apart: no, yes " in page_of(made_result()).texts["tr"]


def test_groups_are_compared_in_figures_of_100_with_an_interval() -> None:
    made = made_result()
    assert made.audited
    table = made.audited.model.table("english_learner")
    assert table
    group = next(one for one in table.groups if one.name != table.reference)
    found = group.figures["recall"]
    assert found
    row = next(row for row in page_of(made).texts["tr"] if row.startswith(f"{group.name} {group.n} "))
    assert f" {of_100(found.estimate)} " in row
    assert re.search(r"[+−]?\d+ \([+−]?\d+ to [+−]?\d+\)", row)


def test_every_check_of_the_audit_is_in_the_report_and_links_to_what_it_asks() -> None:
    html = render_technical_report(made_result(), made_on=MADE_ON)
    for code in CODES:
        assert f'href="#{code}"' in html
        assert f'id="{code}"' in html


def of_100(share: float | None) -> str:
    """A share that is known, of 100."""
    assert share is not None
    return f"{share * 100:.0f}"


def test_a_judgement_without_figures_says_why_and_shows_none() -> None:
    page = page_of(not_fitted())
    assert page.texts["p"][1] == "The published rule serves, because no model could be fitted: 40 students are too few."
    assert "svg" not in page.tags
    assert page.rows("This model") == []


def test_the_data_can_be_traced_and_a_small_number_left_out_is_not_told() -> None:
    html = render_technical_report(made_result(), made_on=MADE_ON)
    assert DATA_VERSION[:12] in html
    assert DATA_VERSION[:13] not in html
    assert "0 in 2023–24, fewer than 11 in 2024–25, 12 in 2025–26" in html
    assert "ontrack train --district north" in html

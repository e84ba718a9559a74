"""The report: the verdict first, the figures of the result, no small group, nothing fetched and nothing run."""

import colorsys
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from features.definitions.catalog import FEATURE_SETS
from features.definitions.outcomes import OFF_TRACK_CHICAGO
from features.settings import District, Gate, Settings, Training
from models.examples import Examples
from models.metrics.intervals import Interval
from models.metrics.paired_comparison import RecallLead
from presentation.stylesheets import stylesheet
from tests.models.row_examples import made_examples
from training.audit.checks import CODES
from training.evaluation.evaluation import fit_and_evaluate
from training.evaluation.scorers import PEER, words_of
from training.evaluation.temporal_split import Split
from training.gate.list_checks import check_lead, check_lists
from training.gate.rule_selection import RuleSelection, RuleToBeat
from training.gate.verdict import DeclaredBounds, GateCheck, GateResult, Verdict, checks_without_model
from training.report.technical_report import render_technical_report
from training.result_builder import build_training_result
from training.training_request import Basis, TrainingRequest
from training.training_result import TrainingResult

MADE_ON = date(2026, 11, 20)
VOID = frozenset({"meta", "br"})
FORBIDDEN = ("at-risk", "at risk", "dropout", "drop out", "drop-out", "will fail", "predator", "offender")
DATA_VERSION = "5a529af20842aef3" * 4
LEAD = RecallLead(0.1, 0.05, 0.15, error=0.025)


def with_groups(examples: Examples) -> Examples:
    """The same examples with a group of seven students, a program of some and one of a few."""
    rows = np.arange(len(examples))
    groups = pd.DataFrame(
        {
            "language": np.where(rows < 7, "Hmong", np.where(rows % 3 == 0, "Spanish", "English")),
            "english_learner": np.where(rows % 4 == 0, "yes", "no"),
            "foster": np.where(rows < 15, "yes", "no"),
        }
    )
    return replace(examples, groups=groups)


@cache
def made_result(tested: int = 600) -> TrainingResult:
    """A result on made rows."""
    settings = Settings(
        districts=(District(id="north", name="North & South <b>Unified</b>"),),
        gate=Gate(replicates=100),
        training=Training(threads=1),
    )
    request = TrainingRequest(settings, settings.district("north"), OFF_TRACK_CHICAGO, MADE_ON)
    test = with_groups(made_examples(tested, seed=1))
    basis = Basis(Split((2024, 2025), 2026), 600, tested, {2024: 0, 2025: 3, 2026: 12}, DATA_VERSION)
    learn = with_groups(made_examples(600))
    return build_training_result(request, basis, fit_and_evaluate(learn, test, seed=7, threads=1), learn=learn)


def against_the_rule(lead: RecallLead) -> TrainingResult:
    """A result whose only question is the rule."""
    made = made_result()
    assert made.compared
    gate = replace(made.gate, checks=(check_lead("GATE02", "rule", "the rule", lead),))
    return replace(made, gate=gate, compared=replace(made.compared, leads={**made.compared.leads, "rule": lead}))


def not_fitted() -> TrainingResult:
    """A result of records that do not allow a model."""
    made = made_result()
    checks = checks_without_model("40 students are too few")
    gate = GateResult("north", OFF_TRACK_CHICAGO.name, checks, DeclaredBounds(made.request.settings.gate))
    return TrainingResult(made.request, made.basis, gate)


class Page(HTMLParser):
    """A page read back: its rows as texts, its paragraphs, and the tags that stay open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.texts: dict[str, list[str]] = {"tr": [], "p": [], "h1": [], "h2": [], "caption": [], "title": []}
        self.caption_of_row: list[int] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        name = self.named(tag)
        if tag not in VOID:
            self.open.append(name)
        if name in self.texts:
            self.texts[name].append("")
        if tag == "tr":
            self.caption_of_row.append(len(self.texts["caption"]) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() in (tag, f"chart {tag}")

    def named(self, tag: str) -> str:
        """The tag; the title of a chart is not that of the page."""
        return "chart title" if tag == "title" and "svg" in self.open else tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open) & set(self.texts):
            self.texts[tag][-1] += f"{data} " if tag == "tr" else data

    def table(self, caption: str) -> list[str]:
        """The rows of the tables whose caption ends with these words."""
        placed = zip(self.texts["tr"], self.caption_of_row, strict=True)
        return [row for row, at in placed if self.texts["caption"][at].endswith(caption)]

    def rows(self, name: str) -> list[list[str]]:
        """The words of each row that starts with a name."""
        return [row.removeprefix(name).split() for row in self.texts["tr"] if row.startswith(f"{name} ")]


def page_of(result: TrainingResult) -> Page:
    """The report, read back."""
    return Page(render_technical_report(result, made_on=MADE_ON))


def first_sentence(result: TrainingResult) -> str:
    """The first thing said after the title and the date."""
    return page_of(result).texts["p"][1]


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


def test_a_model_that_passed_may_serve() -> None:
    assert first_sentence(against_the_rule(LEAD)) == (
        "The model may serve: it passed every check on 2025–26, a school year that it had not seen, "
        "and of 100 students who ended off track, it listed 10 more than the published rule."
    )


@pytest.mark.parametrize(
    ("lead", "why"),
    [
        (
            RecallLead(-0.05, -0.09, -0.01, 0.02),
            "did not pass its checks, because the published rule did better: "
            "of 100 students who ended off track, it listed 5 more.",
        ),
        (RecallLead(0.0, 0.0, 0.0, 0.0), "did not pass its checks, because the published rule did just as well."),
        (
            RecallLead(-0.02, -0.06, 0.03, 0.02),
            "could not be proven better yet, because the published rule did better: "
            "of 100 students who ended off track, it listed 2 more, which may be chance.",
        ),
        (
            RecallLead(0.04, -0.02, 0.09, 0.03),
            "could not be proven better yet, because its lead over the published rule "
            "(4 more listed of 100 students who ended off track) may be chance.",
        ),
    ],
)
def test_where_the_rule_was_not_beaten_the_first_sentence_says_so(lead: RecallLead, why: str) -> None:
    assert first_sentence(against_the_rule(lead)) == f"The published rule serves: the model {why}"


def test_a_rule_that_was_not_beaten_is_said_before_any_other_check() -> None:
    tied = against_the_rule(RecallLead(0.0, -0.02, 0.02, 0.01))
    few = GateCheck("GATE01", "enough students", "not_enough_evidence", "Too few.")
    failed = GateCheck("GATE06", "calibrated", "fail", "It is not.")
    unsettled = replace(tied, gate=replace(tied.gate, checks=(few, *tied.gate.checks)))
    assert re.search(r"because the published rule did just as well; and \d+ students", first_sentence(unsettled))
    worse = replace(tied, gate=replace(tied.gate, checks=(failed, *tied.gate.checks)))
    assert "because the published rule did just as well; and its risks are further" in first_sentence(worse)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("GATE01", "not_enough_evidence"),
        ("GATE03", "fail"),
        ("GATE04", "fail"),
        ("GATE04", "not_enough_evidence"),
        ("GATE05", "fail"),
        ("GATE05", "not_enough_evidence"),
        ("GATE06", "fail"),
        ("GATE06", "not_enough_evidence"),
        ("GATE07", "fail"),
        ("GATE07", "not_enough_evidence"),
        ("GATE09", "fail"),
        ("GATE10", "not_enough_evidence"),
        ("GATE11", "fail"),
        ("GATE12", "fail"),
        ("GATE99", "fail"),
    ],
)
def test_every_check_that_can_decide_has_its_reason_in_words(code: str, verdict: Verdict) -> None:
    made = made_result()
    gate = replace(made.gate, checks=(GateCheck(code, "a check", verdict, "What was found by it."),))
    said = first_sentence(replace(made, gate=gate))
    assert re.fullmatch(r"The published rule serves: the model [a-z ]+, because .{20,}[^.]\.", said)


def bulleted(result: TrainingResult) -> list[str]:
    """What the report lists point by point."""
    html = render_technical_report(result, made_on=MADE_ON)
    return [unescape(item) for item in re.findall(r"<li>(.*?)</li>", html)]


def test_a_refusal_says_what_stands_against_the_model_what_serves_and_what_it_would_take() -> None:
    refused = against_the_rule(RecallLead(0.04, -0.02, 0.09, 0.03))
    page, points = page_of(refused), bulleted(refused)
    assert any(point.startswith("Better than rule: Of 100 students who ended off track, 4 more") for point in points)
    assert any("The Chicago rule on the marks known so far".lower() in said.lower() for said in page.texts["p"])
    assert (
        "With 600 students a year, this comparison can show a difference of 8 of 100 (80% power); "
        "to show the one seen, it would take about 2,600 students a year."
    ) in points
    assert "Why the model does not serve" not in render_technical_report(against_the_rule(LEAD), made_on=MADE_ON)


def test_a_refusal_of_a_district_without_a_model_says_when_to_try_again() -> None:
    assert any(point.startswith("Each finished school year adds one") for point in bulleted(not_fitted()))


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
    assert check_lists(other, 0.03)[0].says.endswith(
        "than by the San Francisco rule for incoming ninth graders (95% interval +5 to +15). Of 6 published rules it "
        "found most (41 of 100) in the school years ending 2023, 2024, before the first judged one. With 600 students "
        "a year, this comparison can show a difference of 7 of 100 (80% power)."
    )


def test_the_headline_gives_the_model_and_the_rule_of_100_with_intervals() -> None:
    made = made_result()
    found = {"model": Interval(0.614, 0.55, 0.666), "rule": Interval(0.48, 0.4, 0.56)}
    assert page_of(replace(made, headline=found)).texts["p"][2] == (
        "Of 100 students the model would have listed in 2025–26, 61 ended off track (between 55 and 67); "
        "by the published rule, 48 (between 40 and 56)."
    )


def test_every_check_stands_with_its_verdict_in_words_its_code_and_its_sentence() -> None:
    page = page_of(against_the_rule(RecallLead(0.04, -0.02, 0.09, 0.03)))
    row = next(row for row in page.texts["tr"] if "GATE02" in row)
    assert row.startswith("? Not enough evidence GATE02")
    assert "4 more are listed than by the rule (95% interval -2 to +9)." in row


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

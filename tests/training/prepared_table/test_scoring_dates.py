"""Prepared tables with several rows a student: whose they are must be said, and students are the unit throughout."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import Refused
from models.examples import Examples
from tests.models.row_examples import made_examples
from tests.training.prepared_table.test_prepared_table import BY_YEAR, FEW_FOLDS, SPEC, fitted, made_table
from training.evaluation.evaluation import CrossEvaluation
from training.prepared_table.card import limits_of
from training.prepared_table.examples import Prepared, before_and_tested, prepare
from training.prepared_table.figures import table_figures
from training.prepared_table.report import Source, facts_of
from training.prepared_table.spec import TableSpec, Time, load_spec

PLAIN = 'label = { column = "ended", positive = ["off"] }\nexclude = ["secret_*"]\n'
DATED = SPEC.replace('id = "who"', 'id = "who"\nas_of = "seen_on"')
DAYS = ("2025-09-15", "2025-11-20", "2026-03-06")


def spec_of(folder: Path, text: str) -> TableSpec:
    """The spec of a text."""
    (folder / "spec.toml").write_text(text, encoding="utf-8")
    return load_spec(folder / "spec.toml")


def dated_table(rows: int = 300) -> pd.DataFrame:
    """One row a student and date, two dates each, students being of one year."""
    frame = made_table(rows)
    number = np.arange(rows)
    year, ended = 2020 + (number // 2) % 3, frame["ended"].to_numpy()[number // 2 * 2]
    return frame.assign(seen_on=np.array(DAYS)[number % 2], year=year, ended=ended, secret_code=0)


@pytest.mark.parametrize(
    "name", ["student_id", "StudentID", "id", "key", "student", "sid", "student key", "id_student"]
)
def test_ids_that_repeat_and_are_not_declared_are_refused_with_the_line_to_add(tmp_path: Path, name: str) -> None:
    frame = made_table().rename(columns={"who": name})
    with pytest.raises(Refused, match=f"column '{name}' looks like the student, and 150 of its values") as refused:
        prepare(frame, spec_of(tmp_path, PLAIN))
    assert f'Add the line id = "{name}" to the spec' in str(refused.value)
    assert "s12" not in str(refused.value)
    declared = prepare(frame, spec_of(tmp_path, f'id = "{name}"\n{PLAIN}'))
    assert len(set(declared.examples.student)) == 150


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("student_id", [f"s{i}" for i in range(300)]),
        ("student", ["yes", "no"] * 150),
        ("course_id", [f"c{i // 2}" for i in range(300)]),
        ("who", [f"s{i // 2}" for i in range(300)]),
    ],
)
def test_ids_of_single_rows_and_columns_that_are_no_students_id_need_no_line(
    tmp_path: Path, name: str, values: list[str]
) -> None:
    frame = made_table().drop(columns="who").assign(**{name: values})
    assert len(set(prepare(frame, spec_of(tmp_path, PLAIN)).examples.student)) == 300


def test_scoring_dates_without_an_id_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="`as_of` says that a student has several rows: give `id`"):
        spec_of(tmp_path, f'as_of = "seen_on"\n{PLAIN}')


def test_two_rows_of_a_student_on_one_date_are_refused(tmp_path: Path) -> None:
    twice = dated_table().assign(seen_on=DAYS[0])
    with pytest.raises(Refused, match="150 rows repeat a student of column 'who' on one date of column 'seen_on'"):
        prepare(twice, spec_of(tmp_path, DATED + BY_YEAR))


def test_the_scoring_date_is_no_feature_and_periods_are_the_times(tmp_path: Path) -> None:
    examples = prepare(dated_table(), spec_of(tmp_path, DATED + BY_YEAR)).examples
    assert "seen_on" not in examples.dictionary.names
    assert set(np.asarray(examples.as_of)) == set(DAYS[:2])
    assert examples.time.tolist() == ((np.arange(300) // 2) % 3).tolist()


def judged_on(dates: int) -> CrossEvaluation:
    """The same students with the same risks on some dates; on later ones all risks are higher."""
    one = made_examples(200, seed=1)
    risk = np.clip(0.2 * one.label + np.random.default_rng(0).uniform(0, 0.3, 200), 0, 1)
    rows = one.take(np.tile(np.arange(200), dates))
    day = np.repeat([f"day {i}" for i in range(dates)], 200)
    later = np.repeat(np.linspace(0, 0.4, dates) if dates > 1 else [0.0], 200)
    return CrossEvaluation(
        replace(rows, as_of=day), ({"model": np.tile(risk, dates) + later, "logistic": np.tile(risk, dates)},)
    )


def test_a_list_is_made_on_each_date_and_more_dates_are_no_more_evidence() -> None:
    once, often = (table_figures(judged_on(dates), replicates=200, seed=0) for dates in (1, 4))
    for name in ("roc_auc", "pr_auc", "precision@0.100", "recall@0.200"):
        assert vars(once.intervals["model"][name]) == pytest.approx(vars(often.intervals["model"][name])), name
        lead = often.differences["logistic"][name]
        assert vars(lead) == pytest.approx({"estimate": 0, "low": 0, "high": 0})
    assert often.figures["model"].roc_auc == pytest.approx(once.figures["model"].roc_auc)
    assert often.figures["model"].recall_at == pytest.approx(once.figures["model"].recall_at)
    assert (once.figures["model"].n, often.figures["model"].n) == (200, 800)


def test_a_date_on_which_all_ended_alike_is_no_list() -> None:
    two = judged_on(2)
    label = two.examples.label & (np.asarray(two.examples.as_of) == "day 0")
    alike = CrossEvaluation(replace(two.examples, label=label), two.risks)
    found, first = (table_figures(one, replicates=200, seed=0) for one in (alike, judged_on(1)))
    assert found.figures["model"].roc_auc == pytest.approx(first.figures["model"].roc_auc)


def split_by_date(prepared: Prepared) -> tuple[Examples, Examples]:
    """What is learned from and what is judged where the last date is."""
    before, tested = before_and_tested(prepared, Time(kind="time", column="seen_on", test=(DAYS[1],)))
    return prepared.examples.take(before), prepared.examples.take(tested)


def test_in_a_split_by_dates_nothing_is_learned_from_a_student_who_is_judged(tmp_path: Path) -> None:
    frame = dated_table().iloc[:-100]
    some = frame[(frame["seen_on"] == DAYS[0]) | (np.arange(len(frame)) < 100)]
    spec = spec_of(tmp_path, f'{DATED}split = {{ kind = "time", column = "seen_on", test = ["{DAYS[1]}"] }}\n')
    learn, test = split_by_date(prepare(some, spec))
    assert len(learn) == 50
    assert not set(learn.student) & set(test.student)
    with pytest.raises(Refused, match="nothing is learned from a student who is judged; split by year"):
        fitted(tmp_path, frame, f'{DATED}split = {{ kind = "time", column = "seen_on", test = ["{DAYS[1]}"] }}\n')


def test_where_the_split_has_the_same_students_on_both_sides_it_is_said(tmp_path: Path) -> None:
    (said,) = [one for one in limits_of(fitted(tmp_path, made_table(), SPEC + BY_YEAR)) if "earlier rows" in one]
    assert said.startswith("100 of the students judged have earlier rows, which were learned from")


def test_figures_are_told_by_date_and_the_report_says_what_a_row_is(tmp_path: Path) -> None:
    for spec, times in ((DATED + BY_YEAR, ["2021", "2022"]), (DATED + FEW_FOLDS, [])):
        trained = fitted(tmp_path, dated_table(900), spec)
        assert [one.part.value for one in trained.periods] == [*times, *DAYS[:2]]
        assert {one.part.by for one in trained.periods[-2:]} == {"seen_on"}
        assert trained.figures["model"].n == (300 if times else 900)
        said = facts_of(trained, Source("t.csv", "s.toml", "0" * 64))["A row"]
        assert said.startswith("one student on one date (seen_on)")
        assert not [one for one in limits_of(trained) if "earlier rows" in one]

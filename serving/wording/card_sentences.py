"""What a signed model card says, and the same in plain words for pages: names as they are, and sentences with values.

`models.bundle.model_card` and `training.district_card` write cards. The plain words are those that are translated.
"""

from collections.abc import Mapping

from serving.wording.locale import msgid

SECTIONS: Mapping[str, str] = {
    "Intended use": msgid("What it is for"),
    "Data": msgid("What it learned from"),
    "Features": msgid("What it looks at"),
    "Figures": msgid("How well it did"),
    "Calibration": msgid("What its risks mean"),
    "Groups": msgid("Group by group"),
    "Limits": msgid("What it cannot do"),
    "Gate": msgid("The test before use"),
    "What serves when": msgid("What serves when"),
}
"""Headings."""

HEADS: Mapping[str, str] = {
    "Feature": msgid("Name"),
    "Says": msgid("What it says"),
    "Direction": msgid("More of it"),
    "Domain": msgid("About"),
    "Scorer": msgid("List made by"),
    "Precision": msgid("Off track, of those listed"),
    "Recall": msgid("Listed, of those off track"),
    "AUC": msgid("Pairs told apart"),
    "Interval": msgid("Range"),
    "Attribute": msgid("By"),
    "Group": msgid("Group"),
    "Students": msgid("Students"),
    "Off track": msgid("Off track"),
    "Listed": msgid("Listed"),
    "Listed though on track": msgid("Listed, but on track"),
    "Signals": msgid("Signals"),
    "Past students": msgid("Past students"),
    "Off track, of 100": msgid("Off track, of 100"),
    "Likely range": msgid("Likely range"),
    "Part of the year": msgid("Part of the year"),
    "School weeks": msgid("School weeks"),
    "Serves": msgid("Serves"),
    "Verdict on the model": msgid("Test of the model"),
    "Judged in school weeks": msgid("Weeks of the test"),
}
"""Heads of columns."""

CELLS: Mapping[str, str] = {
    "more raises the risk": msgid("raises the risk"),
    "more lowers the risk": msgid("lowers the risk"),
    "no direction required": msgid("either way"),
    "attendance": msgid("days in school"),
    "grades": msgid("grades"),
    "behavior": msgid("conduct"),
    "mobility": msgid("moves"),
    "none": msgid("none"),
    "as in the table": msgid("as in the table"),
    "not computed": msgid("not known"),
    "not shown": msgid("not shown"),
    "too few": msgid("too few"),
    "not enough evidence yet": msgid("too few to tell"),
    "nothing could be judged": msgid("no test yet"),
    "pass": msgid("passed"),
    "fail": msgid("did not pass"),
    "not enough evidence": msgid("not enough evidence"),
    "no model asked for": msgid("no model was tried"),
    "no model": msgid("no model was tried"),
    "first weeks": msgid("First weeks"),
    "autumn": msgid("Autumn"),
    "spring": msgid("Spring"),
    "year": msgid("All year"),
}
"""Cells of tables."""

SCORERS: Mapping[str, str] = {
    "this model": msgid("this model"),
    "the model": msgid("the model"),
    "The model": msgid("The model"),
    "the published rule": msgid("the published rule"),
    "The published rule": msgid("The published rule"),
    "logistic regression": msgid("a plain model (logistic)"),
    "knowing only the school": msgid("the school alone"),
    "the district's own model": msgid("the district’s own model"),
    "the model that served before": msgid("the model that served before"),
    "the model told protected attributes (never serves)": msgid("a model that is told of groups (never serves)"),
    "the San Francisco rule for incoming ninth graders": msgid("the San Francisco rule for grade 9"),
    "the AIR rule for high school": msgid("the AIR rule for high school"),
    "the AIR rule for the middle grades": msgid("the AIR rule for middle school"),
    "the Ed-Fi early warning rule": msgid("the Ed-Fi early rule"),
    "the Ed-Fi rule at its graver bound": msgid("the Ed-Fi rule, strict"),
    "the Attendance Works bands": msgid("the bands of days missed"),
    "the CORE readiness rule on last year's records": msgid("the CORE rule on last year’s records"),
    "the CORE readiness rule so far": msgid("the CORE rule so far"),
    "the chronic absence rule on last year's records": msgid("days missed last year"),
    "the absences of the first 20 days": msgid("days missed of the first 20"),
    "the credits behind the pace and the failed courses": msgid("credits behind and failed courses"),
    "the Fs in core courses so far": msgid("Fs in core courses so far"),
}
"""What makes a list."""

WHOLE: Mapping[str, str] = {
    (
        "A counselor reads the list of students whose records show signals, looks at the records behind "
        "each, and decides with the student and the family what support to offer. The list is a reason to"
        " look, never a decision."
    ): msgid(
        "A counselor reads the list and looks at the records behind each name. What help to offer is for "
        "the counselor, the student and the family to decide. The list is a reason to look. It decides "
        "nothing."
    ),
    "Uses that are refused:": msgid("What it must not be used for:"),
    "**Money**: not to set or withhold funding, fees, aid or pay.": msgid(
        "**Money**: it must not set or hold back funds, fees, aid or pay."
    ),
    "**Discipline**: not to suspend, expel, search or sanction anyone.": msgid(
        "**Discipline**: it must not be used to suspend, expel, search or punish anyone."
    ),
    "**Placement**: not to place, track, retain, admit or refuse a student anywhere.": msgid(
        "**Placement**: it must not place, hold back, admit or turn down a student."
    ),
    "**Law enforcement**: not to be shared with police, courts, probation or immigration services.": msgid(
        "**Police and courts**: it must not reach the police, the courts or border agents."
    ),
    "No protected attribute is a feature.": msgid("It knows no race, sex, income or other group of a student."),
    (
        "A strictly rising curve (beta calibration) fitted on students that the trees had not seen. "
        "Beside it each school has an offset for each part of the year, from how its students of earlier "
        "years ended, which leans to the district where they are few: it moves risks, and never the order"
        " of a list or a reason."
    ): msgid(
        "A rising curve turns scores into risks. It was drawn from students whom the model had not seen. "
        "Each school also has a small shift, from how its students of past years ended. It moves risks, "
        "but not the order of the list and not the reasons."
    ),
    ("The share of past students with as many signals who ended off track, never falling with the count."): msgid(
        "A risk is the share of past students with as many signals who ended off track. With more signals"
        " it never falls."
    ),
    "No groups are recorded for these students: whether it serves some worse could not be checked.": msgid(
        "No groups are on record for these students. So nobody could check if it serves some of them worse."
    ),
    ("Supports that students received are part of how they ended: the figures are of the school as it was."): msgid(
        "The help that students got is part of how they ended. The figures show the school as it was."
    ),
    "Judged on no school year yet: nothing says how its lists would turn out here.": msgid(
        "No school year has tested it yet. Nothing says how its lists would turn out here."
    ),
    ("It gives no reasons: none was seen to hold when the model was fitted again on other draws of students."): msgid(
        "It gives no reasons. None of them held when the model was built again from other students."
    ),
    (
        "On a date outside of the judged school weeks, or in a year whose calendar has shifted by more "
        "than two weeks, the published rule of that part of the year serves, and no model gives a risk."
    ): msgid(
        "In weeks that no test covered, the published rule serves and no model gives a risk. The same "
        "holds if the school year has moved by more than two weeks."
    ),
    "Calibration gap on the test year: nan.": msgid("No year has shown yet how near its risks are."),
    "nan": "–",
    "no school year: none is on record yet that could judge it": msgid("no school year so far"),
    "no school year: of none the outcome is known yet": msgid("no school year so far"),
}
"""Sentences without values."""

NAMES: Mapping[str, str] = {**SECTIONS, **HEADS, **CELLS, **SCORERS, **WHOLE}
"""What a card says without values, in plain words."""

SENTENCES: Mapping[str, str] = {
    (
        "For {district}, grades {grades}: LightGBM trees with a calibrator. It gives each student a risk "
        "from 0 to 1 of this outcome: {outcome}"
    ): msgid(
        "For {district}, grades {grades}: a model of decision trees. It gives each student a risk from 0 "
        "to 1 for this: {outcome}."
    ),
    (
        "For {district}, grades {grades}: the published rule, with past shares. It gives each student a "
        "risk from 0 to 1 of this outcome: {outcome}"
    ): msgid(
        "For {district}, grades {grades}: the published rule, with the shares of past years. It gives "
        "each student a risk from 0 to 1 for this: {outcome}."
    ),
    (
        "Learned from {students} students ({years}); judged on {judged}. This bundle holds no student's "
        "row: its examples are made up."
    ): msgid(
        "It learned from {students} students ({years}). Its test: {judged}. No student’s row is in it. "
        "Its examples are made up."
    ),
    "school years ending {years}": msgid("school years that ended in {years}"),
    "the school year ending {year}, which no training label was seen from": msgid(
        "the school year that ended in {year}, which it had not seen"
    ),
    "Where {share} of the students can be reached:": msgid("With {share} of the students on the list:"),
    "precision {low} to {high} (95 %)": msgid("{low} to {high} (95 of 100)"),
    "{low} to {high}": msgid("{low} to {high}"),
    "{count} or more": msgid("{count} or more"),
    "fewer than {count}": msgid("fewer than {count}"),
    "Calibration gap on the test year: {gap}.": msgid("In the year of the test, risks were off by {gap} on average."),
    (
        "A group with fewer than {least} students off track, or on track, is told together with others or"
        " not shown; a figure over fewer than {fewest} students is not computed."
    ): msgid(
        "A group is shown with others, or not at all, if fewer than {least} of it were off track or on "
        "track. A figure needs {fewest} students."
    ),
    "Judged on no more than {years}; the next school year may differ.": msgid(
        "It was tested on {years} alone. The next school year may differ."
    ),
    ("{count} students without a known outcome (moved elsewhere, or too little on record) were left out."): msgid(
        "{count} students were left out. They had moved away, or too little was on record to say how they ended."
    ),
    "It is about {cohort}, and about nobody else.": msgid("It is about {cohort}. It says nothing of others."),
    "students enrolled in grades {grades} on the as-of date": msgid(
        "students in grades {grades} on the day of the list"
    ),
    "students enrolled in grade {grade} on the as-of date, for the first time": msgid(
        "students who are in grade {grade} for the first time"
    ),
    "students enrolled in grades {grades} on the as-of date; of grade {grade} those who repeat it": msgid(
        "students in grades {grades}, and of grade {grade} those who repeat it"
    ),
    (
        "With {students} students a year, this comparison can show a difference of {count} of 100 ({power} power)."
    ): msgid("With {students} students a year, the test can show a lead of {count} of 100."),
    (
        "With {students} students a year over {years} years, this comparison can show a difference of "
        "{count} of 100 ({power} power)."
    ): msgid("With {students} students a year over {years} years, the test can show a lead of {count} of 100."),
    (
        "With {students} students a year, this comparison can show a difference of {count} of 100 "
        "({power} power); to show the one seen, it would take about {needed} students a year."
    ): msgid(
        "With {students} students a year, the test can show a lead of {count} of 100. To show the one "
        "that was seen, it would take about {needed} students a year."
    ),
    (
        "With {students} students a year over {years} years, this comparison can show a difference of "
        "{count} of 100 ({power} power); to show the one seen, it would take about {needed} students a "
        "year."
    ): msgid(
        "With {students} students a year over {years} years, the test can show a lead of {count} of 100. "
        "To show the one that was seen, it would take about {needed} students a year."
    ),
    "This model has not earned its place: {scorer} serves instead.": msgid(
        "This model has not earned its place. In its place serves {scorer}."
    ),
    (
        "Of 100 reasons it gives, {count} hold when the model is fitted again on other draws of the same "
        "students ({refits} refits, asked about {rows} students of the test year)."
    ): msgid(
        "Of 100 reasons that it gives, {count} hold when the model is built again from other draws of "
        "students. It was built {refits} times and asked about {rows} students."
    ),
    (
        "Of 100 reasons it gives, {count} hold when the model is fitted again on other draws of the same "
        "students ({refits} refits, asked about {rows} students of the test year). Never given, for these"
        " did not hold ({named})."
    ): msgid(
        "Of 100 reasons that it gives, {count} hold when the model is built again from other draws of "
        "students. It was built {refits} times and asked about {rows} students. Reasons that did not hold"
        " are never given. The data team’s report names them."
    ),
    "Features left out for want of data: {features}.": msgid("Left out, as the data is not there: {features}."),
    (
        "Verdict: **{verdict}**. The verdict of the promotion gate is `gate.json` in this bundle, signed "
        "with everything else; `ontrack promote` refuses a model whose verdict is not a pass. The report "
        "of the training run shows every check."
    ): msgid(
        "The model’s test: **{verdict}**. The answer is signed with all the rest, in `gate.json`. Without"
        " a pass, `ontrack promote` turns a model down. The report of the run shows every check."
    ),
    "{scorer} (in order, without numbers)": msgid("{scorer} (order, no numbers)"),
    "{scorer} all year.": msgid("{scorer} all year."),
    "{scorer} until week {week}; {later} from week {first} on.": msgid(
        "{scorer} until week {week}; {later} from week {first} on."
    ),
    (
        "{code}: Of 100 {domain} values, {share} are missing for {people}; for the largest group by "
        "{attribute}, {beside}."
    ): msgid("{people}: {share} of 100 records are missing ({domain}). In the largest group, {beside} are."),
    (
        "{code}: {school} took no attendance on {days} of 100 school days, and entered {late} of 100 "
        "absences more than two days late."
    ): msgid(
        "{school} did not mark who was there on {days} of 100 school days. It wrote down {late} of 100 "
        "days missed more than two days late."
    ),
    "In {part} (school weeks {weeks}) no number is told. {why}": msgid(
        "In school weeks {weeks} the list has an order, but no numbers. The report of the run says why."
    ),
    "In {part} (school weeks {weeks}) no number is told, and a range in its place. {why}": msgid(
        "In school weeks {weeks} the list has an order, and a range in place of each number. The report of the run"
        " says why."
    ),
    "students at {school}": "{school}",
    "students recorded as {group}": "{group}",
}
"""What it says with values; a plain sentence may leave some of them to the report."""

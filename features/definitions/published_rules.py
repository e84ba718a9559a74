"""Published rules, exactly: what each holds against a student, at the bounds it was published with.

A share of days missed stands for attendance: 96 % attendance is 4 % missed. Rules of a year's end ask for final
marks, and say nothing of a student who has none.
"""

from dataclasses import replace

from features.language.feature_set import (
    Bands,
    Indicator,
    Judged,
    Sign,
    attendance,
    discipline,
    enrollments,
    incidents,
    marks,
    published_rule,
)

FINAL = marks.final()
MISSED = attendance.share_absent()
SUSPENDED = discipline.suspensions().count() > 0

CHICAGO_MID_YEAR = published_rule(
    "chicago_mid_year",
    "more than one semester F in a core course, or fewer than the 2.5 credits that are the pace to 5, after semester 1",
    FINAL.core().failing() > 1,
    FINAL.credits_earned() < 2.5,
    source="UChicago Consortium on School Research, Freshman OnTrack, at mid-year",
)

CORE_READINESS = published_rule(
    "core_grade8_readiness",
    "a grade average under 2.5, attendance under 96 %, a D or F in English or in math, or a suspension",
    FINAL.gpa() < 2.5,
    MISSED > 0.04,
    FINAL.subject("ela").low() > 0,
    FINAL.subject("math").low() > 0,
    SUSPENDED,
    source="CORE Districts, high school readiness in grade 8; suspensions of the school year, as in the E-W framework",
)

EW_GRADE9 = published_rule(
    "ew_grade9",
    "a grade average under 3.0, attendance under 96 %, a D or F in English or in math, or a suspension",
    FINAL.gpa() < 3.0,
    MISSED > 0.04,
    FINAL.subject("ela").low() > 0,
    FINAL.subject("math").low() > 0,
    SUSPENDED,
    source="Education-to-Workforce indicator framework, grade 9 on track",
)

SFUSD_INCOMING = published_rule(
    "sfusd_incoming_grade9",
    "a grade average under 2.0, or attendance under 87.5 %, in the year before grade 9",
    marks.previous_year().final().gpa() < 2.0,
    attendance.previous_year().share_absent() > 0.125,
    called="the San Francisco rule for incoming ninth graders",
    reasons=(Sign("gpa_previous_year", "<", 2.0), Sign("absence_rate_previous_year", ">", 0.125)),
    source="San Francisco Unified and the Gardner Center, early warning indicators for incoming ninth graders",
)

MISSED_BEFORE = attendance.previous_year().share_absent()
FINAL_BEFORE = marks.previous_year().final()

CORE_LAST_YEAR = published_rule(
    "core_readiness_last_year",
    "a grade average under 2.5, attendance under 96 %, a D or F in English or in math, or a suspension, last year",
    FINAL_BEFORE.gpa() < 2.5,
    MISSED_BEFORE > 0.04,
    FINAL_BEFORE.subject("ela").low() > 0,
    FINAL_BEFORE.subject("math").low() > 0,
    discipline.previous_year().suspensions().count() > 0,
    called="the CORE readiness rule on last year's records",
    reasons=(
        Sign("gpa_previous_year", "<", 2.5),
        Sign("absence_rate_previous_year", ">", 0.04),
        Sign("low_ela_previous_year"),
        Sign("low_math_previous_year"),
        Sign("suspensions_previous_year"),
    ),
    source="CORE Districts, high school readiness in grade 8, as of the year before; suspensions of that school year",
)

BALFANZ_GRADE6 = published_rule(
    "balfanz_grade6",
    "attendance of 80 % or less, a final F in math, a final F in English, or a suspension out of school",
    MISSED >= 0.20,
    FINAL.subject("math").failing() > 0,
    FINAL.subject("ela").failing() > 0,
    discipline.out_of_school().count() > 0,
    source="Balfanz, Herzog and Mac Iver 2007, grade 6; out-of-school suspension in the place of the behavior mark",
)

AIR_HIGH = published_rule(
    "air_high",
    "10 % of days missed in the first 20 or in the year, a final F, a grade average of 2.0 or less, a day suspended, "
    "or a move to another school",
    attendance.first(school_days=20).share_absent() >= 0.10,
    MISSED >= 0.10,
    FINAL.failing() > 0,
    FINAL.gpa() <= 2.0,
    discipline.suspensions().days_removed() >= 1,
    enrollments.schools() > 1,
    source="National High School Center at AIR, thresholds for high school; credits for promotion are a district's own",
)

AIR_MIDDLE = published_rule(
    "air_middle",
    "20 % of days missed, a final F in English or in math, a suspension, or a move to another school",
    MISSED >= 0.20,
    FINAL.subject("ela").failing() > 0,
    FINAL.subject("math").failing() > 0,
    SUSPENDED,
    enrollments.schools() > 1,
    source="National High School Center at AIR, early warning thresholds for the middle grades",
)

LETTERS = "a numeric grade under 65 is an F here and one under 72 a D or F, since our marks are letters"

EDFI_AT_RISK = published_rule(
    "edfi_at_risk",
    "attendance under 80 %, an F now in English or in math, a serious incident, or 5 incidents",
    MISSED > 0.20,
    marks.latest().subject("ela").failing() > 0,
    marks.latest().subject("math").failing() > 0,
    incidents.major().count() > 0,
    incidents.count() >= 5,
    called="the Ed-Fi rule at its graver bound",
    source=f"Ed-Fi Analytics Middle Tier, its graver bound; {LETTERS}. Each incident counts, the bound included",
)

EDFI_EARLY_WARNING = published_rule(
    "edfi_early_warning",
    "attendance under 88 %, a D or F now in English or in math, a serious incident, or 2 incidents",
    MISSED > 0.12,
    marks.latest().subject("ela").low() > 0,
    marks.latest().subject("math").low() > 0,
    incidents.major().count() > 0,
    incidents.count() >= 2,
    called="the Ed-Fi early warning rule",
    source=f"Ed-Fi Analytics Middle Tier, early warning; {LETTERS}. Incidents count one by one, the bound itself flags",
)

CHRONIC_ABSENCE = published_rule(
    "chronic_absence",
    "10 % or more of the expected days missed, of more than 30, with at least one day in school",
    MISSED >= 0.10,
    judged_if=(attendance.days_expected() > 30) & (MISSED < 1),
    source="California Department of Education: suspension out of school counts, within school not; all schools summed",
)

CHRONIC_ABSENCE_20_DAYS = published_rule(
    "chronic_absence_20_days",
    "attendance of 90 % or less, of 20 days enrolled or more",
    MISSED >= 0.10,
    judged_if=attendance.days_expected() >= 20,
    source="Education Analytics, the open warehouse edu_wh",
)

ATTENDANCE_BANDS = Bands(
    name="attendance_band",
    says="how much of the school days so far was missed",
    quantity=MISSED,
    bounds=(0.05, 0.10, 0.20),
    names=("satisfactory", "some absence", "moderate chronic absence", "severe chronic absence"),
    source="Attendance Works: under 5 %, 5 to 9 %, 10 to 19 %, 20 % and more of the days missed",
)

FIRST_WEEKS = attendance.first(school_days=20)
TOLD_FROM_DAY_5 = FIRST_WEEKS.days_expected() >= 5

FIRST_WEEKS_ABSENCE = published_rule(
    "absences_first_20_days",
    "10 % or more of the first 20 school days missed, and again more than 20 %; told from the fifth day on",
    Judged(FIRST_WEEKS.share_absent() >= 0.10, TOLD_FROM_DAY_5),
    Judged(FIRST_WEEKS.share_absent() > 0.20, TOLD_FROM_DAY_5),
    called="the absences of the first 20 days",
    reasons=(Sign("absence_rate_first_20d", ">=", 0.10),),
    source="National High School Center at AIR, 10 % of the first 20 days; two to four days and more than four of the "
    "first month as in Olson 2014, Why September Matters, Baltimore Education Research Consortium",
)

CHRONIC_LAST_YEAR = Indicator(
    name="chronic_absence_last_year",
    says="the band of the share of school days missed last year; chronic absence begins at 10 %",
    signals=replace(ATTENDANCE_BANDS, quantity=MISSED_BEFORE).number,
    flagged=MISSED_BEFORE >= 0.10,
    reasons=(Sign("absence_rate_previous_year", ">=", 0.05),),
    called="the chronic absence rule on last year's records",
    source=ATTENDANCE_BANDS.source,
)

ATTENDANCE_WORKS = Indicator(
    name="attendance_works",
    says="the band of the share of school days missed so far; chronic absence begins at 10 %",
    signals=ATTENDANCE_BANDS.number,
    flagged=MISSED >= 0.10,
    reasons=(Sign("absence_rate_year", ">=", 0.05),),
    called="the Attendance Works bands",
    source=ATTENDANCE_BANDS.source,
)

BEFORE_MARKS = (CORE_LAST_YEAR, CHRONIC_LAST_YEAR, FIRST_WEEKS_ABSENCE)
"""Rules that can be told before the first marks of a school year."""

PUBLISHED: tuple[Indicator, ...] = (
    CHICAGO_MID_YEAR, CORE_READINESS, EW_GRADE9, SFUSD_INCOMING, BALFANZ_GRADE6, AIR_HIGH, AIR_MIDDLE, EDFI_AT_RISK,
    EDFI_EARLY_WARNING, CHRONIC_ABSENCE, CHRONIC_ABSENCE_20_DAYS, CORE_LAST_YEAR, CHRONIC_LAST_YEAR,
    FIRST_WEEKS_ABSENCE,
)  # fmt: skip

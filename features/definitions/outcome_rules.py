"""Published rules that fit one outcome each, on what is known so far: what serves where no model passes."""

from features.definitions.credits import CREDITS_A_YEAR, EARLIER, YEARS
from features.definitions.published_rules import ATTENDANCE_WORKS, CORE_READINESS
from features.language.feature_set import Indicator, Sign, attendance, discipline, marks, published_rule

FAILURES = (
    "Allensworth and Easton 2007, What Matters for Staying On-Track and Graduating in Chicago: each course failure "
    "makes a diploma less likely"
)
HIGHEST_D = 1.3
"""Grade points of a D+: a mark of a D or an F has these, or fewer."""

MARKS = marks.latest()
BEHIND = EARLIER.credits_earned() - YEARS * CREDITS_A_YEAR
TO_MAKE_UP = marks.ever().final().unrecovered().failing()

CORE_F_SO_FAR = Indicator(
    name="core_f_so_far",
    says="an F now in a core course, on the latest marks; each counts",
    signals=MARKS.core().failing(),
    flagged=MARKS.core().failing() > 0,
    reasons=(Sign("core_failing_now", each=True),),
    called="the Fs in core courses so far",
    source=FAILURES,
)

CORE_READINESS_SO_FAR = published_rule(
    "core_readiness_so_far",
    "a grade average under 2.5 now, more than 4 % of the days missed so far, a D or F now in English or in math (their "
    "average where there are several courses), or a suspension this year",
    MARKS.gpa() < 2.5,
    attendance.share_absent() > 0.04,
    MARKS.subject("ela").gpa() <= HIGHEST_D,
    MARKS.subject("math").gpa() <= HIGHEST_D,
    discipline.out_of_school().days_removed() > 0,
    discipline.in_school().days_removed() > 0,
    called="the CORE readiness rule so far",
    source=f"{CORE_READINESS.source}, on what is known so far",
    reasons=(
        Sign("gpa_now", "<", 2.5),
        Sign("absence_rate_year", ">", 0.04),
        Sign("ela_points_now", "<=", HIGHEST_D),
        Sign("math_points_now", "<=", HIGHEST_D),
        Sign("days_suspended_out_of_school"),
        Sign("days_suspended_in_school"),
    ),
    untold=0.0,
)

GRADUATION_SO_FAR = published_rule(
    "graduation_so_far",
    "fewer credits than the pace to a diploma when the year began, and again where that is a year or more; a failed "
    "course to make up, and again where there are three or more; or an F now in a core course",
    BEHIND < 0,
    BEHIND <= -CREDITS_A_YEAR,
    TO_MAKE_UP > 0,
    TO_MAKE_UP >= 3,
    MARKS.core().failing() > 0,
    called="the credits behind the pace and the failed courses",
    source=f"{FAILURES}. The pace is a fourth of 220 units a year, as most California districts ask for",
    reasons=(
        Sign("credits_against_pace", "<", 0),
        Sign("failed_not_made_up"),
        Sign("core_failing_now"),
    ),
    untold=0.0,
)

OUTCOME_RULES: dict[str, Indicator] = {
    one.name: one for one in (ATTENDANCE_WORKS, CORE_F_SO_FAR, CORE_READINESS_SO_FAR, GRADUATION_SO_FAR)
}
"""The rules that an outcome may name as its own."""

"""What a student does not own: the school, and who came along. Never a reason, and in no model of one student."""

from features.language.feature_set import Feature, OfSchool, Schoolmates, attendance, enrollments, marks


class SchoolContext:
    """The school of the as-of date, as the students of the cohort make it up."""

    school_absence_rate_year = Feature(
        OfSchool(attendance.share_absent()),
        because="is at a school whose students missed {:.0%} of the days so far",
        domain="attendance",
        concept="school_attendance",
        can_change=False,
        is_context=True,
    )
    school_absence_rate_previous_year = Feature(
        OfSchool(attendance.previous_year().share_absent()),
        because="is at a school whose students missed {:.0%} of the days of the year before",
        domain="attendance",
        concept="school_attendance",
        can_change=False,
        is_context=True,
    )
    school_gpa_now = Feature(
        OfSchool(marks.latest().gpa()),
        because="is at a school with a grade average of {:.1f} so far",
        domain="grades",
        concept="school_marks",
        can_change=False,
        is_context=True,
    )
    school_new_students = Feature(
        OfSchool(enrollments.new_school()),
        because="is at a school to which {:.0%} of the students are new",
        domain="mobility",
        concept="school_students",
        can_change=False,
        is_context=True,
    )
    school_students = Feature(
        Schoolmates(),
        because="is one of {:.0f} such students at the school",
        one="is the only such student at the school",
        domain="mobility",
        concept="school_students",
        can_change=False,
        is_context=True,
    )
    came_along_from_last_school = Feature(
        Schoolmates(from_same_school=True),
        because="came to this school together with {:.0f} others of the last one",
        one="came to this school together with {:.0f} other of the last one",
        domain="mobility",
        concept="school_students",
        can_change=False,
        is_context=True,
    )

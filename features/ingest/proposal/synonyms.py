"""What systems call the canonical columns and tables: the words of headers and file names, in small letters.

Phrases are facts about exports of Aeries, PowerSchool, Infinite Campus, Synergy, Skyward, Aspen, CALPADS, Clever,
OneRoster and Ed-Fi. An abbreviation is written out first: `std_id` and `StudentID` are both `student id`.
"""

from collections.abc import Mapping

TERM_KINDS = ("kind", "term kind", "term type", "type", "term length", "duration", "session type")

ABBREVIATIONS: Mapping[str, str] = {
    "k": "", "fk": "", "pk": "", "studentnumber": "student id", "schoolnumber": "school id",
    "std": "student", "stu": "student", "stud": "student", "pupil": "student", "learner": "student", "stdt": "student",
    "sch": "school", "skl": "school", "schl": "school", "campus": "school", "site": "school", "building": "school",
    "org": "school", "dt": "date", "day": "date", "days": "dates", "cd": "code", "no": "id", "num": "id",
    "nbr": "id", "nr": "id",
    "number": "id", "oid": "id", "identifier": "id", "key": "id", "code": "code", "gr": "grade", "grd": "grade",
    "lvl": "level", "yr": "year", "crs": "course", "sect": "section", "sec": "section", "trm": "term",
    "att": "attendance",
    "attend": "attendance", "enr": "enrollment", "enroll": "enrollment", "enrl": "enrollment",
    "enrolment": "enrollment",
    "ent": "entry", "enter": "entry", "wd": "withdrawal", "withdraw": "withdrawal",
    "withdrawn": "withdrawal", "leave": "exit", "exited": "exit", "beg": "start", "begin": "start", "begins": "start",
    "from": "start", "since": "start", "until": "end", "thru": "end", "to": "end", "stop": "end", "finish": "end",
    "desc": "description", "nm": "name", "fname": "first name", "lname": "last name", "given": "first",
    "surname": "last name", "family": "last", "lastname": "last name", "firstname": "first name", "dob": "birth date",
    "birthdate": "birth date", "birthday": "birth date", "born": "birth date", "birth": "birth", "eth": "ethnicity",
    "ethnic": "ethnicity", "ind": "flag", "indicator": "flag", "yn": "flag", "exc": "excused", "inc": "incident",
    "incid": "incident", "disc": "discipline", "disp": "action", "disposition": "action", "resolution": "action",
    "consequence": "action", "sanction": "action", "pts": "points", "cr": "credit", "cred": "credit",
    "credits": "credit", "tried": "attempted", "att'd": "attempted", "subj": "subject", "dept": "subject",
    "department": "subject", "cat": "category", "typ": "type", "mp": "marking period", "qtr": "quarter",
    "sem": "semester", "tch": "staff", "teacher": "staff", "employee": "staff", "mail": "email", "freq": "frequency",
    "absence": "absent", "abs": "absent", "tkn": "taken", "cal": "calendar", "instr": "instruction",
    "instructional": "instruction", "prog": "program", "pgm": "program", "frl": "lunch", "frpm": "lunch",
    "frpl": "lunch", "meal": "lunch", "per": "period", "prd": "period", "sourced": "source", "mod": "modified",
    "upd": "updated", "ts": "timestamp", "sped": "special education", "iep": "special education", "disab": "disability",
    "lep": "english learner", "ell": "english learner", "el": "english learner", "elas": "english learner",
    "adv": "counselor", "couns": "counselor", "susp": "suspension", "loc": "local", "perm": "permanent",
}  # fmt: skip
"""Words of headers, and what they stand for."""

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "student_id": (
        "student id", "sid", "local id", "local student id", "student local id", "student unique id", "permanent id",
        "sis id", "student source id", "user source id", "sn", "student", "person id", "permid",
        "district student id", "student code", "other id", "student permanent id",
    ),
    "school_id": (
        "school id", "school code", "school", "school local id", "school source id", "school of attendance", "sc",
        "location code", "schoolid", "school site code", "attending school", "school school code",
    ),
    "schools.name": ("school name", "name", "title", "school", "full name"),
    "level": ("level", "school level", "school type", "type", "school category", "grades served", "kind"),
    "school_year": (
        "school year", "year", "academic year", "sy", "end year", "year id", "academic year id", "fiscal year",
        "schoolyear",
    ),
    "term_id": (
        "term id", "term", "term code", "marking period", "grading period", "term local id", "term name", "quarter",
        "semester", "academic term", "store code", "storecode", "te", "tm", "mark period", "grading period name",
        "marking period id",
    ),
    "terms.kind": TERM_KINDS,
    "school_terms.kind": TERM_KINDS,
    "start_date": ("start date", "first date", "start", "date start", "effective date", "start on"),
    "end_date": ("end date", "last date", "end", "date end", "end on"),
    "track": ("track", "calendar code", "calendar track", "track id", "school track", "track code"),
    "date": (
        "date", "attendance date", "event date", "incident date", "calendar date", "absent date", "date of incident",
        "occurrence date", "discipline date", "award date", "diploma date", "action date", "date of absent",
        "date of action", "date value", "award on", "happened on", "school date",
    ),
    "in_session": (
        "in session", "instruction date", "is school date", "session flag", "is instruction", "school in session",
        "membership value", "instruction", "is instruction date", "school date flag", "insession",
    ),
    "attendance_taken": (
        "attendance taken", "taken", "attendance flag", "attendance complete", "is taken", "attendance submitted",
    ),
    "first_name": (
        "first name", "first", "fn", "legal first name", "name first", "student first name", "staff first name",
    ),
    "last_name": (
        "last name", "last", "ln", "legal last name", "name last", "student last name", "last sur name",
        "staff last name",
    ),
    "birth_date": ("birth date", "date of birth", "bd", "student birth date", "birth"),
    "state_id": (
        "state id", "ssid", "sasid", "cid", "state student id", "statewide student id", "csis id", "lasid state",
        "student state id", "state unique id", "state student identifier",
    ),
    "attribute": ("attribute", "demographic type", "demographic", "attribute name", "characteristic"),
    "demographics.value": (
        "race ethnicity", "race", "ethnicity", "race code", "ethnicity code", "sex", "gender", "value",
        "attribute value", "demographic value", "race description", "federal race",
    ),
    "program": (
        "program", "program code", "program name", "program type", "membership", "lunch", "free reduced lunch",
        "lunch status", "low income", "economic disadvantaged", "lunch code", "english learner",
        "english learner status",
        "special education", "homeless", "foster", "program id", "service",
    ),
    "grade_level": (
        "grade level", "grade", "grade code", "current grade", "entry grade level", "grade level code", "level",
        "student grade", "enrollment grade",
    ),
    "entry_date": (
        "entry date", "enrollment date", "date entered", "ed", "entrydate", "start date", "registration date",
        "date entry",
        "admission date",
        "enrollment start date", "entry", "start", "date enrollment", "enrollment entry date",
    ),
    "exit_date": (
        "exit date", "withdrawal date", "ld", "exitdate", "end date", "date exit", "enrollment end date",
        "enrollment exit date",
        "exit withdrawal date", "exit", "end", "date withdrawal",
    ),
    "exit_kind": (
        "exit kind", "exit code", "er", "exitcode", "exit reason", "withdrawal code", "withdrawal reason",
        "exit type", "exit status",
        "exit withdrawal type", "exit reason code", "withdrawal type", "enrollment exit code",
    ),
    "section_id": (
        "section id", "section", "period", "class id", "class", "section code", "course section", "class source id",
        "section local id", "period id", "class period",
    ),
    "attendance.kind": (
        "kind", "attendance code", "attendance kind", "al", "code", "attendance type", "status", "attendance status",
        "absent code", "attendance category", "absent type", "attendance code view", "attendance event category",
        "code view", "event category", "all date attendance code", "mark", "attendance mark", "attendance description",
    ),
    "absent_hundredths": (
        "absent hundredths", "portion absent", "attendance portion absent", "absent portion", "share absent",
        "date absent", "absent share", "event duration", "duration", "absent value", "part of date", "portion",
        "fraction absent", "absent", "dates absent", "fraction", "share missed",
    ),
    "excused": (
        "excused", "excused flag", "is excused", "attendance excused flag", "excuse", "excused yn", "excuse flag",
        "excused unexcused", "excusal", "excusal status", "excuse status", "excuse code",
    ),
    "course_id": (
        "course id", "course code", "course", "cn", "course local id", "local course id", "local course code",
        "course source id", "class code",
    ),
    "course_name": ("course name", "course title", "course description", "title", "class name", "class title"),
    "subject": ("subject", "subject area", "subject code", "course subject", "credit type", "academic subject"),
    "a_g": ("a g", "a g area", "uc csu", "ag area", "uc csu requirement", "a g code", "ag", "uc area", "csu area"),
    "mark_kind": ("mark kind", "grade type", "mark type", "type", "kind", "is final", "grade kind", "store type"),
    "mark": (
        "mark", "grade", "letter grade", "mk", "final grade", "letter grade earned", "final letter grade",
        "course grade",
        "grade mark", "mark code", "score", "final mark", "grade letter", "current mark", "mark earned",
    ),
    "points_hundredths": (
        "points hundredths", "points", "grade points", "gpa points", "mark points", "quality points", "grade point",
    ),
    "credits_attempted_hundredths": (
        "credit attempted hundredths", "credit attempted", "potentialcrhrs", "ca", "attempted credit",
        "potential credit", "credit possible",
        "credit hours attempted", "credit potential", "earnable credit",
    ),
    "credits_earned_hundredths": (
        "credit earned hundredths", "credit earned", "earnedcrhrs", "cc", "earned credit", "credit",
        "credit completed", "credit hours",
        "credit awarded",
    ),
    "weekdays": ("weekdays", "days of week", "attending weekdays"),
    "expected_hundredths": ("expected hundredths", "fte", "full time equivalent", "expected share", "percent enrolled"),
    "periods": ("periods", "number of periods", "period count", "length in periods"),
    "periods_a_day": ("periods a day", "periods per day", "number of periods", "enrolled periods"),
    "is_primary": ("is primary", "primary", "primary school", "primary school flag", "primary enrollment"),
    "unweighted_points_hundredths": ("unweighted points", "unweighted gpa points", "unweighted grade points"),
    "mark_status": ("mark status", "grade status", "incomplete status"),
    "credit_kind": ("credit kind", "credit source", "method credit earned", "credit origin"),
    "recovers_course_id": ("recovers course id", "recovered course", "repeats course id", "replaced course id"),
    "incident_id": (
        "incident id", "incident", "incident local id", "event id", "referral id", "incident code id",
        "incident unique id", "case id", "incident source id", "id of incident",
    ),
    "severity": (
        "severity", "incident severity", "incident type", "incident code", "offense", "offense code", "violation code",
        "behavior code", "behavior", "severity level", "offense level", "behavior type", "incident level",
        "seriousness",
    ),
    "action": (
        "action", "action code", "action type", "discipline", "discipline code", "discipline type", "action taken",
        "discipline action", "incident result code", "result code", "action description",
    ),
    "days_removed_hundredths": (
        "dates removed hundredths", "dates removed", "dates suspended", "date removed hundredths", "suspension dates",
        "duration dates", "action length", "length", "duration", "dates", "removed dates", "dates assigned",
        "actual discipline action length", "dates lost",
    ),
    "completions.kind": ("kind", "diploma type", "completion type", "award", "diploma", "completion status", "type"),
    "staff_id": (
        "staff id", "counselor id", "staff unique id", "staff local id", "user id", "staff source id", "staff",
        "counselor", "seid", "staff code",
    ),
    "email": ("email", "email address", "e email", "login", "user email", "staff email", "e email address"),
    "role": ("role", "job title", "position", "user role", "staff type", "title", "job", "staff role", "function"),
    "support_id": ("support id", "contact id", "plan id", "intervention id", "support"),
    "supports.kind": ("kind", "support kind", "support type", "intervention type", "type", "contact type"),
    "known_on": (
        "known on", "entered", "date entered", "entered on", "entered at", "entry on", "posted", "date posted",
        "posted on", "last modified",
        "last updated", "modified on", "created on", "created", "timestamp", "recorded on", "date recorded",
        "modified date", "date modified", "updated", "update date", "create date", "last update", "recorded", "stored",
        "store date", "loaded on", "date stored", "entry timestamp", "reported on", "received",
    ),
}  # fmt: skip
"""Canonical column, with its table where two have one = phrases that mean it, the usual ones first."""

FULL_NAME = ("full name", "student name", "name", "student full name", "pupil name", "display name", "last first name")
"""Phrases for a whole name in one column."""

TABLE_WORDS: Mapping[str, tuple[str, ...]] = {
    "schools": ("school", "schools", "sites", "orgs"),
    "terms": ("term", "terms", "quarters", "sessions", "academicsessions", "periods"),
    "school_terms": ("term", "terms", "quarters", "sessions", "academicsessions"),
    "calendar_days": ("calendar", "calendars", "calendardates", "dates"),
    "students": ("student", "students", "roster", "names", "attributes", "directory"),
    "demographics": ("demographic", "demographics", "demo", "race", "attributes", "ethnicity"),
    "programs": ("program", "programs", "lunch", "services", "membership"),
    "enrollments": ("enrollment", "enrollments", "entries", "spells", "senr", "stints"),
    "attendance": ("attendance", "absent", "absences", "tardies"),
    "attendance_submissions": ("submission", "submissions", "submitted"),
    "section_enrollments": ("schedule", "schedules", "rosters", "sections", "studentsections"),
    "marks": ("mark", "marks", "grade", "grades", "gradebook", "storedgrades", "transcript", "transcripts"),
    "incidents": ("incident", "incidents", "behavior", "behaviors", "referrals", "offenses"),
    "discipline_actions": ("discipline", "actions", "action", "suspensions", "consequences", "actions"),
    "completions": ("completion", "completions", "graduates", "diplomas", "graduation"),
    "staff": ("staff", "users", "staffs", "counselors", "personnel"),
    "caseloads": ("caseload", "caseloads", "counselor", "assignments", "advisees"),
    "supports": ("support", "supports", "interventions", "contacts", "plans"),
}  # fmt: skip
"""Words of a file's name that speak for a table."""

OTHER_SUBJECTS = frozenset({"assessment", "assessments", "test", "tests", "scaled", "percentile", "lineitem"})
"""Words of headers that speak of records for which there is no table."""

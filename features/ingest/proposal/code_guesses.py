"""What a code probably means: the words and letters that districts use, for each column that has codes."""

import re
from collections.abc import Mapping, Sequence

from features.ingest.proposal.name_match import words_of

LEFT_OUT = "leave out"
"""The guess for a code whose rows are no records: a present day, a student who is not in the program."""

EMPTY = ""
"""The guess for a code that stands for an empty cell."""

YES, NO = ("y", "yes", "1", "true", "t", "x"), ("n", "no", "0", "false", "f")

TERM_KINDS: Mapping[str, tuple[str, ...]] = {
    "quarter": ("quarter", "q", "qtr", "grading period", "gp", "mp"),
    "trimester": ("trimester", "t", "tri"),
    "semester": ("semester", "s", "sem", "term"),
    "year": ("year", "y", "fy", "yr", "full year", "school year"),
    "summer": ("summer", "ss", "su", "sum"),
}

MEANINGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "schools.level": {
        "middle": ("middle", "ms", "m", "junior", "jh", "intermediate", "6-8", "7-8"),
        "high": ("high", "hs", "h", "senior", "9-12", "sh"),
        "other": ("other", "elementary", "es", "e", "el", "elem", "k12", "k-12", "k-8", "o", "alt", "xx", "adult"),
    },
    "terms.kind": TERM_KINDS,
    "school_terms.kind": TERM_KINDS,
    "demographics.attribute": {
        "race_ethnicity": ("race_ethnicity", "race", "ethnicity", "eth", "r", "race/ethnicity"),
        "sex": ("sex", "gender", "g", "s"),
    },
    "programs.program": {
        "low_income": ("f", "r", "free", "reduced", "free lunch", "reduced lunch", "frl", "frpl", "frpm", "181", "182",
                       "low_income", "low income", "sed", "econ", "lunch"),
        "english_learner": ("el", "ell", "lep", "limited", "english_learner", "english learner", "esl", "ld", "302"),
        "special_education": ("sped", "sp ed", "special_education", "special education", "iep", "144", "swd", "se"),
        "homeless": ("homeless", "191", "mv", "mckinney-vento", "hm", "hl"),
        "foster": ("foster", "190", "fc", "foster care", "fy"),
        LEFT_OUT: ("n", "no", "not eligible", "none", "paid", "p", "0", "full price", "not el", "fluent", "flep",
                   "former", "reg ed"),
    },
    "enrollments.exit_kind": {
        "moved_school": ("moved_school", "moved", "transfer in district", "w1", "t160", "in district", "move"),
        "transferred": ("transferred", "transfer", "transfer out", "w2", "t180", "t200", "tr", "trans"),
        "left": ("left", "dropout", "dropped out", "w3", "e140", "e300", "e400", "do", "drop", "did not return"),
        "completed": ("completed", "graduated", "grad", "g", "g1", "e230", "gr", "graduate", "diploma"),
        "deceased": ("deceased", "d", "death", "died", "e110", "dec"),
        "unknown": ("unknown", "u", "?", "unk", "other", "oth"),
    },
    "attendance.kind": {
        "absent": ("absent", "a", "abs", "u", "ua", "unx", "unexcused", "unexcused absence", "excused absence", "aex",
                   "aun", "e", "ae", "au", "exc", "ab", "i", "unv", "ill", "excused", "absence", "v"),
        "partial": ("partial", "a-pt", "half", "hd", "pt", "part", "h", "early departure", "ed", "half day", "pa"),
        "tardy": ("tardy", "t", "td", "tdy", "late", "l", "t-e", "te", "tu", "tardy excused", "lt", "tx"),
        "suspended": ("suspended", "s", "sus", "oss", "suspension", "susp", "iss", "su"),
        LEFT_OUT: ("p", "pres", "present", "in attendance", "here", "prs"),
    },
    "marks.subject": {
        "ela": ("ela", "eng", "english", "en", "language arts", "english language arts", "la", "reading", "e"),
        "math": ("math", "mat", "mathematics", "ma", "algebra", "mth", "m"),
        "science": ("science", "sci", "sc", "biology", "phys sci", "s"),
        "social_science": ("social_science", "soc", "social studies", "history", "ss", "hss", "social science", "hist",
                           "history/social science"),
        "other": ("other", "ele", "elec", "elective", "pe", "art", "arts", "vapa", "cte", "wl", "mus", "oth",
                  "electives", "o"),
    },
    "marks.a_g": {letter: (letter, f"area {letter}", f"uc {letter}") for letter in "abcdefg"},
    "marks.mark_kind": {
        "progress": ("progress", "p", "prog", "mid-term grade", "progress report", "grading period", "interim", "pr",
                     "midterm", "mid"),
        "final": ("final", "f", "fin", "semester", "fg", "fnl", "posted", "end"),
    },
    "marks.mark": {
        **{letter: (letter.lower(),) for letter in "ABCDF"},
        "P": ("p", "pass", "cr", "s"),
        "NP": ("np", "nc", "no pass", "ncr", "u", "no credit", "fail"),
    },
    "incidents.severity": {
        "minor": ("minor", "min", "1", "low", "m", "level 1", "conduct", "l", "school code of conduct", "classroom"),
        "major": ("major", "maj", "2", "3", "high", "level 2", "level 3", "state offense", "h", "serious", "fighting",
                  "drugs", "weapon", "hitting", "assault", "bullying"),
    },
    "discipline_actions.action": {
        "conference": ("conference", "conf", "parent conference", "warning", "con", "400", "counseling", "cf"),
        "detention": ("detention", "det", "dt", "lunch detention", "after school", "d"),
        "in_school_suspension": ("in_school_suspension", "iss", "in school suspension", "in-school suspension", "110",
                                 "i"),
        "out_of_school_suspension": ("out_of_school_suspension", "oss", "out of school suspension", "suspension", "sus",
                                     "out-of-school suspension", "100", "susp", "o", "home suspension"),
        "expulsion": ("expulsion", "exp", "expelled", "200", "e", "ex"),
    },
    "completions.kind": {
        "diploma": ("diploma", "100", "regular diploma", "hsd", "dip", "d", "regular"),
        "certificate": ("certificate", "120", "certificate of completion", "cert", "c", "coc"),
        "equivalency": ("equivalency", "ged", "hiset", "330", "320", "equiv", "e", "g"),
    },
    "staff.role": {
        "counselor": ("counselor", "couns", "guidance", "guidance counselor", "school counselor", "c", "cns", "gc",
                      "advisor"),
        "principal": ("principal", "prin", "assistant principal", "ap", "p", "administrator", "vice principal", "pr"),
        "district": ("district", "district administrator", "admin", "d", "superintendent", "central office", "do",
                     "dist", "system administrator"),
    },
    "supports.kind": {
        "contact": ("contact", "c", "call", "meeting", "cont"),
        "plan": ("plan", "p", "intervention", "support plan", "pl"),
    },
    "enrollments.grade_level": {
        "-1": ("pk", "tk", "ps", "pre-k", "prek", "-1"),
        "0": ("k", "kg", "kn", "kf", "0", "00", "kindergarten"),
        **{str(grade): (str(grade), f"{grade:02}", f"grade {grade}", f"{grade}th") for grade in range(1, 14)},
        "1": ("1", "01", "1st"), "2": ("2", "02", "2nd"), "3": ("3", "03", "3rd"),
    },
}  # fmt: skip
"""Table and column = each meaning with the words and letters that districts use for it."""

PROGRAM_FLAGS: Mapping[str, str] = {
    "lunch": "low_income", "income": "low_income", "economic": "low_income", "disadvantaged": "low_income",
    "english": "english_learner", "special": "special_education", "homeless": "homeless", "foster": "foster",
}  # fmt: skip
"""Words of a header whose column says with yes or no whether a student is in a program."""

PROGRAM_WORDS: Mapping[str, tuple[frozenset[str], ...]] = {
    "low_income": (frozenset({"lunch"}), frozenset({"income"}), frozenset({"economic"}), frozenset({"disadvantaged"})),
    "english_learner": (frozenset({"english", "learner"}), frozenset({"limited", "english"})),
    "special_education": (frozenset({"special", "education"}), frozenset({"disability"})),
    "homeless": (frozenset({"homeless"}),),
    "foster": (frozenset({"foster"}),),
}
"""Program = words that a header of a column about it has, all of one group."""

RACES: Mapping[str, str] = {
    "hispanic": "Hispanic or Latino", "latino": "Hispanic or Latino", "asian": "Asian",
    "black": "Black or African American", "white": "White", "indian": "American Indian or Alaska Native",
    "hawaiian": "Native Hawaiian or Pacific Islander", "pacific": "Native Hawaiian or Pacific Islander",
}  # fmt: skip
"""Words of a header whose column says with yes or no whether a student is of a race, and what that is called."""


def guess(table: str, column: str, kind: str, code: str, header: str = "") -> str | None:
    """What a code probably means; None where it cannot be told."""
    said = code.strip().lower()
    if kind == "boolean":
        return "true" if said in yes_words(column) else "false" if said in no_words(column) else None
    if (table, column) == ("programs", "program"):
        flagged = next((program for word, program in PROGRAM_FLAGS.items() if word in header), None)
        flagged = flagged or program_in(words_of(header))
        if flagged and said in YES:
            return flagged
        if flagged and said in NO and said != "f":
            return LEFT_OUT
    meanings = MEANINGS.get(f"{table}.{column}", {})
    exact = next((meaning for meaning, words in meanings.items() if said == meaning or said in words), None)
    return exact if exact is not None else by_words(said, meanings)


def program_in(words: Sequence[str]) -> str:
    """The program of which a header's words speak; empty where they speak of none."""
    found = (name for name, groups in PROGRAM_WORDS.items() if any(group <= set(words) for group in groups))
    return next(found, "")


def by_words(said: str, meanings: Mapping[str, tuple[str, ...]]) -> str | None:
    """The one meaning of which a code has a word of three letters or more; None where it has of none, or of several."""
    parts = {part for part in re.split(r"[^a-z0-9]+", said) if len(part) > 2}
    found = {meaning for meaning, words in meanings.items() if parts & set(words)}
    return found.pop() if len(found) == 1 else None


def yes_words(column: str) -> tuple[str, ...]:
    """Codes that mean true in a column of yes and no."""
    own = {"excused": ("e", "exc", "excused"), "in_session": ("s", "i", "instructional day", "instruction")}
    return (*YES, *own.get(column, ()))


def no_words(column: str) -> tuple[str, ...]:
    """Codes that mean false in a column of yes and no."""
    own = {"excused": ("u", "unx", "unexcused", "unv"), "in_session": ("h", "holiday", "non-instructional day", "off")}
    return (*NO, *own.get(column, ()))

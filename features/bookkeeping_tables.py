"""The tables that OnTrack writes itself: flags, rows in quarantine, and loads."""

from features.table_schema import STUDENT, Column, Table

FLAGS = Table(
    "flags",
    "Every flag a scoring run raised, kept to be resolved later.",
    ("run_id", "student_key", "outcome"),
    (
        Column("run_id", "text", "the scoring run"),
        STUDENT,
        Column("outcome", "text", "what the student is flagged for"),
        Column("as_of", "date", "the date the score looked from", unit="local date"),
        Column("release_id", "text", "the release that was served"),
        Column("scorer", "text", "what raised it", allowed=("model", "rule")),
        Column("capacity", "integer", "how many could be listed", unit="students"),
        Column("list_position", "integer", "place on the list, from 1", unit="rank"),
        Column("risk", "real", "calibrated probability of off track", unit="0-1", required=False),
        Column("list_probability", "real", "chance to be listed, before lots were drawn", unit="0-1", required=False),
        Column("at_random", "boolean", "whether a lot alone listed the student", required=False),
    ),
    from_source=False,
)
FLAG_ANSWERS = Table(
    "flag_answers",
    "What people said of a student in a scoring run: whether it matches what they know.",
    ("run_id", "student_key", "outcome", "staff_id"),
    (
        Column("run_id", "text", "the scoring run"),
        STUDENT,
        Column("outcome", "text", "the outcome that the run scored for"),
        Column("staff_id", "text", "who said so"),
        Column("answer", "text", "what they said", allowed=("agree", "not_now", "disagree")),
    ),
    from_source=False,
)
QUARANTINE = Table(
    "quarantine",
    "Rows of files that could not be taken, until a later load of the same file takes them.",
    ("table_name", "file", "row"),
    (
        Column("table_name", "text", "the table the file is of"),
        Column("file", "text", "the file, as it was called"),
        Column("file_digest", "text", "sha256 over the file"),
        Column("row", "integer", "the row of the file, its header being row 1", unit="row"),
        Column("rule", "text", "the rule that the row breaks first"),
        Column("broken", "text", "the columns it breaks it in"),
        Column("expected", "text", "what was expected there"),
        Column("shown", "text", "the value's shape: letters as x, digits as 9; the value where so set", required=False),
        Column("student_id", "text", "the student that the row names, where it can be read", required=False),
        Column("record", "text", "which record the row is of: its key, where it can be read", required=False),
        Column("first_day", "date", "first day of an enrollment that waits", unit="local date", required=False),
        Column(
            "last_day",
            "date",
            "its last day, the end of its school year where it is open",
            unit="local date",
            required=False,
        ),
    ),
    from_source=False,
)
LOADS = Table(
    "loads",
    "Every load, in order.",
    ("load_id",),
    (
        Column("source", "text", "the folder or system it came from"),
        Column("loaded_at", "text", "when, in UTC", unit="ISO 8601"),
        Column("digest", "text", "sha256 over the files and what ontrack.toml says about them"),
        Column("rows", "integer", "rows written", unit="rows"),
        Column("report", "text", "what became of every row, as printed by `ontrack ingest --json`", unit="JSON"),
        Column("policies", "text", "how views read the records, where not as by default", unit="JSON", required=False),
        Column("declared", "text", "policies that `ontrack.toml` declared", unit="JSON", required=False),
    ),
    from_source=False,
)

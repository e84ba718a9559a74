"""Students with a name of their own in a district's records, and where words of it were left behind."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

FIRST, LAST = "Zzcanary", "Ünïque"
EVERY = 100
"""One of so many students has the name, so that some are on every list."""
MAY_HOLD = ("records", "warehouses", "service.db")
"""What of an installation holds students' names: files that came in, warehouses, and the service's database."""


def forms_of(text: str) -> set[bytes]:
    """A text as files may hold it: as it is, in two encodings, in JSON, in an address."""
    return {text.encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode(), quote(text).encode()}


WORDS = sorted(forms_of(FIRST) | forms_of(LAST) | {LAST.encode("latin-1")})


def seed(records: Path) -> int:
    """Gives the name to some students of a folder of records; to how many."""
    file = records / "students.csv"
    with file.open(encoding="utf-8", newline="") as read:
        head, *rows = csv.reader(read)
    first, last = head.index("first_name"), head.index("last_name")
    named = rows[::EVERY]
    for row in named:
        row[first], row[last] = FIRST, LAST
    with file.open("w", encoding="utf-8", newline="") as written:
        csv.writer(written, lineterminator="\n").writerows([head, *rows])
    return len(named)


def words_in(content: bytes) -> list[str]:
    """The words of the name that a content has."""
    return [repr(word) for word in WORDS if word in content]


def left_behind(folder: Path) -> Iterator[str]:
    """Each file below a folder that has a word of the name and may not, or is named by it."""
    for path in sorted(folder.rglob("*")):
        within = path.relative_to(folder)
        allowed = any(part.startswith(MAY_HOLD) for part in within.parts)
        found = words_in(str(within).encode())
        if path.is_file() and not allowed:
            found += words_in(path.read_bytes())
        if found:
            yield f"{within}: {', '.join(found)}"

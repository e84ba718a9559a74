"""Bodies of an Ed-Fi API as the interchanges of bulk XML that say the same."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

WITHIN = {
    "Name": ("firstName", "lastSurname"),
    "BirthData": ("birthDate",),
    "AttendanceEvent": ("eventDate", "attendanceEventCategoryDescriptor", "eventDuration"),
}
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<InterchangeDrawn xmlns="http://ed-fi.org/5.2.0">\n'
TAIL = "</InterchangeDrawn>\n"


def write_interchanges(resources: Path, folder: Path) -> None:
    """Writes files of JSON Lines as an interchange each."""
    folder.mkdir()
    for path in resources.iterdir():
        lines = path.read_text(encoding="utf-8").splitlines()
        records = "\n".join(tag(upper(path.stem.removesuffix("s")), record(json.loads(line))) for line in lines)
        (folder / f"{path.stem}.xml").write_text(HEAD + records + TAIL, encoding="utf-8")


def upper(name: str) -> str:
    """The name of an element."""
    return name[0].upper() + name[1:]


def tag(name: str, inner: str) -> str:
    """An element."""
    return f"<{name}>{inner}</{name}>"


def record(body: Mapping[str, object]) -> str:
    """The inside of a record."""
    inside = {name: holder for holder, names in WITHIN.items() for name in names}
    plain = "".join(part for name, value in body.items() if name not in inside for part in parts(name, value))
    held = {
        holder: "".join(leaf(name, body[name]) for name in names if name in body) for holder, names in WITHIN.items()
    }
    return "".join(tag(holder, inner) for holder, inner in held.items() if inner) + plain


def parts(name: str, value: object) -> Iterator[str]:
    """The elements of a member."""
    if isinstance(value, list):
        for item in value:
            (first, *others) = item.items()
            single = not others and first[0].endswith(("Descriptor", "Reference"))
            singular = f"{name.removesuffix('ies')}y" if name.endswith("ies") else name.removesuffix("s")
            yield from parts(*first) if single else [tag(upper(singular), "".join(leaf(*one) for one in item.items()))]
    elif name == "schoolYearTypeReference" and isinstance(value, dict):
        yield leaf("schoolYear", value["schoolYear"])
    elif isinstance(value, dict):
        inner = "".join(leaf(*one) for one in value.items())
        yield tag(upper(name), tag(upper(name).replace("Reference", "Identity"), inner))
    else:
        yield tag(upper(name), leaf("credits", value)) if name.endswith("Credits") else leaf(name, value)


def leaf(name: str, value: object) -> str:
    """An element of text."""
    text = value if isinstance(value, str) else json.dumps(value)
    return tag(upper(name.removesuffix("Descriptor")), escape(text))

"""The sentences to translate, read from code, templates and definitions; run it to bring the catalogs up to date."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from features.definitions.catalog import FEATURE_SETS
from features.definitions.chronic_absence import WORDS
from features.definitions.outcomes import ALL
from serving.wording.locale import DEFAULT, LOCALES, catalog_path

ROOT = Path(__file__).parents[1]
SERVING = ROOT / "serving"
SHARED = ROOT / "presentation"
"""Where sentences are that pages share with reports."""
IN_CODE = {"translate": None, "msgid": None, "translate_plural": (1, 2)}
"""Which calls hold sentences, and in which of their arguments."""

PLURALS = "nplurals=2; plural=(n != 1);"
HEADER = """msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
Message = str | tuple[str, str]
"""A sentence, or its singular and its plural."""


def messages() -> dict[Message, list[str]]:
    """Every sentence that people read, and the places from which it comes."""
    found: dict[Message, list[str]] = {}
    for message, place in (*in_code(), *in_templates(), *in_definitions()):
        places = found.setdefault(message, [])
        if place not in places:
            places.append(place)
    return found


def in_code() -> Iterator[tuple[Message, str]]:
    """The sentences of Python modules."""
    for path in (*sorted(SERVING.rglob("*.py")), *sorted(SHARED.rglob("*.py"))):
        yield from in_file("python", path)


def in_templates() -> Iterator[tuple[Message, str]]:
    """The sentences of templates."""
    for path in sorted(SERVING.rglob("*.html")):
        yield from in_file("jinja2.ext:babel_extract", path)


def in_file(method: str, path: Path) -> Iterator[tuple[Message, str]]:
    """The sentences of one file."""
    options = {} if method == "python" else {"trimmed": "true", "silent": "false"}
    keywords = IN_CODE if method == "python" else {"_": None, "gettext": None, "ngettext": (1, 2)}
    with path.open("rb") as file:
        for _, message, _, _ in extract(method, file, keywords=keywords, options=options):
            yield plain(message), path.relative_to(ROOT).as_posix()


def plain(message: str | tuple[str, ...]) -> Message:
    """A sentence as extracted: singular and plural, or one alone."""
    return message if isinstance(message, str) else (message[0], message[1])


def in_definitions() -> Iterator[tuple[Message, str]]:
    """The sentences of features and outcomes."""
    for feature_set in FEATURE_SETS.values():
        for name, feature in feature_set.features().items():
            strength = feature.strength.words if feature.strength else ""
            yield from ((words, f"feature {name}") for words in (feature.because, feature.one, strength) if words)
    yield from ((words, f"outcome {one.name}") for one in ALL for words in (one.ended, one.about))
    yield from ((words, "chronic absence") for words in WORDS.values())


def read_catalog(code: str) -> Catalog:
    """The catalog of a language as it is written; an empty one where there is none."""
    path = catalog_path(code)
    if not path.exists():
        return Catalog(locale=code)
    with path.open("rb") as file:
        return read_po(file, locale=code)


def updated(catalog: Catalog, found: dict[Message, list[str]]) -> Catalog:
    """The catalog with an entry for every sentence, without those that are gone."""
    fresh = Catalog(locale=catalog.locale)
    fresh.mime_headers = [("Plural-Forms", PLURALS)]
    for message, places in found.items():
        known = catalog.get(message if isinstance(message, str) else message[0])
        same = known is not None and (tuple(known.id) if isinstance(known.id, (tuple, list)) else known.id) == message
        fresh.add(message, known.string if known and same else None, auto_comments=places)
    return fresh


def write(code: str, found: dict[Message, list[str]]) -> Iterable[str]:
    """Writes the catalog of a language; what is still to be translated comes back."""
    path = catalog_path(code)
    catalog = updated(read_catalog(code), found)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(code=code, plurals=PLURALS).encode())
        write_po(file, catalog, width=0, no_location=True, omit_header=True)
    return [str(one.id) for one in catalog if one.id and not all(forms_of(one))]


def forms_of(one: Entry) -> tuple[str, ...]:
    """The translation of a sentence: its only form, or its singular and plural; empty text where there is none."""
    if isinstance(one.string, (tuple, list)):
        return tuple(one.string)
    return (one.string or "",)


def strings_of(catalog: Catalog) -> Iterator[str]:
    """Every translation in a catalog."""
    for one in catalog:
        if one.id:
            yield from forms_of(one)


def main() -> None:
    """Brings every catalog up to date, and names what is still to be translated."""
    for code in LOCALES:
        if code != DEFAULT:
            missing = write(code, messages())
            print(*(f"{code}: {words}" for words in missing), sep="\n")  # noqa: T201 - it is what the command says


if __name__ == "__main__":
    main()

"""The reference of `ontrack.toml`: every table of it, every key with its default."""

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args, get_origin

from pydantic import BaseModel

from docs.reference_text import code, heading, page, table
from features.settings import Settings

PLACEHOLDERS = {"files": "<table>", "columns": "<column>", "outcomes": "<outcome>"}
"""What stands for the names that a district chooses."""


def settings_page() -> str:
    """Every setting with its default."""
    intro = (
        "One `ontrack.toml`; relative paths are taken from its folder. An unknown key is refused with the nearest "
        "known one. `--config` or `ONTRACK_CONFIG` says which file; otherwise `ontrack.toml`, then "
        "`config/ontrack.toml` of the current folder. `--home` or `ONTRACK_HOME` replaces `home`. "
        "`ONTRACK_CACHE` names the folder for compiled queries instead of the user's cache folder; set to nothing, "
        "none are kept."
    )
    return page("Settings", intro, *section_parts(Settings, "Top of the file", ""))


def section_parts(section: type[BaseModel], title: str, path: str) -> Iterator[str]:
    """A section's heading and settings, then the sections below it."""
    below = {name: kind for name, field in section.model_fields.items() if (kind := section_in(field.annotation))}
    several = {name: kinds for name, kind in below.items() if len(kinds := sections_in_choice(section, name)) > 1}
    rows = [
        (code(name), default_of(section, name), limits_of(section, name), field.description or "–")
        for name, field in section.model_fields.items()
        if name not in below
    ]
    yield heading(2, title)
    yield section.__doc__ or ""
    yield table(("Setting", "Default", "Allowed", "Meaning"), rows)
    for name, kind in below.items():
        place = f"{path}.{name}".strip(".")
        many = get_origin(section.model_fields[name].annotation)
        inner = f"{place}.{PLACEHOLDERS[name]}" if many is dict else place
        if name in several:
            yield from choice_parts(several[name], place, once_each=many is tuple)
            continue
        yield from section_parts(kind, f"`[[{place}]]`, once for each" if many is tuple else f"`[{inner}]`", inner)


def choice_parts(kinds: Sequence[type[BaseModel]], place: str, *, once_each: bool) -> Iterator[str]:
    """The kinds of section of which one is chosen by its `kind`; told where several may stand, once."""
    if once_each:
        for kind in kinds:
            word = kind.model_fields["kind"].default
            yield from section_parts(kind, f'`[[{place}]]` with `kind = "{word}"`', place)


def sections_in_choice(section: type[BaseModel], name: str) -> list[type[BaseModel]]:
    """The kinds of section of which a field holds one; itself alone where there is no choice."""
    return list(dict.fromkeys(all_sections(section.model_fields[name].annotation)))


def all_sections(annotation: object) -> Iterator[type[BaseModel]]:
    """Every section within a field's type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for one in get_args(annotation):
        yield from all_sections(one)


def section_in(annotation: object) -> type[BaseModel] | None:
    """The section that a field holds, one or several of; None for a value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((kind for one in get_args(annotation) if (kind := section_in(one))), None)


def default_of(section: type[BaseModel], name: str) -> str:
    """A setting's default as TOML would say it."""
    field = section.model_fields[name]
    if field.is_required():
        return "needed"
    value = field.default
    if isinstance(value, tuple):
        return code("[" + ", ".join(toml(one) for one in value) + "]")
    return "none" if value is None or value == {} else code(toml(value))


def toml(value: object) -> str:
    """A value as TOML."""
    return str(value) if isinstance(value, int | float) else f'"{value}"'


def limits_of(section: type[BaseModel], name: str) -> str:
    """What a setting may be: its JSON schema in words."""
    whole: Mapping[str, object] = section.model_json_schema()["properties"][name]
    words = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
    found: list[str] = []
    for schema in [whole, *options_of(whole)]:
        found += [f"{word} {schema[key]}" for key, word in words.items() if key in schema]
        choices = schema.get("enum", [schema["const"]] if "const" in schema else None)
        if isinstance(choices, list):
            found.append(", ".join(code(str(choice).replace("\t", "\\t")) for choice in choices if choice != ""))
        if "pattern" in schema:
            found.append(code(str(schema["pattern"])))
    return ", ".join(found) or "–"


def options_of(schema: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The kinds of value of which a setting may be one."""
    options = schema.get("anyOf")
    return [one for one in options if isinstance(one, dict)] if isinstance(options, list) else []

"""Reads `ontrack.toml` into settings, and says of a mistake where it is, what was expected, and the nearest key."""

import difflib
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, ValidationError

from features.errors import SettingsRefused
from features.settings import Settings


def load_settings(path: Path) -> Settings:
    """The settings of an `ontrack.toml`; relative paths are taken from its folder."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsRefused(f"{path}: no such file; start from config/ontrack.toml") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsRefused(f"{path}: not TOML: {error}") from None
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsRefused(f"{path}: {explain(error, Settings)}") from None
    return anchored(settings, path.parent)


def anchored(settings: Settings, folder: Path) -> Settings:
    """The same settings with relative paths taken from a folder."""
    districts = tuple(
        d.model_copy(update={"records": Path(os.path.normpath(folder / d.records))}) if d.records else d
        for d in settings.districts
    )
    home = Path(os.path.normpath(folder / settings.home))
    definitions = tuple(Path(os.path.normpath(folder / path)) for path in settings.definitions)
    members = tuple(
        one.model_copy(update={"key": Path(os.path.normpath(folder / one.key))})
        for one in settings.collaborative.members
    )
    office = settings.collaborative.model_copy(update={"members": members})
    kept = {"home": home, "districts": districts, "definitions": definitions, "collaborative": office}
    return settings.model_copy(update={**kept, "spark": settings.spark.anchored(folder)})


def explain(error: ValidationError, section: type[BaseModel]) -> str:
    """One sentence per mistake: where it is, what was expected, and the nearest known key."""
    return "; ".join(
        explain_one(tuple(e["loc"]), e["type"], e["msg"], section) for e in error.errors(include_input=False)
    )


def explain_one(loc: tuple[int | str, ...], kind: str, message: str, section: type[BaseModel]) -> str:
    """What is wrong at one place."""
    place, message = ".".join(str(part) for part in loc), message.removeprefix("Value error, ")
    if kind != "extra_forbidden":
        return f"{place}.{message}" if message.startswith("files.") else f"{place}: {message}"
    known = sorted(section_at(loc[:-1], section).model_fields)
    nearest = difflib.get_close_matches(str(loc[-1]), known, n=1)
    hint = f"; did you mean '{nearest[0]}'?" if nearest else f"; known keys: {', '.join(known)}"
    return f"{place}: unknown key{hint}"


def section_at(loc: tuple[int | str, ...], section: type[BaseModel]) -> type[BaseModel]:
    """The table of `ontrack.toml` at a place; positions and names of tables and columns lead no further."""
    for part in loc:
        field = section.model_fields.get(str(part))
        section = section if field is None else next(sections_in(field.annotation), section)
    return section


def sections_in(annotation: object) -> Iterator[type[BaseModel]]:
    """The tables of `ontrack.toml` that a field may hold."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from sections_in(part)

"""The reference of the command line, read from its own help."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import typer
import typer.main
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

import ontrack
from docs.reference_text import code, heading, page, table

Parameter = TyperArgument | TyperOption


@dataclass(frozen=True)
class Command:
    """A command: its words after `ontrack`, what it does, and what it takes."""

    name: str
    says: str
    parameters: tuple[Parameter, ...]


def commands_page() -> str:
    """Every command with its arguments and options."""
    root = root_command()
    intro = (
        "Progress goes to standard error, and only on a terminal. `--json` prints one answer on standard output and "
        "nothing else there. Exit codes: [checks and exit codes](checks.md)."
    )
    before = [one for one in parameters_of(root) if not str(one.name).endswith("_completion")]
    shared = [heading(2, "Before every command"), "`ontrack [options] command …`", parameter_table(before)]
    return page("Commands", intro, *shared, *(part for one in commands() for part in command_parts(one)))


def root_command() -> TyperGroup:
    """The command line as it is mounted."""
    root = typer.main.get_command(ontrack.app)
    if not isinstance(root, TyperGroup):
        raise TypeError("ontrack has commands")
    return root


def commands() -> tuple[Command, ...]:
    """Every command, by name."""
    return tuple(sorted(walk(root_command(), ""), key=lambda command: command.name))


def walk(group: TyperGroup, before: str) -> Iterator[Command]:
    """The commands of a group and of the groups in it."""
    context = typer.Context(group)
    for name in group.list_commands(context):
        one = group.get_command(context, name)
        full = f"{before} {name}".strip()
        if isinstance(one, TyperGroup):
            yield from walk(one, full)
        elif isinstance(one, TyperCommand):
            yield Command(full, one.help or "", parameters_of(one))


def parameters_of(one: TyperCommand | TyperGroup) -> tuple[Parameter, ...]:
    """What a command takes, arguments first."""
    found = [p for p in one.params if isinstance(p, TyperArgument | TyperOption)]
    return tuple(sorted(found, key=lambda p: isinstance(p, TyperOption)))


def command_parts(one: Command) -> list[str]:
    """A command's heading, what it does, how it is written, and what it takes."""
    arguments = [placed(p) for p in one.parameters if isinstance(p, TyperArgument)]
    needed = [f"{p.opts[0]} …" for p in one.parameters if isinstance(p, TyperOption) and p.required]
    written = " ".join(["ontrack", one.name, *needed, *arguments])
    return [heading(2, code(f"ontrack {one.name}")), one.says, code(written), parameter_table(one.parameters)]


def placed(one: TyperArgument) -> str:
    """An argument as it stands in a command line, in brackets where it may be left out."""
    name = str(one.name).upper()
    return name if one.required else f"[{name}]"


def parameter_table(parameters: Sequence[Parameter]) -> str:
    """One row an argument or option; nothing where there is none."""
    rows = [(named(one), default_of(one), says(one)) for one in parameters]
    return table(("Takes", "Default", "Meaning"), rows) if rows else ""


def says(one: Parameter) -> str:
    """What a parameter means, and the variable it can come from."""
    return f"{one.help or ''} From `{one.envvar}` too." if one.envvar else one.help or ""


def named(one: Parameter) -> str:
    """How a parameter is written."""
    return code(str(one.name).upper()) if isinstance(one, TyperArgument) else ", ".join(map(code, one.opts))


def default_of(one: Parameter) -> str:
    """What holds where it is not given."""
    if one.required:
        return "needed"
    return "–" if one.default in (None, "", False) else code(str(one.default))

"""Several sources of one district: which of them owns which canonical table."""

from collections.abc import Mapping, Sequence

from features.sources.declaration import Source


def owned_tables(sources: Sequence[Source]) -> Mapping[str, tuple[str, ...]]:
    """The tables of each source by its name; ValueError where two own the same, or have the same name.

    CSV files that name no tables own those that no other source owns.
    """
    names = [source.name for source in sources]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"two sources are called {twice}; give each a `folder` of its own")
    rest = [source for source in sources if source.kind == "csv" and not source.tables]
    if len(rest) > 1:
        raise ValueError(f"{rest[0].name} and {rest[1].name} both own all tables; name the `tables` of each")
    found = {source.name: tuple(source.own) for source in sources if source not in rest}
    owners: dict[str, str] = {}
    for name, tables in found.items():
        for table in tables:
            if table in owners:
                raise ValueError(f"{owners[table]} and {name} both own {table}; name the `tables` of each")
            owners[table] = name
    return found | {source.name: tuple(table for table in source.own if table not in owners) for source in rest}

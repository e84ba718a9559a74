"""What a route of the API takes in its query, as it declares it; what it does not know is refused by its name.

A mistyped filter that is passed over answers with everything, and looks like an answer. Pages pass over what they do
not know: links in mails carry parameters of others.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_parameterless_sub_dependant
from fastapi.routing import APIRoute

from serving.web.problems import NAME, Mistake, RecordsRefused, parameter_mistake, unknown_parameter

VERSIONED = "/v1/"
"""How the paths of these routes begin. RFC 6749 wants a token's address to ignore what it does not know, and probes of
health are made by machines that add what they like."""
TWICE = "sent more than once; expected once"


@dataclass(frozen=True)
class DeclaredQuery:
    """A route's last dependency: RecordsRefused for parameters that it does not know, or that stand twice."""

    names: tuple[str, ...]

    async def __call__(self, request: Request) -> None:
        """Looks at the names of the query; without a query there is nothing to look at."""
        if not request.scope["query_string"]:
            return
        given = Counter(name for name, _ in request.query_params.multi_items())
        unknown = [
            Mistake(pointer="#", detail=unknown_parameter(name, self.names), parameter=repeatable(name))
            for name in given.keys() - self.names
        ]
        twice = [parameter_mistake(name, TWICE) for name in self.names if given[name] > 1]
        if unknown or twice:
            raise RecordsRefused([*sorted(unknown, key=lambda one: one.detail), *twice])


def repeatable(name: str) -> str | None:
    """The name of an unknown parameter where it looks like one; None for what may be a person's."""
    return name if NAME.fullmatch(name) else None


def refuse_undeclared_queries(routes: Iterable[APIRoute]) -> None:
    """Gives each route of `/v1` its check, once. It comes last, so that only who may ask learns what may be asked."""
    for route in routes:
        checks = route.dependant.dependencies
        if route.path.startswith(VERSIONED) and not any(isinstance(one.call, DeclaredQuery) for one in checks):
            check = Depends(DeclaredQuery(query_names(route)))
            checks.append(get_parameterless_sub_dependant(depends=check, path=route.path))


def query_names(route: APIRoute) -> tuple[str, ...]:
    """The names that a route's query may have, each once: none of them is declared to hold several values."""
    return tuple(dict.fromkeys(declared_names(route.dependant)))


def declared_names(dependant: Dependant) -> list[str]:
    """The names that a function and what it depends on read from the query."""
    inner = [name for part in dependant.dependencies for name in declared_names(part)]
    return [*(field.alias for field in dependant.query_params), *inner]

"""Whom each route answers, as its dependencies declare it. A route that declares nothing is refused: default deny."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from serving.access.open_routes import anyone
from serving.access.scopes import Scope
from serving.api.clients import ClientWithScope
from serving.pages.current_user import require_signed_in

Access = Scope | Literal["signed in", "anyone"]


class RouteRefused(RuntimeError):  # noqa: N818 - the design's word
    """A route that does not declare whom it answers."""


def routes_of(routers: Sequence[APIRouter]) -> list[APIRoute]:
    """The routes of some routers."""
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def allowed_methods(routers: Sequence[APIRouter], path: str) -> set[str]:
    """The methods that an address takes: those of every route that it may lead to, and HEAD wherever GET is."""
    found = {one for route in routes_of(routers) if route.path_regex.match(path) for one in route.methods or ()}
    return found | ({"HEAD"} if "GET" in found else set())


def access_of(route: APIRoute) -> Access:
    """Whom a route answers; RouteRefused where it does not declare it."""
    found: list[Access] = []
    for part in parts_of(route.dependant):
        if isinstance(part.call, ClientWithScope):
            found.append(part.call.scope)
        elif part.call is require_signed_in:
            found.append("signed in")
        elif part.call is anyone:
            found.append("anyone")
    if len(set(found)) != 1:
        said = "declares several of them" if found else "does not declare it"
        expected = "expected one ClientWithScope, CurrentViewer or Depends(anyone)"
        raise RouteRefused(f"{route.path}: a route says whom it answers, and this one {said}; {expected}")
    return found[0]


def parts_of(dependant: Dependant) -> Iterator[Dependant]:
    """What a route depends on, and what that depends on."""
    for part in dependant.dependencies:
        yield part
        yield from parts_of(part)


def access_by_route(routers: Sequence[APIRouter]) -> Mapping[str, Access]:
    """Whom each route answers, by method and path; RouteRefused where one does not declare it."""
    return {
        f"{method} {route.path}": access_of(route) for route in routes_of(routers) for method in route.methods or ()
    }

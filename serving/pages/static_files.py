"""The stylesheet and the scripts of the pages: compressed once, and kept by browsers under an address with a digest."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from presentation.stylesheets import stylesheet
from serving.access.open_routes import anyone
from serving.pages.enhancement import ADDRESS, FOLDER, installed_scripts

router = APIRouter(include_in_schema=False, dependencies=[Depends(anyone)])
PATH = "/static/ontrack.css"
DIGEST = "v"
"""The query parameter with the digest of what the address stands for."""
KEPT = "public, max-age=31536000, immutable"
"""What is under its own digest never changes."""


@dataclass(frozen=True)
class StaticFile:
    """A file that pages load, as it is and compressed."""

    content: bytes
    compressed: bytes
    media_type: str
    digest: str


def static_file(content: bytes, media_type: str) -> StaticFile:
    """A file with its digest."""
    return StaticFile(content, gzip.compress(content, 9, mtime=0), media_type, sha256(content).hexdigest()[:32])


@cache
def stylesheet_file() -> StaticFile:
    """The stylesheet."""
    return static_file(stylesheet("page").encode(), "text/css; charset=utf-8")


@cache
def script_files() -> Mapping[str, StaticFile]:
    """The pinned scripts by address; none where they are not installed."""
    installed = [address for address, _ in installed_scripts(FOLDER)]
    content = {one: (FOLDER / one.removeprefix(ADDRESS)).read_bytes() for one in installed}
    return {one: static_file(own, "text/javascript; charset=utf-8") for one, own in content.items()}


def kept_address(address: str, file: StaticFile) -> str:
    """The address under which browsers keep a file for good."""
    return f"{address}?{DIGEST}={file.digest}"


def stylesheet_address() -> str:
    """The address of the stylesheet as it is."""
    return kept_address(PATH, stylesheet_file())


def script_address(address: str) -> str:
    """The address of an installed script as it is."""
    return kept_address(address, script_files()[address])


@router.api_route(PATH, methods=["GET", "HEAD"])
def get_stylesheet(request: Request) -> Response:
    """The stylesheet; 304 for a browser that has it."""
    return file_answer(request, stylesheet_file())


@router.api_route(ADDRESS + "{name}", methods=["GET", "HEAD"])
def get_script(request: Request, name: str) -> Response:
    """A pinned script; 404 for any other file."""
    file = script_files().get(ADDRESS + name)
    if file is None:
        raise HTTPException(404)
    return file_answer(request, file)


def file_answer(request: Request, file: StaticFile) -> Response:
    """A file in as few bytes as its reader takes. Under another digest, as after an upgrade, it is asked for again."""
    zipped = takes_gzip(request.headers.get("accept-encoding", ""))
    kept = request.query_params.get(DIGEST) == file.digest
    headers = {
        "ETag": f'"{file.digest}{"-gzip" if zipped else ""}"',
        "Vary": "Accept-Encoding",
        "Cache-Control": KEPT if kept else "no-cache",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if not zipped:
        return Response(file.content, media_type=file.media_type, headers=headers)
    return Response(file.compressed, media_type=file.media_type, headers={**headers, "Content-Encoding": "gzip"})


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding names gzip and does not refuse it."""
    parts = [one.replace(" ", "").lower().partition(";") for one in accepted.split(",")]
    return any(name == "gzip" and more not in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for name, _, more in parts)

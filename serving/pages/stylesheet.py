"""The stylesheet of the pages."""

from hashlib import sha256

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from presentation.stylesheets import stylesheet
from serving.access.open_routes import anyone

router = APIRouter(include_in_schema=False, dependencies=[Depends(anyone)])
PATH = "/static/ontrack.css"


@router.api_route(PATH, methods=["GET", "HEAD"])
def get_stylesheet(request: Request) -> Response:
    """The stylesheet; 304 for a browser that has it."""
    css = stylesheet("page")
    headers = {"ETag": f'"{sha256(css.encode()).hexdigest()[:32]}"'}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(css, media_type="text/css", headers=headers)

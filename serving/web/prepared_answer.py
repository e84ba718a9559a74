"""An answer whose JSON is there already, with the header fields that its request's dependencies set.

FastAPI validates what a function returns in a thread of its own and writes it on the one that all requests share.
What was validated when it was put together need not wait for either.
"""

from fastapi import Response
from pydantic import BaseModel


def prepared_answer(content: str, response: Response, status: int = 200) -> Response:
    """An answer of JSON text; `response` is the one that FastAPI gives to dependencies."""
    answer = Response(content, status, media_type="application/json")
    answer.raw_headers.extend(response.raw_headers)
    return answer


def message_answer(message: BaseModel, response: Response, status: int = 200) -> Response:
    """The same of a message that is validated."""
    return prepared_answer(message.model_dump_json(), response, status)

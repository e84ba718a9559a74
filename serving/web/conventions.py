"""What every operation of the API has in common, as the OpenAPI document says it: header fields and their meaning."""

from pydantic.json_schema import JsonSchemaValue

STREAMED = "application/x-ndjson"
TEXT = {"schema": {"type": "string"}}
IDEMPOTENCY_KEY: JsonSchemaValue = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "A key of your own for this request, such as a UUID. Sent again within a day with the same content, it gets"
        " the same answer and has no second effect; with other content, 422; while the first is worked on, 409."
    ),
    "schema": {"type": "string", "pattern": "^[!-~]{16,200}$"},
}
IF_NONE_MATCH: JsonSchemaValue = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of an answer that you have: 304 without content where it is still the same.",
    "schema": {"type": "string"},
}
REQUEST_ID = {"X-Request-Id": {"description": "names the request; quote it when asking for help", **TEXT}}
RATES: JsonSchemaValue = {
    "RateLimit-Policy": {"description": "how many requests a program may send in how many seconds", **TEXT},
    "RateLimit": {"description": "how many are left, and in how many seconds it begins anew", **TEXT},
}
RETRY: JsonSchemaValue = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}}
TAG: JsonSchemaValue = {"ETag": {"description": "changes when the content does", **TEXT}}
BEGUN: JsonSchemaValue = {
    "Location": {"description": "where to ask how far it is", **TEXT},
    "Retry-After": {"description": "seconds after which to ask there", "schema": {"type": "integer"}},
    "Preference-Applied": {"description": "respond-async, where `Prefer` asked for it", **TEXT},
}
LINK: JsonSchemaValue = {"Link": {"description": "the next page, with rel=next; absent on the last one", **TEXT}}
LANGUAGE: JsonSchemaValue = {"Content-Language": {"description": "the language of its sentences", **TEXT}}
AGAIN: JsonSchemaValue = {
    "Retry-After": {
        "description": "seconds until to ask again; absent once it has ended",
        "schema": {"type": "integer"},
    }
}
OPERATION = "/v1/operations/{operation_id}"
BEGINS = ("/v1/imports", "/v1/scoring-runs")
"""Addresses where a POST begins an operation."""
CONVENTIONS = """
## Conventions

- **Errors** are `application/problem+json` (RFC 9457). They say where in the request something is wrong (`pointer` into
  the body; `parameter` or `header` where it is of the address or the head) and what was expected, and never repeat a
  value that was sent. `/oauth/token` has the error form of RFC 6749.
- **Parameters** of an address under `/v1` that it does not know, and those that stand in it twice, are refused with 422
  and the nearest known name: a mistyped filter never answers with everything.
- **Twice the same**: a POST with `Idempotency-Key` has one effect, however often it is sent within a day.
- **HEAD** is answered wherever GET is; answers of more than 1,000 bytes are compressed with gzip where it is accepted.
- **ETag** and `If-None-Match`: what has not changed is not sent again. `If-Match` on PUT and DELETE of a record:
  412 where somebody else changed it since. Lines of a whole run have no tag.
- **Rates**: `RateLimit` says what is left, 429 with `Retry-After` that it was too much.
- **Overload**: where the database is busy for too long, 503 with `Retry-After`; send the same request again then.
- **Language**: sentences are in English or Spanish, by `Accept-Language`; `Content-Language` says which.
- **Changes**: within `/v1` fields and routes are added, and none is taken away or changes its meaning; ignore what you
  do not know. What will go is announced for at least a year by `Deprecation` (RFC 9745) and `Sunset` (RFC 8594) in
  each of its answers. Nothing is deprecated today.
- **Other sites**: no page of another site may call the API (CORS is closed); call it from a server."""


def add_conventions(schema: JsonSchemaValue) -> JsonSchemaValue:
    """The document with the header fields that operations take and give."""
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            taken = [IDEMPOTENCY_KEY] if method == "post" and path.startswith("/v1") else []
            tagged = method == "get" and path.startswith("/v1") and not is_stream(operation)
            taken += [IF_NONE_MATCH] if tagged else []
            operation["parameters"] = [*operation.get("parameters", []), *taken]
            if tagged:
                operation["responses"]["304"] = {"description": "as you have it already"}
            for status, answer in operation["responses"].items():
                answer["headers"] = answer.get("headers", {}) | headers_of(path, method, status)
                if status < "400":
                    answer["headers"] |= own_headers(path, method, operation)
                if is_stream(operation):
                    answer["headers"].pop("ETag", None)
    return schema


def own_headers(path: str, method: str, operation: JsonSchemaValue) -> JsonSchemaValue:
    """The header fields of a good answer that not every operation gives."""
    taken = {one["name"].lower() for one in operation["parameters"]}
    begun = BEGUN if method == "post" and path in BEGINS else {}
    again = AGAIN if (method, path) == ("get", OPERATION) else {}
    return {
        **begun, **again, **(LINK if "cursor" in taken else {}), **(LANGUAGE if "accept-language" in taken else {}),
    }  # fmt: skip


def is_stream(operation: JsonSchemaValue) -> bool:
    """Whether an operation answers with lines of any number, which have no tag: it would need them all first."""
    return STREAMED in operation["responses"].get("200", {}).get("content", {})


def headers_of(path: str, method: str, status: str) -> JsonSchemaValue:
    """The header fields of an answer."""
    rates = RATES if path.startswith("/v1") and status not in ("401", "413", "421") else {}
    retry = RETRY if status in ("429", "503") else {}
    tagged = (method == "get" and status in ("200", "304")) or (method in ("put", "delete") and status == "202")
    tag = TAG if tagged else {}
    return {**REQUEST_ID, **rates, **retry, **tag}

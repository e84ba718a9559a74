"""The scopes of API keys: what a program may do. Each API route names the one that it needs."""

from typing import Literal, get_args

Scope = Literal["scores.read", "scores.write"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

"""The scopes of programs: what a key or a client may do. Each API route names the one that it needs."""

from collections.abc import Mapping
from typing import Literal, get_args

Scope = Literal[
    "scores.read", "scores.write", "reasons.read", "students.search", "records.write", "imports.read",
    "imports.values", "supports.read", "supports.write", "models.read", "audits.read", "webhooks.manage",
]  # fmt: skip
SCOPES: tuple[Scope, ...] = get_args(Scope)
MEANINGS: Mapping[Scope, str] = {
    "scores.read": "read risks and bands of students",
    "scores.write": "have records scored, and start a scoring run",
    "reasons.read": "read the reasons and records behind a score",
    "students.search": "look for students by name or number",
    "records.write": "send records: whole imports and small changes",
    "imports.read": "read what became of an import, and the rows that were refused",
    "imports.values": "read, with imports.read, whose the refused rows are and what they say",
    "supports.read": "read contacts and plans",
    "supports.write": "write contacts and plans",
    "models.read": "read which model or rule serves, and its card",
    "audits.read": "read audits and the track record",
    "webhooks.manage": "say where to be told of changes",
}
DEFAULT_SCOPES: tuple[Scope, ...] = ("scores.read", "scores.write", "reasons.read")
"""What a key may do where nothing is said."""
WHOLE_DISTRICT: frozenset[Scope] = frozenset({"records.write", "imports.read", "webhooks.manage"})
"""Scopes that lead beyond single schools where they are not about one student: nothing for a client of some schools."""

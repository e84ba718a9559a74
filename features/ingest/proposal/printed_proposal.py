"""Proposes a mapping as the command line asks for it: printed, or written to a new file."""

import json
import os
from pathlib import Path

import typer

from features.errors import Refused
from features.ingest.proposal.mapping_proposal import SHOWN, propose_mapping
from features.ingest.proposal.proposal_text import district_id, proposal_json, proposal_text
from features.terminal import terminal_progress


def print_proposal(folder: Path, output: Path | None, *, as_json: bool) -> None:
    """Prints or writes the proposal for a folder or zip; Refused where the file exists, or nothing can be mapped."""
    if output is not None and output.exists():
        raise Refused(f"{output}: this file exists, and is not written over; name another, or move it away")
    proposal = propose_mapping(folder, terminal_progress())
    if not proposal.tables and not proposal.ours:
        why = "; ".join(f"{one.file}: {one.why}" for one in proposal.unread[:SHOWN]) or "it has no file"
        raise Refused(f"{folder}: no file of records was found in it: {why}")
    records = folder if output is None else Path(os.path.relpath(folder, output.absolute().parent))
    text = proposal_text(proposal, records.as_posix())
    if output is not None:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    if as_json:
        typer.echo(json.dumps(proposal_json(proposal, text)))
    else:
        tried = f"ontrack --config {output} ingest --district {district_id(folder)} --dry-run"
        typer.echo(text if output is None else f"written to {output}: read it and correct it, then try it:\n{tried}")

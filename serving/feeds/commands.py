"""The command that sends a district's scores to the systems that it names. It imports its work when it runs."""

import json
from datetime import UTC, datetime

import typer

from features.terminal import Context, DistrictOption, JsonOption, settings_of

app = typer.Typer(no_args_is_help=True)


@app.command("feed")
def feed_command(context: Context, district: DistrictOption, json_output: JsonOption = False) -> None:
    """Send the scores of the newest list to the district's Ed-Fi or OneRoster API, as results of assessments."""
    from serving.feeds.feed import send_scores
    from serving.feeds.sender import FeedRefused
    from serving.store.database import engine_of

    settings = settings_of(context)
    sent = send_scores(engine_of(settings), settings.district(district), datetime.now(UTC))
    if json_output:
        typer.echo(json.dumps({"taken": sent.taken, "refused": sent.refused}))
    else:
        typer.echo(
            f"taken: {', '.join(f'{count:,} {kind}' for kind, count in sorted(sent.taken.items())) or 'nothing'}"
        )
    if sent.refused:
        said = ", ".join(f"{count:,} {kind}" for kind, count in sorted(sent.refused.items()))
        raise FeedRefused(f"not taken: {said}. Does the API know the students, and may the key write assessments?")

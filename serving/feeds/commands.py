"""The command that sends a district's scores to the systems that it names. It imports its work when it runs."""

import json
from datetime import UTC, datetime

import typer

from features.terminal import Context, DistrictOption, JsonOption, settings_of

app = typer.Typer(no_args_is_help=True)


@app.command("feed")
def feed_command(context: Context, district: DistrictOption, json_output: JsonOption = False) -> None:
    """Send the scores of the newest list to the district's Ed-Fi API, as assessments in its own namespace."""
    from serving.feeds.edfi import edfi_resources
    from serving.feeds.edfi_sender import EdFiSender, FeedRefused
    from serving.feeds.scores import scores_to_send
    from serving.store.database import engine_of, write_session

    settings = settings_of(context)
    feed = settings.district(district).feeds.edfi
    if not feed.url:
        raise FeedRefused(f"district '{district}' has no feed; declare `[districts.feeds.edfi]` in ontrack.toml")
    sender = EdFiSender(feed, district)
    with write_session(engine_of(settings)) as session:
        scores = scores_to_send(session, district, feed.client, "Ed-Fi", datetime.now(UTC))
    sent = sender.send(edfi_resources(feed, scores))
    if json_output:
        typer.echo(json.dumps({"taken": sent.taken, "refused": sent.refused}))
    else:
        typer.echo(
            f"taken: {', '.join(f'{count:,} {kind}' for kind, count in sorted(sent.taken.items())) or 'nothing'}"
        )
    if sent.refused:
        said = ", ".join(f"{count:,} {kind}" for kind, count in sorted(sent.refused.items()))
        raise FeedRefused(f"not taken: {said}. Are the students in the Ed-Fi API, and may the key write assessments?")

"""Models and rules of a district: which serve, their cards, their audits, and how their lists turned out."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, cast, get_args

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse
from pydantic import JsonValue, TypeAdapter
from starlette.exceptions import HTTPException

from features.definitions.served_outcomes import served_outcomes
from features.errors import Refused
from features.language.feature_set import Outcome
from models.bundle.bundle import Bundle
from models.release_checks import RecordedCheck
from models.releases import Release, ReleaseKey, current_release, release_log
from models.verdict import GateVerdict
from serving.access.authorize import Client, Denied, OwnDistrict, authorize
from serving.access.scopes import Scope
from serving.api.clients import ClientWithScope
from serving.api.model_messages import (
    GivenAudit,
    GivenCheck,
    GivenModel,
    GivenModels,
    ListsOfYear,
    OutcomeRecord,
    TestYear,
    TrackRecords,
)
from serving.api.presenters import MODEL_ID_LETTERS, links_of
from serving.app_context import AppContext, RequestContext
from serving.scoring.decoding import decode_headline, decode_last_lists
from serving.scoring.district_release import open_release
from serving.scoring.opened_bundles import BundleFacts
from serving.store.run_queries import current_runs

router = APIRouter(prefix="/v1", tags=["models"])
ModelClient = Annotated[Client, Depends(ClientWithScope("models.read"))]
AuditClient = Annotated[Client, Depends(ClientWithScope("audits.read"))]
AUDIT = TypeAdapter(dict[str, JsonValue] | None)
MARKDOWN = "text/markdown"


@router.get("/models", summary="The models and rules of the district")
def get_models(client: ModelClient, context: RequestContext) -> GivenModels:
    """Every model and rule that was released for an outcome of the district, those in service first."""
    check_district(context, client, "models.read")
    return GivenModels.model_construct(models=[found.message(context) for found in released(context, client)])


@router.get("/models/{model_id}", summary="One model or rule")
def get_model(model_id: str, client: ModelClient, context: RequestContext) -> GivenModel:
    """What it is of, whether it serves, and where to read about it."""
    check_district(context, client, "models.read")
    return find_released(context, client, model_id).message(context)


@router.get(
    "/models/{model_id}/card",
    summary="A model card",
    response_class=PlainTextResponse,
    responses={200: {"description": "Markdown with a YAML header", "content": {MARKDOWN: {}}}},
)
def get_card(model_id: str, client: ModelClient, context: RequestContext) -> PlainTextResponse:
    """What it is for and what not, on which data it was made, and how well it does, as signed."""
    check_district(context, client, "models.read")
    return PlainTextResponse(find_released(context, client, model_id).bundle(context).card, media_type=MARKDOWN)


@router.get("/models/{model_id}/audit", summary="What an audit found")
def get_audit(model_id: str, client: AuditClient, context: RequestContext) -> GivenAudit:
    """The checks of the gate, and the audit's published figures by group, as signed into its files."""
    check_district(context, client, "audits.read")
    bundle = find_released(context, client, model_id).bundle(context)
    return GivenAudit(
        model_id=bundle.digest[:MODEL_ID_LETTERS],
        outcome=bundle.name,
        verdict=verdict_of(bundle),
        checks=checks_of(bundle),
        audit=AUDIT.validate_python(bundle.metrics.get("audit")),
    )


@router.get("/track-record", summary="How lists turned out")
def get_track_record(client: AuditClient, context: RequestContext) -> TrackRecords:
    """By outcome of the newest list: how last year's lists turned out, and that of the year it was tested on."""
    with context.read_session() as session:
        if isinstance(authorize(session, client, "audits.read", OwnDistrict()), Denied):
            raise HTTPException(404)
        return TrackRecords(
            outcomes=[
                OutcomeRecord(
                    outcome=run.outcome,
                    as_of=run.as_of,
                    model_version=run.model_version,
                    release=run.release_id,
                    last_lists=ListsOfYear(**asdict(lists)) if (lists := decode_last_lists(run)) else None,
                    test_year=TestYear(**asdict(found)) if (found := decode_headline(run)) else None,
                    links=links_of(run.bundle_digest),
                )
                for run in current_runs(session, client.district_id)
            ]
        )


def check_district(context: AppContext, client: Client, scope: Scope) -> None:
    """404 where the program may not ask this about its district."""
    with context.read_session() as session:
        if isinstance(authorize(session, client, scope, OwnDistrict()), Denied):
            raise HTTPException(404)


@dataclass(frozen=True)
class ReleasedModel:
    """A bundle by its latest release for an outcome of a district."""

    entry: Release
    outcome: Outcome
    serves: bool

    @property
    def model_id(self) -> str:
        """What the API calls it."""
        return self.entry.digest[:MODEL_ID_LETTERS]

    def bundle(self, context: AppContext) -> Bundle:
        """Its verified files; 404 where they do not open any more."""
        current = context.releases.current(self.entry.key.district_id, self.outcome.name)
        if current is not None and current.bundle.digest == self.entry.digest:
            return current.bundle
        try:
            return open_release(context.settings, self.entry, self.outcome).bundle
        except Refused:
            raise HTTPException(404) from None

    def read_facts(self, context: AppContext) -> BundleFacts:
        """What its files say."""
        try:
            bundle = self.bundle(context)
        except HTTPException:
            return BundleFacts()
        return BundleFacts(kind=bundle.kind, verdict=verdict_of(bundle))

    def message(self, context: AppContext) -> GivenModel:
        """What the API says about it."""
        facts = context.bundles.facts(self.entry.bundle_path, lambda: self.read_facts(context))
        return GivenModel(
            model_id=self.model_id,
            model_version=f"{self.outcome.name} {self.entry.digest[:8]}",
            outcome=self.outcome.name,
            grade_band=self.entry.key.grade_band,
            kind=facts.kind,
            verdict=facts.verdict,
            serves=self.serves,
            release=self.entry.release_id,
            released_at=self.entry.at,
            links=links_of(self.entry.digest),
        )


def released(context: AppContext, client: Client) -> list[ReleasedModel]:
    """Every bundle that was released in the program's district, those in service first, then the newest."""
    found = [
        one
        for served in served_outcomes(context.settings, client.district_id)
        for one in released_for(context, client.district_id, served.outcome)
    ]
    return sorted(found, key=lambda one: (not one.serves, -one.entry.at.timestamp()))


def released_for(context: AppContext, district_id: str, outcome: Outcome) -> Iterator[ReleasedModel]:
    """The bundles that were released for one outcome."""
    key = ReleaseKey(district_id, outcome.name, outcome.grade_band)
    serving = current_release(context.settings.home, key)
    latest = {entry.digest: entry for entry in release_log(context.settings.home, key)}
    for entry in latest.values():
        yield ReleasedModel(entry, outcome, serves=serving is not None and serving.digest == entry.digest)


def find_released(context: AppContext, client: Client, model_id: str) -> ReleasedModel:
    """The bundle that the API calls so; 404 where none of the district's is."""
    found = next((one for one in released(context, client) if one.model_id == model_id), None)
    if found is None:
        raise HTTPException(404)
    return found


def verdict_of(bundle: Bundle) -> GateVerdict | None:
    """The gate's verdict that is signed into a bundle; None where nothing was judged."""
    verdict = (bundle.gate or {}).get("verdict")
    return cast(GateVerdict, verdict) if verdict in get_args(GateVerdict) else None


def checks_of(bundle: Bundle) -> list[GivenCheck]:
    """The gate's checks that are signed into a bundle."""
    found = TypeAdapter(list[RecordedCheck]).validate_python((bundle.gate or {}).get("checks") or [])
    return [GivenCheck(code=one.code, verdict=one.verdict, says=one.says) for one in found]

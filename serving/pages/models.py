"""Models: what serves, what waits, and releases that one person proposes and another confirms."""

from functools import partial

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from features.definitions.served_outcomes import served_outcomes
from features.errors import Refused
from models.bundle.signing import load_public_key
from models.releases import (
    Approval,
    ReleaseKey,
    VerifiedRelease,
    make_release,
    verify_promotion,
    verify_rollback,
)
from serving.access.authorize import Action, Denied, OwnDistrict, authorize, reason_for
from serving.pages.card_view import card_sections
from serving.pages.current_user import SignedForm
from serving.pages.equity import outcome_choices
from serving.pages.form_fields import FieldReader, new_entry_id
from serving.pages.models_view import bundle_path, last_monitoring, outcome_parts
from serving.pages.visit import CurrentVisit, Visit
from serving.store.total_rows import ReleaseProposalRow
from serving.wording.card import card_words

router = APIRouter(include_in_schema=False)


@router.get("/models")
def get_models(visit: CurrentVisit, done: str = "") -> Response:
    """The page."""
    return models_page(visit, done=visit.done_words(done))


def models_page(visit: Visit, *, done: str = "", refused: str = "", status: int = 200) -> Response:
    """The page of every outcome; `refused` says why a release was not made."""
    with visit.context.read_session() as session:
        require(session, visit, "see_models")
        parts = outcome_parts(session, visit)
        monitored = last_monitoring(session, visit.educator.district_id)
        address = visit.context.settings.training.experiment_tracking
        return visit.page(
            "models.html",
            status=status,
            parts=parts,
            monitored=monitored,
            tracking=address if address.startswith(("https://", "http://")) else "",
            may_release=reason_for(visit.educator, "release_model") is not None,
            own_id=visit.educator.staff_id,
            entry=new_entry_id,
            done=done,
            refused=refused,
        )


@router.get("/models/card")
def get_card(visit: CurrentVisit, outcome: str = "") -> Response:
    """The card of what serves an outcome: in plain words, and below them as it is signed."""
    with visit.context.read_session() as session:
        require(session, visit, "see_models")
    release = visit.context.releases.current(visit.educator.district_id, outcome)
    if release is None:
        raise HTTPException(404)
    _, sections = card_sections(release.bundle.card, partial(card_words, visit.language))
    about = outcome_choices(visit).get(outcome, outcome)
    return visit.page("model_card.html", release=release, signed=release.bundle.card, sections=sections, about=about)


@router.post("/models/proposals")
def post_proposal(visit: CurrentVisit, fields: SignedForm) -> Response:
    """Keeps a proposal, on which somebody else decides."""
    reader, district_id = FieldReader(fields), visit.educator.district_id
    with visit.context.write_session() as session:
        require(session, visit, "release_model")
        action, reason = reader.choice("action", ("promote", "rollback")), reader.text("reason", most=300)
        key_of(visit, reader.given("outcome"))
        if reader.errors:
            raise HTTPException(422)
        key = (district_id, reader.entry_id())
        if session.get(ReleaseProposalRow, key) is None:
            session.add(
                ReleaseProposalRow(
                    district_id=district_id,
                    proposal_id=key[1],
                    outcome=reader.given("outcome"),
                    action=action,
                    bundle_digest=reader.given("digest"),
                    reason=reason,
                    proposed_by=visit.educator.staff_id,
                    proposed_name=visit.viewer.name,
                    proposed_at=visit.now,
                    decision="",
                )
            )
    return RedirectResponse("/models?done=proposed", status_code=303)


@router.post("/models/proposals/{proposal_id}")
def post_decision(proposal_id: str, visit: CurrentVisit, fields: SignedForm) -> Response:
    """Makes the release that somebody else proposed, or turns it down; the gate and the signature hold as ever."""
    decision = FieldReader(fields).choice("decision", ("confirmed", "refused"))
    with visit.context.read_session() as session:
        row = open_proposal(session, visit, proposal_id, decision)
    try:
        verified = verified_release(visit, row) if decision == "confirmed" else None
        keep_decision(visit, proposal_id, decision, verified)
    except Refused as refusal:
        return models_page(visit, refused=str(refusal), status=422)
    return RedirectResponse(f"/models?done=release_{decision}", status_code=303)


def open_proposal(
    session: Session, visit: Visit, proposal_id: str, decision: str, *, held: bool = False
) -> ReleaseProposalRow:
    """A proposal on which the visitor may decide; 404 for another, 422 for their own. `held` keeps others waiting."""
    require(session, visit, "release_model")
    key = (visit.educator.district_id, proposal_id)
    row = session.get(ReleaseProposalRow, key, with_for_update=held)
    if row is None or row.decision or not decision:
        raise HTTPException(404)
    if decision == "confirmed" and row.proposed_by == visit.educator.staff_id:
        raise HTTPException(422)
    return row


def keep_decision(visit: Visit, proposal_id: str, decision: str, verified: VerifiedRelease | None) -> None:
    """Keeps a decision, with the release that it makes; 404 where somebody else has decided meanwhile."""
    with visit.context.write_session() as session:
        row = open_proposal(session, visit, proposal_id, decision, held=True)
        if verified is not None:
            row.release_id = make_release(verified, visit.now).release_id
        row.decision, row.decided_at = decision, visit.now
        row.decided_by, row.decided_name = visit.educator.staff_id, visit.viewer.name


def verified_release(visit: Visit, row: ReleaseProposalRow) -> VerifiedRelease:
    """The release of a proposal, approved by the visitor, verified outside the transaction: nobody waits to write."""
    settings, key = visit.context.settings, key_of(visit, row.outcome)
    approval = Approval(visit.viewer.name, f"{row.reason} (proposed by {row.proposed_name})".strip())
    home, public_key = settings.home, load_public_key(settings.home / "keys")
    if row.action == "rollback":
        return verify_rollback(home, key, public_key=public_key, approval=approval, settings=settings)
    path = bundle_path(home, row.bundle_digest)
    return verify_promotion(home, key, path, public_key=public_key, approval=approval, settings=settings)


def key_of(visit: Visit, outcome: str) -> ReleaseKey:
    """What releases of an outcome are kept under; 404 for one that the district does not serve."""
    district_id = visit.educator.district_id
    for served in served_outcomes(visit.context.settings, district_id):
        if served.outcome.name == outcome:
            return ReleaseKey(district_id, outcome, served.outcome.grade_band)
    raise HTTPException(404)


def require(session: Session, visit: Visit, action: Action) -> None:
    """404 where the visitor may not do this."""
    if isinstance(authorize(session, visit.educator, action, OwnDistrict()), Denied):
        raise HTTPException(404)

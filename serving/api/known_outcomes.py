"""The outcomes that an address may ask for: one that is mistyped would answer with nothing, and look like an answer."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from serving.access.authorize import Client
from serving.app_context import AppContext
from serving.store.rows import RunRow
from serving.store.statements import rows_of, statement
from serving.web.problems import RecordsRefused, nearest_of, parameter_mistake


def refuse_unknown_outcome(session: Session, client: Client, context: AppContext, outcome: str | None) -> None:
    """RecordsRefused for an outcome that the district neither serves nor has a run of, with the nearest it has."""
    served = context.served.get(client.district_id, ())
    if not outcome or outcome in served:
        return
    known = sorted({*served, *(one for (one,) in rows_of(session, select_outcomes(client.district_id)))})
    if outcome not in known:
        said = f"no such outcome here; {nearest_of(outcome, known)}"
        raise RecordsRefused([parameter_mistake("outcome", said)])


@statement
def select_outcomes(district_id: str) -> Select[str]:
    """The outcomes of which a district has a run."""
    return select(RunRow.outcome).where(RunRow.district_id == district_id).distinct()

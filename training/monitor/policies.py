"""Whether records are read as when what serves was trained."""

from models.bundle.bundle import Bundle
from models.bundle.record_policies import POLICIES, policies_changed_since
from training.monitor.checks import MonitorCheck, answer, too_few


def policies_check(bundle: Bundle, declared: str | None) -> MonitorCheck:
    """MON13: the policies declared at the newest load are those under which the bundle was trained."""
    if declared is None or POLICIES not in bundle.provenance:
        return too_few("MON13", "The bundle, or the newest load, is of a version that did not keep its policies.")
    changed = policies_changed_since(bundle, declared)
    if changed:
        return answer("MON13", "breach", f"Since what serves was trained: {'; '.join(changed)}.")
    return answer("MON13", "ok", "Records are read by the policies under which what serves was trained.")

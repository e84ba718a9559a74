"""What differs between the policies of two times, in sentences."""

import pytest

from features.policies.record_policies import OTHERS, RecordPolicies, changed_policies

EXIT = RecordPolicies.model_validate({"enrollment": {"exit_date": "first_day_gone"}}).declared
FIRST_DAY_GONE = "an exit date is the first day gone: the day before it is the last day enrolled"
BOUND = '{"roster":{"most_unknown":0.2}}'


@pytest.mark.parametrize(("then", "now", "says"), [
    ("", EXIT, (f"now {FIRST_DAY_GONE}",)),
    (EXIT, "", (f"no longer {FIRST_DAY_GONE}",)),
    (EXIT, EXIT, ()),
    ("", "", ()),
    (None, EXIT, ()),                       # a bundle, or a load, of a version that did not keep them
    (EXIT, None, ()),
    ("", BOUND, ("bounds of policies",)),   # what no sentence says by itself
    ('{"later": {}}', EXIT, (OTHERS,)),
])  # fmt: skip
def test_what_changed_is_said(then: str | None, now: str | None, says: tuple[str, ...]) -> None:
    assert changed_policies(then, now) == says

"""Parts of the school year: in each, the model or a published rule serves, as the gate judged them there.

`parts.json` of a bundle lists them with each part's rule, its golden predictions and the digest of its definition. A
bundle without the file was made before there were parts: its scorer serves all year.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import groupby, pairwise
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from features.definitions.catalog import SERVABLE
from models.bundle import golden_predictions as golden
from models.bundle.canonical_json import canonical_json
from models.bundle.definitions import check_definitions
from models.bundle.manifest import PARTS, Kind, Manifest, refuse_damaged
from models.estimators.published_rule import Range, RuleModel
from models.feature_dictionary import FeatureDictionary, fingerprint_of
from models.verdict import GateVerdict

LEAP_YEAR = 2024


@dataclass(frozen=True)
class JudgedWeek:
    """A school week on which figures were judged, and where it fell in the judged years.

    `earliest` and `latest` are the month-days ("09-01") of its scoring date, in the order of the school year: a week
    around New Year may begin with "12-29" and end with "01-04".
    """

    week: int
    earliest: str
    latest: str

    def __post_init__(self) -> None:
        for month_day in (self.earliest, self.latest):
            date.fromisoformat(f"{LEAP_YEAR}-{month_day}")


@dataclass(frozen=True)
class ServedPart:
    """What serves from one school week through another.

    `name` is `first_weeks`, `autumn`, `spring`, or `year` where the year is one part. `verdict` is the gate's on the
    model in this part, or that none was tried; only with a pass does the model serve. `feature_set` is the servable
    feature set whose rule `rule` has the shares of: it serves where the model does not, and on dates that nobody
    judged. `weeks` are the school weeks on which the part was judged, rising. Without `numbers` a list is in order and
    nothing is told of how many end off track: the judged years do not show risks to be near enough to what happens.
    `ranges` are told then where a rule serves: one for each of its counts, wide enough for a year that is unlike the
    others.
    """

    name: str
    from_week: int
    through_week: int
    serves: Kind
    verdict: GateVerdict
    feature_set: str
    rule: RuleModel
    weeks: tuple[JudgedWeek, ...]
    numbers: bool = True
    ranges: tuple[Range, ...] = ()


def describe_parts(parts: Sequence[ServedPart]) -> str:
    """What serves when: "the published rule until week 10; the model from week 11 on"."""
    scorers = [(scorer, list(alike)) for scorer, alike in groupby(parts, key=scorer_words)]
    if len(scorers) == 1:
        return f"{scorers[0][0]} all year"
    (first, early), *middle, (last, late) = scorers
    between = [f"{scorer} from week {alike[0].from_week} to {alike[-1].through_week}" for scorer, alike in middle]
    ends = f"{first} until week {early[-1].through_week}", f"{last} from week {late[0].from_week} on"
    return "; ".join([ends[0], *between, ends[1]])


def scorer_words(part: ServedPart) -> str:
    """What serves in a part: the model, or the rule as people call it, and whether it tells numbers."""
    rule = SERVABLE[part.feature_set].indicator
    named = "the model" if part.serves == "model" else rule.called if rule and rule.called else "the published rule"
    return named if part.numbers else f"{named} (in order, without numbers)"


class RecordedPart(BaseModel, extra="forbid"):
    """A part as `parts.json` has it: `definition` is the digest of its rule's, `golden` what the rule answered."""

    name: str
    from_week: int
    through_week: int
    serves: Kind
    verdict: GateVerdict
    feature_set: str
    definition: str
    rule: dict[str, object]
    golden: golden.GoldenRulePredictions
    weeks: tuple[JudgedWeek, ...]
    numbers: bool = True
    ranges: tuple[Range, ...] = ()


class RecordedParts(BaseModel, extra="forbid"):
    """The content of `parts.json`."""

    parts: tuple[RecordedPart, ...]


def parts_json(kind: Kind, parts: Sequence[ServedPart]) -> bytes:
    """The content of `parts.json`; ValueError where the parts are inconsistent."""
    check_parts(kind, parts)
    return canonical_json({"parts": [part_json(part) for part in parts]})


def part_json(part: ServedPart) -> Mapping[str, object]:
    """One part as JSON values; ValueError where its feature set cannot serve."""
    if part.feature_set not in SERVABLE:
        raise ValueError(f"part '{part.name}': no feature set {part.feature_set!r} can serve")
    usual = {"numbers": True, "ranges": ()}
    told = {name: value for name, value in asdict(part).items() if name not in usual or value != usual[name]}
    return {
        **told,
        "definition": rule_definition(part),
        "rule": json.loads(part.rule.to_json()),
        "golden": asdict(golden.predict_golden_rule(part.rule)),
    }


def rule_definition(part: ServedPart) -> str:
    """The digest of the definition of the part's rule, as it is computed here."""
    return fingerprint_of(SERVABLE[part.feature_set].indicator)


def read_parts(
    path: Path, files: Mapping[str, bytes], manifest: Manifest, dictionary: FeatureDictionary
) -> tuple[ServedPart, ...]:
    """The parts of a bundle's `parts.json`, none without one.

    BundleRefused where they are damaged or inconsistent, or where a rule is computed in another way here.
    """
    if PARTS not in files:
        return ()
    file = path / PARTS
    with refuse_damaged(file):
        recorded = RecordedParts.model_validate_json(files[PARTS]).parts
        parts = tuple(part_of(one) for one in recorded)
        check_parts(manifest.kind, parts)
    for one in recorded:
        check_definitions(file, one.feature_set, replace(dictionary, rule=one.definition), of_rule=True)
    with refuse_damaged(file):
        for part, one in zip(parts, recorded, strict=True):
            check_cohort(manifest.feature_set, part)
            golden.check_rule(part.rule, one.golden)
    return parts


def check_cohort(feature_set: str, part: ServedPart) -> None:
    """Raise ValueError where the part's rule is one of other students than those of the bundle's feature set."""
    if feature_set not in SERVABLE or SERVABLE[feature_set].cohort != SERVABLE[part.feature_set].cohort:
        raise ValueError(f"part '{part.name}': {part.feature_set!r} has other students than {feature_set!r}")


def part_of(one: RecordedPart) -> ServedPart:
    """The part that a record of `parts.json` describes; ValueError where its rule is not one."""
    rule = RuleModel.from_json(json.dumps(one.rule))
    named = TypeAdapter(dict[str, object]).validate_python(one.model_dump(exclude={"definition", "golden", "rule"}))
    return TypeAdapter(ServedPart).validate_python({**named, "rule": rule})


def check_parts(kind: Kind, parts: Sequence[ServedPart]) -> None:
    """Raise ValueError unless the parts follow one another without a gap and serve what a bundle of this kind may."""
    if not parts or len({part.name for part in parts}) < len(parts):
        raise ValueError("a school year has one part or more, each with a name of its own")
    for part in parts:
        check_part(part)
    for earlier, later in pairwise(parts):
        if later.from_week != earlier.through_week + 1:
            raise ValueError(f"part '{later.name}' begins in week {later.from_week}, not after '{earlier.name}'")
    if (kind == "model") != any(part.serves == "model" for part in parts):
        raise ValueError(f"a bundle of kind '{kind}' has {'a part' if kind == 'model' else 'no part'} with the model")


def check_part(part: ServedPart) -> None:
    """Raise ValueError unless the part's weeks lie within it and its model, where one serves, was passed there."""
    weeks = [one.week for one in part.weeks]
    if weeks != sorted(set(weeks)) or not all(part.from_week <= week <= part.through_week for week in weeks):
        raise ValueError(f"part '{part.name}': its judged weeks must rise, within {part.from_week}-{part.through_week}")
    if part.from_week > part.through_week:
        raise ValueError(f"part '{part.name}' ends before it begins")
    check_ranges(part)
    if part.serves == "model" and (part.verdict != "pass" or not part.weeks):
        raise ValueError(f"part '{part.name}': a model serves where it was judged and passed; found {part.verdict}")


def check_ranges(part: ServedPart) -> None:
    """Raise ValueError unless a part's ranges are of a rule that tells no numbers, one around each of its shares."""
    if part.ranges and (part.numbers or part.serves == "model"):
        raise ValueError(f"part '{part.name}': ranges are told of a rule, and in the place of numbers")
    if part.ranges:
        part.rule.within(part.ranges)

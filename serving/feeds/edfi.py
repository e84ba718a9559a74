"""Scores as Ed-Fi has them: an assessment for each outcome and a result for each student, in the district's namespace.

The same list sent again changes nothing: Ed-Fi knows a result by its assessment, its student and its date.
"""

from collections.abc import Iterable, Iterator, Mapping

from features.definitions.catalog import OUTCOMES
from features.feed_settings import EdFiFeed
from serving.feeds.scores import SentScore
from serving.feeds.sender import Resource
from serving.scoring.bands import Band

METHOD, LEVEL = "AssessmentReportingMethodDescriptor", "PerformanceLevelDescriptor"
DECIMAL = "uri://ed-fi.org/ResultDatatypeTypeDescriptor#Decimal"
RISK = "Risk"
BANDS: tuple[Band, ...] = ("few", "some", "many")


def edfi_resources(feed: EdFiFeed, scores: Iterable[SentScore]) -> Iterator[Resource]:
    """What is sent for some scores, in an order in which each names only what was sent before."""
    yield from descriptors(feed)
    known: set[str] = set()
    for score in scores:
        if score.outcome not in known:
            known.add(score.outcome)
            yield post("assessments", assessment(feed, score.outcome))
        yield post("studentAssessments", student_assessment(feed, score))


def descriptors(feed: EdFiFeed) -> Iterator[Resource]:
    """The words of the district's own namespace: how a result is told, and the bands."""
    named = [(METHOD, RISK), *((LEVEL, band) for band in BANDS)]
    for kind, value in named:
        word = {"namespace": f"{feed.namespace}/{kind}", "codeValue": value, "shortDescription": value}
        yield post(f"{kind[0].lower()}{kind[1:]}s", word)


def post(kind: str, body: Mapping[str, object]) -> Resource:
    """A resource of the core, sent to its collection: Ed-Fi finds by its key whether it is new."""
    return Resource("POST", f"ed-fi/{kind}", kind, body)


def assessment(feed: EdFiFeed, outcome: str) -> Mapping[str, object]:
    """An outcome as an assessment."""
    says = OUTCOMES[outcome].says if outcome in OUTCOMES else outcome
    return {
        **reference(feed, outcome),
        "assessmentTitle": f"OnTrack: {says}"[:255],
        "academicSubjects": [{"academicSubjectDescriptor": feed.subject}],
        "scores": [
            {
                "assessmentReportingMethodDescriptor": own(feed, METHOD, RISK),
                "resultDatatypeTypeDescriptor": DECIMAL,
                "minimumScore": "0",
                "maximumScore": "1",
            }
        ],
        "performanceLevels": [level(feed, band) for band in BANDS],
    }


def student_assessment(feed: EdFiFeed, score: SentScore) -> Mapping[str, object]:
    """A student's score as a result: the risk, where it may be told, and the band. Reasons are not sent."""
    told = [] if score.risk is None else [
        {
            "assessmentReportingMethodDescriptor": own(feed, METHOD, RISK),
            "resultDatatypeTypeDescriptor": DECIMAL,
            "result": f"{score.risk:.4f}",
        }
    ]  # fmt: skip
    return {
        "studentAssessmentIdentifier": score.as_of.isoformat(),
        "assessmentReference": reference(feed, score.outcome),
        "studentReference": {"studentUniqueId": score.student_id},
        "administrationDate": f"{score.as_of.isoformat()}T00:00:00Z",
        "performanceLevels": [level(feed, score.band)],
        "scoreResults": told,
    }


def reference(feed: EdFiFeed, outcome: str) -> dict[str, object]:
    """What an assessment is known by."""
    return {"assessmentIdentifier": f"ontrack-{outcome}"[:60], "namespace": feed.namespace}


def level(feed: EdFiFeed, band: str) -> dict[str, object]:
    """A band as a level."""
    return {
        "assessmentReportingMethodDescriptor": own(feed, METHOD, RISK),
        "performanceLevelDescriptor": own(feed, LEVEL, band),
    }


def own(feed: EdFiFeed, kind: str, value: str) -> str:
    """A word of the district's own namespace."""
    return f"{feed.namespace}/{kind}#{value}"

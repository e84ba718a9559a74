"""What the page of a collaborative calls the shares that districts tell, and what it says of each."""

from collections.abc import Mapping
from dataclasses import dataclass

from serving.wording.locale import msgid


@dataclass(frozen=True)
class ShareWords:
    """A share: its title, its sentence with `{share}` of 100, and whom it is a share of."""

    title: str
    says: str
    of: str


SHARES: Mapping[str, ShareWords] = {
    "on_track": ShareWords(
        msgid("Ended on track"),
        msgid("Of 100 students of the grades that are watched, {share} ended on track."),
        msgid("Students of the grades that are watched"),
    ),
    "moved_up": ShareWords(
        msgid("Moved up: a signal early, on track in the end"),
        msgid("Of 100 students with an early signal, {share} ended on track."),
        msgid("Students with an early signal"),
    ),
    "moved_down": ShareWords(
        msgid("Moved down: no signal early, off track in the end"),
        msgid("Of 100 students without an early signal, {share} ended off track."),
        msgid("Students without an early signal"),
    ),
    "chronic_absence": ShareWords(
        msgid("Chronically absent, grades 6 to 12"),
        msgid("Of 100 students of grades 6 to 12, {share} were chronically absent."),
        msgid("Students of grades 6 to 12"),
    ),
    "found": ShareWords(
        msgid("Listed, of those who ended off track"),
        msgid("Of 100 students who ended off track, {share} had been on a list."),
        msgid("Students who ended off track"),
    ),
    "right": ShareWords(
        msgid("Ended off track, of those listed"),
        msgid("Of 100 students listed, {share} ended off track."),
        msgid("Students listed"),
    ),
    "planned": ShareWords(
        msgid("Had a plan after they were listed"),
        msgid("Of 100 students listed, {share} had a plan later."),
        msgid("Students listed"),
    ),
}
VERDICTS: Mapping[str, str] = {
    "pass": msgid("passed"),
    "fail": msgid("did not pass"),
    "not_enough_evidence": msgid("not enough evidence"),
}

"""Tables of a collaborative: waits for a contact, what risks meant, what gates saw, and codes that stand apart.

The report and the page both say them in these words, and name no district in a table but the reader's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from presentation.collaborative_shares import PooledLike, ShareLike, differ_words, district_words
from presentation.numbers import IntervalLike, of_100, share_interval, signed_of_100
from presentation.sentences import Sentences, msgid

VERDICTS: Mapping[str, str] = {
    "pass": msgid("passed"),
    "fail": msgid("did not pass"),
    "not_enough_evidence": msgid("not enough evidence"),
}


@dataclass(frozen=True)
class WordsTable:
    """A table in words, the name of its subject, and what stands before it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Span:
    """A figure with its interval."""

    estimate: float
    low: float
    high: float


class ReachedLike(Protocol):
    """Students listed, and the share reached in time: between two numbers where days are folded."""

    @property
    def listed(self) -> int:
        """How many were listed."""

    @property
    def low(self) -> float:
        """The least share that was reached."""

    @property
    def high(self) -> float:
        """The most."""


class SpreadLike(PooledLike, Protocol):
    """A pooled lead with the spread of the districts."""

    @property
    def tau(self) -> float:
        """One standard deviation."""


class EvidenceLike(Protocol):
    """What the gates of districts saw."""

    @property
    def leads(self) -> Mapping[str, tuple[float, float, float]]:
        """By district, the lead over the rule with its interval."""

    @property
    def verdicts(self) -> Mapping[str, str]:
        """By district, what its gate said."""

    @property
    def pooled(self) -> SpreadLike:
        """The lead over all of them."""


def waits_table(words: Sentences, found: Mapping[str, ReachedLike], days: int, own: str) -> WordsTable | None:
    """From the first flag to the first contact or plan; None where too few districts tell of it."""
    if not found:
        return None
    rows = [
        (district_words(words, who, own), words.amount(one.listed), reached_words(one)) for who, one in found.items()
    ]
    within = words.translate("Contact or plan within {count} days, of 100", count=days)
    folded = any(one.low != one.high for one in found.values())
    says = words.translate("Two numbers stand where so few students waited long that no exact share can be told.")
    return WordsTable(
        words.translate("From a flag to the first contact"),
        (words.translate("District"), words.translate("Students listed"), within),
        tuple(rows),
        (says,) if folded else (),
    )


def reached_words(one: ReachedLike) -> str:
    """The share reached in time, or the two numbers between which it lies."""
    return of_100(one.low) if one.low == one.high else f"{of_100(one.low)}–{of_100(one.high)}"


def gaps_table(words: Sentences, gaps: Mapping[str, IntervalLike], own: str) -> WordsTable | None:
    """Whether risks of those listed meant what they said; None where too few districts tell of it."""
    if not gaps:
        return None
    return WordsTable(
        words.translate("Did risks mean what they said?"),
        (words.translate("District"), words.translate("More off track than their risks said, of 100 listed")),
        tuple((district_words(words, who, own), difference(words, one)) for who, one in gaps.items()),
    )


def difference(words: Sentences, one: IntervalLike) -> str:
    """A difference of 100 with its interval."""
    middle, low, high = (signed_of_100(end) for end in (one.estimate, one.low, one.high))
    return words.translate("{middle} ({low} to {high})", middle=middle, low=low, high=high)


def evidence_table(words: Sentences, found: EvidenceLike | None, own: str) -> WordsTable | None:
    """What the districts' gates saw, pooled: a model that no district alone could prove may show itself over all."""
    if found is None:
        return None
    gates = sorted({words.translate(VERDICTS.get(one, "")) or one for one in found.verdicts.values()})
    says = (
        words.translate(
            "Of 100 students off track in the end, each district’s own model would list {lead} more than its rule.",
            lead=difference(words, found.pooled),
        ),
        differ_words(words, found.pooled.tau, found.pooled.i_squared),
        words.translate("Alone, their gates said: {verdicts}.", verdicts=words.series(gates)),
        words.translate("A figure over all is no pass: what serves in a district is decided by its own gate."),
    )
    leads = sorted(found.leads.items(), key=lambda item: item[1][2] - item[1][1])
    return WordsTable(
        words.translate("What the gates saw together"),
        (words.translate("District"), words.translate("More listed than by the rule, of 100 off track")),
        tuple((district_words(words, who, own), difference(words, Span(*lead))) for who, lead in leads),
        says,
    )


def missed_cells(one: ShareLike, own: str) -> tuple[str, str]:
    """Of 100 of a group who ended off track, how many were never listed: over the districts, and in the reader's."""
    found, mine = one.pooled, one.shares.get(own)
    missed = share_interval(Span(1 - found.estimate, 1 - found.high, 1 - found.low))
    return missed, of_100(1 - mine[0] / mine[1]) if mine else "–"


def other_use_words(words: Sentences, code: str, district: str, one: ShareLike, who: str) -> str:
    """A code that a district uses otherwise than the others."""
    return words.translate(
        "{code}: {count} of 100 students have it in {district}, {usual} of 100 over all.",
        code=code,
        count=of_100(one.share_of(who).estimate),
        district=district,
        usual=of_100(one.pooled.estimate),
    )


def no_use_words(words: Sentences, code: str, district: str, usual: float) -> str:
    """A code that nearly nobody has in a district."""
    return words.translate(
        "{code}: in {district} no one or few have it. In the others, {usual} of 100 do.",
        code=code,
        district=district,
        usual=of_100(usual),
    )

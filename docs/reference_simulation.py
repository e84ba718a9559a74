"""The page of the simulation: its figures beside published ones, those that are off named as such, and why.

Measuring takes minutes. So the page ends with a stamp of what a small collaborative looks like, of this module and of
the page's own text, and is measured anew only where one of them has changed.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from statistics import median

from docs.reference_text import heading, page, table
from features.simulator.gradients import NEAR, ROUNDING
from features.simulator.marginals import GRADUATING, Marginals
from features.simulator.repeated_marginals import (
    DISTRICTS,
    SEEDS,
    SIZES,
    YEARS,
    Repeated,
    repeated,
    rooms,
    simulated_marginals,
)

PAGE = Path(__file__).parent / "reference" / "simulation.md"
SMALL, SMALL_SEED, SMALL_DISTRICTS, SMALL_YEARS = 240, 7, 2, 5
"""A collaborative that is simulated each time: where the simulator has changed, its figures are others."""

SAN_FRANCISCO = 0.729
"""The share that graduated where the steps by flags were published (Gurantz 2011)."""

Runs = dict[int, tuple[Marginals, ...]]
"""The simulations by the number of students."""


def simulation_page() -> str:
    """The page as it stands, or measured anew where the simulator or the page is another than was stamped."""
    if PAGE.exists():
        text = PAGE.read_text(encoding="utf-8")
        if text == stamped(text.rpartition("\n\n<!-- ")[0]):
            return text
    return measured_page(measured(marks_last=False), measured(marks_last=True))


def measured(*, marks_last: bool) -> Runs:
    """Every simulation of the page, of usual districts or of those whose marks last."""
    return {size: tuple(simulated_marginals(size, seed, marks_last=marks_last) for seed in SEEDS) for size in SIZES}


def stamped(text: str) -> str:
    """A page with its stamp."""
    shape = {"districts": SMALL_DISTRICTS, "years": SMALL_YEARS}
    small = repr([simulated_marginals(SMALL, SMALL_SEED, marks_last=last, **shape) for last in (False, True)])
    digest = sha256("\n".join([small, Path(__file__).read_text(encoding="utf-8"), text]).encode()).hexdigest()
    return f"{text}\n\n<!-- Measured with {digest[:16]} -->\n"


def measured_page(runs: Runs, last: Runs) -> str:
    """The page of these simulations, and of those whose marks last."""
    parts = (
        introduction(),
        *figures(runs),
        heading(2, "What cannot hold together"),
        *limits(all_of(runs)),
        heading(2, "How marks last"),
        turning(within_years(runs)),
        *lasting(runs, last),
        heading(2, "What is planted"),
        *planted(),
    )
    return stamped(page("The simulation", *parts).rstrip("\n"))


def introduction() -> str:
    """What was simulated, how often."""
    sizes = " and ".join(f"{size:,}" for size in SIZES)
    return (
        "The simulator writes records of students who do not exist, for the demo, the tests and the benchmarks. "
        f"Below are collaboratives of {sizes} students in {DISTRICTS} districts over {YEARS - 1} finished years, as "
        f"`ontrack simulate --districts` writes them, each with {len(SEEDS)} seeds: the median and, in brackets, the "
        "lowest and the highest, beside figures published about real students. It says nothing about how well OnTrack "
        "would do in a real district."
    )


def figures(runs: Runs) -> tuple[str, str]:
    """The table of all figures, how many are off, and why."""
    return figures_table(runs), (
        f"{off_of(runs)}, by the median of all. California's and the gradients come from "
        "different places and times: a state where 86 of 100 graduate, a city where far fewer did. The simulation "
        "keeps to California, so those who do badly graduate more often in it than they did in Chicago or San "
        "Francisco. The order is the same, the steps are smaller."
    )


def off_of(runs: Runs) -> str:
    """How many figures are off, by the median of all."""
    middles = [one.middle for one in repeated(all_of(runs))]
    return f"{sum(one.is_off for one in middles)} of {len(middles)} figures are off"


def all_of(runs: Runs) -> tuple[Marginals, ...]:
    """The simulations of all sizes."""
    return tuple(run for some in runs.values() for run in some)


def figures_table(runs: Runs) -> str:
    """The table of all figures."""
    together = repeated(all_of(runs))
    by_size = [repeated(some) for some in runs.values()]
    rows = [
        (one.middle.says, *(each.shares for each in sized), one.middle.source, verdict(one))
        for one, *sized in zip(together, *by_size, strict=True)
    ]
    return table(("Figure", *(f"Of {size:,}" for size in runs), "Published", "Is"), rows)


def verdict(one: Repeated) -> str:
    """Near or off by the median, and in how many simulations it is near where they do not agree."""
    word, times = "off" if one.middle.is_off else "near", len(one.each)
    return word if one.times_near in (0, times) else f"{word} (near in {one.times_near} of {times})"


def limits(runs: Sequence[Marginals]) -> tuple[str, ...]:
    """How many could graduate with published steps near, and why."""
    needed = GRADUATING[0] - ROUNDING
    rows = [
        (one.by, f"{one.lowest:.1%} to {one.highest:.1%}", f"{one.too_little} of {len(runs)}")
        for one in rooms(runs, needed)
    ]
    why = (
        "A share of all students is the average of the shares of its groups, weighed by their sizes. So the sizes say "
        "how many could graduate at most if every published step were only just near, everybody with an A average "
        f"graduated, and those in the lowest groups as often as the next better may. At least {needed:.1%} have to, "
        "to be near California."
    )
    head = ("Steps by", "Could graduate at most", "Too few in")
    there = (
        f"At the sizes that the groups had there it cannot be done: in San Francisco {SAN_FRANCISCO:.0%} graduated, "
        "and 22 of 100 had a flag. With each of the three steps 10 points higher, the whole is 10 points higher, at "
        f"most {SAN_FRANCISCO + NEAR + ROUNDING:.0%}. It takes fewer students in the lower groups than there. Of days "
        "missed that is hardly open, as a fifth is chronically absent; of averages it is."
    )
    later = (
        "Steps move with the whole. Of Chicago's freshmen of 2009 to 2011, when more graduated, 60% of those with a D "
        "average and 18% with an F average did, and more than 90% with a B or an A (Easton, Johnson and Sartain 2017). "
        "The simulation's D is near that, and far from the 28% of 2007."
    )
    tried = (
        "What study habits that last do to each figure, and which steps came near at whose cost: [decision "
        "36](../decisions/0036-marks-turn-faster-than-real-ones.md)."
    )
    return why, table(head, rows), there, later, tried


def within_years(runs: Runs) -> str:
    """How far marks of a year hang together: the median correlation, the lowest and the highest."""
    values = sorted(run.within_year for run in all_of(runs))
    return f"{median(values):.2f} ({values[0]:.2f} to {values[-1]:.2f})"


def turning(correlation: str) -> str:
    """How fast the usual marks turn."""
    return (
        "A student's average after the first quarter and that of the finals of the second semester correlate by "
        f"{correlation}. In two Portuguese schools one subject's first "
        "and last marks of a year do by about .8 (Cortez and Silva 2008), and an average lasts better than one "
        "subject. So marks are **off**: they turn faster within a year than real ones. What is known in autumn says "
        "less of June here than it would there, to a model and to a rule alike."
    )


def lasting(runs: Runs, last: Runs) -> tuple[str, str, str]:
    """What the figures are where marks last."""
    asked = (
        "`ontrack simulate --marks-last` writes districts in which they do not: study habits go on from quarter to "
        f"quarter and from year to year. The two averages then correlate by {within_years(last)}. There are also more "
        "Bs and fewer Ds, and fewer graduate after many failed courses or many days missed. The demo and the tests "
        "keep to the usual districts, of which everything in these pages is measured. Of the same sizes and seeds:"
    )
    closing = f"{off_of(last)} where marks last, and {off_of(runs)} in the usual districts. {brought_near(runs, last)}"
    return asked, figures_table(last), closing


def brought_near(runs: Runs, last: Runs) -> str:
    """Which figures are near where marks last and off otherwise, and which the other way round."""
    pairs = list(zip((one.middle for one in repeated(all_of(runs))), repeated(all_of(last)), strict=True))
    near = [one.says for one, other in pairs if one.is_off and not other.middle.is_off]
    lost = [one.says for one, other in pairs if other.middle.is_off and not one.is_off]
    said = f"Near then and off otherwise: {'; '.join(near) or 'none'}."
    return f"{said} Off then and near otherwise: {'; '.join(lost) or 'none'}."


def planted() -> tuple[str, str]:
    """What the records hide, and how it is switched."""
    what = (
        "Planted, so that an audit has something true to find: minor behavior of Black students is written down 1.6 "
        "times as often; poverty, disability, language, foster care and homelessness cost engagement and marks; one "
        "school records late and forgets days; half of the plans that follow a contact help. `--truth` writes who and "
        "what, apart from the records."
    )
    switched = (
        "A district's `Plan.planted` switches it: how much more often, how many days and what share, whether programs "
        "and schools differ at all, and, off unless asked for, a program whose members show only after November 20 how "
        "their year ends. With `NOTHING` only the help is left, and whatever an audit finds is chance."
    )
    return what, switched

"""What is uncertain, and how it is drawn.

Here: one number for everything that ``criterion.UNCERTAIN`` declares, and from these the values of a draw. Not here:
criteria under draws (``criteria``), scores under draws (``model``).

Everything uncertain is drawn as one number u in [0, 1). These numbers are independent even where the quantities are
not (weights sum to 1): u picks one of the versions made beforehand, or a value between two bounds. NaN means the
policy's value.
"""

from collections.abc import Mapping

import numpy as np

from pipeline.criteria.draws import Draw, Floats, Stream, UnderDraws, Versions
from pipeline.criterion import CRITERIA, UNCERTAIN
from pipeline.policy import Policy
from pipeline.uncertainty.ranges import draw_weights

SOURCES: tuple[str, ...] = tuple(uncertain.name for uncertain in UNCERTAIN)
# The random numbers of all quantities without versions come from the stream of the first of them.
NUMBERS = next(uncertain.stream for uncertain in UNCERTAIN if not uncertain.versions)


def _made(criterion: UnderDraws, name: str, stream: Stream) -> Versions:
    """Make the versions of something uncertain about a criterion.

    Args:
        criterion: the criterion under draws.
        name: what is uncertain, declared with ``versions=True``.
        stream: the seed of its random numbers, and the number of draws.

    Returns:
        As many versions as there are draws.

    Raises:
        LookupError: the criterion declares versions and does not make them.
    """
    if name not in criterion.versions:
        raise LookupError(f"no versions of {name}; expected them in the versions of the criterion {criterion.name}")
    return criterion.versions[name](stream)


class Choices:
    """The versions of everything uncertain, made once from the policy's seed.

    Attributes:
        policy: the policy of the run.
        draws: the number of draws.
    """

    def __init__(self, criteria: Mapping[str, UnderDraws], policy: Policy, threads: int) -> None:
        self.policy, self.draws = policy, policy.uncertainty.draws
        streams = np.random.SeedSequence(policy.seed).spawn(1 + max(uncertain.stream for uncertain in UNCERTAIN))
        seeds = {uncertain.name: streams[uncertain.stream] for uncertain in UNCERTAIN}
        self._numbers = streams[NUMBERS]
        nominal = np.array(policy.nominal_weights)
        drawn = draw_weights(
            nominal, policy.uncertainty.weights_concentration, self.draws, int(seeds["weights"].generate_state(1)[0])
        )
        self._versions = {"weights": Versions(drawn, nominal)} | {
            name: _made(criteria[criterion.name], name, Stream(seeds[name], self.draws, threads))
            for criterion in CRITERIA
            for name in (uncertain.name for uncertain in criterion.uncertain if uncertain.versions)
        }

    def uniforms(self) -> Floats:
        """Draw one number per source and draw.

        Returns:
            Numbers in [0, 1), (sources, draws). Those of a source with versions pick each version once; all others are
            random.
        """
        u = np.random.default_rng(self._numbers).random((len(SOURCES), self.draws))
        for i, uncertain in enumerate(UNCERTAIN):
            if uncertain.versions:
                u[i] = (np.arange(self.draws) + 0.5) / self.draws
        return u

    def draw(self, u: Floats) -> Draw:
        """Turn numbers into the values of draws.

        Args:
            u: (sources, m) numbers in [0, 1), in the order of ``SOURCES``; NaN gives the policy's value.

        Returns:
            The values of m draws.
        """
        by_source = dict(zip(SOURCES, u, strict=True))
        values = {
            name: self._versions[name].at(numbers) if name in self._versions else numbers
            for name, numbers in by_source.items()
        }
        return Draw(weights=values.pop("weights"), rho=self._exponents(values.pop("exponent")), values=values)

    def _exponents(self, u: Floats) -> Floats:
        """One of the policy's exponents for each number, the policy's own for NaN: (m,)."""
        exponents, keeps = np.array(self.policy.uncertainty.rho), np.isnan(u)
        picked = exponents[(np.where(keeps, 0, u) * len(exponents)).astype(np.int64)]
        return np.where(keeps, self.policy.score.rho, picked)

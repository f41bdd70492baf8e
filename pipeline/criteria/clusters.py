"""Where high values cluster: Getis-Ord Gi* and the hot spots among many tests.

Here: bare kernels over districts by draws, and the functions that validate one vector and call them. Not here: whose
neighbour a district is (``places``), what a hot spot decides (``criteria.poverty``).
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.special import ndtri

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Neighbours:
    """A matrix of neighbours with what Gi* needs of it.

    Attributes:
        matrix: (n, n) of 0 and 1, with ones on the diagonal.
        degree: (n, 1) neighbours of each district, itself included: ``W_i``.
        spread: (n, 1) ``√((n W_i - W_i²)/(n - 1))``.
    """

    matrix: sparse.csr_array
    degree: Floats
    spread: Floats

    @classmethod
    def of(cls, matrix: sparse.csr_array) -> Self:
        """Compute what Gi* needs of a matrix of neighbours.

        Args:
            matrix: (n, n) of 0 and 1, with ones on the diagonal.

        Returns:
            The matrix with its degrees and spreads, (n, 1) each.

        Three districts in a row; the middle one has all three as neighbours, so its spread is 0:

        >>> row = sparse.csr_array(np.eye(3) + np.eye(3, k=1) + np.eye(3, k=-1))
        >>> near = Neighbours.of(row)
        >>> near.degree.ravel().tolist(), near.spread.ravel().tolist()
        ([2.0, 3.0, 2.0], [1.0, 0.0, 1.0])
        """
        n = matrix.shape[0]
        degree = np.asarray(matrix.sum(axis=1), dtype=float).reshape(n, 1)
        return cls(matrix, degree, np.sqrt(np.maximum(0.0, (n * degree - degree**2) / max(n - 1, 1))))


def bare_gi_star(values: Floats, neighbours: Neighbours) -> Floats:
    """Compute Gi* of each column of ``values``, without validation; the formula is at ``gi_star``.

    Args:
        values: (n, draws), finite, in any unit.
        neighbours: of the same n districts.

    Returns:
        z scores, (n, draws); 0 where Gi* is not defined.
    """
    if not len(values):
        return values
    excess = neighbours.matrix @ values - values.mean(axis=0) * neighbours.degree
    spread = neighbours.spread * values.std(axis=0)
    return np.divide(excess, spread, out=np.zeros_like(excess), where=spread > 1e-12)


def gi_star(values: ArrayLike, neighbours: Any) -> Floats:
    """Compute Getis-Ord Gi*, the district itself included, as a z score.

    ``z_i = (Σ_j w_ij x_j - x̄ W_i) / (s √((n Σ_j w_ij² - W_i²)/(n-1)))`` with ``W_i = Σ_j w_ij``, ``s`` the population
    standard deviation. Where it is not defined (all values equal, or every district a neighbour) z is 0.

    Args:
        values: x, (n,) in any unit.
        neighbours: w, (n, n) of 0 and 1 with ones on the diagonal, dense or scipy sparse.

    Returns:
        z scores, (n,).

    Raises:
        ValueError: missing values, a matrix of another shape, weights other than 0 and 1, or a diagonal without ones.

    Source: Getis & Ord (1992), Geographical Analysis 24, 189-206; Ord & Getis (1995), 27, 286-306.

    Four districts in a row, values 1 2 3 4: x̄ = 2.5, s² = 1.25. The first has itself and the second:
    (3 - 5) / (√1.25 · √((4·2 - 4)/3)) = -2 / 1.2910 = -1.5492.

    >>> row = np.eye(4) + np.eye(4, k=1) + np.eye(4, k=-1)
    >>> gi_star([1, 2, 3, 4], row).round(4).tolist()
    [-1.5492, -1.3416, 1.3416, 1.5492]
    """
    x = np.asarray(values, dtype=float)
    w = sparse.csr_array(neighbours, dtype=float)
    if x.ndim != 1 or w.shape != (x.size, x.size):
        raise ValueError(f"{x.size} values need a matrix of {x.size} by {x.size}, not {w.shape}")
    if not np.isfinite(x).all():
        raise ValueError("values must not be missing: leave such districts out of both arguments")
    if not np.isin(w.data, (0.0, 1.0)).all() or (x.size and (w.diagonal() != 1).any()):
        raise ValueError("neighbours must be 0 or 1, with 1 on the diagonal (the district itself)")
    # z does not depend on the unit: scaled, so that large values that are all but equal count as equal.
    scaled = x / max(1.0, np.abs(x).max(initial=0.0))
    return bare_gi_star(scaled[:, None], Neighbours.of(w))[:, 0]


def least_z(n: int, q: float) -> Floats:
    """Compute the z that k of n tests must reach for all k to pass Benjamini-Hochberg, for k = 0 to n.

    A two-sided p passes as the k-th smallest where ``p ≤ q k/n``, which is ``|z| ≥ -Φ⁻¹(q k/2n)``.

    Args:
        n: the number of tests.
        q: the false discovery rate, in (0, 1).

    Returns:
        z scores, (n + 1,), falling; the first is infinite.

    Source: Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.

    >>> least_z(2, 0.1).round(3).tolist()
    [inf, 1.96, 1.645]
    """
    return np.asarray(-ndtri(q * np.arange(n + 1) / max(n, 1) / 2))


def bare_hot_spots(z: Floats, least: Floats) -> Flags:
    """Find the hot spots in each column of ``z``, without validation; the rule is at ``hot_spots``.

    Nothing is sorted: k falls from n to the largest k for which k tests pass.

    Args:
        z: (n, draws) z scores, finite.
        least: (n + 1,), from ``least_z(n, q)``.

    Returns:
        Booleans, (n, draws).

    >>> bare_hot_spots(np.array([[2.0], [3.0], [1.0]]), least_z(3, 0.1)).ravel().tolist()
    [True, True, False]
    """
    size = np.abs(z)
    k = np.full(z.shape[1], len(z))
    while True:
        passed = np.count_nonzero(size >= least[k], axis=0)
        if (passed >= k).all():
            return z >= least[k]
        k = np.minimum(passed, k)


def hot_spots(z: ArrayLike, q: float) -> Flags:
    """Find the districts with a significantly high Gi*: z > 0 and significant after Benjamini-Hochberg.

    Cold spots count among the tests and are not hot spots. Tests compare this with scipy's
    ``false_discovery_control``, which gives the same for one vector and is too slow for thousands of draws.

    Args:
        z: (n,) z scores; their two-sided p is that of the normal distribution.
        q: the false discovery rate over all n, between 0 and 1.

    Returns:
        Booleans, (n,).

    Raises:
        ValueError: missing z, or a q outside (0, 1).

    Source: Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.

    p of 3 is 0.0027, of 2 is 0.0455, of 1 is 0.317; at q = 0.1 the limits are 0.033, 0.067, 0.1:

    >>> hot_spots([2.0, 3.0, 1.0], 0.10).tolist()
    [True, True, False]
    >>> hot_spots([2.0, -3.0, 1.0], 0.10).tolist()
    [True, False, False]
    """
    scores = np.asarray(z, dtype=float)
    if not 0 < q < 1:
        raise ValueError(f"q is {q:g}; it must be between 0 and 1")
    if not np.isfinite(scores).all():
        raise ValueError("z must not be missing")
    return bare_hot_spots(scores[:, None], least_z(scores.size, q))[:, 0]

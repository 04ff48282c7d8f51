"""How short an interval of a class-wise error can be at all, of a calibrated model.

`python -m benchmarks.coverage.least_width`. Pratt (1961): the mean length of an interval is the
sum over values of how often it holds them. Of a calibrated model, a value away from 0 is held at
least as often as the most powerful test at 5 % of the gaps that have that value fails to reject
them. Gaps of random signs, as many as there are bins, that are hard to see are a mixture with a
likelihood ratio in closed form; so the bound is for independent normal gaps, and for any method
that covers such gaps.
"""

import numpy as np
import torch
from benchmarks.coverage.generators import LAWS, Floats
from benchmarks.coverage.sets import rng_of

from calibrant.metrics.binned.class_covariance import class_tally
from calibrant.metrics.binned.class_noise import ClassNoise

__all__ = ["least_width"]

N, N_BINS, N_SETS, N_VALUES = 5000, 15, 1000, 40
LEVEL = 0.95


def least_width(deviation: Floats, share: Floats, norm: str) -> tuple[float, float]:
    """Bound of the mean width, and the central 95 % range of the estimator, of calibrated gaps."""
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(N_SETS, len(deviation)))
    sizes = deviation ** (1 / 3) if norm == "l1" else deviation / np.sqrt(share)
    sizes /= np.sqrt((sizes**2).mean())

    def error(gaps: Floats) -> Floats:
        if norm == "l1":
            return np.abs(gaps).sum(axis=-1)
        return np.sqrt((gaps**2 / share).sum(axis=-1))

    values, held = [0.0], [1.0]
    for size in np.linspace(0, 3, N_VALUES + 1)[1:]:
        off = size * sizes

        def evidence(seen: Floats, off: Floats = off) -> Floats:
            return np.log(np.cosh(seen * off)).sum(axis=1)

        least = np.quantile(evidence(noise + off), 1 - LEVEL)  # signs do not matter
        values.append(float(error(off * deviation)))
        held.append(float((evidence(noise) >= least).mean()))
    spread = np.quantile(error(noise * deviation), [0.025, 0.975])
    return float(np.trapezoid(held, values)), float(spread[1] - spread[0])


def main() -> None:
    """Print the bound of every calibrated law, beside the range of the estimator."""
    torch.set_num_threads(1)
    for name in ("calibrated", "rare", "3 classes", "10 classes", "100 classes"):
        rows = LAWS[name].draw(rng_of(name, N, 0), N)
        noise = ClassNoise.of(rows, class_tally(rows, N_BINS), N_BINS)
        share, deviation = noise.share, noise.deviation
        if rows.n_classes == 2:  # one event told twice
            half = share.size // 2
            share, deviation = 2 * share[half:], 2 * deviation[half:]
        for norm in ("l1", "l2"):
            width, spread = least_width(deviation, share, norm)
            ratio = f"{width / spread:.2f} times the range {spread:.4f}"
            print(f"{name}, {norm}: at least {width:.4f}, {ratio}")


if __name__ == "__main__":
    main()

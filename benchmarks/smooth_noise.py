"""Smooth ECE of calibrated rows: how many lie beyond the noise floor that is stated.

`python benchmarks/smooth_noise.py [SETS] [ROWS]`: of true probabilities 5 % lie beyond the 95th
percentile, and p values are even between 0 and 1.
"""

import sys

import numpy as np

import calibrant as cal


def main() -> None:
    """Draw calibrated sets and print shares."""
    n_sets, n = (int(word) for word in [*sys.argv[1:], "300", "300000"][:2])
    beyond, p_values = 0, []
    for k in range(n_sets):
        generator = np.random.default_rng(k)
        probs = generator.beta(0.6, 0.6, size=n)
        rows = cal.events(probs=probs, outcomes=generator.uniform(size=n) < probs)
        found = cal.evaluate(rows, ["smooth_ece"])["smooth_ece"]
        beyond += float(found.value) > found.details["noise_floor_95"]
        p_values.append(found.details["p_value"])
    print(
        f"{n_sets} sets of {n:,}: {beyond / n_sets:.1%} beyond the 95th percentile, "
        f"mean p {np.mean(p_values):.3f}, p < .05 in {np.mean(np.array(p_values) < 0.05):.1%}"
    )


if __name__ == "__main__":
    main()

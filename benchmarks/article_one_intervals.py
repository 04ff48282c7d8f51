"""The first article's before and after, with intervals: what of it is signal, seed by seed.

For every seed the recipe ``article`` is trained as `article_one` does, its temperature fitted on
the validation rows, and the test rows are measured before and after it: ECE with ten bins, its
interval and p value, and the paired differences. ``docs/article-1.md`` tells what they mean.

Run it as ``python benchmarks/article_one_intervals.py [TABLE] [SEEDS]`` (default:
``../shared/data/bigmart_train.csv``, 10).
"""

import sys
from pathlib import Path

from article_one import prepared_for, stated

import calibrant as cal
from calibrant.statistics.threads import threads

MEASURES = ["ece_10", "log_loss"]
HEADS = ("seed", "ECE before", "after", "p after", "ECE, less", "log loss, less", "p")


def row_of(table: Path, seed: int) -> tuple[str, ...]:
    """Cells of a seed."""
    with threads(1):
        task, prepared = prepared_for(table, seed, "article")
        validation, before = stated(task, prepared.folds[0])
    after = cal.TemperatureScaling().fit(validation).transform(before)
    first, second = (cal.evaluate(rows, MEASURES)["ece_10"] for rows in (before, after))
    found = cal.compare({"before": before, "after": after}, metrics=MEASURES)
    error, loss = (found[measure].difference for measure in MEASURES)
    cells = [f"{one.value:.4f} ({one.low:.4f} to {one.high:.4f})" for one in (first, second)]
    cells.append(f"{second.details['p_value']:.3f}")
    cells += [f"{one.value:.4f} ({one.low:.4f} to {one.high:.4f})" for one in (error, loss)]
    return (str(seed), *cells, f"{loss.p_value:.4f}")


def main() -> int:
    """Print a row for every seed."""
    table = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/bigmart_train.csv")
    if not table.is_file():
        print(f"There is no {table}. Name bigmart_train.csv.")
        return 2
    print(f"| {' | '.join(HEADS)} |")
    print("|" + " --- |" * len(HEADS))
    for seed in range(int(sys.argv[2]) if len(sys.argv) > 2 else 10):
        print(f"| {' | '.join(row_of(table, seed))} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""Coverage of the intervals that other libraries offer, on the laws of this benchmark.

`make coverage-peers`, which installs them into an environment of their own, or
`python -m benchmarks.coverage.peers`. Every peer gets the rows that calibrant gets, and its
interval is asked for the population value of what it estimates. calibstats takes 200 replicates
here, torchmetrics 100: both let a user choose, and more of them move ends by little. What is slow
is asked of a quarter of the sets, and what is not installed is named. MAPIE has no interval for a
metric, only p values of tests.
"""

import argparse
import importlib
import json
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from benchmarks.coverage.generators import LAWS
from benchmarks.coverage.measures import measures_of
from benchmarks.coverage.sets import rng_of
from benchmarks.coverage.truths import is_zero, truths

import calibrant as cal

DATA = Path(__file__).with_name("results") / "peers.json"
CHOSEN = ("calibrated", "temperature 1.5", "temperature 3", "wiggle", "rare, twice")
SIZES = (1000, 5000)
RUNS = 200
Ends = tuple[float, float]


@dataclass(frozen=True)
class Peer:
    """A library's way to an interval of a metric of two classes."""

    library: str  # what tables call it
    module: str
    metric: str  # of calibrant, whose population value is what the peer estimates
    how: str
    run: Callable[[Any, Any, Any], Ends]
    slow: float = 1.0  # share of the sets that it is asked for


def _ours(metric: str) -> Peer:
    def run(_: Any, p: Any, y: Any) -> Ends:
        estimate = cal.evaluate(cal.predictions(probs=p, labels=y), [metric])[metric]
        return (np.nan, np.nan) if estimate.low is None else (estimate.low, estimate.high)

    return Peer("**calibrant**", "calibrant", metric, "default", run)


def _calibstats(metric: str, name: str) -> Peer:
    def run(peer: Any, p: Any, y: Any) -> Ends:
        found = peer.bootstrap_ci(p, y, getattr(peer, name), n_boot=200)
        return found.low, found.high

    return Peer("calibstats", "calibstats", metric, f"`{name}`, percentile, 200 replicates", run)


def _torchmetrics(metric: str, name: str, **settings: Any) -> Peer:
    def run(peer: Any, p: Any, y: Any) -> Ends:
        base = getattr(peer.classification, name)(**settings)
        wrapper = peer.wrappers.BootStrapper(
            base,
            num_bootstraps=100,
            quantile=torch.tensor([0.025, 0.975]),
            sampling_strategy="multinomial",
        )
        wrapper.update(torch.from_numpy(p).float(), torch.from_numpy(y))
        low, high = wrapper.compute()["quantile"]
        return float(low), float(high)

    how = f"`BootStrapper({name})`, percentile, 100 replicates"
    return Peer("torchmetrics", "torchmetrics", metric, how, run, slow=0.25)


def _verified(peer: Any, p: Any, y: Any) -> Ends:
    low, _, high = peer.get_calibration_error_uncertainties(p, y, p=2, alpha=0.05)
    return float(low), float(high)


def _confidence(metric: str, name: str, *, decided: bool, **settings: Any) -> Peer:
    def run(peer: Any, p: Any, y: Any) -> Ends:
        given = (p >= 0.5).astype(int) if decided else p
        _, (low, high) = getattr(peer, name)(y, given, confidence_level=0.95, **settings)
        return float(low), float(high)

    how = f"`{name}`, {settings.get('method', 'default')}"
    return Peer("confidenceinterval", "confidenceinterval", metric, how, run)


PEERS = (
    _ours("positive_ece"),
    _calibstats("positive_ece", "ece"),
    _torchmetrics("positive_ece", "BinaryCalibrationError", n_bins=15),
    _ours("positive_ece_l2"),
    _calibstats("positive_ece_l2", "debiased_ece"),  # which is L2, for all its name
    _ours("positive_ece_l2_equal_mass"),
    Peer(
        "uncertainty-calibration",
        "calibration",
        "positive_ece_l2_equal_mass",
        "`get_calibration_error_uncertainties(alpha=0.05)`",
        _verified,
        slow=0.25,
    ),
    _ours("brier_binary"),
    _calibstats("brier_binary", "brier_score"),
    _ours("log_loss"),
    _calibstats("log_loss", "nll"),
    _ours("accuracy"),
    _confidence("accuracy", "accuracy_score", decided=True),
    _torchmetrics("accuracy", "BinaryAccuracy"),
    _ours("f1_positive"),
    _confidence("f1_positive", "f1_score", decided=True, average="binary"),
    _torchmetrics("f1_positive", "BinaryF1Score"),
    _ours("f1_macro"),
    _confidence("f1_macro", "f1_score", decided=True, average="macro"),
    _ours("auroc_positive"),
    _confidence("auroc_positive", "roc_auc_score", decided=False),
    _torchmetrics("auroc_positive", "BinaryAUROC"),
)


@dataclass
class Found:
    """Ends of all sets, and the time they took."""

    ends: list[Ends] = field(default_factory=list)
    seconds: float = 0.0


def measure(peer: Peer, module: Any, law: str, n: int, runs: int) -> dict[str, Any]:
    """Coverage and width of a peer."""
    target = next(each for each in measures_of(LAWS[law]) if each.name == peer.metric)
    truth = 0.0 if is_zero(LAWS[law], target) else truths()[law][target.estimand][0]
    found = Found()
    for number in range(max(20, round(peer.slow * runs))):
        rows = LAWS[law].draw(rng_of(law, n, number), n)
        p, y = np.asarray(rows.probs), np.asarray(rows.labels)
        start = time.process_time()
        np.random.seed(number)  # noqa: NPY002, the state that peers draw from
        torch.manual_seed(number)
        found.ends.append(peer.run(module, p, y))
        found.seconds += time.process_time() - start
    low, high = np.array(found.ends).T
    told = ~np.isnan(low)
    held = (low[told] <= truth + 1e-9) & (truth - 1e-9 <= high[told])
    line = {"library": peer.library, "how": peer.how, "metric": peer.metric, "law": law, "n": n}
    return line | {
        "truth": truth,
        "sets": len(found.ends),
        "intervals": int(told.sum()),
        "coverage": float(held.mean()) if told.any() else None,
        "mean_width": float((high - low)[told].mean()) if told.any() else None,
        "ms": 1000 * found.seconds / len(found.ends),
    }


def table(lines: list[dict[str, Any]]) -> str:
    """Markdown of all lines."""
    places = list(dict.fromkeys((line["law"], line["n"]) for line in lines))
    heads = " | ".join(f"{law}, {n:,}" for law, n in places)
    out = [f"| metric | library | how | {heads} | ms |", f"| --- |{' --- |' * (len(places) + 3)}"]
    ways = dict.fromkeys((line["metric"], line["library"], line["how"]) for line in lines)
    for metric, library, how in ways:
        own = [x for x in lines if (x["metric"], x["library"], x["how"]) == (metric, library, how)]
        at = {(x["law"], x["n"]): x for x in own}
        cells = [_cell(at.get(place)) for place in places]
        ms = max(x["ms"] for x in own)
        out.append(f"| `{metric}` | {library} | {how} | {' | '.join(cells)} | {ms:.0f} |")
    return "\n".join(out)


def _cell(line: dict[str, Any] | None) -> str:
    if line is None or line["coverage"] is None:
        return "-"
    return f"**{100 * line['coverage']:.0f}** {line['mean_width']:.3g}"


def _renewed(kept: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines that were kept with new ones in their place, in the order of peers."""

    def key(line: dict[str, Any]) -> tuple[Any, ...]:
        return line["law"], line["n"], line["metric"], line["library"], line["how"]

    order = [(peer.metric, peer.library, peer.how) for peer in PEERS]
    both = {key(line): line for line in (*kept, *new)}
    places = list(dict.fromkeys((line["law"], line["n"]) for line in both.values()))
    return sorted(
        (line for line in both.values() if key(line)[2:] in order),
        key=lambda line: (order.index(key(line)[2:]), places.index(key(line)[:2])),
    )


def main() -> None:
    """Measure all that is installed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--minutes", type=float, default=1e9)
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--laws", nargs="+", default=list(CHOSEN))
    parser.add_argument("--libraries", nargs="+", help="renew their lines, and keep the others")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    lines: list[dict[str, Any]] = []
    kept, absent, end = lines, set[str](), time.monotonic() + 60 * chosen.minutes
    for n in chosen.sizes:
        for law in chosen.laws:
            for peer in PEERS:
                if chosen.libraries and peer.library.strip("*") not in chosen.libraries:
                    continue
                if time.monotonic() > end:
                    break
                try:
                    module = importlib.import_module(peer.module)
                except ImportError as error:
                    absent.add(f"{peer.library} is not installed: {error}")
                    continue
                lines.append(measure(peer, module, law, n, chosen.runs))
            print(f"n = {n:,}, {law}: {len(lines)} lines", flush=True)
            kept = keep(lines, absent, renew=bool(chosen.libraries))
    print("\n".join((table(kept), "", *sorted(absent))))


def keep(lines: list[dict[str, Any]], absent: set[str], *, renew: bool) -> list[dict[str, Any]]:
    """All lines, kept in the file: new ones in the place of old, where some are renewed."""
    DATA.parent.mkdir(exist_ok=True)
    if renew and DATA.exists():
        lines = _renewed(json.loads(DATA.read_text("utf-8"))["lines"], lines)
    text = json.dumps({"lines": lines, "absent": sorted(absent)})
    DATA.write_text(text.replace("}, {", "},\n{") + "\n", "utf-8")
    return lines


if __name__ == "__main__":
    main()

"""What every metric is tried on: rows of each kind that it can be told from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch
from torch import Tensor

import calibrant as cal
from calibrant.metrics.base import Metric
from calibrant.metrics.binned.calibration import ExpectedCalibrationError
from calibrant.metrics.estimate import Estimate
from calibrant.metrics.registry import METRICS, resolve
from calibrant.prediction.rows import Rows

NAMES = (*METRICS, "ece_10", "ece_7", "mce_10", "positive_ece_12", "classwise_ece_7")
LEFT = (ExpectedCalibrationError(closed="left"), ExpectedCalibrationError("positive", 10, "left"))
N = 300


@dataclass(frozen=True)
class Evidence:
    """Columns that a door takes, row by row, and settings of the door."""

    door: Callable[..., Rows]
    columns: dict[str, Tensor]
    settings: dict[str, object] = field(default_factory=dict)
    metrics: tuple[str | Metric, ...] = ()  # all that these rows can tell

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def rows(self, index: Tensor | slice | None = None, **others: object) -> Rows:
        """Rows of the door: those at `index`, with other columns beside or instead."""
        columns = {k: v if index is None else v[index] for k, v in self.columns.items()}
        return self.door(**{**columns, **self.settings, **others})

    def with_columns(self, **columns: Tensor) -> "Evidence":
        """The same with other columns beside or instead."""
        return replace(self, columns={**self.columns, **columns})


def _evidence() -> dict[str, Evidence]:
    generator = torch.Generator().manual_seed(2)

    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64)

    def came(probs: Tensor) -> Tensor:
        return torch.multinomial(probs, 1, generator=generator).squeeze(-1)

    positive = (2 * draw(N)).sigmoid()
    positive[: N // 2] = (positive[: N // 2] * 30).round() / 30  # on edges of 10 and 15 bins
    hits = (torch.rand(N, generator=generator, dtype=torch.float64) < positive).long()
    two, many = 2 * draw(N, 2), 2 * draw(N, 4)
    soft = torch.stack((draw(N, 3).softmax(-1), (2 * draw(N, 3)).softmax(-1)))
    chosen, labels = torch.randint(3, (2, N), generator=generator)
    return {
        "positive": Evidence(cal.predictions, {"probs": positive, "labels": hits}),
        "two": Evidence(cal.predictions, {"logits": two, "labels": came((two / 2).softmax(-1))}),
        "many": Evidence(cal.predictions, {"logits": many, "labels": came((many / 3).softmax(-1))}),
        "soft": Evidence(cal.predictions, {"probs": soft[0], "labels": soft[1]}),
        "events": Evidence(cal.events, {"probs": positive, "outcomes": hits}),
        "chosen": Evidence(
            cal.decisions, {"predicted": chosen, "labels": labels}, {"n_classes": 3}
        ),
        "chosen yes or no": Evidence(
            cal.decisions, {"predicted": chosen % 2, "labels": labels % 2}, {"n_classes": 2}
        ),
        "numbers": Evidence(cal.numbers, {"predicted": many[:, 0] + 7, "targets": many[:, 1] + 7}),
    }


def _fits(name: str, rows: Rows) -> bool:
    of_two = "positive" in name or "binary" in name
    readable = isinstance(rows, resolve(name, rows.n_classes).statistic.reads)
    return readable and (rows.n_classes == 2 or not of_two)


def _with_metrics(evidence: Evidence) -> Evidence:
    rows = evidence.rows()
    named = [name for name in NAMES if _fits(name, rows)]
    return replace(evidence, metrics=(*named, *(LEFT if "positive_ece" in named else ())))


EVIDENCE = {kind: _with_metrics(evidence) for kind, evidence in _evidence().items()}


@pytest.fixture(params=EVIDENCE.values(), ids=EVIDENCE, scope="session")
def evidence(request: pytest.FixtureRequest) -> Evidence:
    """Rows of every kind, with all registered metrics that can be told from them."""
    return request.param


@pytest.fixture(scope="session")
def all_evidence() -> dict[str, Evidence]:
    """Rows of all kinds, by kind."""
    return EVIDENCE


@pytest.fixture(scope="session")
def assert_same() -> Callable[..., None]:
    """Check that two estimates have the same numbers."""

    def compare(
        actual: Estimate,
        expected: Estimate,
        fields: Sequence[str] = ("value", "low", "high", "noise_floor"),
        *,
        atol: float = 1e-12,
        hint: str = "",
    ) -> None:
        for name in fields:
            both = getattr(actual, name), getattr(expected, name)
            assert (both[0] is None) == (both[1] is None), f"{name} {hint}"
            if both[0] is not None:
                arrays = (np.array(one, dtype=float) for one in both)
                message = f"{name} {hint}"
                np.testing.assert_allclose(*arrays, rtol=1e-12, atol=atol, err_msg=message)

    return compare

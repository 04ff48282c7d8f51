"""TabularNet: several small networks side by side, whose probabilities are averaged."""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from calibrant.errors import InputError
from calibrant.training.embedding import NumberEmbedding

__all__ = ["NetworkSettings", "TabularNet", "random_zeros"]

_LEVELS = 2**16  # of a random number of 16 bits


@dataclass(frozen=True, slots=True)
class NetworkSettings:
    """Sizes of a `TabularNet`.

    Attributes
    ----------
    hidden : tuple of int
        Units of every hidden layer of a member, at least one layer.
    dropout : tuple of float
        Share of units set to 0 after every hidden layer while training, in [0, 1).
    members : int
        Networks trained side by side; their probabilities are averaged.
    waves, wave_width : int
        Waves learned for every number, and columns they are mixed to; 0 leaves them out.
    wave_scale : float
        Standard deviation of the frequencies at the start, per interquartile range.
    """

    hidden: tuple[int, ...] = (128, 64)
    dropout: tuple[float, ...] = (0.5, 0.25)
    members: int = 4
    waves: int = 16
    wave_width: int = 3
    wave_scale: float = 0.1

    def __post_init__(self) -> None:
        if not self.hidden or min(self.hidden) < 1:
            rule, remedy = "name at least one layer of at least 1 unit", "Try (128, 64)."
            raise InputError("hidden", rule, f"{self.hidden}", remedy)
        if len(self.dropout) != len(self.hidden):
            rule, remedy = "hold one share for every hidden layer", "Give as many as layers."
            raise InputError("dropout", rule, f"{self.dropout} for {self.hidden}", remedy)
        if not all(0 <= share < 1 for share in self.dropout):
            raise InputError("dropout", "lie in [0, 1)", f"{self.dropout}", "0 drops nothing.")
        if self.members < 1:
            raise InputError("members", "be at least 1", f"{self.members}", "4 is the default.")
        for name, size in (("waves", self.waves), ("wave_width", self.wave_width)):
            if size < 0:
                raise InputError(name, "be at least 0", f"{size}", "0 leaves the waves out.")
        if not 0 <= self.wave_scale < math.inf:
            rule, remedy = "be a finite number, at least 0", "0.1 is the default."
            raise InputError("wave_scale", rule, f"{self.wave_scale}", remedy)


DEFAULT = NetworkSettings()


def random_zeros(layer: Tensor, share: float) -> Tensor:
    """Dropout: a random `share` of `layer` is 0, the rest is scaled up to keep the mean.

    As `torch.nn.functional.dropout` from the global generator, with the share rounded to 16
    bits: four units share one random number, which takes a fifth of the time on a processor.
    The scale belongs to the rounded share, so the mean is exact.

    References
    ----------
    .. [1] Srivastava et al. "Dropout: A Simple Way to Prevent Neural Networks from
       Overfitting." JMLR 15, 2014.
    """
    dropped = min(round(share * _LEVELS), _LEVELS - 1)
    if dropped == 0:
        return layer
    fours = torch.empty(-(-layer.numel() // 4), dtype=torch.int64, device=layer.device)
    levels = fours.random_(-(2**63), None).view(torch.int16)[: layer.numel()].view(layer.shape)
    kept = (levels >= dropped - _LEVELS // 2).to(layer.dtype)
    return layer * kept.mul_(_LEVELS / (_LEVELS - dropped))


class TabularNet(nn.Module):
    """Independent multilayer networks over numbers and one-hot columns, in one pass.

    A member is, for every hidden layer, a linear map, batch norm, Mish and dropout, then a
    linear map to the classes. All members see the same `NumberEmbedding`. Weights are kept
    as ``(member, out, in)`` and activations as ``(member, unit, row)``: so layers of all
    members are one product, and batch norm needs no copy.

    Parameters
    ----------
    n_features : int
        Columns of the input, at least 1.
    n_numbers : int
        How many of them, from the left, are numbers; the others are passed on as they are.
    n_classes : int
        Columns of the output, at least 2.
    settings : NetworkSettings, optional
        Sizes.
    generator : torch.Generator, optional
        Draws the weights; without it the global generator does.

    References
    ----------
    .. [1] Misra. "Mish: A Self Regularized Non-Monotonic Activation Function." BMVC 2020.
    .. [2] Ioffe and Szegedy. "Batch Normalization." ICML 2015.
    .. [3] Lakshminarayanan et al. "Simple and Scalable Predictive Uncertainty Estimation using
       Deep Ensembles." NeurIPS 2017. (The mean of probabilities.)

    Examples
    --------
    >>> net = TabularNet(3, n_numbers=2, n_classes=4).eval()
    >>> net(torch.zeros(5, 3)).exp().sum(dim=-1).allclose(torch.ones(5))
    True
    """

    def __init__(
        self,
        n_features: int,
        *,
        n_numbers: int,
        n_classes: int,
        settings: NetworkSettings = DEFAULT,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if n_features < 1 or not 0 <= n_numbers <= n_features:
            rule, got = "be at least 1, and at least n_numbers", f"{n_features} with {n_numbers}"
            raise InputError("n_features", rule, got, "Count numbers and other columns together.")
        if n_classes < 2:
            raise InputError("n_classes", "be at least 2", f"{n_classes}", "Name every class.")
        self.n_features, self.n_numbers, self.n_classes = n_features, n_numbers, n_classes
        self.settings = settings
        self.embedding = NumberEmbedding(
            n_numbers,
            n_waves=settings.waves,
            width=settings.wave_width,
            wave_scale=settings.wave_scale,
            generator=generator,
        )
        members, n_columns = settings.members, self.embedding.n_columns + n_features - n_numbers
        sizes = [n_columns, *settings.hidden, n_classes]

        def uniform(*shape: int, fan_in: int) -> nn.Parameter:
            drawn = torch.empty(shape).uniform_(-1, 1, generator=generator)
            return nn.Parameter(drawn / math.sqrt(fan_in))

        steps = list(pairwise(sizes))
        self.weights = nn.ParameterList([uniform(members, n, m, fan_in=m) for m, n in steps])
        self.biases = nn.ParameterList([uniform(members * n, fan_in=m) for m, n in steps])
        self.norms = nn.ModuleList([nn.BatchNorm1d(members * n) for n in settings.hidden])

    @staticmethod
    def for_training(
        features: Float[Tensor, "row feature"],
        *,
        n_numbers: int,
        n_classes: int,
        settings: NetworkSettings = DEFAULT,
        seed: int = 0,
    ) -> "TabularNet":
        """Untrained network, its weights drawn by `seed`, its scales those of training rows."""
        generator = torch.Generator().manual_seed(seed)
        network = TabularNet(
            features.shape[1],
            n_numbers=n_numbers,
            n_classes=n_classes,
            settings=settings,
            generator=generator,
        )
        network.embedding.learn(features[:, :n_numbers])
        return network

    def member_logits(
        self, features: Float[Tensor, "row feature"]
    ) -> Float[Tensor, "member row class"]:
        """Logits of every member."""
        columns = features.T
        numbers, others = columns[: self.n_numbers], columns[self.n_numbers :]
        layer = torch.cat((self.embedding(numbers), others))
        weights, biases = list(self.weights), list(self.biases)
        layer = torch.addmm(biases[0][:, None], weights[0].flatten(0, 1), layer)
        for at, weight in enumerate(weights[1:]):
            layer = F.mish(self.norms[at](layer[None]).squeeze(0))
            if self.training:
                layer = random_zeros(layer, self.settings.dropout[at])
            n_members, n_out, n_in = weight.shape
            by_member = layer.view(n_members, n_in, len(features))
            bias = biases[at + 1].view(n_members, n_out, 1)
            layer = torch.baddbmm(bias, weight, by_member).flatten(0, 1)
        members = layer.view(self.settings.members, self.n_classes, len(features))
        return members.transpose(1, 2)

    def forward(self, features: Float[Tensor, "row feature"]) -> Float[Tensor, "*member row class"]:
        """Logits of the average prediction; while training, `member_logits`.

        The average is the log of the mean of the members' probabilities: normalised, and
        finite where every probability would round to 0.
        """
        logits = self.member_logits(features)
        if self.training:
            return logits
        return logits.log_softmax(dim=-1).logsumexp(dim=0) - math.log(self.settings.members)

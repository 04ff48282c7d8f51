"""Losses that `losses.py` sets side by side: of calibrant, and of the peers, by what they take."""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

import calibrant as cal

__all__ = ["CASES", "TORCH", "Case", "Loss"]

Loss = Callable[[Tensor, Tensor], Tensor]


class Rival(NamedTuple):
    """A loss by its name, and how to make it; a note where it is another function."""

    name: str
    make: Callable[[], Loss]
    note: str = ""


class Goal(NamedTuple):
    """Time that a case aims at: at most `factor` times that of the rival whose name starts so."""

    rival: str
    factor: float


class Case(NamedTuple):
    """Logits of a shape, classes at axis 1, and losses of them; the first of calibrant is tried."""

    name: str
    shape: tuple[int, ...]
    rivals: tuple[Rival, ...]
    goals: tuple[Goal, ...]


def plain(module: str) -> ModuleType:
    """Module without running the packages around it, whose imports may fail."""
    try:
        return importlib.import_module(module)
    except ImportError:
        parts = module.split(".")
        for name in [n for n in sys.modules if n.split(".")[0] == parts[0]]:
            del sys.modules[name]
        spec = importlib.util.find_spec(parts[0])
        if spec is None:
            raise
        paths = list(spec.submodule_search_locations or ())
        for depth in range(1, len(parts)):
            package = ModuleType(".".join(parts[:depth]))
            package.__path__ = paths
            sys.modules[package.__name__] = package
            paths = [f"{path}/{parts[depth]}" for path in paths]
        return importlib.import_module(module)


def of(module: str, name: str, **options: object) -> Callable[[], Loss]:
    """Maker of a loss that is a class, or a function if its name starts in lower case."""

    def make() -> Loss:
        found = getattr(plain(module), name)
        if name[0].isupper():
            return found(**options)
        return lambda logits, labels: found(logits, labels, **options)

    return make


def monai(name: str, **options: object) -> Callable[[], Loss]:
    """Maker of a loss of MONAI, whose labels keep a class axis."""

    def make() -> Loss:
        loss = getattr(plain("monai.losses"), name)(to_onehot_y=True, **options)
        return lambda logits, labels: loss(logits, labels.unsqueeze(1))

    return make


def torchvision_focal(logits: Tensor, labels: Tensor) -> Tensor:
    """`torchvision.ops.sigmoid_focal_loss` of one-hot labels, alpha .25 and gamma 2, its mean."""
    targets = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
    p = torch.sigmoid(logits)
    entropy = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    p_true = p * targets + (1 - p) * (1 - targets)
    losses = entropy * (1 - p_true) ** 2
    return ((0.25 * targets + 0.75 * (1 - targets)) * losses).mean()


def ours(spec: str) -> Rival:
    """Loss of calibrant by its spec."""
    return Rival(f"calibrant {spec}", lambda: cal.losses.get(spec))


TORCH = Rival("F.cross_entropy", lambda: F.cross_entropy)
SMP, TOOLBELT = "segmentation_models_pytorch.losses", "pytorch_toolbelt.losses"
ONE_VS_REST = "one-vs-rest: another function"
FOCAL = (
    ours("focal(gamma=2)"),
    ours("ce"),
    Rival("kornia focal", of("kornia.losses", "focal_loss", alpha=None, reduction="mean")),
    Rival("MONAI focal", monai("FocalLoss", use_softmax=True)),
    Rival(
        "torch-uncertainty focal",
        of("torch_uncertainty.losses.classification", "FocalLoss", gamma=2.0),
    ),
    Rival("toolbelt focal", of(f"{TOOLBELT}.focal", "CrossEntropyFocalLoss", gamma=2.0)),
    Rival("smp focal", of(SMP, "FocalLoss", mode="multiclass"), ONE_VS_REST),
    Rival("torchvision formula", lambda: torchvision_focal, ONE_VS_REST),
)
IMAGES = (8, 4, 256, 256)
CASES = (
    Case(
        "focal, 65,536 x 100",
        (65_536, 100),
        FOCAL,
        (Goal("F.cross_entropy", 0.9), Goal("kornia", 1 / 1.5)),
    ),
    Case("focal, 1,000,000 x 2", (1_000_000, 2), FOCAL, (Goal("F.cross_entropy", 0.6),)),
    Case(
        "Dice, 8 x 4 x 256 x 256",
        IMAGES,
        (
            ours("dice"),
            Rival("kornia Dice", of("kornia.losses", "dice_loss", average="macro")),
            Rival("MONAI Dice", monai("DiceLoss", softmax=True)),
            Rival("smp Dice", of(SMP, "DiceLoss", mode="multiclass")),
            Rival("toolbelt Dice", of(f"{TOOLBELT}.dice", "DiceLoss", mode="multiclass")),
        ),
        (Goal("fastest", 1.0),),
    ),
    Case(
        "Tversky, 8 x 4 x 256 x 256",
        IMAGES,
        (
            ours("tversky(fn_weight=0.7, fp_weight=0.3)"),
            Rival("kornia Tversky", of("kornia.losses", "tversky_loss", alpha=0.3, beta=0.7)),
            Rival("MONAI Tversky", monai("TverskyLoss", softmax=True, alpha=0.3, beta=0.7)),
            Rival("smp Tversky", of(SMP, "TverskyLoss", mode="multiclass", alpha=0.3, beta=0.7)),
        ),
        (Goal("fastest", 1.0),),
    ),
    Case(
        "macro soft F1, 65,536 x 100",
        (65_536, 100),
        (ours("soft_f1"), Rival("toolbelt soft F1", of(f"{TOOLBELT}.soft_f1", "SoftF1Loss"))),
        (Goal("toolbelt", 1 / 5),),
    ),
    Case(
        "Lovasz softmax, 8 x 4 x 256 x 256",
        IMAGES,
        (
            ours("lovasz"),
            Rival("kornia Lovasz", of("kornia.losses", "lovasz_softmax_loss")),
            Rival("smp Lovasz", of(SMP, "LovaszLoss", mode="multiclass")),
            Rival("toolbelt Lovasz", of(f"{TOOLBELT}.lovasz", "LovaszLoss")),
        ),
        (Goal("kornia", 1 / 2),),
    ),
)

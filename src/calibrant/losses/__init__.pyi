from calibrant.losses.base import Loss as Loss
from calibrant.losses.base import WeightedSum as WeightedSum
from calibrant.losses.batch_loss import BatchLoss as BatchLoss
from calibrant.losses.build import get as get
from calibrant.losses.checking.run import check as check
from calibrant.losses.classification.crossentropy import CrossEntropyLoss as CrossEntropyLoss
from calibrant.losses.classification.crossentropy import cross_entropy as cross_entropy
from calibrant.losses.classification.focal import FocalLoss as FocalLoss
from calibrant.losses.classification.focal import focal_loss as focal_loss
from calibrant.losses.overlap.soft_f1 import SoftF1Loss as SoftF1Loss
from calibrant.losses.overlap.soft_f1 import soft_f1_loss as soft_f1_loss
from calibrant.losses.overlap_loss import OverlapLoss as OverlapLoss
from calibrant.losses.registry import available as available
from calibrant.losses.row_loss import RowLoss as RowLoss
from calibrant.losses.rows import at_label as at_label
from calibrant.losses.settings import Bounds as Bounds
from calibrant.losses.sum_loss import SumLoss as SumLoss
from calibrant.losses.true_class_loss import TrueClassLoss as TrueClassLoss

__all__ = [
    "BatchLoss",
    "Bounds",
    "CrossEntropyLoss",
    "FocalLoss",
    "Loss",
    "OverlapLoss",
    "RowLoss",
    "SoftF1Loss",
    "SumLoss",
    "TrueClassLoss",
    "WeightedSum",
    "at_label",
    "available",
    "check",
    "cross_entropy",
    "focal_loss",
    "get",
    "soft_f1_loss",
]

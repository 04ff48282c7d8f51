"""Metrics of decided classes."""

from calibrant.metrics.catalogue.entry import Direction, Entry

__all__ = ["ENTRIES"]

_DECIDED = "calibrant.metrics.decided"
_AVERAGES = {
    "positive": "of the positive class of two",
    "micro": "counts of all classes pooled",
    "macro": "mean over declared classes",
    "weighted": "mean weighted by presence",
    "per_class": "of every class",
}
_RATIOS: dict[str, tuple[str, str, Direction, str, tuple[str, ...], str]] = {
    "precision": (
        "ratios:Precision",
        "share of the rows given a class that are of it",
        "higher",
        "precision-recall-f1",
        ("ppv",),
        "van Rijsbergen 1979",
    ),
    "recall": (
        "ratios:Recall",
        "share of the rows of a class that were given it",
        "higher",
        "precision-recall-f1",
        ("sensitivity", "tpr"),
        "van Rijsbergen 1979",
    ),
    "f1": (
        "ratios:F1Score",
        "harmonic mean of precision and recall",
        "higher",
        "precision-recall-f1",
        ("dice",),
        "van Rijsbergen 1979; Dice 1945",
    ),
    "f_beta": (
        "ratios:FBetaScore",
        "F-score, recall beta times as dear as precision",
        "higher",
        "precision-recall-f1",
        ("fbeta",),
        "van Rijsbergen 1979",
    ),
    "jaccard": (
        "ratios:Jaccard",
        "hits among rows of a class, given it, or both",
        "higher",
        "precision-recall-f1",
        ("iou",),
        "Jaccard 1912",
    ),
    "specificity": (
        "rates:Specificity",
        "share of the rows not of a class that were not given it",
        "higher",
        "precision-recall-f1",
        ("tnr",),
        "Yerushalmy 1947",
    ),
    "negative_predictive_value": (
        "rates:NegativePredictiveValue",
        "share of the rows not given a class that are not of it",
        "higher",
        "precision-recall-f1",
        ("npv",),
        "elementary",
    ),
    "false_positive_rate": (
        "rates:FalsePositiveRate",
        "share of the rows not of a class that were given it",
        "lower",
        "precision-recall-f1",
        ("fpr",),
        "elementary",
    ),
    "false_negative_rate": (
        "rates:FalseNegativeRate",
        "share of the rows of a class that were not given it",
        "lower",
        "precision-recall-f1",
        ("fnr",),
        "elementary",
    ),
    "false_discovery_rate": (
        "rates:FalseDiscoveryRate",
        "share of the rows given a class that are not of it",
        "lower",
        "precision-recall-f1",
        ("fdr",),
        "elementary",
    ),
    "false_omission_rate": (
        "rates:FalseOmissionRate",
        "share of the rows not given a class that are of it",
        "lower",
        "precision-recall-f1",
        (),
        "elementary",
    ),
}


def _extra(ratio: str, average: str) -> tuple[str, ...]:
    """Further names of a single average."""
    names = {"recall": ("balanced_accuracy",), "jaccard": ("mean_iou", "miou")}
    return names.get(ratio, ()) if average == "macro" else ()


ENTRIES = (
    Entry(
        name="accuracy",
        home=f"{_DECIDED}.accuracy:Accuracy",
        says="share of rows decided rightly",
        range=(0, 1),
        direction="higher",
        statistic="moments",
        kinds=("predictions", "decisions", "events"),
        source="elementary",
        page="accuracy",
    ),
    Entry(
        name="top_k_accuracy",
        home=f"{_DECIDED}.top_k:TopKAccuracy",
        says="share of rows whose true class is among the k likeliest",
        range=(0, 1),
        direction="higher",
        statistic="moments",
        kinds=("predictions",),
        source="Russakovsky et al. 2015",
        page="top-k-accuracy",
        number="k",
    ),
    *(
        Entry(
            name=f"{ratio}_{average}",
            home=f"{_DECIDED}.{home}",
            says=f"{says}, {over}",
            range=(0, 1),
            direction=direction,
            statistic="confusion",
            kinds=("predictions", "decisions"),
            source=source,
            page=page,
            aliases=(*(f"{other}_{average}" for other in others), *_extra(ratio, average)),
            settings={"average": average},
            number="beta" if ratio == "f_beta" else "",
            needs=("two classes",) if average == "positive" else (),
        )
        for ratio, (home, says, direction, page, others, source) in _RATIOS.items()
        for average, over in _AVERAGES.items()
    ),
    Entry(
        name="mcc",
        home=f"{_DECIDED}.agreement:MatthewsCorrelation",
        says="correlation of the classes chosen with those that came out",
        range=(-1, 1),
        direction="higher",
        statistic="confusion",
        kinds=("predictions", "decisions"),
        source="Matthews 1975; Gorodkin 2004",
        page="agreement",
        aliases=("matthews_correlation", "matthews_corrcoef", "phi_coefficient"),
    ),
    Entry(
        name="kappa",
        home=f"{_DECIDED}.agreement:CohenKappa",
        says="agreement beyond that of independent columns",
        range=(-1, 1),
        direction="higher",
        statistic="confusion",
        kinds=("predictions", "decisions"),
        source="Cohen 1960",
        page="agreement",
        aliases=("cohen_kappa",),
    ),
    *(
        Entry(
            name=f"kappa_{distance}",
            home=f"{_DECIDED}.agreement:CohenKappa",
            says=f"agreement beyond chance of ordered classes, {what} of class numbers",
            range=(-1, 1),
            direction="higher",
            statistic="confusion",
            kinds=("predictions", "decisions"),
            source="Cohen 1968",
            page="agreement",
            aliases=others,
            settings={"distance": distance},
            needs=("order",),
        )
        for distance, what, others in (
            ("linear", "by distance", ("linear_weighted_kappa",)),
            ("quadratic", "by squared distance", ("quadratic_weighted_kappa", "qwk")),
        )
    ),
    Entry(
        name="g_mean",
        home=f"{_DECIDED}.balance:GeometricMean",
        says="geometric mean of the recalls of all declared classes",
        range=(0, 1),
        direction="higher",
        statistic="confusion",
        kinds=("predictions", "decisions"),
        source="Kubat, Matwin 1997",
        page="agreement",
        aliases=("geometric_mean",),
    ),
    Entry(
        name="informedness",
        home=f"{_DECIDED}.balance:Informedness",
        says="balanced accuracy beyond chance; Youden's J for two classes",
        range=(-1, 1),
        direction="higher",
        statistic="confusion",
        kinds=("predictions", "decisions"),
        source="Youden 1950; Powers 2011",
        page="agreement",
        aliases=("youden_j", "balanced_accuracy_adjusted"),
    ),
    Entry(
        name="markedness",
        home=f"{_DECIDED}.balance:Markedness",
        says="mean precision beyond chance",
        range=(-1, 1),
        direction="higher",
        statistic="confusion",
        kinds=("predictions", "decisions"),
        source="Powers 2011",
        page="agreement",
    ),
    Entry(
        name="confusion_matrix",
        home=f"{_DECIDED}.ratios:ConfusionMatrix",
        says="rows by true and chosen class",
        range=(0, float("inf")),
        direction="none",
        statistic="confusion",
        kinds=("predictions", "decisions"),
        source="elementary",
        page="confusion-matrix",
    ),
)

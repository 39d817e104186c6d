"""What each metric of a record is called and means, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from fieldguide.evaluate import wording


@dataclass(frozen=True, slots=True)
class Meaning:
    """How the report speaks of a metric.

    Attributes:
        title: Its name for people.
        words: One sentence on what it says.
        as_percent: Whether it is written as a percentage.
    """

    title: str
    words: str
    as_percent: bool = False


_MEANINGS = {
    "accuracy": Meaning(
        "Accuracy",
        "The share of pictures whose predicted class is their label.",
        as_percent=True,
    ),
    "balanced_accuracy": Meaning(
        "Balanced accuracy",
        "The share that is right in each class, averaged so that rare classes count as much as "
        "common ones.",
        as_percent=True,
    ),
    "top_3_accuracy": Meaning(
        "Top-3 accuracy",
        "The share of pictures whose label is among the three most probable classes.",
        as_percent=True,
    ),
    "top_5_accuracy": Meaning(
        "Top-5 accuracy",
        "The share of pictures whose label is among the five most probable classes.",
        as_percent=True,
    ),
    "macro_f1": Meaning(
        "Macro F1",
        "Finding all pictures of a class and only those, averaged over classes with equal weight; "
        "1 is perfect.",
    ),
    "weighted_f1": Meaning(
        "Weighted F1",
        "The same balance as macro F1, with each class weighted by its pictures; 1 is perfect.",
    ),
    "macro_precision": Meaning(
        "Macro precision",
        "Of the pictures given a class, the share that belongs there, averaged over classes.",
    ),
    "macro_recall": Meaning(
        "Macro recall",
        "Of the pictures that belong to a class, the share that was found, averaged over classes.",
    ),
    "weighted_precision": Meaning(
        "Weighted precision",
        "The same share as macro precision, with each class weighted by its pictures.",
    ),
    "weighted_recall": Meaning(
        "Weighted recall",
        "The same share as macro recall, with each class weighted by its pictures.",
    ),
    "kappa": Meaning(
        "Cohen's kappa",
        "Agreement with the labels beyond what chance would give; 0 is chance, 1 is perfect.",
    ),
    "mcc": Meaning(
        "Matthews correlation",
        "Correlation between labels and predictions; 0 is chance, 1 is perfect.",
    ),
    "auroc": Meaning(
        "Area under the ROC curve",
        "How often a picture of a class is ranked above one of another class; 0.5 is chance.",
    ),
    "average_precision": Meaning(
        "Average precision",
        "Precision over all thresholds, averaged; the share of the class is what chance gives.",
    ),
    "log_loss": Meaning(
        "Log loss",
        "How surprised the model is by the labels; lower is better, and sure mistakes cost most.",
    ),
    "brier": Meaning(
        "Brier score",
        "The squared distance between probabilities and labels; lower is better, 0 is perfect.",
    ),
    "ece": Meaning(
        "Calibration error",
        "How far the model's sureness lies from how often it is right, on average; lower is "
        "better.",
    ),
    "mce": Meaning(
        "Largest calibration error",
        "The widest gap, in any bin, between how sure and how often right; lower is better.",
    ),
}

_ALIASES = {
    "brier_score": "brier",
    "calibration_error": "ece",
    "cohen_kappa": "kappa",
    "expected_calibration_error": "ece",
    "f1_macro": "macro_f1",
    "f1_weighted": "weighted_f1",
    "matthews": "mcc",
    "matthews_corrcoef": "mcc",
    "nll": "log_loss",
    "roc_auc": "auroc",
    "top3_accuracy": "top_3_accuracy",
    "top5_accuracy": "top_5_accuracy",
}


def meaning(name: str) -> Meaning:
    """Look up a metric by its name in the record; an unknown one keeps its name.

    Example:
        >>> meaning("accuracy").title, meaning("lift_at_10").title
        ('Accuracy', 'Lift at 10')
    """
    known = _MEANINGS.get(_ALIASES.get(name, name))
    if known:
        return known
    title = name.replace("_", " ")
    return Meaning(title[:1].upper() + title[1:], wording.NOTHING, as_percent="accuracy" in name)

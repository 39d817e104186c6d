"""The heads that a user can pick by name."""

from __future__ import annotations

from fieldguide.models.heads.head import Head
from fieldguide.registry import Registry

HEADS: Registry[type[Head]] = Registry(
    "head",
    {
        "logistic": "fieldguide.models.heads.logistic:LogisticRegressionHead",
        "svm": "fieldguide.models.heads.svm:SupportVectorHead",
        "tree": "fieldguide.models.heads.decision_tree:DecisionTreeHead",
        "forest": "fieldguide.models.heads.random_forest:RandomForestHead",
        "neighbours": "fieldguide.models.heads.nearest_neighbours:NearestNeighboursHead",
        "mlp": "fieldguide.models.heads.mlp:MlpHead",
    },
)

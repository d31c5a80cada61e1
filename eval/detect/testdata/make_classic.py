"""Makes classic.json: what scikit-learn's models, and for ecod the paper's formula in
numpy, say of fixed rows.

Run with Debian's python3-sklearn: /usr/bin/python3 make_classic.py
"""
import json
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
from sklearn.tree import DecisionTreeClassifier

rng = np.random.RandomState(0)


def rounded(a, digits=9):
    return [float(f"{v:.{digits}g}") for v in np.asarray(a).ravel()]


def rows(n):
    """Rows of 5 columns of few different values, a fifth of them anomalies that overlap
    with the others."""
    y = (np.arange(n) % 5 == 0).astype(int)
    x = rng.randn(n, 5) * [.1, .12, .15, .1, .08] + .5 + y[:, None] * [.2, -.1, .1, .05, 0] * rng.rand(n, 1)
    return np.float32(np.round(x, 2)).astype(float), y


x, y = rows(300)
test, _ = rows(100)
weights = rng.randint(0, 3, len(x))
out = dict(dim=5, x=rounded(x), y=y.tolist(), test=rounded(test), weights=weights.tolist())
out["logistic"] = rounded(LogisticRegression(tol=1e-12, max_iter=100000).fit(x, y).decision_function(test))
tree = DecisionTreeClassifier(max_depth=2, random_state=0).fit(x, y, sample_weight=weights)
out["tree"] = rounded(tree.predict_proba(test)[:, 1])
out["gbdt"] = rounded(HistGradientBoostingClassifier(early_stopping=False).fit(x, y).decision_function(test))
out["randomforest"] = rounded(np.mean(
    [RandomForestClassifier(random_state=s).fit(x, y).predict_proba(test)[:, 1] for s in range(20)], axis=0))
out["iforest"] = rounded(np.mean([-IsolationForest(random_state=s).fit(x).score_samples(test) for s in range(20)], axis=0))
out["knn"] = rounded(NearestNeighbors(n_neighbors=5).fit(x).kneighbors(test)[0][:, 4])
out["lof"] = rounded(-LocalOutlierFactor(novelty=True).fit(x).score_samples(test))
left = (1 + (x[None] <= test[:, None]).sum(1)) / (len(x) + 1)
right = (1 + (x[None] >= test[:, None]).sum(1)) / (len(x) + 1)
skewed = np.where(((x - x.mean(0)) ** 3).sum(0) >= 0, right, left)
out["ecod"] = rounded(np.max([-np.log(t).sum(1) for t in (left, right, skewed)], axis=0))
json.dump(out, open("classic.json", "w"))

"""Makes auc.json: what scikit-learn says of scores with and without ties.

Run with Debian's python3-sklearn: /usr/bin/python3 make_auc.py
"""
import json
import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

rng = np.random.RandomState(0)
cases = []


def case(name, scores, anomaly):
    scores, anomaly = np.asarray(scores, float), np.asarray(anomaly, bool)
    cases.append(dict(name=name, scores=scores.tolist(), anomaly=anomaly.tolist(),
                      auroc=roc_auc_score(anomaly, scores),
                      ap=average_precision_score(anomaly, scores)))


for n, share in [(2, .5), (10, .3), (200, .05), (200, .9)]:
    y = np.zeros(n, bool)
    y[:max(1, int(n * share))] = True
    rng.shuffle(y)
    case(f"distinct n={n} share={share}", rng.randn(n) + y, y)
    case(f"ties n={n} share={share}", rng.randint(0, 5, n), y)
case("all equal", np.ones(20), np.arange(20) % 4 == 0)
case("perfect", np.arange(20), np.arange(20) >= 15)
case("reversed", np.arange(20), np.arange(20) < 5)
case("tie at the top", [3, 3, 3, 1], [1, 0, 0, 1])
case("negative and huge", [-1e300, -5, 0, 1e300, 1e-300], [0, 1, 0, 1, 0])
json.dump(cases, open("auc.json", "w"), indent=None)

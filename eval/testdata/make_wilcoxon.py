"""Makes wilcoxon.json: p-values of scipy's signed-rank test, without the differences of 0.
Where there are ties scipy's exact distribution does not hold, so its approximation is taken.

Run with Debian's python3-scipy: /usr/bin/python3 make_wilcoxon.py
"""
import json
import numpy as np
from scipy.stats import wilcoxon

rng = np.random.RandomState(0)
cases = []


def case(name, d):
    d = np.asarray(d, float)
    nonzero = d[d != 0]
    ties = len(set(abs(nonzero))) < len(nonzero)
    p = wilcoxon(nonzero, mode="approx" if ties else "auto").pvalue
    cases.append(dict(name=name, differences=d.tolist(), p=p))


for n in (3, 5, 10, 35, 50, 51, 80):
    case(f"n={n}", np.round(rng.randn(n) + .2, 6))
case("all positive", np.arange(1, 13) / 10)
case("normal, far from 0", np.arange(1, 61) / 10)
case("ties", np.array([1, 1, 2, 2, 2, 3, -1, -2, 4, 5, 6, 7]) / 10)
case("zeros", np.append(np.round(rng.randn(20) + .3, 6), np.zeros(4)))
case("symmetric", [1, -1.5, 2, -2.5, 3, -3.5, 4, -.5])
json.dump(cases, open("wilcoxon.json", "w"))

"""Makes mlp.json: what scikit-learn's MLPClassifier learns from fixed rows, fixed first
weights and unshuffled batches.

Run with Debian's python3-sklearn: /usr/bin/python3 make_mlp.py
"""
import json
import warnings
import numpy as np
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")
rng = np.random.RandomState(0)


def rounded(a, digits=7):
    return [float(f"{v:.{digits}g}") for v in np.asarray(a).ravel()]


def rows(n, d, share):
    y = (np.arange(n) % int(1 / share) == 0).astype(int)
    x = rng.rand(n, d) + y[:, None] * 0.2 * rng.randn(n, d)
    return np.float32(np.round(x, 3)).astype(np.float64), y


class Recorded(MLPClassifier):
    def _init_coef(self, fan_in, fan_out, dtype):
        w, b = super()._init_coef(fan_in, fan_out, dtype)
        w, b = np.float32(w).astype(float), np.float32(b).astype(float)
        self.first = getattr(self, "first", []) + [w.ravel().copy(), b.copy()]
        return w, b


x, y = rows(450, 4, 0.1)  # three batches, the last one short
cases = []
for epochs in (1, 20, 200):
    m = Recorded(shuffle=False, max_iter=epochs, random_state=1).fit(x, y)
    z = m._forward_pass_fast(x).ravel()
    cases.append(dict(epochs=m.n_iter_, max=epochs, loss=rounded(m.loss_curve_),
                      logit=rounded(np.log(z / (1 - z)))))
json.dump(dict(dim=4, x=rounded(x), y=y.tolist(), first=rounded(np.concatenate(m.first)),
               cases=cases), open("mlp.json", "w"))
print([c["epochs"] for c in cases])

"""Trains MLPClassifier and DeepSAD on the rows of a file and prints milliseconds per epoch.

Arguments: FILE of float32, number of columns, runs. Every 20th row is an anomaly.
"""
import json
import sys
import time
import warnings

import numpy as np
import sklearn
import torch
from sklearn.neural_network import MLPClassifier
from torch import nn

warnings.filterwarnings("ignore")
torch.set_num_threads(1)
x = np.fromfile(sys.argv[1], np.float32).reshape(-1, int(sys.argv[2]))
y = (np.arange(len(x)) % 20 == 0).astype(int)
runs = int(sys.argv[3])


class Net(nn.Module):
    def __init__(self, widths, plain):
        super().__init__()
        self.linears = nn.ModuleList(nn.Linear(i, o, bias=False) for i, o in zip(widths, widths[1:]))
        self.norms = nn.ModuleList(nn.BatchNorm1d(o, eps=1e-4, affine=False) for o in widths[1:])
        self.plain = plain

    def forward(self, x):
        for i, (linear, norm) in enumerate(zip(self.linears, self.norms)):
            x = linear(x)
            if i not in self.plain:
                x = nn.functional.leaky_relu(norm(x))
        return x


def sad_loss(net, x, y):
    dist = ((net(x) - 1) ** 2).sum(1)
    return torch.where(y == 1, 1 / (dist + 1e-6), dist).mean()


def restoring_loss(net, x, y):
    return ((torch.sigmoid(net(x)) - x) ** 2).mean()


def epochs(net, loss, n):
    rows, labels = torch.tensor(x), torch.tensor(y)
    optimizer = torch.optim.Adam(net.linears.parameters(), lr=1e-4, weight_decay=1e-6)
    net.train()
    for _ in range(n):
        order = torch.randperm(len(rows))
        for i in range(0, len(rows) - 127, 128):
            ids = order[i:i + 128]
            optimizer.zero_grad()
            loss(net, rows[ids], labels[ids]).backward()
            optimizer.step()


def mlp(x=x.astype(np.float64)):
    return MLPClassifier(random_state=0).fit(x, y).n_iter_


def sad():
    epochs(Net([x.shape[1], 100, 20, 10], [2]), sad_loss, 50)
    return 50


def pretrained():
    epochs(Net([x.shape[1], 100, 20, 10, 20, 100, x.shape[1]], [2, 5]), restoring_loss, 100)
    return 100 + sad()


def timed(f):
    start = time.perf_counter()
    n = f()
    return (time.perf_counter() - start) * 1000 / n


answers = []
for detector, name, f in [("mlp", "scikit-learn " + sklearn.__version__, mlp),
                          ("deepsad-reference", "PyTorch " + torch.__version__, sad),
                          ("deepsad", "PyTorch " + torch.__version__, pretrained)]:
    answers.append(dict(detector=detector, name=name, ms=[timed(f) for _ in range(runs)]))
print(json.dumps(answers))

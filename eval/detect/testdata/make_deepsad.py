"""Makes deepsad.json: what PyTorch's layers and Adam learn from fixed rows, fixed first
weights and unshuffled batches with the losses of DeepSAD and of its autoencoder.

Run with Debian's python3-torch: /usr/bin/python3 make_deepsad.py
"""
import json
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)
rng = np.random.RandomState(0)


def rounded(a, digits=8):
    return [float(f"{v:.{digits}g}") for v in np.asarray(a).ravel()]


def flat(linears):
    """The weights as rows of inputs, one layer after the other."""
    return np.concatenate([l.weight.detach().numpy().T.ravel() for l in linears])


class Net(nn.Module):
    def __init__(self, widths, plain):
        super().__init__()
        self.linears = nn.ModuleList(nn.Linear(i, o, bias=False) for i, o in zip(widths, widths[1:]))
        self.norms = nn.ModuleList(nn.BatchNorm1d(o, eps=1e-4, affine=False) for o in widths[1:])
        self.plain = plain
        with torch.no_grad():
            for linear in self.linears:
                linear.weight.copy_(torch.round(linear.weight * 1000) / 1000)

    def forward(self, x):
        for i, (linear, norm) in enumerate(zip(self.linears, self.norms)):
            x = linear(x)
            if i not in self.plain:
                x = nn.functional.leaky_relu(norm(x))
        return x


def adam(net):
    return torch.optim.Adam(net.linears.parameters(), lr=1e-4, weight_decay=1e-6)


def batches(n):
    return [slice(i, i + 128) for i in range(0, n - 127, 128)]


def center(net, x):
    net.eval()
    with torch.no_grad():
        c = torch.cat([net(x[b]) for b in batches(len(x))]).mean(0)
    c[(c.abs() < .1) & (c < 0)] = -.1
    c[(c.abs() < .1) & (c > 0)] = .1
    return c


def train_sad(net, c, x, y, epochs):
    optimizer = adam(net)
    net.train()
    for _ in range(epochs):
        for b in batches(len(x)):
            optimizer.zero_grad()
            dist = ((net(x[b]) - c) ** 2).sum(1)
            torch.where(y[b] == 1, 1 / (dist + 1e-6), dist).mean().backward()
            optimizer.step()


def train_ae(net, x, epochs):
    optimizer = adam(net)
    net.train()
    for _ in range(epochs):
        for b in batches(len(x)):
            optimizer.zero_grad()
            ((torch.sigmoid(net(x[b])) - x[b]) ** 2).mean().backward()
            optimizer.step()


dim, n = 6, 300  # two batches, the rest dropped
y = torch.tensor((np.arange(n) % 10 == 0).astype(int))
x = torch.tensor(np.float32(np.round(rng.rand(n, dim) + y.numpy()[:, None] * .2 * rng.randn(n, dim), 3)))
cases = []
for epochs in (1, 10):
    torch.manual_seed(1)
    net, ae = Net([dim, 100, 20, 10], [2]), Net([dim, 100, 20, 10, 20, 100, dim], [2, 5])
    first = dict(first=rounded(flat(net.linears), 4), first_ae=rounded(flat(ae.linears), 4))
    case = dict(epochs=epochs)
    c = center(net, x)
    train_sad(net, c, x, y, epochs)
    net.eval()
    case.update(center=rounded(c), score=rounded(((net(x) - c) ** 2).sum(1).detach()))
    train_ae(ae, x, epochs)
    ae.eval()
    case.update(restored=rounded(torch.sigmoid(ae(x)).detach()))
    cases.append(case)
json.dump(dict(dim=dim, x=rounded(x, 7), y=y.tolist(), cases=cases, **first), open("deepsad.json", "w"))

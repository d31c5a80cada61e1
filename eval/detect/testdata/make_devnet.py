"""Makes devnet.json: what PyTorch learns from fixed rows, fixed first weights and fixed
batches with the loss of deviation networks and RMSprop.

Run with Debian's python3-torch: /usr/bin/python3 make_devnet.py
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


dim, n, mean, std = 4, 512, .02, .99
y = np.arange(n) % 2
x = torch.tensor(np.float32(np.round(rng.rand(n, dim) + y[:, None] * .3 * rng.randn(n, dim), 3)))
label = torch.tensor(y)
hidden, out = nn.Linear(dim, 20), nn.Linear(20, 1)
params = [hidden.weight, hidden.bias, out.weight, out.bias]
with torch.no_grad():
    for p in params:
        p.copy_(torch.round(p * 1000) / 1000)
first = np.concatenate([p.detach().numpy().T.ravel() for p in params])
optimizer = torch.optim.RMSprop(params, lr=1e-3, alpha=.9, eps=1e-7)
cases = []
for step in range(1, 201):
    optimizer.zero_grad()
    dev = (out(torch.relu(hidden(x))).ravel() - mean) / std
    loss = torch.where(label == 1, torch.relu(5 - dev), dev.abs()).mean() + .01 * (hidden.weight ** 2).sum()
    loss.backward()
    nn.utils.clip_grad_norm_(params, 1)
    optimizer.step()
    if step in (1, 20, 200):
        cases.append(dict(steps=step, score=rounded(out(torch.relu(hidden(x))).detach())))
json.dump(dict(dim=dim, mean=mean, std=std, x=rounded(x, 7), y=y.tolist(), first=rounded(first, 4), cases=cases),
          open("devnet.json", "w"))

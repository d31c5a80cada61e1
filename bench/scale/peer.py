"""Finds the ten nearest unlabeled rows of every labeled anomaly and mixes pairs, with
packages from PyPI: the shortest program to what nngmix generate does.

Arguments: PEER TABLE LABEL, where PEER is a reader and a search joined by +.
"""
import glob
import os
import sys

import numpy as np

(reader, search), path, label = sys.argv[1].split("+"), sys.argv[2], sys.argv[3]
files = sorted(glob.glob(os.path.join(path, "*"))) if os.path.isdir(path) else [path]
if files[0].endswith(".npz"):
    archive = np.load(files[0])
    x, y = archive["X"].astype(np.float32), archive["y"]
else:
    if reader == "duckdb":
        import duckdb
        frame = duckdb.read_parquet(files).pl() if files[0].endswith(".parquet") else duckdb.sql(f"SELECT * FROM '{files[0]}'").pl()
    else:
        import polars as pl
        read = pl.read_parquet if files[0].endswith(".parquet") else pl.read_ipc if files[0].endswith(".arrow") else pl.read_csv
        frame = pl.concat([read(f) for f in files])
    import polars as pl
    y = frame[label].cast(pl.Int8).fill_null(0).to_numpy()
    frame = frame.drop(label)
    numbers = [c for c in frame.columns if frame[c].dtype.is_numeric()]
    others = [c for c in frame.columns if c not in numbers]
    x = frame.select([pl.col(c).cast(pl.Float32) for c in numbers] + [pl.col(c).cast(pl.String).cast(pl.Categorical).to_physical().cast(pl.Float32) for c in others]).to_numpy()
    del frame
low, high = x.min(axis=0), x.max(axis=0)
scaled = (x - low) / np.where(high > low, high - low, 1)
queries, rows = np.ascontiguousarray(scaled[y == 1]), np.ascontiguousarray(scaled[y != 1])
if search == "faiss":
    import faiss
    index = faiss.IndexFlatL2(rows.shape[1])
    index.add(rows)
    _, near = index.search(queries, 10)
else:
    from sklearn.neighbors import NearestNeighbors
    near = NearestNeighbors(n_neighbors=10, n_jobs=-1).fit(rows).kneighbors(queries, return_distance=False)
rng = np.random.default_rng(1)
pick = rng.integers(len(queries), size=10 * len(queries))
weight = rng.beta(0.2, 0.2, size=(len(pick), 1))
mixed = weight * x[y == 1][pick] + (1 - weight) * x[y != 1][near[pick, rng.integers(10, size=len(pick))]]
print(mixed.shape)

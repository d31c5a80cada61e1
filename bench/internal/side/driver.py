"""Runs the peers. One request per line on stdin, one answer per line on stdout, both JSON."""
import json
import os
import sys
import time

import numpy as np

THREADS = int(os.environ["OMP_NUM_THREADS"])
SAMPLE = 8  # queries from which the time of all is estimated


def load(file, share, seed, dtype, folder):
    """Scales a set and splits it: a share of the anomalies as queries, all other rows as base."""
    with np.load(file) as f:
        x, y = f["X"].astype(np.float64), f["y"].ravel()
    low, width = x.min(0), np.ptp(x, axis=0)
    x = (x - low) / np.where(width > 0, width, 1)
    anomalies = np.flatnonzero(y == 1)
    count = int(np.ceil(share * len(anomalies)))
    labeled = np.sort(np.random.default_rng(seed).permutation(anomalies)[:count])
    rest = np.ones(len(y), bool)
    rest[labeled] = False
    for name, part in ("base", x[rest]), ("queries", x[labeled]):
        state[name] = np.ascontiguousarray(part, dtype)
        np.save(os.path.join(folder, name + ".npy"), state[name])
    return {"rows": len(state["base"]), "queries": count, "dim": x.shape[1]}


def ckdtree(k, limit):
    from scipy.spatial import cKDTree

    # It works in float64 and gets the same numbers in that type, outside of the time taken.
    base, queries = state["base"].astype(np.float64), state["queries"].astype(np.float64)
    start = time.perf_counter()
    tree = cKDTree(base)
    build = time.perf_counter() - start
    start = time.perf_counter()
    tree.query(queries[:: max(1, len(queries) // SAMPLE)][:SAMPLE], k=k, workers=THREADS)
    estimate = build + (time.perf_counter() - start) / SAMPLE * len(queries)
    if estimate > limit:
        return estimate, None
    start = time.perf_counter()
    _, ids = tree.query(queries, k=k, workers=THREADS)
    return build + time.perf_counter() - start, ids


def sklearn(k, limit):
    from sklearn.neighbors import NearestNeighbors

    start = time.perf_counter()
    model = NearestNeighbors(n_neighbors=k, algorithm="auto", n_jobs=THREADS).fit(state["base"])
    ids = model.kneighbors(state["queries"], return_distance=True)[1]
    return time.perf_counter() - start, ids


def faiss(k, limit):
    import faiss

    faiss.omp_set_num_threads(THREADS)
    start = time.perf_counter()
    index = faiss.IndexFlatL2(state["base"].shape[1])
    index.add(state["base"])
    ids = index.search(state["queries"], k)[1]
    return time.perf_counter() - start, ids


def search(engine, k, limit, out):
    """Builds and answers all queries once; writes the ids of the neighbors to out."""
    seconds, ids = {"ckdtree": ckdtree, "sklearn": sklearn, "faiss": faiss}[engine](k, limit)
    if ids is not None:
        np.save(out, np.asarray(ids, np.int64))
    return {"seconds": seconds, "estimated": ids is None}


def generate(multiplier, k, std, seed, concatenate):
    """NNG-Mix one sample at a time, as published: a tree query for each, and, where concatenate
    is set, the growing array of results copied for each."""
    from scipy.spatial import KDTree

    unlabeled, labeled = state["base"], state["queries"]
    rng = np.random.RandomState(seed)
    n, dim = labeled.shape
    start = time.perf_counter()
    trees = KDTree(unlabeled), KDTree(labeled)
    grown, samples = np.empty((0, dim)), []
    for _ in range(multiplier * n):
        first = rng.choice(n, 1)
        among = unlabeled
        if rng.uniform() > 0.5:
            near = trees[0].query(labeled[first], k=k)[1].ravel()
            second = rng.choice(near)
        else:
            among = labeled
            near = trees[1].query(labeled[first], k=min(k, n))[1].ravel()
            second = rng.choice(near)
            while len(near) > 1 and second == first:
                second = rng.choice(near)
        weight = rng.beta(0.2, 0.2)
        noise = rng.normal(0, std, dim), rng.normal(0, std, dim)
        sample = weight * (noise[0] + labeled[first]) + (1 - weight) * (noise[1] + among[second])
        if concatenate:
            grown = np.vstack([grown, sample])
        else:
            samples.append(sample)
    if not concatenate:
        grown = np.concatenate(samples)
    return {"seconds": time.perf_counter() - start, "samples": len(grown)}


def versions():
    import faiss
    import scipy
    import sklearn
    import threadpoolctl

    blas = [i for i in threadpoolctl.threadpool_info() if i["user_api"] == "blas"]
    names = [f"{i['internal_api']} {i['version']} {i.get('architecture', '')}" for i in blas]
    return {"text": f"numpy {np.__version__}, scipy {scipy.__version__}, scikit-learn {sklearn.__version__}, "
                    f"faiss {faiss.__version__}, {', '.join(names)}"}


state = {}
for line in sys.stdin:
    request = json.loads(line)
    answer = {f.__name__: f for f in (load, search, generate, versions)}[request.pop("do")](**request)
    print(json.dumps(answer), flush=True)

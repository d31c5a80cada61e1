"""Runs faiss's IndexHNSWFlat: one request per line on stdin, one answer per line on stdout, as
process.go describes. Arguments: K, M, efConstruction. Queries are searched as one batch."""
import sys
import time

import faiss
import numpy as np

K, M, EF_CONSTRUCTION = map(int, sys.argv[1:])


class Peer:
    def build(self, file, dim, threads):
        self.index, self.dim = None, int(dim)
        faiss.omp_set_num_threads(int(threads))
        rows = np.fromfile(file, np.float32).reshape(-1, self.dim)
        start = time.perf_counter()
        self.index = faiss.IndexHNSWFlat(self.dim, M)
        self.index.hnsw.efConstruction = EF_CONSTRUCTION
        self.index.add(rows)
        return time.perf_counter() - start

    def search(self, file, ef, threads, repeats, out):
        queries = np.fromfile(file, np.float32).reshape(-1, self.dim)
        faiss.omp_set_num_threads(int(threads))
        self.index.hnsw.efSearch = int(ef)
        start = time.perf_counter()
        for _ in range(int(repeats)):
            ids = self.index.search(queries, K)[1]
        seconds = (time.perf_counter() - start) / int(repeats)
        if out != "-":
            ids.astype(np.int64).tofile(out)
        return seconds


peer = Peer()
for line in sys.stdin:
    what, *args = line.split()
    try:
        print(getattr(peer, what)(*args), flush=True)
    except Exception as e:
        print("error", repr(e), flush=True)

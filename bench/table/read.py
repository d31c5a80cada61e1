"""Reads a table with one of several packages and prints the seconds that took and
the peak memory in bytes.

Arguments: PEER FILE, or zstd FROM TO, which writes a Parquet file anew.
"""
import os
import sys
import time

peer, path = sys.argv[1:3]
start = None
if peer == "zstd":
    import pyarrow.parquet as pq
    pq.write_table(pq.read_table(path), sys.argv[3], compression="zstd")
elif peer == "polars":
    import polars as pl
    start = time.perf_counter()
    if path.endswith(".parquet"):
        table = pl.read_parquet(path)
    elif path.endswith(".arrow"):
        table = pl.read_ipc(path)
    else:
        table = pl.read_csv(path)
elif peer == "pyarrow":
    import pyarrow.csv
    import pyarrow.ipc
    import pyarrow.parquet
    start = time.perf_counter()
    if path.endswith(".parquet"):
        table = pyarrow.parquet.read_table(path)
    elif path.endswith(".arrow"):
        table = pyarrow.ipc.open_file(path).read_all()
    else:
        table = pyarrow.csv.read_csv(path)
elif peer == "duckdb":
    import duckdb
    start = time.perf_counter()
    table = duckdb.sql(f"SELECT * FROM '{path}'").to_arrow_table()
elif peer == "numpy":
    import numpy as np
    start = time.perf_counter()
    with np.load(path) as archive:
        table = [archive[name] for name in archive.files]
if start is not None:
    seconds, peak = time.perf_counter() - start, 0
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status") as status:
            peak = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmHWM"))
    print(seconds, peak)

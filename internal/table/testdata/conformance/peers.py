#!/usr/bin/env python3
"""Reads files that nngmix wrote with pyarrow, pandas, Polars, DuckDB and NumPy, and
compares their first rows, cell by cell, with what was in the input.

    VENV/bin/python peers.py JOBS

JOBS is a file of JSON lines {"out": FILE, "oracle": FILE, "from": NAME, "drop": [...]}.
Each disagreement is printed as a line; the last line counts what was compared.
The exit code is 1 when anything disagrees.
"""
import decimal
import json
import re
import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet as pq

import cells

TIMES = ("date", "time", "timestamp", "timestamptz", "duration")
DUCK = duckdb.connect()
DUCK.sql("SET TimeZone = 'UTC'")


def arrow_csv(path):
    with pa.input_stream(path, compression="detect") as first:
        names = pa.csv.open_csv(first, parse_options=pa.csv.ParseOptions(newlines_in_values=True)).schema.names
    convert = pa.csv.ConvertOptions(column_types={n: pa.string() for n in names}, strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""])
    return pa.csv.read_csv(path, parse_options=pa.csv.ParseOptions(newlines_in_values=True), convert_options=convert)


def pandas_csv(path):
    return pa.Table.from_pandas(pd.read_csv(path, dtype=str, keep_default_na=False, na_filter=False), preserve_index=False)


def polars_csv(path):
    return pl.read_csv(path, infer_schema=False).to_arrow()


def duck(call):
    return lambda path: DUCK.sql(f"SELECT * FROM {call.format(path)}").to_arrow_table()


PARQUET = {
    "pyarrow": lambda p: pq.read_table(p, partitioning=None),
    "pandas": lambda p: pa.Table.from_pandas(pd.read_parquet(p, dtype_backend="pyarrow"), preserve_index=False),
    "polars": lambda p: pl.read_parquet(p, hive_partitioning=False).to_arrow(),
    "duckdb": duck("read_parquet('{}')"),
}
ARROW = {
    "pyarrow": lambda p: pa.ipc.open_file(p).read_all(),
    "pandas": lambda p: pa.Table.from_pandas(pd.read_feather(p, dtype_backend="pyarrow"), preserve_index=False),
    "polars": lambda p: pl.read_ipc(p).to_arrow(),
}
def duck_csv(path):
    names = arrow_csv(path).column_names
    columns = "{" + ", ".join("'" + n.replace("'", "''") + "': 'VARCHAR'" for n in names) + "}"
    return DUCK.sql(f"SELECT * FROM read_csv('{path}', header=true, delim=',', quote='\"', escape='\"', nullstr='', allow_quoted_nulls=false, auto_detect=false, columns={columns})").to_arrow_table()


CSV = {
    "pyarrow": arrow_csv,
    "pandas": pandas_csv,
    "polars": polars_csv,
    "duckdb": duck_csv,
}


def readers(path):
    if path.endswith(".parquet"):
        return PARQUET
    if path.endswith(".arrow"):
        return ARROW
    if path.endswith(".zst"):  # pandas needs one more package for it
        return {k: v for k, v in CSV.items() if k != "pandas"}
    return CSV


def nanos(text):
    """Returns the nanoseconds, or of a date the days, that an ISO text stands for."""
    m = re.fullmatch(r"(?:(-?\d{4,})-(\d\d)-(\d\d))?[T ]?(?:(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?", text)
    if not m:
        return None
    year, month, day, hour, minute, second, fraction, zone = m.groups()
    days = int((np.datetime64(f"{year}-{month}-{day}") - np.datetime64("1970-01-01")).astype(int)) if year else 0
    if hour is None:
        return days
    seconds = (int(hour) * 60 + int(minute)) * 60 + int(second) + days * 86400
    if zone and zone != "Z":
        digits = zone[1:].replace(":", "")
        seconds -= (1 if zone[0] == "+" else -1) * (int(digits[:2]) * 60 + int(digits[2:])) * 60
    return seconds * 10**9 + int((fraction or "0").ljust(9, "0"))


def floats_equal(kind, want, got):
    want = float.fromhex(want)
    narrow = {"float16": np.float16, "float32": np.float32}.get(kind)
    with np.errstate(over="ignore"):
        values = [got] + ([float(narrow(got))] if narrow else [])
    return any(v == want and np.signbit(v) == np.signbit(want) for v in values)


def from_text(kind, want, got):
    """Compares a cell with the text that a CSV file has for it."""
    if kind == "int":
        return int(want) == int(got)
    if kind.startswith("float"):
        return floats_equal(kind, want, float(got))
    if kind == "bool":
        return want == got.lower()
    if kind == "decimal":
        return decimal.Decimal(want) == decimal.Decimal(got)
    if kind == "number":
        return want == got or float(want) == float(got)
    if kind == "raw":
        return want == got or nanos(want) is not None and nanos(want) == nanos(got)
    if kind in TIMES:
        return int(want) == nanos(got)
    return want == got


def same(kind, want, got_kind, got):
    """Compares a cell with one of a typed format."""
    if kind in ("number", "decimal"):
        if got_kind == "decimal":
            return decimal.Decimal(want) == decimal.Decimal(got)
        return kind == "number" and (want == got or got_kind.startswith("float") and float(want) == float.fromhex(got))
    if kind.startswith("float"):
        return got_kind.startswith("float") and floats_equal(kind, want, float.fromhex(got))
    if kind == "raw":
        return want == got or got_kind in TIMES and nanos(want) == int(got)
    if kind == "bool" and got_kind == "text":
        return want == got.lower()
    return kind == got_kind and want == got


def scaled(wants, gots):
    """Tells whether durations are the numbers gots in one unit."""
    pairs = [(int(w), int(g)) for w, g in zip(wants, gots) if w is not None and g is not None]
    missing = all((w is None) == (g is None) for w, g in zip(wants, gots))
    return missing and any(all(w == g * unit for w, g in pairs) for unit in cells.UNITS.values())


def differences(path, peer, columns, table):
    """Yields what disagrees."""
    text = path.endswith((".csv", ".csv.gz", ".csv.zst"))
    for name, (kind, wants) in columns.items():
        if name not in table.column_names:
            yield name, None, "the column", "nothing"
            continue
        got_kind, gots = cells.column(table.column(name))
        gots = gots[:len(wants)]
        if text and peer == "pandas":  # it does not tell a missing field from an empty one
            gots = [None if got == "" and want is None else got for want, got in zip(wants, gots)]
        if kind == "duration" and got_kind in ("int", "text", "null") and scaled(wants, gots):
            continue
        for row, (want, got) in enumerate(zip(wants, gots)):
            if want is None or got is None:
                equal = want is None and got is None
            else:
                try:
                    equal = from_text(kind, want, got) if text else same(kind, want, got_kind, got)
                except ValueError:
                    equal = False
            if not equal:
                yield name, row, f"{want!r} ({kind})", f"{got!r} ({got_kind})"
                break
        if len(gots) < len(wants):
            yield name, len(gots), f"{len(wants)} rows", f"{len(gots)}"


def numpy_differences(path, columns):
    """Compares X and y: a column of X is a feature, in the order of the input."""
    archive = np.load(path)
    x, y, j = archive["X"], archive["y"], 0
    for name, (kind, wants) in columns.items():
        if name == "label":
            gots = y
        else:
            gots, j = x[:, j], j + 1
        for row, want in enumerate(wants):
            got = gots[row].item()
            if want is None:
                equal = got != got
            elif kind.startswith("float"):
                equal = floats_equal(kind, want, float(got))
            else:
                equal = {"bool": lambda: int(got) == (want == "true"), "int": lambda: got == int(want)}.get(kind, lambda: True)()
            if not equal:
                yield name, row, f"{want!r} ({kind})", repr(got)
                break


def main():
    cells_seen = files = wrong = 0
    oracles = {}
    for job in map(json.loads, open(sys.argv[1])):
        path = job["out"]
        columns = oracles.setdefault(job["oracle"], cells.load(job["oracle"]))
        peers = {"numpy": None} if path.endswith(".npz") else readers(path)
        for peer, read in peers.items():
            try:
                found = list(numpy_differences(path, columns) if read is None else differences(path, peer, columns, read(path)))
            except Exception as err:
                found = [("", None, "to read it", f"{type(err).__name__}: {err}".split("\n")[0])]
            for name, row, want, got in found:
                wrong += 1
                print(f"{job['from']} to {path.rsplit('/', 1)[-1]}, {peer}: column {name!r} row {row}: want {want}, got {got}")
            files += 1
            cells_seen += sum(len(c) for _, c in columns.values())
    print(f"compared {cells_seen} cells of {files} readings: {wrong} disagree")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

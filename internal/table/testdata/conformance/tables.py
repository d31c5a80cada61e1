"""The tables that the files of the conformance matrix hold.

Every table has a column x of distinct numbers and a column label with three
anomalies, so that nngmix generate can work on it.
"""
import datetime as dt
import decimal
import math

import numpy as np
import pyarrow as pa

ROWS = 48
ANOMALIES = (3, 17, 41)


def gaps(values, every, first=0):
    """values with each every-th one missing, the first extremes kept."""
    return [None if i >= 8 and (i + first) % every == 0 else v for i, v in enumerate(values)]


def base(rows=ROWS):
    x = [math.sin(i + 1) * 10**(i % 3) for i in range(rows)]
    label = [int(i in ANOMALIES) for i in range(rows)]
    return {"x": pa.array(x), "label": pa.array(label, pa.int64())}


def integers():
    out = base()
    for bits in (8, 16, 32, 64):
        for letter, lo, hi in (("i", -2**(bits - 1), 2**(bits - 1) - 1), ("u", 0, 2**bits - 1)):
            extremes = [lo, hi, lo + 1, hi - 1, 0, 1, lo, hi]
            rest = [lo + (hi - lo) * i // (ROWS + 1) for i in range(8, ROWS)]
            kind = getattr(pa, ("" if letter == "i" else "u") + f"int{bits}")()
            out[f"{letter}{bits}"] = pa.array(gaps(extremes + rest, 9, bits), kind)
    out["id"] = pa.array([2**53 + 1 + 2 * i for i in range(ROWS)], pa.int64())
    out["hash"] = pa.array([2**63 + 977 * i for i in range(ROWS)], pa.uint64())
    return pa.table(out)


def floats(half=True):
    out = base()
    special = [math.nan, math.inf, -math.inf, -0.0, 0.0]
    for bits, tiny, huge in ((16, 2**-24, 65504.), (32, 2**-149, float(np.finfo("f4").max)), (64, 5e-324, 1.7976931348623157e308)):
        values = special + [tiny, huge, -huge if bits < 64 else -tiny]  # a range beyond float64 has no scale
        values += [math.cos(i) / 3 for i in range(8, ROWS)]
        if bits > 16 or half:
            out[f"f{bits}"] = pa.array(gaps(np.array(values).astype(f"f{bits // 8}").tolist(), 7, bits), pa.float64()).cast(getattr(pa, f"float{bits}")())
    return pa.table(out)


TEXTS = ["", "NA", "null", "007", "00501", "two\nlines", 'a "quoted" word', "a,b", "é漢字🙂", " blank ", "-", "1e5", "NaN", "tab\there",
         "a text that is longer than twelve bytes", "12", "true", "2024-02-30", "Grüße", "\\N"]
WORDS = ["red", "green", "blue", "grey"]


def texts():
    out = base()
    out["text"] = pa.array(gaps([TEXTS[i % len(TEXTS)] for i in range(ROWS)], 11))
    out["zip"] = pa.array(gaps([f"{(i * 7 + 3) % 29:05d}" for i in range(ROWS)], 13))
    out["word"] = pa.array(gaps([WORDS[i * i % 4] for i in range(ROWS)], 5))
    out["cat"] = pa.array(gaps([WORDS[i % 3] for i in range(ROWS)], 6)).dictionary_encode()
    out["flag"] = pa.array(gaps([i % 3 == 0 for i in range(ROWS)], 8))
    out["name"] = pa.array([f"person {i}" for i in range(ROWS)])
    return pa.table(out)


def times(nanos=True):
    out = base()
    start = dt.datetime(1969, 12, 31, 23, 59, 58)
    moments = [start, dt.datetime(1900, 1, 1), dt.datetime(2100, 12, 31, 23, 59, 59)]
    moments += [start + dt.timedelta(days=211 * i, seconds=3601 * i) for i in range(3, ROWS)]
    fine = [m + dt.timedelta(microseconds=123457 * i % 10**6) for i, m in enumerate(moments)]
    out["date"] = pa.array(gaps([m.date() for m in moments], 9), pa.date32())
    out["time"] = pa.array(gaps([m.time() for m in fine], 10), pa.time64("us"))
    out["s"] = pa.array(gaps(moments, 7), pa.timestamp("s"))
    out["ms"] = pa.array(gaps([m.replace(microsecond=m.microsecond // 1000 * 1000) for m in fine], 8), pa.timestamp("ms"))
    out["us"] = pa.array(gaps(fine, 9), pa.timestamp("us"))
    if nanos:
        out["ns"] = pa.array(gaps([i * 10**15 - 10**16 + 7 for i in range(ROWS)], 10), pa.int64()).cast(pa.timestamp("ns"))
    out["utc"] = pa.array(gaps(fine, 11), pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
    out["berlin"] = pa.array(gaps(fine, 12), pa.timestamp("us")).cast(pa.timestamp("us", "Europe/Berlin"))
    out["took"] = pa.array(gaps([i * 1500 - 7000 for i in range(ROWS)], 9), pa.duration("ms"))
    return pa.table(out)


def decimals():
    out = base()
    for precision, places in ((9, 2), (18, 4), (38, 10)):
        top = 10**min(precision, 18) - 1
        values = [0, 1, -1, top, -top, 10**places, -10**places + 1, 5] + [(i * 7919**2) % top - top // 2 for i in range(8, ROWS)]
        numbers = [None if v is None else decimal.Decimal(v).scaleb(-places) for v in gaps(values, 9, places)]
        out[f"d{precision}"] = pa.array(numbers, pa.decimal128(precision, places))
    return pa.table(out)


def holes():
    """Columns that lack all values, or a long run of them."""
    out = base()
    for name, kind in (("none_int", pa.int32()), ("none_float", pa.float64()), ("none_text", pa.string()), ("none_bool", pa.bool_()),
                       ("none_date", pa.date32()), ("none_time", pa.timestamp("us"))):
        out[name] = pa.nulls(ROWS, kind)
    out["late_int"] = pa.array([None] * 30 + list(range(ROWS - 30)), pa.int64())
    out["late_text"] = pa.array([None] * 30 + [WORDS[i % 4] for i in range(ROWS - 30)])
    out["late_float"] = pa.array([None] * 30 + [i / 3 for i in range(ROWS - 30)])
    return pa.table(out)


def nulls():
    """A column of Arrow's null type."""
    return pa.table(base() | {"null": pa.nulls(ROWS)})


def tall():
    """Enough rows for many pages and row groups."""
    rows = 120
    out = base(rows)
    out["int"] = pa.array(gaps([i * i * 31 - 5000 for i in range(rows)], 9), pa.int64())
    out["int32"] = pa.array(gaps([2**31 - 1 - i * i * 977 for i in range(rows)], 9), pa.int32())
    out["float"] = pa.array(gaps([math.sqrt(i) for i in range(rows)], 10))
    out["text"] = pa.array(gaps([f"prefix {i // 3} {'z' * (i % 17)}" for i in range(rows)], 11))
    out["word"] = pa.array(gaps([WORDS[i % 4] for i in range(rows)], 12))
    out["flag"] = pa.array(gaps([i % 5 == 0 for i in range(rows)], 13))
    return pa.table(out)


def nested():
    """One table for each kind that is refused; the name of the column is its kind."""
    kinds = {
        "list": pa.array([[i, i + 1] for i in range(ROWS)]),
        "struct": pa.array([{"a": i, "b": "b"} for i in range(ROWS)]),
        "binary": pa.array([bytes([255, i]) for i in range(ROWS)]),
        "map": pa.array([[("k", i)] for i in range(ROWS)], pa.map_(pa.string(), pa.int64())),
    }
    return {name: pa.table(base() | {name: array}) for name, array in kinds.items()}


def plain():
    """Tables of types that every writer has."""
    return {"integers": integers(), "floats": floats(False), "texts": texts(), "times": times(), "decimals": decimals(), "holes": holes()}

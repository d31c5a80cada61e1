"""Cells as exact text, the form in which tables of different readers are compared.

A column is a kind and one text or None (missing) for each row:

int        decimal digits
float16, float32, float64
           hexadecimal as float.hex writes it, inf or -inf; NaN is missing
bool       true or false
text       the text
bytes      bytes that no type calls text, but which are UTF-8
decimal    digits with as many behind the point as the type says
date       days since 1970-01-01
time, timestamp, timestamptz, duration
           nanoseconds (since midnight, 1970-01-01 local, 1970-01-01 UTC)
null       no value at all
raw        of a CSV file: the text of a time as it stands
number     of a CSV file: digits and a point as they stand
"""
import gzip
import json
import math
import re

import pyarrow as pa
import pyarrow.compute as pc

UNITS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}


class Unreadable(Exception):
    """A column of a kind that no cell is made of: lists, structs, binary."""


def float_text(x):
    x = float(x)
    if math.isnan(x):
        return None
    return x.hex() if math.isfinite(x) else str(x)


def counts(array, factor):
    """The integers behind a temporal array, times factor."""
    width = pa.int32() if array.type.bit_width == 32 else pa.int64()
    return [None if v is None else str(v * factor) for v in array.view(width).to_pylist()]


def column(array):
    """Returns the kind and the cells of an Arrow array."""
    if isinstance(array, pa.ChunkedArray):
        if array.num_chunks == 0:
            array = pa.nulls(0, array.type)
        elif pa.types.is_dictionary(array.type):
            kinds, pieces = zip(*map(column, array.chunks))
            return kinds[0], sum(pieces, [])
        else:
            array = pa.concat_arrays(array.chunks)
    t = array.type
    if isinstance(t, pa.BaseExtensionType):
        return column(array.storage)
    if pa.types.is_run_end_encoded(t):
        return column(pc.run_end_decode(array))
    if pa.types.is_dictionary(t):
        if pa.types.is_null(t.value_type):
            return column(pa.nulls(len(array)))
        kind, values = column(array.dictionary)
        return kind, [None if at is None else values[at] for at in array.indices.to_pylist()]
    if pa.types.is_null(t):
        return "null", [None] * len(array)
    if pa.types.is_boolean(t):
        return "bool", [None if v is None else str(v).lower() for v in array.to_pylist()]
    if pa.types.is_integer(t):
        return "int", [None if v is None else str(v) for v in array.to_pylist()]
    if pa.types.is_floating(t):
        return f"float{t.bit_width}", [None if v is None else float_text(v) for v in array.to_pylist()]
    if pa.types.is_string(t) or pa.types.is_large_string(t) or pa.types.is_string_view(t):
        return "text", array.to_pylist()
    if pa.types.is_decimal(t):
        if t.scale < 0:
            raise Unreadable(str(t))
        return "decimal", [None if v is None else format(v, "f") for v in array.to_pylist()]
    if pa.types.is_date32(t):
        return "date", counts(array, 1)
    if pa.types.is_date64(t) and any(v is not None and int(v) % 86_400_000 for v in counts(array, 1)):
        return "timestamp", counts(array, 10**6)  # old files of Arrow's tests, which the specification calls invalid
    if pa.types.is_date64(t):
        return "date", [None if v is None else str(int(v) // 86_400_000) for v in counts(array, 1)]
    if pa.types.is_time(t):
        return "time", counts(array, UNITS[t.unit])
    if pa.types.is_timestamp(t):
        return "timestamptz" if t.tz else "timestamp", counts(array, UNITS[t.unit])
    if pa.types.is_duration(t):
        return "duration", counts(array, UNITS[t.unit])
    raise Unreadable(str(t))


def table(arrow):
    """Returns the columns of an Arrow table: name -> (kind, cells)."""
    return {name: column(arrow.column(i)) for i, name in enumerate(distinct(arrow.column_names))}


def distinct(names):
    """Tells equal names apart as pandas does: a, a.1, a.2."""
    seen, out = {}, []
    for name in names:
        count = seen[name] = seen.get(name, -1) + 1
        out.append(f"{name}.{count}" if count else name)
    return out


# What stands for a missing value in an unquoted field of a CSV file: in every
# column, and in all but those of text.
STRONG = set("\\N NULL null Null <NA> NaN nan NAN -nan -NaN N/A n/a #N/A #NA (null) NaT".split()) | {""}
WEAK = set("NA na None none nil - -- . ? *".split())


def tokens(text):
    """Cuts CSV text into records of (field, quoted)."""
    records, record, field, at = [], [], [], 0
    quoted = False
    while at < len(text):
        c = text[at]
        if c == '"' and not field and not quoted:
            quoted = True
            end = at + 1
            while True:
                stop = text.index('"', end)
                field.append(text[end:stop])
                if text[stop + 1:stop + 2] != '"':
                    break
                field.append('"')
                end = stop + 2
            at = stop + 1
            continue
        if c in ",\n\r":
            record.append(("".join(field), quoted))
            field, quoted = [], False
            if c == "\r" and text[at + 1:at + 2] == "\n":
                at += 1
            if c != ",":
                records.append(record)
                record = []
        else:
            field.append(c)
        at += 1
    if field or record or quoted:
        records.append(record + [("".join(field), quoted)])
    return records


def csv_table(text, kinds):
    """Returns what CSV text holds, where kinds tells what was written."""
    header, *rows = tokens(text)
    out = {}
    for j, (name, _) in enumerate(header):
        kind, cells = kinds[name], [row[j] for row in rows]
        out[name] = csv_column(kind, cells)
    return out


def csv_column(kind, cells):
    missing = STRONG if kind == "text" else STRONG | WEAK
    values = [None if not quoted and text in missing else text for text, quoted in cells]
    if kind in ("date", "time", "timestamp", "timestamptz", "duration"):
        kind = "raw"
    elif kind == "decimal":
        kind = "number"
    elif kind.startswith("float"):
        kind, values = "float64", [None if v is None else float_text(v) for v in values]
    elif kind == "int" and any(v is not None and re.search(r"[.e]", v) for v in values):
        kind, values = "float64", [None if v is None else float_text(v) for v in values]
    elif kind == "int":
        values = [None if v is None else str(int(v)) for v in values]
    elif kind == "bool":
        values = [None if v is None else v.lower() for v in values]
    if all(v is None for v in values):
        kind = "null"
    return kind, values


def save(columns, path):
    """Writes columns, one a line; a path that ends in .gz is packed."""
    lines = []
    for name, (kind, cells) in columns.items():
        lines.append(json.dumps({"name": name, "kind": kind, "cells": cells}, separators=(",", ":")) + "\n")
    data = "".join(lines).encode()
    with open(path, "wb") as out:
        out.write(gzip.compress(data, mtime=0) if path.endswith(".gz") else data)


def load(path):
    with (gzip.open if path.endswith(".gz") else open)(path, "rt") as lines:
        return {c["name"]: (c["kind"], c["cells"]) for c in map(json.loads, lines)}

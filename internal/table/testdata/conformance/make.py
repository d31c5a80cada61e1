#!/usr/bin/env python3
"""Writes files/, oracle/ and manifest.json: what pyarrow, pandas, Polars and DuckDB
write, and what each reads back from its own file (see README.md).

    python3 -m venv VENV && VENV/bin/pip install -r requirements.txt
    VENV/bin/python make.py
"""
import hashlib
import json
import os
import shutil
import sys

import pandas as pd
import pyarrow as pa

import cells
import tables
import writers as w

HERE = os.path.dirname(os.path.abspath(__file__))
CODECS = ("none", "snappy", "gzip", "zstd", "lz4", "brotli")


class Matrix:
    def __init__(self):
        self.entries, self.skipped = [], []
        for name in ("files", "oracle"):
            shutil.rmtree(os.path.join(HERE, name), ignore_errors=True)
            os.mkdir(os.path.join(HERE, name))

    def oracle(self, name, columns):
        """Saves columns once for all files that hold them."""
        text = json.dumps(columns)
        digest = hashlib.sha256(text.encode()).hexdigest()[:6]
        file = f"{name}-{digest}.jsonl" + (".gz" if len(text) > 10000 else "")
        cells.save(columns, os.path.join(HERE, "oracle", file))
        return file

    def add(self, file, write, table, name, **more):
        """Writes a file of typed columns; its oracle is the writer's reading."""
        path = os.path.join(HERE, "files", file)
        try:
            read = write(table, path)
        except Exception as err:
            self.skip(file, path, err)
            return
        self.entries.append({"file": file, "oracle": self.oracle(name, cells.table(read)), **more})

    def add_csv(self, stem, write, table, name):
        """Writes a CSV file, and packed; its oracle is the text, by the types that were written."""
        kinds = {n: kind for n, (kind, _) in cells.table(table).items()}
        for extension in ("csv", "csv.gz", "csv.zst") if "nullable" not in stem else ("csv",):
            path = os.path.join(HERE, "files", f"{stem}.{extension}")
            try:
                write(table, path)
            except Exception as err:
                self.skip(f"{stem}.{extension}", path, err)
                continue
            columns = cells.csv_table(w.csv_text(path), kinds)
            self.entries.append({"file": f"{stem}.{extension}", "oracle": self.oracle(name + "-csv", columns)})

    def refuse(self, file, write, table, words):
        path = os.path.join(HERE, "files", file)
        try:
            write(table, path)
        except Exception as err:
            self.skip(file, path, err)
            return
        self.entries.append({"file": file, "refused": words})

    def skip(self, file, path, err):
        if os.path.exists(path):
            os.remove(path)
        self.skipped.append({"file": file, "why": str(err).split("\n")[0][:120]})

    def save(self):
        with open(os.path.join(HERE, "manifest.json"), "w") as out:
            out.write('{"entries": [\n' + ",\n".join(json.dumps(e) for e in self.entries))
            out.write('\n], "notWritten": [\n' + ",\n".join(json.dumps(e) for e in self.skipped) + "\n]}\n")


def parquet_codecs(m):
    """Every table of every writer; one of them with every codec."""
    for name, table in tables.plain().items():
        every = name == "integers"
        half = tables.floats() if name == "floats" else table
        for codec in CODECS if every else ("snappy", "lz4", "brotli"):
            m.add(f"pyarrow_{name}_{codec}.parquet", w.arrow_parquet(compression=codec.upper()), half, name)
        for codec in CODECS if every else ("zstd", "lz4"):
            m.add(f"polars_{name}_{codec}.parquet", w.polars_parquet(compression="uncompressed" if codec == "none" else codec), table, name)
        for codec in ("uncompressed", "snappy", "gzip", "zstd", "lz4", "lz4_raw", "brotli") if every else ("snappy", "lz4"):
            m.add(f"duckdb_{name}_{codec}.parquet", w.duck_parquet(CODEC=codec), table, name)
        m.add(f"duckdb_{name}_v2.parquet", w.duck_parquet(PARQUET_VERSION="V2", CODEC="zstd"), table, name)
        m.add(f"pandas_{name}.parquet", w.pandas_parquet(w.numpy_frame), table, name + "-pandas")
        m.add(f"pandas_{name}_nullable.parquet", w.pandas_parquet(w.nullable_frame, compression="lz4"), table, name + "-pandas")
    m.add("pyarrow_nulls.parquet", w.arrow_parquet(), tables.nulls(), "nulls")
    m.add("polars_nulls.parquet", w.polars_parquet(), tables.nulls(), "nulls")


def parquet_encodings(m):
    """Encodings, pages and row groups, of a table with enough rows."""
    tall = tables.tall()
    numbers, text = ["x", "label", "int", "int32", "float"], ["text", "word"]
    encodings = {
        "plain": dict(use_dictionary=False),
        "dictionary": dict(use_dictionary=True),
        "delta": dict(use_dictionary=False, column_encoding={n: "DELTA_BINARY_PACKED" for n in ("label", "int", "int32")} | {n: "DELTA_BYTE_ARRAY" for n in text} | {"flag": "RLE"}),
        "deltalength": dict(use_dictionary=False, column_encoding={n: "DELTA_LENGTH_BYTE_ARRAY" for n in text}),
        "split": dict(use_dictionary=False, column_encoding={n: "BYTE_STREAM_SPLIT" for n in numbers}),
    }
    pages = {
        "v1": dict(data_page_version="1.0"),
        "v2": dict(data_page_version="2.0"),
        "smallv1": dict(data_page_version="1.0", data_page_size=64, write_batch_size=16, row_group_size=50, dictionary_pagesize_limit=128),
        "smallv2": dict(data_page_version="2.0", data_page_size=64, write_batch_size=16, row_group_size=50, dictionary_pagesize_limit=128),
    }
    codecs = dict(zip(pages, ("ZSTD", "LZ4", "SNAPPY", "LZ4")))
    for encoding, how in encodings.items():
        for page, pieces in pages.items():
            if page == "smallv1" and encoding not in ("dictionary", "delta"):
                continue  # the repository is to stay small
            m.add(f"pyarrow_tall_{encoding}_{page}.parquet", w.arrow_parquet(compression=codecs[page], **how, **pieces), tall, "tall")
    for label, options in (("checksum", dict(write_page_checksum=True)), ("format1", dict(version="1.0")), ("format24", dict(version="2.4")),
                           ("index", dict(write_page_index=True)), ("bare", dict(store_schema=False, write_statistics=False))):
        m.add(f"pyarrow_tall_{label}.parquet", w.arrow_parquet(**options), tall, "tall")
    m.add("pyarrow_times_int96.parquet", w.arrow_parquet(use_deprecated_int96_timestamps=True, store_schema=False), int96(), "int96")
    m.add("pyarrow_times_coerced.parquet", w.arrow_parquet(coerce_timestamps="ms", allow_truncated_timestamps=True, store_schema=False), tables.times(), "times")
    m.add("pyarrow_decimals_int.parquet", w.arrow_parquet(store_decimal_as_integer=True, compression="LZ4"), tables.decimals(), "decimals")
    m.add("pyarrow_texts_large.parquet", w.arrow_parquet(), large(tables.texts()), "texts")
    m.add("polars_tall_pages.parquet", w.polars_parquet(row_group_size=50, data_page_size=64, compression="lz4"), tall, "tall")
    m.add("duckdb_tall_groups.parquet", w.duck_parquet(ROW_GROUP_SIZE=128, PARQUET_VERSION="V2", CODEC="lz4"), tall, "tall")
    m.add("duckdb_tall_v1.parquet", w.duck_parquet(CODEC="lz4_raw"), tall, "tall")
    m.add("pandas_tall_groups.parquet", w.pandas_parquet(w.nullable_frame, row_group_size=40), tall, "tall")
    m.add("pandas_tall_index.parquet", w.pandas_parquet(w.nullable_frame, index=lambda n: pd.RangeIndex(n)[::-1].to_numpy() * 3), tall, "tall-index", index="__index_level_0__")


def int96():
    return pa.table({n: c for n, c in zip(tables.times().column_names, tables.times().columns) if n in ("x", "label", "ns")})


def large(table):
    return pa.table({n: c.cast(pa.large_string()) if c.type == pa.string() else c for n, c in zip(table.column_names, table.columns)})


def arrow_files(m):
    for name, table in tables.plain().items():
        full = tables.floats() if name == "floats" else table
        for codec in (None, "lz4", "zstd"):
            m.add(f"pyarrow_{name}_{codec}.arrow", w.ipc(pa.ipc.new_file, codec), full, name)
            m.add(f"polars_{name}_{codec}.arrow", w.polars_ipc(compression=codec or "uncompressed"), table, name)
        m.add(f"pyarrow_{name}.arrows", w.ipc(pa.ipc.new_stream, batch=20), full, name)
        m.add(f"pyarrow_{name}.feather", w.feather(compression="lz4"), full, name)
        m.add(f"polars_{name}.arrows", w.polars_stream(), table, name)
        m.add(f"pandas_{name}.feather", w.pandas_feather, table, name + "-pandas")
    m.add("pyarrow_nulls.arrow", w.ipc(pa.ipc.new_file), tables.nulls(), "nulls")
    m.add("polars_nulls.arrow", w.polars_ipc(), tables.nulls(), "nulls")
    m.add("pyarrow_tall_batches.arrow", w.ipc(pa.ipc.new_file, batch=37), tables.tall(), "tall")
    m.add("polars_tall_batches.arrow", w.polars_ipc(compression="zstd", record_batch_size=37), tables.tall(), "tall")
    m.add("pyarrow_texts_large.arrow", w.ipc(pa.ipc.new_file), large(tables.texts()), "texts")
    m.add("polars_texts_old.arrow", w.polars_ipc(compat_level=w.pl.CompatLevel.oldest()), tables.texts(), "texts")
    dictionaries(m)


def dictionaries(m):
    """Dictionaries of other values than text, of every width, and their deltas."""
    base = tables.base()
    rows = tables.ROWS
    values = {"ints": pa.array([2**53 + 1 + i % 7 for i in range(rows)]), "floats": pa.array([i % 5 / 3 for i in range(rows)]),
              "dates": pa.array([i % 4 * 100 for i in range(rows)], pa.int32()).cast(pa.date32()), "large": pa.array([f"w{i % 3}" for i in range(rows)], pa.large_string())}
    table = pa.table(base | {n: v.dictionary_encode() for n, v in values.items()})
    m.add("pyarrow_dictionaries.arrow", w.ipc(pa.ipc.new_file), table, "dictionaries")
    m.add("pyarrow_dictionaries.parquet", w.arrow_parquet(), table, "dictionaries")
    widths = {str(t): pa.DictionaryArray.from_arrays(pa.array([i % 3 for i in range(rows)], t), ["a", "b", None]) for t in (pa.int8(), pa.uint8(), pa.int16(), pa.uint32(), pa.int64())}
    m.add("pyarrow_codes.arrow", w.ipc(pa.ipc.new_file), pa.table(base | widths), "codes")
    chunks = pa.chunked_array([pa.array(["a", "b"] * 12).dictionary_encode(), pa.array((["a", "b", "c", None] * 6)).dictionary_encode()])
    growing = pa.table(base | {"cat": chunks})
    m.add("pyarrow_delta.arrows", w.ipc(pa.ipc.new_stream, batch=24, emit_dictionary_deltas=True), growing, "growing")
    m.add("pyarrow_replaced.arrows", w.ipc(pa.ipc.new_stream, batch=24), growing, "growing")
    enum = w.pl.from_arrow(pa.table(base)).with_columns(w.pl.Series("enum", [tables.WORDS[i % 3] for i in range(rows)], dtype=w.pl.Enum(tables.WORDS)))
    m.add("polars_enum.arrow", lambda t, p: (t.write_ipc(p), w.pl.read_ipc(p).to_arrow())[1], enum, "enum")
    m.add("polars_enum.parquet", lambda t, p: (t.write_parquet(p), w.pl.read_parquet(p).to_arrow())[1], enum, "enum")


def csv_files(m):
    for name, table in tables.plain().items():
        if name == "floats":
            table = tables.floats()
        m.add_csv(f"pyarrow_{name}", w.arrow_csv, table, name)
        m.add_csv(f"polars_{name}", w.polars_csv, table, name)
        m.add_csv(f"duckdb_{name}", w.duck_csv, table, name)
        m.add_csv(f"pandas_{name}", w.pandas_csv(w.numpy_frame), table, name)
        m.add_csv(f"pandas_{name}_nullable", w.pandas_csv(w.nullable_frame), table, name)


def refusals(m):
    for name, table in tables.nested().items():
        m.refuse(f"pyarrow_{name}.parquet", w.arrow_parquet(), table, name)
        m.refuse(f"pyarrow_{name}.arrow", w.ipc(pa.ipc.new_file), table, name)
        if name != "map":
            m.refuse(f"polars_{name}.parquet", w.polars_parquet(), table, name)
            m.refuse(f"polars_{name}.arrow", w.polars_ipc(), table, name)
        m.refuse(f"duckdb_{name}.parquet", w.duck_parquet(), table, name)
    m.refuse("duckdb_interval.parquet", w.duck_parquet(), pa.table(tables.base() | {"interval": pa.array([(1, 2, 3)] * tables.ROWS, pa.month_day_nano_interval())}), "interval")


def main():
    m = Matrix()
    for part in (parquet_codecs, parquet_encodings, arrow_files, csv_files, refusals):
        part(m)
    m.save()
    for entry in m.skipped:
        print("not written:", entry["file"], entry["why"], file=sys.stderr)
    print(len(m.entries), "files")


if __name__ == "__main__":
    main()

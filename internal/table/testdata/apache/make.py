#!/usr/bin/env python3
"""Copies small files of apache/parquet-testing and apache/arrow-testing to files/,
with what pyarrow reads from them in oracle/ (see README.md).

    VENV/bin/python make.py PARQUET_TESTING ARROW_TESTING

The arguments are checkouts of the two repositories; VENV is that of ../conformance.
"""
import glob
import hashlib
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "conformance"))

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

import cells

# Parquet files left out: too large, of little use here, or without an answer.
OMIT = {"alltypes_tiny_pages", "alltypes_tiny_pages_plain", "hadoop_lz4_compressed_larger", "lz4_raw_compressed_larger", "overflow_i16_page_cnt",
        "datapage_v1-uncompressed-checksum", "datapage_v1-corrupt-checksum", "nested_structs.rust", "large_string_map.brotli"}
# Damaged on purpose, in a way that a reader need not see.
EITHER = {"repeated_no_annotation",  # its footer says that it has no rows
          "rle-dict-uncompressed-corrupt-checksum", "ARROW-RS-GH-6229-LEVELS", "incorrect_map_schema", "unknown-logical-type"}
# Nothing but an error will do.
BAD = {"ARROW-GH-45185", "ARROW-GH-47662", "ARROW-RS-GH-6229-DICTHEADER", "PARQUET-1481"}
ENCRYPTED = {"encrypt_columns_and_footer.parquet.encrypted": "encrypted_footer.parquet", "encrypt_columns_plaintext_footer.parquet.encrypted": "encrypted_columns.parquet"}
INTEGRATION = ("0.14.1/*datetime", "0.14.1/*dictionary", "1.0.0-bigendian/*primitive", "1.0.0-bigendian/*dictionary",
               "1.0.0-bigendian/*datetime", "1.0.0-littleendian/*dictionary_unsigned", "1.0.0-littleendian/*extension",
               "2.0.0-compression/*", "4.0.0-shareddict/*", "cpp-21.0.0/*")
LARGEST = 72_980


def readable(array):
    """Returns kind and cells of a column, and how sure it is that we can read it."""
    t = array.type
    if t == pa.uuid():
        return "text", [None if v is None else str(v) for v in array.to_pylist()], "optional"
    if pa.types.is_binary(t) or pa.types.is_large_binary(t):
        try:
            return "bytes", [None if v is None else v.decode() for v in array.to_pylist()], "optional"
        except UnicodeDecodeError:
            return None, None, "refused"
    if pa.types.is_decimal(t) and t.scale < 0:
        return None, None, "doubtful"
    try:
        kind, texts = cells.column(array)
    except (cells.Unreadable, KeyError):  # KeyError: types that pyarrow has no class for
        return None, None, "refused"
    wide = kind == "decimal" and any(v is not None and abs(int(v.replace(".", ""))) >= 2**63 for v in texts)
    return kind, texts, "optional" if wide else "sure"


def entry(file, arrow):
    return entry_in(HERE, file, arrow)


def entry_in(folder, file, arrow):
    """Returns the entry of a file from what pyarrow reads, with an oracle in folder."""
    if arrow.num_rows == 0:
        sound = all(readable(array)[0] for array in arrow.columns if array.num_chunks)
        return {"file": file, "refused": "no rows" if sound and arrow.columns[0].num_chunks else "table: "}
    columns, drop, optional, refused = {}, [], [], ""
    for name, array in zip(cells.distinct(arrow.column_names), arrow.columns):
        kind, texts, how = readable(array)
        if kind is None:
            drop.append(name)
        else:
            columns[name] = kind, texts
        if how == "refused" and not refused:
            refused = name
        if how == "optional":
            optional.append(name)
    out = {"file": file}
    if columns:
        text = json.dumps(columns)
        oracle = f"{hashlib.sha256(text.encode()).hexdigest()[:10]}.jsonl.gz"
        cells.save(columns, os.path.join(folder, "oracle", oracle))
        out["oracle"] = oracle
    for key, value in (("drop", drop), ("optional", optional), ("refused", refused)):
        if value:
            out[key] = value
    return out


def copy(source, file):
    shutil.copyfile(source, os.path.join(HERE, "files", file))
    return os.path.join(HERE, "files", file)


def parquet(folder):
    entries = []
    for source in sorted(glob.glob(f"{folder}/data/*.parquet") + glob.glob(f"{folder}/bad_data/*.parquet")):
        file = os.path.basename(source)
        stem = file.removesuffix(".parquet")
        if stem in OMIT or os.path.getsize(source) > LARGEST:
            continue
        path = copy(source, file)
        try:
            found = entry(file, pq.read_table(path, partitioning=None, coerce_int96_timestamp_unit="us" if "spark" in stem else "ns"))
        except (pa.ArrowException, OSError):
            found = {"file": file, "bad": True}
        if "spark" in stem:
            found["optional"] = ["a"]  # times that 64 bits of nanoseconds do not reach
        if stem in EITHER:
            found["either"] = True
        if stem in BAD:
            found = {"file": file, "bad": True}
        entries.append(found)
    for source, file in ENCRYPTED.items():
        copy(f"{folder}/data/{source}", file)
        entries.append({"file": file, "refused": "encrypted"})
    return entries


def arrow(folder):
    entries = []
    for pattern in INTEGRATION:
        for source in sorted(glob.glob(f"{folder}/data/arrow-ipc-stream/integration/{pattern}.arrow_file") + glob.glob(f"{folder}/data/arrow-ipc-stream/integration/{pattern}.stream")):
            size = os.path.getsize(source)
            if size > 24_000 or size > 10_000 and source.endswith(".stream") and "decimal256" not in source:
                continue  # the repository is to stay small
            version = os.path.basename(os.path.dirname(source))
            file = f"{version}-{os.path.basename(source).removeprefix('generated_')}".replace(".arrow_file", ".arrow").replace(".stream", ".arrows")
            path = copy(source, file)
            read = (pa.ipc.open_file if file.endswith(".arrow") else pa.ipc.open_stream)(path).read_all()
            entries.append(entry(file, read))
    return entries


def main():
    for name in ("files", "oracle"):
        shutil.rmtree(os.path.join(HERE, name), ignore_errors=True)
        os.mkdir(os.path.join(HERE, name))
    entries = parquet(sys.argv[1]) + arrow(sys.argv[2])
    with open(os.path.join(HERE, "manifest.json"), "w") as out:
        out.write('{"entries": [\n' + ",\n".join(json.dumps(e) for e in entries) + "\n]}\n")
    print(len(entries), "files")


if __name__ == "__main__":
    main()

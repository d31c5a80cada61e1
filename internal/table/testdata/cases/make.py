#!/usr/bin/env python3
"""Writes manifest.json and oracle/: what pyarrow reads from the typed files here.

    VENV/bin/python make.py

VENV is that of ../conformance.
"""
import glob
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "apache"))

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from make import entry_in

# What pyarrow says no to, and the word that the refusal has to have.
REFUSED = {"encrypted.parquet": "encrypted", "duck_empty.parquet": "no rows", "column_chunk_key_value_metadata.parquet": "no rows"}
BAD = {"lz4_one_byte_flipped.parquet"}
INDEX = {"hyp_enc.parquet": "__index_level_0__"}


def read(path):
    if path.endswith(".parquet"):
        return pq.read_table(path)
    try:
        return pa.ipc.open_file(path).read_all()
    except pa.ArrowInvalid:
        return pa.ipc.open_stream(path).read_all()


def main():
    shutil.rmtree(os.path.join(HERE, "oracle"), ignore_errors=True)
    os.mkdir(os.path.join(HERE, "oracle"))
    entries = []
    for path in sorted(glob.glob(os.path.join(HERE, "files", "*.parquet")) + glob.glob(os.path.join(HERE, "files", "*.arrow*"))):
        file = os.path.basename(path)
        if file in REFUSED:
            entries.append({"file": file, "refused": REFUSED[file]})
        elif file in BAD:
            entries.append({"file": file, "bad": True})
        else:
            entries.append(entry_in(HERE, file, read(path)))
        if file == "odd.parquet":
            entries[-1]["refused"] = "--drop"  # whichever of its columns comes first
        if file in INDEX:
            entries[-1]["index"] = INDEX[file]
    with open(os.path.join(HERE, "manifest.json"), "w") as out:
        out.write('{"entries": [\n' + ",\n".join(json.dumps(e) for e in entries) + "\n]}\n")
    print(len(entries), "files")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes arrays.npz and refused.npz, the files of NumPy that the tests read.

Value [i, j] of an array of shape (5, 3) is (7 i + 3 j) mod 11 for integers,
(that - 5) / 4 for floats and whether that is odd for bool.
"""
import io
import os
import zipfile

import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
kinds = ["b1", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"]


def values(kind):
    i, j = np.indices((5, 3))
    v = (7 * i + 3 * j) % 11
    if kind[0] == "b":
        v = v % 2
    if kind[0] == "f":
        v = (v - 5) / 4
    return v


def entry(archive, name, array, version=(1, 0)):
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version, allow_pickle=True)
    archive.writestr(zipfile.ZipInfo(name + ".npy"), out.getvalue(), zipfile.ZIP_DEFLATED)


with zipfile.ZipFile(os.path.join(here, "arrays.npz"), "w") as z:
    for kind in kinds:
        for order in "CF":
            for endian in "<>":
                name = "_".join([kind, order, "little" if endian == "<" else "big"])
                entry(z, name, np.array(values(kind), dtype=endian + kind, order=order))
    entry(z, "version2", np.array(values("f8")), version=(2, 0))
    entry(z, "version3", np.array(values("f8")), version=(3, 0))
    entry(z, "y", np.arange(5, dtype="i8") % 2)
    entry(z, "y_column", (np.arange(5, dtype="u1") % 2).reshape(5, 1))
    entry(z, "y_short", np.arange(4))
    entry(z, "cube", np.zeros((2, 2, 2)))
    entry(z, "no_rows", np.zeros((0, 3)))

with zipfile.ZipFile(os.path.join(here, "refused.npz"), "w") as z:
    entry(z, "object", np.array([1, "a", None], dtype=object))
    entry(z, "text", np.array(["a", "bc"]))
    entry(z, "record", np.zeros(2, dtype=[("a", "f8"), ("b", "i4")]))
    entry(z, "complex", np.zeros(2, dtype="c16"))
    entry(z, "date", np.zeros(2, dtype="M8[ns]"))

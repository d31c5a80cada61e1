"""Each writer as functions from (table, path) to the table that its own reader gives."""
import gzip

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet as pq


def arrow_parquet(**options):
    def write(table, path):
        pq.write_table(table, path, **options)
        return pq.read_table(path, partitioning=None)
    return write


def ipc(make, compression=None, batch=None, **options):
    def write(table, path):
        with make(path, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression, **options)) as out:
            out.write_table(table, batch)
        with pa.memory_map(path) as source:
            return (pa.ipc.open_file if make is pa.ipc.new_file else pa.ipc.open_stream)(source).read_all()
    return write


def feather(**options):
    def write(table, path):
        pa.feather.write_feather(table, path, **options)
        return pa.feather.read_table(path)
    return write


def compressed(text, path):
    """Writes text, in the compression of path's name."""
    data = text if isinstance(text, bytes) else text.encode()
    if path.endswith(".gz"):
        data = gzip.compress(data, mtime=0)
    elif path.endswith(".zst"):
        data = pa.Codec("zstd").compress(data, asbytes=True)
    with open(path, "wb") as out:
        out.write(data)


def arrow_csv(table, path):
    plain = pa.table({n: c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) else c for n, c in zip(table.column_names, table.columns)})
    out = pa.BufferOutputStream()
    pa.csv.write_csv(plain, out)
    compressed(out.getvalue().to_pybytes(), path)


def numpy_frame(table):
    """The frame that most pandas users have: integers with gaps are floats."""
    return table.to_pandas()


def nullable_frame(table):
    """The frame of pandas' own types that have a missing value."""
    return table.to_pandas(types_mapper=NULLABLE.get)


NULLABLE = {getattr(pa, n.lower())(): getattr(pd, n + "Dtype")() for n in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")}
NULLABLE |= {pa.bool_(): pd.BooleanDtype(), pa.string(): pd.StringDtype()}


def pandas_parquet(frame, index=None, **options):
    def write(table, path):
        df = frame(table)
        if index is not None:
            df.index = index(len(df))
        df.to_parquet(path, **options)
        return pa.Table.from_pandas(pd.read_parquet(path, dtype_backend="pyarrow"))
    return write


def pandas_feather(table, path):
    numpy_frame(table).to_feather(path)
    return pa.Table.from_pandas(pd.read_feather(path, dtype_backend="pyarrow"))


def pandas_csv(frame, **options):
    return lambda table, path: compressed(frame(table).to_csv(index=False, **options), path)


def polars_parquet(**options):
    def write(table, path):
        pl.from_arrow(table).write_parquet(path, **options)
        return pl.read_parquet(path, hive_partitioning=False).to_arrow()
    return write


def polars_ipc(**options):
    def write(table, path):
        pl.from_arrow(table).write_ipc(path, **options)
        return pl.read_ipc(path).to_arrow()
    return write


def polars_stream(**options):
    def write(table, path):
        pl.from_arrow(table).write_ipc_stream(path, **options)
        return pl.read_ipc_stream(path).to_arrow()
    return write


def polars_csv(table, path):
    frame = pl.from_arrow(table)
    whole = [pl.col(n).dt.total_milliseconds() for n, t in frame.schema.items() if t == pl.Duration]
    compressed(frame.with_columns(whole).write_csv(), path)


def duck_table(table):
    """The columns that DuckDB takes from Arrow and gives to Parquet."""
    return table.select([n for n, t in zip(table.column_names, table.schema.types) if not pa.types.is_duration(t) and not pa.types.is_float16(t)])


def duck_parquet(**options):
    def write(table, path):
        table = duck_table(table)
        text = "".join(f", {k} {v}" for k, v in options.items())
        connection = duckdb.connect()
        connection.sql("SET TimeZone = 'UTC'")
        connection.register("t", table)
        connection.sql(f"COPY (SELECT * FROM t) TO '{path}' (FORMAT parquet{text})")
        return connection.sql(f"SELECT * FROM read_parquet('{path}')").to_arrow_table()
    return write


def duck_csv(table, path):
    table = duck_table(table)
    connection = duckdb.connect()
    connection.sql("SET TimeZone = 'UTC'")
    connection.register("t", table)
    code = ", COMPRESSION gzip" if path.endswith(".gz") else ", COMPRESSION zstd" if path.endswith(".zst") else ""
    connection.sql(f"COPY (SELECT * FROM t) TO '{path}' (HEADER{code})")


def csv_text(path):
    """The text of a CSV file of any compression."""
    with open(path, "rb") as f:
        data = f.read()
    if path.endswith(".gz"):
        data = gzip.decompress(data)
    elif path.endswith(".zst"):
        data = pa.CompressedInputStream(pa.BufferReader(data), "zstd").read()
    return data.decode()

"""Rows as tasks in Python get and give them: in batches of Arrow, of schemas that Spark has too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

_TYPES = {pa.string(): "string", pa.int32(): "int", pa.int64(): "long", pa.bool_(): "boolean"}


def ddl(schema: pa.Schema) -> str:
    """Write a schema as Spark does: `film string, refused array<long>`."""
    return ", ".join(f"{each.name} {_spark_type(each.type)}" for each in schema)


def _spark_type(of: pa.DataType) -> str:
    if pa.types.is_list(of):
        return f"array<{_spark_type(of.value_type)}>"
    if pa.types.is_struct(of):
        return f"struct<{', '.join(f'{each.name}: {_spark_type(each.type)}' for each in of)}>"
    return _TYPES[of]


def texts(*names: str) -> list[tuple[str, pa.DataType]]:
    """Return columns of texts for a schema."""
    return [(name, pa.string()) for name in names]


def rows(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of batches, each as the values of its columns."""
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def batch(rows: Sequence[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Put rows, each the values of all columns, into a batch."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    arrays = [pa.array(list(each), of.type) for each, of in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)

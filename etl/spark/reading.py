"""From sources to records on Spark, each with its file and line: cut and parsed as a load does.

A piece of work is some small files, or a large one; JSON Lines are cut where Spark cuts them.
"""

from __future__ import annotations

import pickle
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import pyarrow as pa

from etl.operations.parsing import Read, Unread, Work, parse_records
from etl.sources.claims import find_claimed
from etl.sources.files import FoundFile, Source
from etl.sources.jsonlines import cut_line
from etl.sources.packed import Unpacking
from etl.spark.elsewhere import paths_of, read_here
from etl.spark.planning import ReadingPlan

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

RECORDS = (
    "source string, path string, key string, line int, kind string, names string, "
    "name_ids string, body string, name_facts string, "
    "identifiers array<struct<scheme: string, id: string>>"
)
"""A record as Spark keeps it, as `Staged` has it; its version is added when it is written.

Beside records there are rows of the kinds `note`, `absence` and `left out`: what `key` and `body`
say, in the line `line` of a file, or so many times.
"""

_SCHEME = "^[a-z][a-z0-9+.-]*:(//)?"
_TEXTS = ("names", "name_ids", "body", "name_facts")
_ARROW = pa.schema(
    [
        *((name, pa.string()) for name in ("source", "path", "key")),
        ("line", pa.int32()),
        *((name, pa.string()) for name in ("kind", *_TEXTS)),
        ("identifiers", pa.list_(pa.struct([("scheme", pa.string()), ("id", pa.string())]))),
    ]
)
_RECORDS_AT_ONCE = 500


class RecordRow(NamedTuple):
    """A row of `RECORDS`."""

    source: str
    path: str
    key: str
    line: int
    kind: str
    names: str | None = None
    name_ids: str | None = None
    body: str | None = None
    name_facts: str | None = None
    identifiers: Sequence[Mapping[str, str]] = ()


def read(spark: SparkSession, plan: ReadingPlan) -> DataFrame:
    """Read what is planned: rows of `RECORDS`."""
    from pyspark.sql import functions as f

    parts = list[Any]()
    if plan.pieces:
        packed = [(pickle.dumps(piece),) for piece in plan.pieces]
        count = min(len(packed), 4 * spark.sparkContext.defaultParallelism)
        pieces = spark.createDataFrame(packed, "piece binary").repartition(count)
        parts.append(pieces.mapInArrow(_read_pieces, RECORDS))
    if plan.elsewhere:
        parts.append(_brought(spark, plan))
    if plan.lines:
        lines = (
            spark.read.option("lineSep", "\n")
            .text([_escaped(path) for path in plan.lines])
            .select(
                f.col("value").cast("binary").alias("value"),
                f.col("_metadata.file_path").alias("file"),
                f.col("_metadata.file_block_start").alias("start"),
            )
        )
        counts = lines.groupBy("file", "start").count().collect()
        firsts, files = _firsts(counts), {_place(path): each for path, each in plan.lines.items()}
        read_lines: _Reader = lambda batches: _read_lines(files, firsts, batches)  # noqa: E731
        parts.append(lines.mapInArrow(read_lines, RECORDS))
    whole = parts[0] if parts else spark.createDataFrame([], RECORDS)
    for part in parts[1:]:
        whole = whole.unionAll(part)
    return whole


_Reader = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def _brought(spark: SparkSession, plan: ReadingPlan) -> DataFrame:
    """Read pieces whose files Spark brings to the tasks, all those of a piece to one."""
    from pyspark.sql import functions as f

    uris = plan.outline.uris
    where = [
        (_place(uris[path]), path, number, plan.outline.roots[piece.source.root])
        for number, piece in enumerate(plan.elsewhere)
        for path in paths_of(piece)
    ]
    wanted = spark.createDataFrame(where, "place string, local string, piece int, root string")
    whole = spark.read.format("binaryFile").load([_escaped(uris[path]) for _, path, *_ in where])
    contents = whole.select(f.regexp_replace("path", _SCHEME, "").alias("place"), "content")
    works = plan.elsewhere

    def read_piece(table: pa.Table) -> pa.Table:
        work = works[table.column("piece")[0].as_py()]
        return pa.Table.from_batches(_batches(read_here(work, table, _read_piece)), _ARROW)

    together = contents.join(f.broadcast(wanted), "place").groupBy("piece")
    return together.applyInArrow(read_piece, RECORDS)


def _place(path: str) -> str:
    """Return a path or URI without its scheme, which Hadoop and Spark write differently."""
    return re.sub(_SCHEME, "", path)


def _escaped(path: str) -> str:
    """Write a path so that Spark takes none of its characters for a pattern."""
    return "".join(f"\\{each}" if each in "\\*?[]{}" else each for each in path)


def _firsts(counts: Iterable[Any]) -> dict[tuple[str, int], int]:
    """Return the number of the first line of each block of each file, by the lines of all."""
    by_file: dict[str, list[tuple[int, int]]] = {}
    for row in counts:
        by_file.setdefault(row["file"], []).append((row["start"], row["count"]))
    return {
        (file, start): first
        for file, blocks in by_file.items()
        for (start, _), first in zip(
            sorted(blocks), accumulate((n for _, n in sorted(blocks)), initial=1), strict=False
        )
    }


def _read_pieces(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Read pieces of work in a task."""
    for batch in batches:
        for piece in batch.column(0).to_pylist():
            work = pickle.loads(piece)  # noqa: S301 - this program wrote it
            yield from _batches(_read_piece(work, work.source.root))


def _read_piece(work: Work, root: str) -> Iterator[Read]:
    """Read a piece of work; below a root on the disk, if it is what an archive holds."""
    if not work.source.paths:
        yield parse_records(None, work)
        return
    with Unpacking() as unpacking:
        for found in find_claimed(replace(work.source, root=root), unpacking):
            if not found.other:
                yield parse_records(None, Work(work.source, [(found, ())]))


def _read_lines(
    files: Mapping[str, tuple[Source, FoundFile]],
    firsts: Mapping[tuple[str, int], int],
    batches: Iterable[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """Read lines in a task: those of a block follow each other."""
    yield from _batches(
        parse_records(None, work) for work in _line_works(files, firsts, _lines(batches))
    )


def _lines(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[bytes, str, int]]:
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _line_works(
    files: Mapping[str, tuple[Source, FoundFile]],
    firsts: Mapping[tuple[str, int], int],
    lines: Iterable[tuple[bytes, str, int]],
) -> Iterator[Work]:
    at, number, unread = ("", -1), 0, list[Unread]()
    source, found = None, None
    for value, file, start in lines:
        if (file, start) != at:
            if source and unread:
                yield Work(source, records=unread)
            at, number, unread = (file, start), firsts[file, start], []
            source, found = files[unquote(_place(file))]
        raw = cut_line(number, value, Counter())
        number += 1
        if raw and found:
            unread.append(Unread(found.relative, "", raw))
        if source and len(unread) == _RECORDS_AT_ONCE:
            yield Work(source, records=unread)
            unread = []
    if source and unread:
        yield Work(source, records=unread)


def _batches(reads: Iterable[Read]) -> Iterator[pa.RecordBatch]:
    for read_ in reads:
        if rows := list(_rows(read_)):
            columns = [list(column) for column in zip(*rows, strict=True)]
            arrays = [pa.array(each, of.type) for each, of in zip(columns, _ARROW, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, schema=_ARROW)


def _rows(read_: Read) -> Iterator[RecordRow]:
    for each in read_.staged:
        ids = [{"scheme": scheme, "id": id_} for scheme, id_ in each.identifiers]
        texts = each.names, each.name_ids, each.body, each.name_facts
        yield RecordRow(each.source, each.path, each.key, each.line, each.kind, *texts, ids)
    source = read_.source
    for finding in read_.findings:
        told_ = finding.kind, None, finding.message
        yield RecordRow(source, finding.file, finding.key, finding.line, "note", *told_)
    for key, count in read_.absences.items():
        yield RecordRow(source, "", key, count, "absence")
    for kind, count in read_.left_out.items():
        yield RecordRow(source, "", kind, count, "left out")


def with_own_keys(records: DataFrame) -> DataFrame:
    """Tell records of one name in a file from each other, as `distinct` does where one task reads.

    The first has the name, the others a number behind it, in the order of their lines. Only JSON
    Lines are cut by several tasks, in which no film is known by that name alone.
    """
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    place = ["source", "path", "key"]
    is_record = f.col("kind").isin("film", "reject")
    repeated = records.where(is_record).groupBy(*place).count().where("count > 1").select(*place)
    if repeated.isEmpty():
        return records
    repeated = repeated.withColumn("is_record", f.lit(True))
    marked = records.withColumn("is_record", is_record)
    both = [*place, "is_record"]
    number = f.row_number().over(Window.partitionBy(*place).orderBy("line"))
    numbered = marked.join(repeated, both, "left_semi").withColumn("number", number)
    own = f.expr("if(number > 1, concat(key, ' (', number, ')'), key)")
    others = marked.join(repeated, both, "left_anti").select(*records.columns)
    return others.unionByName(numbered.withColumn("key", own).select(*records.columns))

"""From sources to records on Spark, each with its file and line: cut and parsed as a load does.

A piece of work is some small files, or a large one; JSON Lines are cut where Spark cuts them.
"""

from __future__ import annotations

import pickle
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

import pyarrow as pa

from etl.operations.parsing import Read, Unread, Work, parse_records
from etl.sources.claims import find_claimed
from etl.sources.files import FoundFile, Source, full_path
from etl.sources.jsonlines import cut_line
from etl.sources.kinds import tells_of_others
from etl.sources.packed import Unpacking
from etl.spark.arrow import batch, ddl, rows, texts
from etl.spark.elsewhere import paths_of, read_here
from etl.spark.files import SCHEME
from etl.spark.planning import ReadingPlan

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

RECORDS = pa.schema(
    [
        *texts("source", "path", "key"),
        ("line", pa.int32()),
        *texts("kind", "names", "name_ids", "body", "name_facts", "name_keys"),
        ("identifiers", pa.list_(pa.struct(texts("scheme", "id")))),
    ]
)
"""A record as Spark keeps it, as `Staged` has it; its version is added when it is written.

Beside records there are rows of the kinds `note`, `absence` and `left out`: what `key` and `body`
say, in the line `line` of a file, or so many times.
"""

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
    name_keys: str | None = None
    identifiers: Sequence[Mapping[str, str]] = ()


def read(spark: SparkSession, plan: ReadingPlan) -> DataFrame:
    """Read what is planned: rows of `RECORDS`."""
    from pyspark.sql import functions as f

    parts = list[Any]()
    if plan.pieces:
        packed = [(pickle.dumps(piece),) for piece in plan.pieces]
        count = min(len(packed), 4 * spark.sparkContext.defaultParallelism)
        pieces = spark.createDataFrame(packed, "piece binary").repartition(count)
        parts.append(pieces.mapInArrow(_read_pieces, ddl(RECORDS)))
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

        def read_lines(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            """Read lines in a task."""
            works = _line_works(files, firsts, rows(batches))
            yield from _batches(parse_records(None, work, full_path) for work in works)

        parts.append(lines.mapInArrow(read_lines, ddl(RECORDS)))
    whole = parts[0] if parts else spark.createDataFrame([], ddl(RECORDS))
    for part in parts[1:]:
        whole = whole.unionAll(part)
    return whole


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
    named = dict.fromkeys(_escaped(uris[path]) for _, path, *_ in where)
    whole = spark.read.format("binaryFile").load(list(named))
    contents = whole.select(f.regexp_replace("path", SCHEME, "").alias("place"), "content")
    works = plan.elsewhere

    def read_piece(table: pa.Table) -> pa.Table:
        work = works[table.column("piece")[0].as_py()]
        return pa.Table.from_batches(_batches(read_here(work, table, _read_piece)), RECORDS)

    together = contents.join(f.broadcast(wanted), "place").groupBy("piece")
    return together.applyInArrow(read_piece, ddl(RECORDS))


def _place(path: str) -> str:
    """Return a path or URI without its scheme, which Hadoop and Spark write differently."""
    return re.sub(SCHEME, "", path)


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
    for (piece,) in rows(batches):
        work = pickle.loads(piece)  # noqa: S301 - this program wrote it
        yield from _batches(_read_piece(work, work.source.root))


def _read_piece(work: Work, root: str) -> Iterator[Read]:
    """Read a piece of work; below a root on the disk, if it is what an archive holds."""
    if not work.source.paths:
        yield parse_records(None, work, full_path)
        return
    with Unpacking() as unpacking:
        for found in find_claimed(replace(work.source, root=root), unpacking):
            if not (found.other or tells_of_others(found.path)):
                yield parse_records(None, Work(work.source, [(found, ())]), full_path)


def _line_works(
    files: Mapping[str, tuple[Source, FoundFile]],
    firsts: Mapping[tuple[str, int], int],
    lines: Iterable[tuple[Any, ...]],
) -> Iterator[Work]:
    """Cut lines into records; those of a block of a file follow each other."""
    for (file, start), block in groupby(lines, itemgetter(1, 2)):
        source, found = files[unquote(_place(file))]
        numbered = enumerate((value for value, *_ in block), firsts[file, start])
        cut = (cut_line(number, value + b"\n", Counter()) for number, value in numbered)
        unread = (Unread(found.relative, "", raw) for raw in cut if raw)
        while some := list(islice(unread, _RECORDS_AT_ONCE)):
            yield Work(source, records=some)


def _batches(reads: Iterable[Read]) -> Iterator[pa.RecordBatch]:
    for read_ in reads:
        yield batch(list(_rows(read_)), RECORDS)


def _rows(read_: Read) -> Iterator[RecordRow]:
    for each in read_.staged:
        ids = [{"scheme": scheme, "id": id_} for scheme, id_ in each.identifiers]
        texts = each.names, each.name_ids, each.body, each.name_facts, each.name_keys
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

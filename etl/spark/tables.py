"""Resolution's tables on Spark: its SQL is written for DuckDB, and put into Spark's words here.

So both engines resolve by one text. Spark's tables cannot be changed: what a statement adds to a
table makes a new one of that name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from etl.resolution.identities import PARTS
from etl.spark.files import FileSystems

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class SparkTables:
    """Tables that SQL makes and asks, each kept as Parquet in a folder until the next of its name.

    So no plan grows longer than one statement, and what an executor loses is read again.
    """

    def __init__(self, spark: SparkSession, folder: str) -> None:
        self.spark = spark
        self._folder = folder
        self._files = FileSystems(spark)
        self._made: Counter[str] = Counter()

    def put(self, name: str, made: Callable[[], DataFrame]) -> None:
        """Write a table, and show it under its name in the place of the one that had it.

        One that was written before, by a load that was ended, is not made again.
        """
        self._made[name] += 1
        path = f"{self._folder}/{name}-{self._made[name]}"
        if not self._files.exists(f"{path}/_SUCCESS"):
            made().write.mode("overwrite").parquet(path)
        self.show(name, self.spark.read.parquet(path))

    def show(self, name: str, table: DataFrame) -> None:
        """Let statements use a table that is kept elsewhere, or that is asked for only once."""
        table.createOrReplaceTempView(name)

    def run(self, *statements: str) -> None:
        """Carry out statements of resolution that make tables or add to them."""
        for sql in statements:
            for each in _parsed(sql):
                self._carry_out(each)

    def ask(self, sql: str) -> DataFrame:
        """Return what a query of resolution finds."""
        (query,) = _parsed(sql)
        return self.spark.sql(query.sql(dialect="spark"))

    def count(self, name: str) -> int:
        """Count the rows of a table."""
        return self.spark.table(name).count()

    def _carry_out(self, statement: exp.Expression) -> None:
        made = statement.this
        if isinstance(made, exp.Schema):
            nothing = exp.select(
                *(exp.cast(exp.null(), each.kind).as_(each.name) for each in made.expressions)
            ).where(exp.false())  # a table that Spark knows to be empty costs no join
            self.show(made.this.name, self.spark.sql(nothing.sql(dialect="spark")))
            return
        found = self.spark.sql(statement.expression.sql(dialect="spark"))
        if isinstance(statement, exp.Insert):
            found = self.spark.table(made.name).union(found)
        self.put(made.name, lambda: found)


@lru_cache(maxsize=100)
def _parsed(sql: str) -> list[exp.Expression]:
    """Parse statements, with what they have in common."""
    text = sql.format(**PARTS)
    found = [each for each in sqlglot.parse(text, read="duckdb") if each is not None]
    for statement in found:
        if isinstance(statement, exp.Insert) and (common := statement.args.pop("with_", None)):
            statement.expression.set("with_", common)
    return [statement.transform(_in_spark) for statement in found]


def _in_spark(node: Any) -> Any:  # noqa: ANN401 - any node of a parsed statement
    """Say in another way what Spark has no word for, or another meaning."""
    match node:
        case exp.Select():
            return _one_generator(node)
        case exp.ArrayOverlaps():
            return exp.func("arrays_overlap", node.this, node.expression)
        case exp.RegexpFullMatch():
            pattern = f"^(?:{node.expression.name})$"
            return exp.RegexpLike(this=node.this, expression=exp.Literal.string(pattern))
    return node


def _one_generator(select: exp.Select) -> exp.Select:
    """Unnest several lists side by side by one generator: Spark allows no more in a SELECT.

    A list that is missing gives NULL beside the others.
    """
    lists = [
        each
        for each in select.expressions
        if isinstance(each, exp.Alias) and isinstance(each.this, exp.Explode | exp.Unnest)
    ]
    if len(lists) < 2:
        return select
    zipped = exp.func(
        "arrays_zip", *(exp.func("coalesce", _list_of(each), exp.Array()) for each in lists)
    )
    names = [exp.to_identifier(each.alias) for each in lists]
    rest = [each for each in select.expressions if each not in lists]
    generator = exp.Aliases(this=exp.func("inline", zipped), expressions=names)
    select.set("expressions", [*rest, generator])
    return select


def _list_of(generator: Any) -> Any:  # noqa: ANN401 - likewise
    inner = generator.this
    return inner.this if isinstance(inner, exp.Explode) else inner.expressions[0]

"""Solutions of a SELECT query as text, in the formats that SPARQL 1.1 defines.

Columns stand in the order of the query whoever answers it, and every value reads back as it was: a
carriage return in XML, an only cell that is empty in CSV. What the engine writes so is left to the
engine, which is faster.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from itertools import islice
from typing import Any, BinaryIO, cast

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolutions,
    Triple,
    parse_query_results,
)

from etl.errors import EtlError
from etl.output.answers import Solutions
from etl.output.formats import Destination, Writer
from etl.output.graphs import NOT_XML
from etl.output.rows import Node, Rows, text_stream, write_markdown, write_table
from etl.rdf.vocab import XSD


class _Rest(io.RawIOBase):
    """Hands on what an engine writes after its head, where a row stands before it already."""

    def __init__(self, stream: BinaryIO, head: int, separator: bytes) -> None:
        self._stream = stream
        self._head = head
        self._separator = separator

    def write(self, data: Any) -> int:  # noqa: ANN401 - any object that holds bytes
        rest = bytes(data)[self._head :]
        self._head -= len(data) - len(rest)
        if rest and self._separator:
            rest = self._separator * (rest[:1] == b"{") + rest
            self._separator = b""
        self._stream.write(rest)
        return len(data)


def _by_engine(form: QueryResultsFormat, otherwise: Writer[Solutions]) -> Writer[Solutions]:
    """Make a writer that leaves to the engine what that writes in the right order.

    The engine keeps the first solutions to itself until there are many, so we write the first one.
    """
    is_json = form == QueryResultsFormat.JSON
    end, separator = (b"]}}", b",") if is_json else (b"", b"")

    def write(solutions: Solutions, target: Destination) -> None:
        answer = solutions.answer
        if answer is None or (form == QueryResultsFormat.CSV and len(solutions.columns) == 1):
            otherwise(solutions, target)
            return
        first = [tuple(each) for each in islice(answer, 1)]
        head = _without_solutions(solutions.columns, form).removesuffix(end)
        rest: BinaryIO | _Rest = target.stream
        if first:
            solutions.were_any = True
            solutions.began()
            written = io.BytesIO()
            otherwise(Solutions(solutions.columns, first), Destination(written))
            target.stream.write(written.getvalue().removesuffix(b"\n" * is_json).removesuffix(end))
            rest = _Rest(target.stream, len(head), separator)
        answer.serialize(cast(BinaryIO, rest), form)
        if is_json:
            target.stream.write(b"\n")

    return write


def _without_solutions(columns: Sequence[str], form: QueryResultsFormat) -> bytes:
    """Return what the engine writes where there are no solutions."""
    nothing = {"head": {"vars": columns}, "results": {"bindings": []}}
    answer = parse_query_results(json.dumps(nothing), QueryResultsFormat.JSON)
    return cast(QuerySolutions, answer).serialize(format=form) or b""


def write_csv(solutions: Solutions, target: Destination) -> None:
    """Write CSV: bare values, lines that end in CR LF.

    An only cell that is empty is written as `""`, since readers skip a line with nothing in it.

    Source: SPARQL 1.1 Query Results CSV and TSV Formats, section 3.
    """
    with text_stream(target.stream) as text:
        text.write(",".join(solutions.columns) + "\r\n")
        text.writelines(
            (",".join(map(_csv, row)) or ('""' if row else "")) + "\r\n" for row in solutions
        )


_QUOTED = re.compile('[",\n\r]')


def _csv(term: Node | None) -> str:
    if term is None:
        return ""
    text = term.value if isinstance(term, NamedNode | Literal) else str(term)
    return '"{}"'.format(text.replace('"', '""')) if _QUOTED.search(text) else text


def write_tsv(solutions: Solutions, target: Destination) -> None:
    """Write TSV: terms as in Turtle.

    Source: SPARQL 1.1 Query Results CSV and TSV Formats, section 4.
    """
    with text_stream(target.stream) as text:
        text.write("\t".join(f"?{column}" for column in solutions.columns) + "\n")
        text.writelines("\t".join(map(_tsv, row)) + "\n" for row in solutions)


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_BARE = {
    XSD.integer.value: re.compile("[+-]?[0-9]+"),
    XSD.decimal.value: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD.boolean.value: re.compile("true|false"),
}


def _tsv(term: Node | None) -> str:
    match term:
        case None:
            return ""
        case Literal(value=value):
            datatype = term.datatype.value
            if datatype in _BARE and _BARE[datatype].fullmatch(value):
                return value
            quoted = f'"{value.translate(_ESCAPES)}"'
            if term.language:
                return f"{quoted}@{term.language}" + (
                    f"--{_direction(term)}" * bool(_direction(term))
                )
            return quoted if datatype == XSD.string.value else f"{quoted}^^<{datatype}>"
        case Triple(subject=subject, predicate=predicate, object=object_):
            return f"<<( {_tsv(subject)} {_tsv(predicate)} {_tsv(object_)} )>>"
        case _:
            return str(term)


def _direction(literal: Literal) -> str:
    return "" if literal.direction is None else str(literal.direction)


def write_json(solutions: Solutions, target: Destination) -> None:
    """Write JSON. Source: SPARQL 1.1 Query Results JSON Format."""
    with text_stream(target.stream) as text:
        head = json.dumps(solutions.columns, ensure_ascii=False, separators=(",", ":"))
        text.write(f'{{"head":{{"vars":{head}}},"results":{{"bindings":[')
        separator = ""
        for row in solutions:
            binding = {
                column: _json(term)
                for column, term in zip(solutions.columns, row, strict=True)
                if term is not None
            }
            text.write(separator + json.dumps(binding, ensure_ascii=False, separators=(",", ":")))
            separator = ","
        text.write("]}}\n")


def _json(term: Node) -> dict[str, object]:
    match term:
        case NamedNode(value=value):
            return {"type": "uri", "value": value}
        case BlankNode(value=value):
            return {"type": "bnode", "value": value}
        case Literal(value=value):
            literal: dict[str, object] = {"type": "literal", "value": value}
            if term.language:
                literal["xml:lang"] = term.language
            elif term.datatype != XSD.string:
                literal["datatype"] = term.datatype.value
            return literal | ({"its:dir": _direction(term)} if _direction(term) else {})
        case Triple():
            parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
            return {"type": "triple", "value": {name: _json(part) for name, part in parts.items()}}


_XML_HEAD = '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
_ITS = 'xmlns:its="http://www.w3.org/2005/11/its" its:version="2.0"'


def write_xml(solutions: Solutions, target: Destination) -> None:
    """Write XML. Source: SPARQL Query Results XML Format.

    Raises:
        EtlError: a value has a character that XML has no way to say.
    """
    with text_stream(target.stream) as text:
        names = "".join(f'<variable name="{column}"/>' for column in solutions.columns)
        text.write(f"{_XML_HEAD}<head>{names}</head><results>")
        for row in solutions:
            bindings = (
                f'<binding name="{column}">{_xml(term, column)}</binding>'
                for column, term in zip(solutions.columns, row, strict=True)
                if term is not None
            )
            text.write(f"<result>{''.join(bindings)}</result>")
        text.write("</results></sparql>\n")


def _xml(term: Node, column: str) -> str:
    match term:
        case NamedNode(value=value):
            return f"<uri>{_xml_text(value, column)}</uri>"
        case BlankNode(value=value):
            return f"<bnode>{value}</bnode>"
        case Literal(value=value):
            kind = ""
            if term.language:
                kind = f' xml:lang="{term.language}"'
            elif term.datatype != XSD.string:
                kind = f' datatype="{_xml_text(term.datatype.value, column)}"'
            if _direction(term):
                kind += f' its:dir="{_direction(term)}" {_ITS}'
            return f"<literal{kind}>{_xml_text(value, column)}</literal>"
        case Triple():
            parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
            inner = "".join(
                f"<{name}>{_xml(part, column)}</{name}>" for name, part in parts.items()
            )
            return f"<triple>{inner}</triple>"


def _xml_text(text: str, column: str) -> str:
    if found := NOT_XML.search(text):
        raise EtlError(
            f"XML cannot hold the character U+{ord(found[0]):04X} of ?{column}",
            hint="choose another format, such as json",
        )
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A parser turns a bare carriage return into a line feed.
    return text.replace("\r", "&#13;").replace('"', "&quot;")


def _as_rows(writer: Writer[Rows]) -> Writer[Solutions]:
    return lambda solutions, target: writer(Rows(solutions.columns, solutions), target)


SOLUTION_WRITERS: dict[str, Writer[Solutions]] = {
    "table": _as_rows(write_table),
    "csv": _by_engine(QueryResultsFormat.CSV, write_csv),
    "tsv": _by_engine(QueryResultsFormat.TSV, write_tsv),
    "json": _by_engine(QueryResultsFormat.JSON, write_json),
    "xml": write_xml,
    "markdown": _as_rows(write_markdown),
}

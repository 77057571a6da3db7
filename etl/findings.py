"""Findings: what is wrong with a record or a graph, and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from etl.rdf.vocab import SH
from etl.terminal import on_one_line

if TYPE_CHECKING:  # a query has no need of the shapes
    from etl.shacl import ValidationResult


class Severity(StrEnum):
    """How much a finding matters; the names are those of SHACL. Only a violation keeps out."""

    VIOLATION = "Violation"
    WARNING = "Warning"
    INFO = "Info"

    @property
    def rank(self) -> int:
        """Return a number to sort by, the worst first."""
        return list(Severity).index(self)


_BRIEF = 60  # characters of a value in a sentence
_NO_SHAPE = {
    Severity.VIOLATION: "unreadable-record",
    Severity.WARNING: "nothing-to-check",
    Severity.INFO: "repaired-record",
}
_OF_NOTES = {  # by their kinds
    "loss": "lost-value",
    "absence": "silent-record",
    "format": "recognised-table",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a record or a graph that its owner should know.

    `message` is the same wherever the same thing is wrong; `value` is what is wrong there, as a
    person reads it, and `text` all of it. `line` is 0 where the file is not read line by line,
    and `key` is what the file calls the field. What a shape found has the IRIs of the shape, of
    the constraint component and of the focus node, and the path; the `result` itself has all, and
    `copy` counts the findings before it that say the same of the same graph.
    Of a record, `film` and `title` say which film it is about, `source` who says it, `kind` how
    it ended; of a note, `kind` is the note's.
    """

    severity: Severity
    message: str
    file: str = ""
    line: int = 0
    key: str = ""
    value: str = ""
    text: str = ""
    path: str = ""
    focus_node: str = ""
    component: str = ""
    shape: str = ""
    result: ValidationResult | None = None
    copy: int = 0
    kind: str = ""
    source: str = ""
    film: str = ""
    title: str = ""

    @property
    def of_record(self) -> bool:
        """Return whether it is about a record, rather than about a graph or a file as a whole."""
        return bool(self.film) or (not self.result and self.line > 0)

    @property
    def place(self) -> str:
        """Say on one line where it is: file and line, or the focus node."""
        if not self.file:
            return f"<{self.focus_node}>" if ":" in self.focus_node else self.focus_node
        return on_one_line(f"{self.file}:{self.line}" if self.line else self.file)

    @property
    def headline(self) -> str:
        """Say what is wrong, without the place and the value."""
        return f"{self.key}: {self.message}" if self.key else self.message

    @property
    def is_repair(self) -> bool:
        """Return whether it tells how a record was repaired, which differs from value to value."""
        return self.severity == Severity.INFO and bool(self.key) and not self.shape

    @property
    def rule(self) -> str:
        """Name the rule: the IRI of the shape, or what is asked of a record beside the shapes."""
        return self.shape or _OF_NOTES.get(self.kind) or _NO_SHAPE[self.severity]

    @property
    def found(self) -> str:
        """Return the value as a person reads it, whole where a reader has shortened it."""
        shortened = self.value.endswith(("…'", '…"'))
        return repr(self.text) if shortened and self.text else self.value

    @property
    def sentence(self) -> str:
        """Say on one line what is wrong, without the place; a long value is shortened."""
        value = self.value
        if value[:1] in ("'", '"') and len(value) > _BRIEF + 2:
            value = f"{value[:_BRIEF]}…{value[0]}"
        return on_one_line(self._with(value))

    @property
    def reason(self) -> str:
        """Say what is wrong without the place, with all of the value."""
        return self._with(self.found)

    def _with(self, value: str) -> str:
        if not value:
            return self.headline
        if self.message.endswith("."):
            return f"{self.headline} Found {value}."
        return f"{self.headline}, found {value}"


Found: TypeAlias = Callable[[Finding], None]


def unheard(finding: Finding) -> None:
    """Let a finding pass."""


def of_result(result: ValidationResult, file: str = "") -> Finding:
    """Put a validation result into words."""
    component = result.source_constraint_component.value
    value = result.value
    messages = "; ".join(dict.fromkeys(message.value for message in result.messages))
    return Finding(
        severity=severity_of(result),
        message=messages or f"violates {component.rpartition('#')[2]}",
        file=file,
        value="" if value in (None, result.focus_node) else shown(value),
        text="" if value is None else plain(value),
        path="" if result.result_path is None else str(result.result_path),
        focus_node=plain(result.focus_node),
        component=component,
        shape=plain(result.source_shape),
        result=result,
    )


def severity_of(result: ValidationResult) -> Severity:
    """Return how much a result matters; a severity of one's own is no violation."""
    if result.blocks:
        return Severity.VIOLATION
    return Severity.INFO if result.severity == SH.Info else Severity.WARNING


def plain(term: NamedNode | BlankNode | Literal | Triple) -> str:
    """Write a term for programs: the bare text of a literal or an IRI."""
    return term.value if isinstance(term, NamedNode | Literal) else str(term)


def shown(term: NamedNode | BlankNode | Literal | Triple) -> str:
    """Write a value for a message: a literal as a record has it, quoted."""
    return repr(term.value) if isinstance(term, Literal) else str(term)


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """Sort findings by where they are, the worst first."""
    return sorted(
        findings,
        key=lambda each: (
            *(each.file, each.line, each.focus_node, each.severity.rank),
            *(each.headline, each.text, each.path, each.shape, each.component),
        ),
    )

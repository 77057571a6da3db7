"""Matching in a time that grows with the text alone, whatever the pattern.

A pattern becomes the states of a machine that is in many of them at once. Which states follow which
on a character is worked out when it first happens, and remembered.

Source: K. Thompson, Regular Expression Search Algorithm (1968).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import assert_never

from etl.shacl.limits import Limit
from etl.shacl.patterns.expression import (
    Alternation,
    Anchor,
    BackReference,
    Bracketed,
    CharacterClass,
    Concatenation,
    Expression,
    Repeat,
)

MOST_STATES = 20_000
_REMEMBERED = 50_000  # steps


@dataclass(slots=True)
class _State:
    """A place in the pattern: `after` it come others, at once or after a character that fits."""

    after: tuple[int, ...] = ()
    waits_for: CharacterClass | Anchor | None = None


class _Situation:
    """All states that the machine is in at once, and the situations that characters lead to."""

    __slots__ = ("accepts", "is_line_start", "is_start", "states", "steps")

    def __init__(self, states: frozenset[int], *, is_start: bool, is_line_start: bool) -> None:
        self.states = states
        self.is_start = is_start
        self.is_line_start = is_line_start
        self.accepts = _ACCEPTING in states
        self.steps: dict[str, _Situation] = {}


_ACCEPTING = 0


class Automaton:
    """Says whether texts hold a match of an expression that has no back references."""

    def __init__(self, expression: Expression, limit: Limit) -> None:
        """Build the machine.

        Raises:
            ValueError: the machine would be too large.
        """
        self._limit = limit
        self._states = [_State()]
        self._start = self._entry(expression, _ACCEPTING)
        self._situations: dict[tuple[frozenset[int], bool], _Situation] = {}
        self._remembered = 0
        first = _Situation(frozenset([self._start]), is_start=True, is_line_start=True)
        states = self._reached(first.states, lambda anchor: not anchor.is_end)
        self._first = _Situation(states, is_start=True, is_line_start=True)

    def matches(self, text: str) -> bool:
        """Return whether a text holds a match.

        Raises:
            EtlError: it takes longer than the limit.
        """
        situation = self._first
        if situation.accepts:
            return True
        deadline = None
        for character in text:
            after = situation.steps.get(character)
            if after is None:
                deadline = self._limit.checked(deadline)
                after = self._step(situation, character)
            if after.accepts:
                return True
            situation = after
        return _ACCEPTING in self._at_end(situation, "")

    def _step(self, before: _Situation, character: str) -> _Situation:
        """Work out where a character leads, and remember it."""
        states = self._at_end(before, character)
        reached = {_ACCEPTING} if _ACCEPTING in states else {self._start}
        code = ord(character)
        for state in map(self._states.__getitem__, states):
            fits = state.waits_for
            if isinstance(fits, CharacterClass) and code in fits.characters:
                reached.update(state.after)
        is_line_start = character == "\n"
        found = self._reached(
            reached, lambda anchor: is_line_start and anchor.of_lines and not anchor.is_end
        )
        if self._remembered == _REMEMBERED:
            self._forget()
        self._remembered += 1
        after = self._situations.get((found, is_line_start))
        if after is None:
            after = _Situation(found, is_start=False, is_line_start=is_line_start)
            self._situations[found, is_line_start] = after
        before.steps[character] = after
        return after

    def _forget(self) -> None:
        for situation in (self._first, *self._situations.values()):
            situation.steps.clear()
        self._situations.clear()
        self._remembered = 0

    def _at_end(self, situation: _Situation, following: str) -> frozenset[int]:
        """Return the states of a situation, and those behind an end of the text or of a line."""
        if following not in ("", "\n"):
            return situation.states

        def passes(anchor: Anchor) -> bool:
            if anchor.is_end:
                return not following or anchor.of_lines
            return situation.is_start or (situation.is_line_start and anchor.of_lines)

        return self._reached(situation.states, passes)

    def _reached(self, starts: Iterable[int], passes: Callable[[Anchor], bool]) -> frozenset[int]:
        """Return the states that wait for something, out of some and of all that come after."""
        found: set[int] = set()
        seen = set(starts)
        waiting = list(seen)
        while waiting:
            number = waiting.pop()
            state = self._states[number]
            if isinstance(state.waits_for, Anchor):
                goes_on = passes(state.waits_for)
                waits = state.waits_for.is_end
            else:
                goes_on = state.waits_for is None
                waits = not goes_on or number == _ACCEPTING
            if goes_on:
                new = [each for each in state.after if each not in seen]
                seen.update(new)
                waiting += new
            if waits:
                found.add(number)
        return frozenset(found)

    # Building

    def _add(self, after: tuple[int, ...], waits_for: CharacterClass | Anchor | None = None) -> int:
        if len(self._states) == MOST_STATES:
            raise ValueError(
                f"it makes more than {MOST_STATES} states: its repetitions are too many"
            )
        self._states.append(_State(after, waits_for))
        return len(self._states) - 1

    def _entry(self, expression: Expression, exit_: int) -> int:
        """Add the states of an expression that goes on at a state; return where it begins."""
        match expression:
            case CharacterClass() | Anchor():
                return self._add((exit_,), expression)
            case Bracketed(inner):
                return self._entry(inner, exit_)
            case Concatenation(parts):
                for part in reversed(parts):
                    exit_ = self._entry(part, exit_)
                return exit_
            case Alternation(branches):
                return self._add(tuple(self._entry(branch, exit_) for branch in branches))
            case Repeat():
                return self._repeated(expression, exit_)
            case BackReference():
                raise ValueError("it refers back to a group")
            case _:
                assert_never(expression)

    def _repeated(self, repeat: Repeat, exit_: int) -> int:
        inner, required = repeat.inner, repeat.least
        entry = exit_
        if repeat.most is None:
            entry = self._add(())
            body = self._entry(inner, entry)
            self._states[entry].after = (body, exit_)
            if required:
                entry, required = body, required - 1
        else:
            for _ in range(repeat.most - repeat.least):
                entry = self._add((self._entry(inner, entry), exit_))
        for _ in range(required):
            entry = self._entry(inner, entry)
        return entry

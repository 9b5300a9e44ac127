"""Checking that an explanation adds up: each value must follow from its parts by the operation that it names."""

from collections.abc import Iterator
from math import prod

import pytest

from indexer import fields, reading, relevance
from indexer.explanation import Explanation, How, Says

# The score is rounded before the best passage is added, and what the passage adds is rounded too.
ROUNDED = 2 * 10**-relevance.DIGITS


def steps(explanation: Explanation) -> Iterator[Explanation]:
    """Yield an explanation and all explanations below it."""
    yield explanation
    for part in explanation.parts:
        yield from steps(part)


def assert_adds_up(explanation: Explanation, score: float) -> None:
    assert explanation.value == pytest.approx(score, abs=10**-relevance.DIGITS / 2)
    for step in steps(explanation):
        assert step.value == pytest.approx(_made(step), abs=ROUNDED if step is explanation else 1e-9), step
        assert bool(step.parts) or step.how in (How.FIGURE, How.SUM)


def _made(step: Explanation) -> float:
    values = [part.value for part in step.parts]
    match step.how:
        case How.SUM:
            return sum(values)
        case How.PRODUCT:
            return prod(values)
        case How.BEST:
            return max(values)
        case How.FIGURE:
            assert not values
            return _of_figures(step)


def _of_figures(step: Explanation) -> float:
    """Compute a value again from the figures shown with it."""
    figures = step.figures
    match step.says:
        case Says.RARITY:
            assert 0 < figures["documents"] <= figures["occurrences"] * 2
            return relevance.rarity(figures["passages"], figures["occurrences"])
        case Says.FREQUENCY:
            counted = sum(figures[name] * fields.WEIGHTS[name] for name in ("title", "number", "issuer"))
            assert counted + figures["others"] == pytest.approx(figures["count"])
            assert figures["others"] >= 0
            return relevance.saturated(figures["count"], relevance.norm(figures["length"]))
        case Says.CHARACTER:
            read = reading.Read(int(figures["documents"]), {step.of: int(figures["having"])}, 1.0)
            assert 0 < figures["having"] <= figures["documents"]
            counted = relevance.saturated(figures["count"], read.norm(figures["length"]))
            return reading.CHARACTERS * read.rarity(step.of) * counted
        case Says.TITLE_SHARE:
            return relevance.titled(figures["share"])
        case _:
            assert not figures or step.says is Says.CHARACTERISTIC
            return step.value

"""The desk on Tuesday 1 September 2026."""

from collections.abc import Iterator
from datetime import datetime

import pytest
import time_machine

from archive.chinese.dates import OFFICE_TIME


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Let it be ten in the morning; a test may move on."""
    with time_machine.travel(datetime(2026, 9, 1, 10, tzinfo=OFFICE_TIME)) as traveller:
        yield traveller

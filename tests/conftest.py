"""For all tests: properties have no deadline, as a busy machine is no fault, and an interrupt interrupts."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

settings.register_profile("logcost", deadline=None)
settings.load_profile("logcost")


@pytest.fixture(autouse=True, scope="session")
def interrupts_are_heard() -> Iterator[None]:
    """A shell starts what it runs in the background deaf to SIGINT, and the programs that a test starts inherit that."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)

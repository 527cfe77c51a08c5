"""The harness that the tests which run Keras share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from statelint.confirm.harness import Harness, Limits


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "keras: runs programs on real Keras")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # With pytest-xdist's --dist loadgroup: one process has the servers, not each of them.
    for item in items:
        if item.get_closest_marker("keras") is not None:
            item.add_marker(pytest.mark.xdist_group("keras"))


@pytest.fixture(scope="session")
def harness() -> Iterator[Harness]:
    """A harness for both generations; its servers start with the first program."""
    with Harness((2, 3), Limits(seconds=40)) as harness:
        yield harness


@pytest.fixture(params=[2, 3], ids=["keras2", "keras3"])
def generation(request: pytest.FixtureRequest, harness: Harness) -> int:
    """Each generation in turn; skips where it isn't installed."""
    number: int = request.param
    if not harness.can_run(number):
        pytest.skip(harness.available()[number])
    return number

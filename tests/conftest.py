"""What tests share: the small rule base of tests/mini, and hypothesis without chance."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from advisor import cachefile
from advisor.judge import Judge, open_judge
from advisor.paths import shipped
from tests.build import mini_library

settings.register_profile(
    "tests", derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("tests")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden` writes the golden files anew instead of comparing with them."""
    parser.addoption("--update-golden", action="store_true", help="write golden files anew")


def pytest_configure() -> None:
    """Keep the tests away from the user's cache: they have one of their own, also the commands that they start."""
    os.environ[cachefile.VARIABLE] = tempfile.mkdtemp(prefix="advisor-cache-")


def pytest_unconfigure() -> None:
    """Remove the cache."""
    shutil.rmtree(os.environ[cachefile.VARIABLE], ignore_errors=True)


@pytest.fixture(scope="session")
def update_golden(pytestconfig: pytest.Config) -> bool:
    """Whether golden files are to be written anew."""
    return bool(pytestconfig.getoption("--update-golden"))


@pytest.fixture(scope="session", autouse=True)
def _unfrozen() -> Iterator[None]:
    """A command keeps its rule base out of the collector's reach; hundreds of them in one process would never go."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gc, "freeze", lambda: None)
        yield


@pytest.fixture(scope="session")
def shipped_judge() -> Iterator[Judge]:
    """A judge of the shipped rules, from the cache: what is written there has to serve every test."""
    open_judge(shipped()).close()
    judge = open_judge(shipped())
    yield judge
    judge.close()


@pytest.fixture(scope="session")
def _mini() -> Iterator[Judge]:
    judge = open_judge(mini_library())
    yield judge
    judge.close()


@pytest.fixture
def mini_judge(_mini: Judge) -> Judge:
    """A judge of the small rule base; it keeps nothing from one case to the next."""
    return _mini

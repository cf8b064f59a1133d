"""The garbage collector is paused, and goes on as before."""

import gc

import pytest

from emulator.core.paused_collector import paused_collector


@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_goes_on_as_before(enabled: bool) -> None:
    """It is paused inside, also by an error, and stays disabled if its user has disabled it."""
    before = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with paused_collector():
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
        with pytest.raises(KeyError), paused_collector():
            raise KeyError
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()

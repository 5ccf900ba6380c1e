"""Fixtures: the fake devices alone, and a whole site. Both run once for all tests of this folder."""

import pytest
from programs import FakeDevices, Site


@pytest.fixture(scope="session")
def devices(tmp_path_factory):
    """Addresses of the fake devices by name: (host, port)."""
    fake = FakeDevices(tmp_path_factory.mktemp("devices"))
    try:
        yield fake.wait_ready().addresses
        fake.program.stop()
    finally:
        fake.program.kill()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Fake devices, a collector and a web node that is ready."""
    running = Site(tmp_path_factory.mktemp("site"))
    try:
        yield running.start()
        running.stop()
    finally:
        for program in running.programs:
            program.kill()

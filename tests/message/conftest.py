"""Marks of these tests."""


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: not part of `make check-quick`")

from tests.entry.conftest import confinement  # noqa: F401  - the same fixture

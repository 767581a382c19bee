"""Three regions for the tests of the desk; business time stands in July 2022."""

from tests.web.fixtures import regions

__all__ = ["regions"]

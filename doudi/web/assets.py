"""Third-party files of the desk: exactly those that pages use, found where npm put them.

Nothing of them is committed; ``package-lock.json`` pins them and ``./run`` installs them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

FILES = {
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler/tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
    "font/index.css": "@fontsource-variable/noto-sans-sc/index.css",
}
FOLDERS = {"font/files": "@fontsource-variable/noto-sans-sc/files"}


class AssetFinder(BaseFinder):
    """Finds the files of ``FILES`` and ``FOLDERS`` under ``settings.DOUDI_NODE_MODULES``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.root = Path(settings.DOUDI_NODE_MODULES)
        self.storage = _Renamed(self.root)

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing to check: a missing file is said by ``./run``."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file behind a static path, or an empty list."""
        source = self.storage.path(path)
        if not Path(source).is_file():
            return []
        return [source] if find_all else source

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Every file with the storage that opens it."""
        for name in FILES:
            yield name, self.storage
        for folder, source in FOLDERS.items():
            for file in sorted((self.root / source).glob("*.woff2")):
                yield f"{folder}/{file.name}", self.storage


class _Renamed(FileSystemStorage):
    """Opens static names at the places where npm put the files."""

    def path(self, name: str) -> str:
        if name in FILES:
            return str(Path(self.location) / FILES[name])
        folder, _, file = name.rpartition("/")
        return str(Path(self.location) / FOLDERS.get(folder, "-") / file)


class DeskStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed, compressed static files; source maps are not shipped, so they are not looked for."""

    patterns = (("*.css", (r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>.*?)["']{0,1}\))""",)),)

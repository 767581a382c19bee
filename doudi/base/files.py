"""Content-addressed files: bytes are found by their digest, encrypted on disk, kept once."""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings

from doudi.base.models import StoredFile
from doudi.base.vault import decrypt_bytes, encrypt_bytes
from doudi.kernel import clock, faults


def _path(digest: str) -> Path:
    return Path(settings.DOUDI_FILES) / digest[:2] / digest[2:4] / digest


def keep(content: bytes, *, name: str, media_type: str) -> StoredFile:
    """Keep these bytes and return their record; the same bytes again return the same record.

    Called inside an action. The file is complete on disk (written aside, synced, renamed) before
    the row that names it can be committed.
    """
    digest = hashlib.sha256(content).hexdigest()
    path = _path(digest)
    if not path.exists():
        write_whole(path, encrypt_bytes(content))
    found = StoredFile.objects.filter(digest=digest).first()
    if found is not None:
        return found
    return StoredFile.objects.create(
        digest=digest,
        size=len(content),
        media_type=media_type,
        name=name[-200:],
        stored_at=clock.machine_now(),
    )


def content_of(file: StoredFile) -> bytes:
    """The bytes, decrypted and checked against their digest."""
    content = decrypt_bytes(_path(file.digest).read_bytes())
    assert hashlib.sha256(content).hexdigest() == file.digest, f"file {file.pk} was altered"
    return content


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all: aside, sync, rename, sync folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".aside-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            faults.here("file:written")
            file.flush()
            os.fsync(file.fileno())
        faults.here("file:synced")
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    faults.here("file:renamed")
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

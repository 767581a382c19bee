"""Identity numbers, cards and phones: encrypted at rest, matched by keyed token (DESIGN §3.10).

The keys live in one file outside the database (``DOUDI_KEYS``, mode 0600). Suite "international"
is AES-256-GCM with HMAC-SHA-256; suite "guomi" is SM4-GCM with HMAC-SM3. Each cipher text begins
with one byte naming its suite, so a county can change over and still read what it wrote before.
A token with the key in hand can be reversed by trying all numbers: custody of the key is the
control, not the hash.
"""

from __future__ import annotations

import functools
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12
_TAG = 16
_SUITES = {"international": 1, "guomi": 2}


@dataclass(frozen=True)
class Keys:
    """The secrets of one installation: the suite in force, data key and token key (hex)."""

    suite: str
    data: bytes
    token: bytes

    @classmethod
    def load(cls, path: Path) -> Keys:
        """Read the key file; it is made once, by ``make``, and never by reading."""
        told = json.loads(path.read_text(encoding="utf-8"))
        return cls(told["suite"], bytes.fromhex(told["data"]), bytes.fromhex(told["token"]))

    @classmethod
    def make(cls, path: Path, suite: str = "international") -> Keys:
        """Create a key file with fresh secrets; an existing file is never overwritten."""
        path.parent.mkdir(parents=True, exist_ok=True)
        told = {"suite": suite, "data": secrets.token_hex(32), "token": secrets.token_hex(32)}
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(told, file)
        return cls.load(path)


@functools.cache
def keys() -> Keys:
    """The installation's keys, read once."""
    path = Path(settings.DOUDI_KEYS)
    return Keys.load(path) if path.exists() else Keys.make(path, settings.DOUDI_CRYPTO_SUITE)


def encrypt(text: str) -> bytes:
    """Cipher text of a short text: suite byte, nonce, sealed text."""
    return encrypt_bytes(text.encode())


def decrypt(sealed: bytes | memoryview) -> str:
    """The text that ``encrypt`` sealed; raises ``cryptography.exceptions.InvalidTag`` if forged."""
    return decrypt_bytes(bytes(sealed)).decode()


def encrypt_bytes(plain: bytes) -> bytes:
    """The same for bytes of any length (files)."""
    told = keys()
    nonce = os.urandom(_NONCE)
    if told.suite == "international":
        return b"\x01" + nonce + _aes(told.data).encrypt(nonce, plain, None)
    sealer = Cipher(algorithms.SM4(told.data[:16]), modes.GCM(nonce)).encryptor()
    body = sealer.update(plain) + sealer.finalize()
    return b"\x02" + nonce + body + sealer.tag


def decrypt_bytes(sealed: bytes) -> bytes:
    """The bytes that ``encrypt_bytes`` sealed."""
    suite, nonce, body = sealed[0], sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
    told = keys()
    if suite == _SUITES["international"]:
        return _aes(told.data).decrypt(nonce, body, None)
    opener = Cipher(algorithms.SM4(told.data[:16]), modes.GCM(nonce, body[-_TAG:])).decryptor()
    return opener.update(body[:-_TAG]) + opener.finalize()


@functools.lru_cache(maxsize=4)
def _aes(key: bytes) -> AESGCM:
    return AESGCM(key)


@functools.lru_cache(maxsize=4)
def _keyed(suite: str, key: bytes) -> hmac.HMAC:
    return hmac.HMAC(key, hashes.SHA256() if suite == "international" else hashes.SM3())


def token(value: str, purpose: str = "id") -> bytes:
    """Keyed token of a normalised value: 32 bytes, equal for equal values of one purpose."""
    told = keys()
    digest = _keyed(told.suite, told.token).copy()
    digest.update(f"{purpose}:{value}".encode())
    return digest.finalize()

"""Workbooks as Excel encrypts them: an agile descriptor and a package of AES in a compound file, made here from nothing."""

from __future__ import annotations

import base64
import hashlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SECTOR = 512
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
SPINS = 1000
SALT = bytes(range(16))
KEY = bytes(range(32))
_OF_THE_KEY = bytes.fromhex("146e0be7abacd0d6")


def encrypted(content: bytes, password: str = "secret") -> bytes:
    """Return a workbook that nobody opens without its password; its directory stands behind the content."""
    package = struct.pack("<Q", len(content)) + b"".join(
        _aes(KEY, _derived(SALT + struct.pack("<I", number))[:16], content[start : start + 4096])
        for number, start in enumerate(range(0, len(content), 4096))
    )
    return compound({"EncryptedPackage": package, "EncryptionInfo": _info(password)})


def _info(password: str) -> bytes:
    spun = _derived(SALT + password.encode("utf-16-le"))
    for number in range(SPINS):
        spun = _derived(struct.pack("<I", number) + spun)
    key = _aes(_derived(spun + _OF_THE_KEY)[:32], SALT, KEY)
    common = (
        'saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" '
        f'cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="{_text(SALT)}"'
    )
    xml = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" '
        'xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">'
        f'<keyData {common}/><keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password">'
        f'<p:encryptedKey spinCount="{SPINS}" {common} encryptedKeyValue="{_text(key)}"/>'
        "</keyEncryptor></keyEncryptors></encryption>"
    )
    return struct.pack("<HHI", 4, 4, 0x40) + xml.encode().ljust(4096)


def _derived(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def _aes(key: bytes, start: bytes, data: bytes) -> bytes:
    coder = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return coder.update(data + bytes(-len(data) % 16)) + coder.finalize()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def compound(streams: dict[str, bytes]) -> bytes:
    """Return a compound file of version 3 with streams of at least 4096 bytes each."""
    chains: list[int] = []
    body, entries = b"", [_entry("Root Entry", 5, END, 0, child=1)]
    for number, (name, data) in enumerate(streams.items(), start=1):
        assert len(data) >= 4096
        first, length = len(chains), -(-len(data) // SECTOR)
        chains += [*range(first + 1, first + length), END]
        body += data.ljust(length * SECTOR, b"\0")
        entries.append(_entry(name, 2, first, len(data), right=number + 1 if number < len(streams) else FREE))
    directory = len(chains)
    chains.append(END)
    body += b"".join(entries).ljust(SECTOR, b"\0")
    tables = -(-(len(chains) + 1) // (SECTOR // 4 - 1))
    place = len(chains)
    chains += [TABLE] * tables
    body += struct.pack(f"<{len(chains)}I", *chains).ljust(tables * SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += bytes(6) + struct.pack("<IIIIIIIII", 0, tables, directory, 0, 4096, END, 0, END, 0)
    numbers = [*range(place, place + tables), *[FREE] * (109 - tables)]
    return header + struct.pack("<109I", *numbers) + body


def _entry(name: str, kind: int, first: int, size: int, child: int = FREE, right: int = FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    links = struct.pack("<III", FREE, right, child)
    tail = bytes(36) + struct.pack("<IQ", first, size)
    return text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1) + links + tail

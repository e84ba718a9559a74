"""Archives that lie, made quickly: whole ones with a few bytes changed, and bombs put together from one block."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping

MEGABYTE = 1 << 20
DIRECTORY = {
    "flags": (8, "<H"),
    "method": (10, "<H"),
    "crc": (16, "<L"),
    "packed": (20, "<L"),
    "size": (24, "<L"),
    "attributes": (38, "<L"),
    "offset": (42, "<L"),
}
"""Where an entry of a zip's directory has what, counted from its signature."""


def zip_of(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An honest zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def lying(whole: bytes, entry: int = 0, **said: int) -> bytes:
    """The same zip, with other figures in the directory about one entry."""
    changed = bytearray(whole)
    start = -1
    for _ in range(entry + 1):
        start = changed.index(b"PK\x01\x02", start + 1)
    for name, value in said.items():
        place, form = DIRECTORY[name]
        struct.pack_into(form, changed, start + place, value)
    return bytes(changed)


def zeros(megabytes: int) -> bytes:
    """A deflated stream of so many megabytes of zeros: one block again and again, as each stands for itself."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(bytes(MEGABYTE)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + b"\x03\x00"


def lines(megabytes: int) -> bytes:
    """A deflated stream of so many megabytes of a CSV file whose rows are all the same."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(b"ab,cdef\n" * (MEGABYTE // 8)) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + b"\x03\x00"


def gzip_of(deflated: bytes) -> bytes:
    """A gzip file of a deflated stream, its sum and length wrong: a bomb is not read so far."""
    return b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + deflated + bytes(8)


def zip_around(deflated: bytes, *, size: int, copies: int = 1, extra: bytes = b"") -> bytes:
    """A zip of a deflated stream, said to be of that size; further copies in the directory share its bytes."""
    header = b"\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00"
    sizes = struct.pack("<LLL", 0, len(deflated), size)
    body = b"PK\x03\x04" + header + sizes + struct.pack("<HH", 8, 0) + b"0000.csv" + deflated
    entry = b"PK\x01\x02\x14\x03" + header + sizes + struct.pack("<HHHHHLL", 8, len(extra), 0, 0, 0, 0, 0)
    return ended(body, (entry + b"%04d.csv" % copy + extra for copy in range(copies)))


def crowded(entries: int) -> bytes:
    """A zip with so many empty entries in its directory, all of them in one place."""
    name, header = b"%08d", b"\x14\x00\x00\x00\x00\x00\x00\x00\x00\x00"
    body = b"PK\x03\x04" + header + bytes(12) + struct.pack("<HH", 8, 0) + name % 0
    entry = b"PK\x01\x02\x14\x03" + header + bytes(12) + struct.pack("<HHHHHLL", 8, 0, 0, 0, 0, 0, 0)
    return ended(body, (entry + name % number for number in range(entries)))


def ended(body: bytes, entries: Iterable[bytes]) -> bytes:
    """A zip: what is in it, its directory, and its end."""
    listed = list(entries)
    directory = b"".join(listed)
    count = min(len(listed), 0xFFFF)
    return body + directory + struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)

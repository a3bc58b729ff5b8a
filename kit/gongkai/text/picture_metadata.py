"""Remove metadata from pictures: place, time, author, device, drafts.

A page is public, and a photograph records the place where it was taken. Everything that affects
the look is kept (colours, resolution, animation, orientation); the pixels are not re-encoded, so
that the bytes do not depend on the version of a library. Neither Pillow nor any other library
in the lock can do that for all four kinds.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from zlib import crc32

from gongkai.text.pictures import picture_kind

# PNG (W3C): chunks that affect the look, besides the critical ones, which begin with a capital.
_PNG_KEPT = {
    *(b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"pHYs", b"bKGD", b"cICP"),
    *(b"acTL", b"fcTL", b"fdAT"),
}
_LONGEST = 2**31  # pixels: too large for the side of a picture
_PNG_START = 8  # bytes of the signature
_PNG_AROUND = 12  # bytes of a chunk around its data: length, name and checksum
# WebP (RFC 9649): the chunks that affect the look; two bits of the header announce the others.
_WEBP_KEPT = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04
# JPEG (ITU-T T.81): the data of a scan end when FF is followed by neither 00 nor a restart.
_JPEG_MARKER = re.compile(rb"\xff++([^\x00\xff\xd0-\xd7])")
_JPEG_SCAN_ENDS = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_JPEG_SCAN, _JPEG_END, _JPEG_COMMENT, _JPEG_EXIF = 0xDA, 0xD9, 0xFE, 0xE1
_JPEG_APPLICATIONS = range(0xE0, 0xF0)
_JPEG_KEPT = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # headers with the size of a picture
_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112  # the tag of Exif 2.32
_UPRIGHT = 1
# GIF89a: comments and application data; a loop is part of the animation.
_GIF_COMMENT, _GIF_APPLICATION, _GIF_EXTENSION, _GIF_IMAGE, _GIF_END = 0xFE, 0xFF, 0x21, 0x2C, 0x3B
_GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")


def without_metadata(data: bytes) -> bytes:
    """Return a PNG, JPEG, GIF or WebP picture without metadata and without data after its end.

    Raises ValueError for any other file, and for a damaged one.
    """
    try:
        return _READERS[picture_kind(data)](data)
    except (LookupError, struct.error):
        raise ValueError("a damaged picture, or none") from None


def _png(data: bytes) -> bytes:
    """Return a PNG up to its end, with the chunks that affect its look."""
    header, *size = struct.unpack_from(">4sII", data, _PNG_START + 4)
    _require_size(*(size if header == b"IHDR" else ()))
    kept, turned = [data[:_PNG_START]], _UPRIGHT
    place, name = _PNG_START, b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", data, place)
        chunk = data[place : place + _PNG_AROUND + length]
        _require_length(chunk, _PNG_AROUND + length)
        if name[:1].isupper() or name in _PNG_KEPT:
            kept.append(chunk)
        elif name == b"eXIf":
            turned = _orientation(chunk[8:-4])
        place += len(chunk)
    if turned != _UPRIGHT:
        named = b"eXIf" + _only_orientation(turned)
        chunk = struct.pack(">I", len(named) - 4) + named + struct.pack(">I", crc32(named))
        kept.insert(2, chunk)  # after the header
    return b"".join(kept)


def _jpeg(data: bytes) -> bytes:
    """Return a JPEG up to its end, without application segments, but with its orientation."""
    kept, turned = [], _UPRIGHT
    for marker, segment in _jpeg_segments(data):
        if marker in _JPEG_FRAMES:  # the height may be stated after the pixels
            _require_size(struct.unpack_from(">H", segment, 7)[0])
        if marker == _JPEG_EXIF and segment[4:].startswith(_EXIF):
            turned = _orientation(segment[4 + len(_EXIF) :])
        elif _is_look_of_jpeg(marker, segment[4:]):
            kept.append(segment)
    if turned != _UPRIGHT:
        exif = _EXIF + _only_orientation(turned)
        kept.insert(0, struct.pack(">BBH", 0xFF, _JPEG_EXIF, len(exif) + 2) + exif)
    return b"".join([data[:2], *kept])


def _is_look_of_jpeg(marker: int, content: bytes) -> bool:
    if marker in _JPEG_APPLICATIONS:
        start = _JPEG_KEPT.get(marker)
        return start is not None and content.startswith(start)
    return marker != _JPEG_COMMENT


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the marker and the bytes of each segment; a scan includes its coded data."""
    place, marker = 2, 0
    while marker != _JPEG_END:
        found = _JPEG_MARKER.match(data, place)
        if not found:
            raise ValueError("no segment where one should begin")
        marker, begin = found[1][0], found.end() - 2
        place = found.end()
        if marker != _JPEG_END:
            place += struct.unpack_from(">H", data, place)[0]
        if marker == _JPEG_SCAN:
            following = _JPEG_SCAN_ENDS.search(data, place)
            place = following.start() if following else len(data) + 1
        _require_length(data[begin:place], place - begin)
        yield marker, data[begin:place]


def _webp(data: bytes) -> bytes:
    """Return a WebP up to its stated length, with the chunks that affect its look."""
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    _require_length(data[:end], end)
    kept, turned, place = [], _UPRIGHT, 12
    while place < end:
        name, length = struct.unpack_from("<4sI", data, place)
        padded = 8 + length + length % 2
        chunk = data[place : place + padded]
        _require_length(chunk, padded)
        if name == b"EXIF":
            turned = _orientation(chunk[8:].removeprefix(_EXIF))
        elif name in _WEBP_KEPT:
            kept.append(chunk)
        place += padded
    announced = 0
    if turned != _UPRIGHT:
        exif = _only_orientation(turned)
        kept.append(struct.pack("<4sI", b"EXIF", len(exif)) + exif)
        announced = _WEBP_EXIF
    kept = [_announcing(chunk, announced) if chunk[:4] == b"VP8X" else chunk for chunk in kept]
    content = b"WEBP" + b"".join(kept)
    return struct.pack("<4sI", b"RIFF", len(content)) + content


def _announcing(header: bytes, announced: int) -> bytes:
    """Return the header of an extended WebP that announces only this metadata."""
    flags = header[8] & ~(_WEBP_EXIF | _WEBP_XMP) | announced
    return header[:8] + bytes([flags]) + header[9:]


def _gif(data: bytes) -> bytes:
    """Return a GIF up to its end, without comments and application data."""
    _require_size(*struct.unpack_from("<HH", data, 6))
    place = 13 + _colours(data[10])
    kept = [data[:place]]
    while True:
        begin, kind = place, data[place]
        if kind == _GIF_END:
            return b"".join([*kept, data[begin : begin + 1]])
        if kind == _GIF_EXTENSION:
            place = _after_blocks(data, begin + 2)
        elif kind == _GIF_IMAGE:
            place = _after_blocks(data, begin + 11 + _colours(data[begin + 9]))
        else:
            raise ValueError("no block where one should begin")
        if kind == _GIF_IMAGE or _is_look_of_gif(data[begin:place]):
            kept.append(data[begin:place])


def _is_look_of_gif(extension: bytes) -> bool:
    if extension[1] == _GIF_APPLICATION:
        return extension[3:14] in _GIF_LOOPS
    return extension[1] != _GIF_COMMENT


def _colours(packed: int) -> int:
    """Return the size of a colour table in bytes, by the packed field that announces it."""
    return 3 << (packed & 7) + 1 if packed & 0x80 else 0


def _after_blocks(data: bytes, place: int) -> int:
    """Return the end of a chain of blocks, each preceded by its length."""
    while data[place]:
        place += 1 + data[place]
    return place + 1


def _orientation(exif: bytes) -> int:
    """Return the orientation of a picture, 1 to 8; 1 if the Exif data cannot be read."""
    with suppress(struct.error, LookupError):
        order = {b"II": "<", b"MM": ">"}[exif[:2]]
        (first,) = struct.unpack_from(f"{order}I", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, first)
        for entry in range(first + 2, first + 2 + 12 * count, 12):
            tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, entry)
            if tag == _ORIENTATION and value in range(1, 9):
                return int(value)
    return _UPRIGHT


def _only_orientation(turned: int) -> bytes:
    """Return Exif data with only the orientation: one entry of type short."""
    return struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)


def _require_size(*sides: int) -> None:
    """Raise ValueError if a picture has no width or height, or one that no PNG may have."""
    if not sides or not all(0 < side < _LONGEST for side in sides):
        raise ValueError("a damaged picture: it has no size")


def _require_length(part: bytes, length: int) -> None:
    if len(part) != length:
        raise ValueError("the file ends within a part")


_READERS: dict[str, Callable[[bytes], bytes]] = {
    "image/png": _png,
    "image/jpeg": _jpeg,
    "image/gif": _gif,
    "image/webp": _webp,
}

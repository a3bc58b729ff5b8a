"""What a public page says of a picture is the picture: no place, no author, no draft."""

from __future__ import annotations

import struct
from base64 import b64encode
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from gongkai.export.own import own_output
from gongkai.text.picture_metadata import without_metadata
from gongkai.text.sanitizer import cleaned

SECRET = "局长办公室"  # noqa: S105 - what no page may tell
ORIENTATION, DESCRIPTION, PLACE = 0x0112, 0x010E, 0x8825


def photograph(*, turned: int = 1, order: str = ">") -> Image.Exif:
    """What a telephone writes into a picture's file; `order` is that of the bytes of a number."""
    exif = Image.Exif()
    exif.endian = order
    exif[DESCRIPTION] = SECRET
    exif[PLACE] = {1: "N", 2: (38.0, 29.0, 10.0)}
    if turned != 1:
        exif[ORIENTATION] = turned
    return exif


def png_words() -> PngImagePlugin.PngInfo:
    """What an editor writes into a PNG."""
    words = PngImagePlugin.PngInfo()
    words.add_itxt("Author", SECRET)
    words.add_itxt("XML:com.adobe.xmp", SECRET, zip=True)
    return words


def saved(kind: str, **how: Any) -> bytes:
    """A small picture with figures in it, saved as somebody would."""
    picture = Image.linear_gradient("L").resize((40, 30)).convert("RGB")
    made = BytesIO()
    picture.save(made, kind, **how)
    return made.getvalue()


MOVING: dict[str, Any] = {
    "save_all": True,
    "append_images": [Image.new("RGB", (40, 30), "red")],
    "loop": 0,
}
SECRETS = {"exif": photograph(turned=6), "xmp": SECRET.encode()}
SAVED: dict[str, tuple[str, dict[str, Any]]] = {
    "png": ("PNG", {"exif": SECRETS["exif"], "pnginfo": png_words(), "dpi": (300, 300)}),
    "png that moves": ("PNG", {**MOVING, "pnginfo": png_words()}),
    "jpeg": ("JPEG", {**SECRETS, "comment": SECRET.encode(), "icc_profile": b"x" * 300}),
    "jpeg of the other byte order": ("JPEG", {"exif": photograph(turned=6, order="<")}),
    "jpeg in several scans": ("JPEG", {**SECRETS, "progressive": True}),
    "jpeg with restarts": ("JPEG", {**SECRETS, "restart_marker_rows": 1}),
    "gif": ("GIF", {"comment": SECRET.encode()}),
    "gif that moves": ("GIF", {**MOVING, "comment": SECRET.encode()}),
    "webp": ("WEBP", SECRETS),
    "webp without loss": ("WEBP", {**SECRETS, "lossless": True}),
    "webp that moves": ("WEBP", {**MOVING, **SECRETS}),
}


def shown(data: bytes) -> list[bytes]:
    """The pixels of each frame."""
    with Image.open(BytesIO(data)) as picture:
        found = []
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            found.append(picture.convert("RGBA").tobytes())
        return found


@pytest.mark.parametrize("name", SAVED)
def test_a_picture_keeps_its_pixels_and_loses_what_its_file_tells_besides(name: str) -> None:
    """Place, author, comment and what hangs behind its end; colours, dots an inch and turns stay."""
    kind, how = SAVED[name]
    data = saved(kind, **how)
    behind = b"" if kind == "WEBP" else SECRET.encode()  # as the film of a moving photograph
    alone = without_metadata(data + behind)
    assert shown(alone) == shown(data)
    for secret in (SECRET.encode(), b"Exif\0\0II", b"xmp"):
        assert secret not in alone
    with Image.open(BytesIO(data)) as before, Image.open(BytesIO(alone)) as after:
        assert dict(after.getexif()) == ({ORIENTATION: 6} if "exif" in how else {})
        for look in ("dpi", "icc_profile", "loop", "duration", "progressive"):
            assert before.info.get(look) == after.info.get(look)
    assert without_metadata(alone) == alone


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_that_tells_nothing_is_the_same_bytes(kind: str) -> None:
    """What was never there cannot be lost, and a page does not change."""
    data = saved(kind)
    assert without_metadata(data) == data


@pytest.mark.parametrize("name", SAVED)
def test_a_picture_that_is_cut_off_is_refused(name: str) -> None:
    """Wherever it ends: what cannot be read whole could tell anything."""
    kind, how = SAVED[name]
    data = without_metadata(saved(kind, **how))
    for end in {*range(1, len(data), max(1, len(data) // 60)), len(data) - 1}:
        with pytest.raises(ValueError, match=r"part|segment|damaged"):
            without_metadata(data[:end])


@pytest.mark.parametrize("side", [b"\0\0\0\0", b"\x80\0\0\0", b"\xff\xff\xff\xff"])
@pytest.mark.parametrize("place", [16, 20])
def test_a_png_without_a_size_is_refused(place: int, side: bytes) -> None:
    """No browser shows one that is 0 pixels wide or 2,147,483,648 high."""
    data = saved("PNG")
    with pytest.raises(ValueError, match="damaged"):
        without_metadata(data[:place] + side + data[place + 4 :])
    with pytest.raises(ValueError, match="damaged"):
        without_metadata(data.replace(b"IHDR", b"IXXX", 1))


@pytest.mark.parametrize(("kind", "place"), [("GIF", 6), ("GIF", 8), ("JPEG", 7)])
def test_a_gif_or_jpeg_without_a_size_is_refused(kind: str, place: int) -> None:
    """A JPEG may state its height after its pixels, but not its width."""
    data = saved(kind)
    place += data.index(b"\xff\xc0") if kind == "JPEG" else 0
    with pytest.raises(ValueError, match="damaged"):
        without_metadata(data[:place] + b"\0\0" + data[place + 2 :])


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(SAVED)),
    st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=4)), max_size=5),
)
def test_whatever_the_bytes_are_there_is_a_picture_or_a_refusal(
    name: str, changes: list[tuple[int, bytes]]
) -> None:
    """No other error, and no end that is not reached."""
    kind, how = SAVED[name]
    data = bytearray(saved(kind, **how))
    for place, new in changes:
        data[place : place + len(new)] = new
    try:
        without_metadata(bytes(data))
    except ValueError:
        return


def test_a_jpeg_of_nothing_but_fill_bytes_is_answered_at_once() -> None:
    """Fill bytes may stand before a marker, a megabyte of them too."""
    head = saved("JPEG")[:2]
    with pytest.raises(ValueError, match="no segment"):
        without_metadata(head + b"\xff" * 1_000_000 + b"\0")
    scan = b"\xff\xda" + struct.pack(">H", 2)
    with pytest.raises(ValueError, match="ends within"):
        without_metadata(head + scan + b"\xff" * 1_000_000 + b"\0")


def test_a_picture_of_an_analyst_s_own_loses_its_metadata_in_every_way() -> None:
    """As an output, in HTML, and within a drawing."""
    data = saved("JPEG", exif=photograph(), comment=SECRET.encode())
    text = b64encode(data).decode()
    alone = b64encode(without_metadata(data)).decode()
    output = {
        "output_type": "display_data",
        "data": {"image/jpeg": text},
        "metadata": {"alt": "窗口"},
    }
    own = own_output(output, {"metadata": {}, "source": ""})
    assert own is not None
    assert alone in own.html
    assert text not in own.html
    for html in (
        f'<img src="data:image/jpeg;base64,{text}" alt="窗口">',
        f'<svg><image href="data:image/jpeg;base64,{text}"></image></svg>',
    ):
        clean = cleaned(html)
        assert alone in clean.html
        assert text not in clean.html
        assert not clean.removed
    assert cleaned(f'<img src="data:image/jpeg;base64,{text[:200]}" alt="窗口">').removed

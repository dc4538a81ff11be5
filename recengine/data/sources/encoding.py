"""Which encoding a text is in, and its bytes as UTF-8."""

from __future__ import annotations

import codecs
import re
from typing import IO

from recengine.errors import DataError

LABELS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16, big-endian",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32, big-endian",
    "gb18030": "GB18030",
    "latin-1": "Latin-1",
    "cp1252": "Windows-1252",
    "cp1251": "Windows-1251",
    "big5": "Big5",
    "shift_jis": "Shift JIS",
    "euc_jp": "EUC-JP",
    "euc_kr": "EUC-KR",
    "koi8_r": "KOI8-R",
}
"""How people call each codec."""

# UTF-32 begins like UTF-16, so it is looked for first
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_HIGH = re.compile(rb"[\x80-\xff]+")
_WIDE = re.compile(rb"[\xe0-\xef][\x80-\xbf][\x80-\xbf]")
# two bytes of GB2312: its symbols, then its characters
_GB = re.compile(rb"(?:[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])+")
_OTHERS = ("big5", "shift_jis", "euc_jp", "euc_kr", "cp1251", "koi8_r", "cp1252", "gb18030")
_PAIRS = ("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr")
_SAMPLE = 1 << 16
_CHUNK = 1 << 20


def mark_of(head: bytes) -> str | None:
    """The encoding that a byte order mark at the start gives; None where there is none."""
    return next((codec for mark, codec in _MARKS if head.startswith(mark)), None)


def detect_encoding(name: str, head: bytes, *, whole: bool, first: int = 1) -> str:
    """The codec of a text that begins with `head`; whole: there is no more of it; first: the row it begins with.

    In this order: a byte order mark; UTF-8 where the bytes are that; UTF-16 where every other byte is 0; GB18030 where
    what is not ASCII comes in pairs of its common range; what charset-normalizer takes it for; Latin-1, which any bytes
    are. Raises `DataError` where some lines are UTF-8 and others are not.
    """
    marked = mark_of(head)
    if marked:
        return marked
    if head.isascii() and b"\0" not in head:
        return "utf-8"
    if is_utf8(head, whole=whole):
        return _utf16(head) or "utf-8"
    sixteen = _utf16(head)
    if sixteen:
        return sixteen
    codec = _legacy(head)
    _check_one_encoding(name, head, codec, first)
    return codec


def is_utf8(head: bytes, *, whole: bool) -> bool:
    """Whether the bytes are UTF-8; where more follow, the last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
    except UnicodeDecodeError:
        return False
    return True


class Utf8Reader:
    """The text of `stream`, which is in `encoding`, as UTF-8 and without byte order marks at its start.

    Where only ASCII came before, bytes that are not UTF-8 decide the encoding anew: the head of a long file may hold no
    accent. encoding: what it is by now.
    """

    def __init__(self, name: str, stream: IO[bytes], encoding: str) -> None:
        self.encoding = encoding
        self._name = name
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ascii = True
        self._started = False
        # of a file, the lines before an error can be counted when there is one
        self._counts = not stream.seekable()
        self._lines = 0
        self._bytes = 0
        self._done = False

    def read(self, n_bytes: int) -> bytes:
        """About the next `n_bytes`; empty at the end. Raises `DataError` for bytes that the encoding does not know."""
        while not self._done:
            raw = self._stream.read(n_bytes)
            self._done = not raw
            chunk = self._decoded(raw)
            self._bytes += len(raw)
            if not self._started:
                chunk = _without_marks(chunk)
                self._started = bool(chunk)
            if chunk:
                if self._counts and self.encoding == "utf-8":
                    self._lines += chunk.count(b"\n")
                return chunk
        return b""

    def _decoded(self, raw: bytes) -> bytes:
        plain = self.encoding == "utf-8" and not self._decoder.getstate()[0]
        if plain and raw.isascii():
            return raw
        try:
            return self._decoder.decode(raw, final=self._done).encode()
        except UnicodeDecodeError as error:
            if self.encoding == "utf-8" and self._ascii:
                self.encoding = detect_encoding(self._name, raw, whole=False, first=self._lines_before() + 1)
                if self.encoding != "utf-8":
                    self._decoder = codecs.getincrementaldecoder(self.encoding)()
                    return self._decoded(raw)
            row = self._lines_before() + error.object[: error.start].count(b"\n") + 1
            raise DataError(self._wrong(row, error)) from None
        except UnicodeEncodeError:
            raise DataError(f"{self._name}: holds half a character. Save it as UTF-8.") from None
        finally:
            self._ascii = self._ascii and raw.isascii()

    def _lines_before(self) -> int:
        """The lines in what was read before the chunk that cannot be."""
        if not self._counts:
            here = self._stream.tell()
            self._stream.seek(0)
            self._lines = 0
            left = self._bytes
            while left > 0 and (chunk := self._stream.read(min(left, _CHUNK))):
                self._lines += chunk.count(b"\n")
                left -= len(chunk)
            self._stream.seek(here)
        return self._lines

    def _wrong(self, row: int, error: UnicodeDecodeError) -> str:
        label = LABELS.get(self.encoding, self.encoding)
        if error.start >= len(error.object):
            return f"{self._name}: the file ends in the middle of a character of {label}. Get it again."
        # without a count of lines in what is not UTF-8, no row is named
        where = f"{self._name}, row {row}" if self.encoding == "utf-8" else self._name
        return f"{where}: not {label}, got the byte 0x{error.object[error.start]:02x}. Save it as UTF-8."


def _without_marks(chunk: bytes) -> bytes:
    while chunk.startswith(codecs.BOM_UTF8):
        chunk = chunk[len(codecs.BOM_UTF8) :]
    return chunk


def _utf16(head: bytes) -> str | None:
    """UTF-16 without a mark, of a text that is mostly ASCII."""
    even, odd = head[0:2000:2], head[1:2000:2]
    if len(odd) < 2:
        return None
    if odd.count(0) > 0.6 * len(odd) and even.count(0) < 0.1 * len(even):
        return "utf-16-le"
    if even.count(0) > 0.6 * len(even) and odd.count(0) < 0.1 * len(odd):
        return "utf-16-be"
    return None


def _check_one_encoding(name: str, head: bytes, codec: str, first: int) -> None:
    """Two files of different encodings that were put together cannot be read as either."""
    # where characters have two bytes, one may be UTF-8 by chance; two of three bytes hardly
    by_chance = 2 if codec in _PAIRS else 0
    number, of_utf8, other = 0, 0, 0
    for number, line in enumerate(head.split(b"\n")[:-1] or [head], start=first):
        if line.isascii():
            continue
        if not is_utf8(line, whole=True):
            other = other or number
        elif len(_WIDE.findall(line)) >= by_chance:
            of_utf8 = of_utf8 or number
        if of_utf8 and other:
            raise DataError(
                f"{name}, row {other}: not UTF-8, as row {of_utf8} is: the file mixes encodings. Save it as UTF-8."
            )


def _legacy(head: bytes) -> str:
    high = _HIGH.findall(head[: 1 << 20])
    total = sum(map(len, high))
    paired = sum(len(run) for run in high if _GB.fullmatch(run))
    if paired >= 0.9 * total and _decodes(head, "gb18030"):
        return _which_east_asian(head)
    import charset_normalizer

    lines = b"\n".join(line for line in head.split(b"\n") if not line.isascii())[:_SAMPLE]
    best = charset_normalizer.from_bytes(lines, cp_isolation=list(_OTHERS)).best()
    # a few accents can be anything; letters of one other script, throughout, are no chance
    if best is not None and _decodes(head, best.encoding) and _is_script(head, best.encoding):
        return best.encoding
    return "cp1252" if re.search(rb"[\x80-\x9f]", head) and _decodes(head, "cp1252") else "latin-1"


def _which_east_asian(head: bytes) -> str:
    """GB18030 and EUC-KR use the same pairs; Korean is one block of them."""
    high = b"".join(_HIGH.findall(head[:_SAMPLE]))
    leads = high[0::2]
    korean = all(0xB0 <= lead <= 0xC8 for lead in leads)
    kana = sum(lead in (0xA4, 0xA5) for lead in high[0::2])
    if kana > 0.2 * len(high) / 2 and _decodes(head, "euc_jp"):
        return "euc_jp"
    text = high.decode("gb18030", errors="replace")
    common = sum(character in _COMMON_CHINESE for character in text)
    # of Chinese characters only a half lie in that block, so that a dozen do is no chance
    is_korean = korean and len(leads) >= 12 and common < 0.1 * len(text) and _decodes(head, "euc_kr")
    return "euc_kr" if is_korean else "gb18030"


_COMMON_CHINESE = frozenset(
    "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长"
)


def _is_script(head: bytes, codec: str) -> bool:
    """Whether what is not ASCII is nearly all letters of one script other than Latin."""
    text = b"".join(_HIGH.findall(head[:_SAMPLE])) if codec.startswith(("cp", "koi8")) else head[:_SAMPLE]
    letters = [character for character in text.decode(codec, errors="ignore") if ord(character) > 127]
    foreign = sum(ord(character) >= 0x370 for character in letters)
    return len(letters) >= 8 and foreign >= 0.9 * len(letters)


def _decodes(head: bytes, codec: str) -> bool:
    try:
        codecs.getincrementaldecoder(codec)().decode(head)
    except UnicodeDecodeError:
        return False
    return True

"""What could not be read is told in the reader's words, without a word of the system's or a library's."""

import errno
import json
import os
import re
import tomllib
from collections.abc import Callable

import pytest

from archive.reasons import why

ENGLISH = re.compile(r"[A-Za-z]{4,}")


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_an_error_of_the_system_is_told_without_its_words(number: int) -> None:
    told = why(OSError(number, os.strerror(number), "a.txt"))
    assert not ENGLISH.search(told) and "，" in told or number in (errno.EADDRINUSE, errno.EADDRNOTAVAIL)


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (json.loads, b'{"path": }', "第 10 个字符处"),
        (json.loads, b"\n{'a': 1}", "第 2 行第 2 个字符处"),
        (json.loads, b"[" * 200_000, "括号套得太深"),
        (lambda raw: tomllib.loads(raw.decode()), b"a = b", "第 1 行第 5 个字符处"),
        (lambda raw: tomllib.loads(raw.decode()), b"a = ", "第 1 行|末尾"),
        (lambda raw: raw.decode(), "关于防汛的通知".encode("gb18030"), "另存为 UTF-8"),
        (lambda raw: "\udc80".encode(), b"", "无法保存的字符"),
    ],
)
def test_a_text_that_cannot_be_read_is_told_with_what_to_do(
    read: Callable[[bytes], object], text: bytes, said: str
) -> None:
    with pytest.raises((ValueError, RecursionError)) as raised:
        read(text)
    told = why(raised.value)
    assert re.search(said, told)
    assert not ENGLISH.search(told.replace("JSON", "").replace("TOML", ""))


def test_a_sentence_of_our_own_stays() -> None:
    assert why(OSError(errno.EADDRINUSE, "请换一个端口")) == "请换一个端口"

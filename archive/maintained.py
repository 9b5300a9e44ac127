"""Files that staff maintain in the data folder (lexicon, synonyms, lists, calendar), read with care.

Anybody's hand may have put anything in their place: a folder, a pipe on which a reader waits for ever, a disk's image,
a link to a file that is gone. Who reads one by ``read`` learns which it is, and never waits.
"""

import errno
import os
from pathlib import Path
from stat import S_ISDIR, S_ISREG

# Bytes. The largest of them, a full lexicon, has 5 MB.
LARGEST = 8 << 20


def read(path: Path) -> bytes | None:
    """Return what a file holds, or None where there is none.

    Raises OSError for what is no file, a link that leads nowhere, or more than LARGEST; ``reasons.why`` words it.
    """
    try:
        # Opening a pipe so, on which nobody writes, returns at once.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        if path.is_symlink():
            raise OSError(errno.ENOENT, "是一个链接，而它指向的文件不在，请改正链接", str(path)) from error
        return None
    try:
        kind = os.fstat(handle).st_mode
        if not S_ISREG(kind):
            code = errno.EISDIR if S_ISDIR(kind) else errno.ENXIO
            raise OSError(code, os.strerror(code), str(path))
        with os.fdopen(handle, "rb", closefd=False) as stream:
            held = stream.read(LARGEST + 1)
    finally:
        os.close(handle)
    if len(held) > LARGEST:
        raise OSError(errno.EFBIG, f"超过 {LARGEST >> 20} 兆字节，请核对是不是放错了文件", str(path))
    return held

"""Why something could not be read or written, in the reader's words: no error of a library or the system is quoted."""

import errno
import json
import re
import tomllib

_SYSTEM = {
    errno.ENOENT: "找不到，请核对名称和位置",
    errno.EISDIR: "是文件夹，不是文件，请写出其中的文件",
    errno.ENOTDIR: "路径中有一段不是文件夹，请核对",
    errno.EACCES: "没有权限，请以有权的用户运行，或改正它的权限",
    errno.EPERM: "系统不许这样做，请以有权的用户运行",
    errno.EEXIST: "已经有同名的文件或文件夹，请换一个名称",
    errno.ENOTEMPTY: "文件夹里已有别的内容，请换一个",
    errno.ENAMETOOLONG: "名称太长，请缩短",
    errno.ELOOP: "链接绕成了圈，请改正链接",
    errno.EINVAL: "不是能用的名称或操作，请核对",
    errno.ENXIO: "是管道、套接字或设备，不是文件，请改用普通文件",
    errno.ENOSPC: "磁盘已满，请腾出空间",
    errno.EDQUOT: "磁盘配额已满，请腾出空间",
    errno.EFBIG: "文件太大，请拆分",
    errno.EROFS: "磁盘只能读，不能写，请检查磁盘",
    errno.EIO: "磁盘读写出错，请检查磁盘",
    errno.EBUSY: "正被占用，请稍后再试",
    errno.ETXTBSY: "正被占用，请稍后再试",
    errno.EMFILE: "打开的文件太多，请稍后再试",
    errno.ENFILE: "打开的文件太多，请稍后再试",
    errno.ENOMEM: "内存不足，请稍后再试",
    errno.EXDEV: "不在同一个磁盘上，请改用同一个磁盘上的位置",
    errno.ESTALE: "网络磁盘断开过，请重新挂载",
    errno.ETIMEDOUT: "等待超时，请稍后再试",
    errno.EADDRINUSE: "已被别的程序占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
}
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")
NOT_UTF_8 = "不是 UTF-8 编码。请用记事本等软件打开，另存为 UTF-8 编码后再用"


def why(error: BaseException) -> str:
    """Return a Chinese clause, without a full stop, that says what is wrong and, where that is known, what to do.

    >>> why(IsADirectoryError(21, "Is a directory"))
    '是文件夹，不是文件，请写出其中的文件'
    """
    if isinstance(error, OSError):
        text = error.strerror or str(error)
        if text and not text.isascii():
            # One of our own.
            return text
        return _SYSTEM.get(error.errno or 0, f"系统报错（编号 {error.errno}），请检查磁盘和权限")
    if isinstance(error, UnicodeDecodeError):
        return NOT_UTF_8
    if isinstance(error, UnicodeEncodeError):
        return "有无法保存的字符，请改正后再用"
    if isinstance(error, RecursionError):
        return "括号套得太深，请核对"
    if isinstance(error, json.JSONDecodeError):
        line = f"第 {error.lineno} 行" if error.lineno > 1 else ""
        return f"{line}第 {error.colno} 个字符处不合 JSON 的写法：名称和文字用英文双引号，逗号、冒号也用英文的"
    if isinstance(error, tomllib.TOMLDecodeError):
        at = _AT.search(str(error))
        where = f"第 {at[1]} 行第 {at[2]} 个字符处" if at else "末尾"
        return f"{where}不合 TOML 的写法：文字用英文双引号，括号成对，一行一项"
    # One of our own, or a library's.
    return "内容不合格式，请核对" if str(error).isascii() else str(error)

"""What can go wrong with the archive, as one tree. Each class carries facts, and its text says what to do.

The search has its own errors under the same root, and so have the parameters of addresses.

::

    GongkaiError
    ├── BadSettings            a setting or environment variable that can't be used
    ├── NoArchive              the data folder holds no archive
    ├── BadCalendar            lines of a holiday notice that can't be used, each with the reason
    ├── YearMissing            working days are counted in a year whose holidays are not known
    ├── WrongUser              the data folder is another user's than who runs the command
    ├── DiskFull               there is no room for what should be written
    ├── NotRecorded            something was done, and the files beside the database don't say so yet
    ├── BadTaxonomy            an installation's own lists of issuers, topics and genres can't be used
    ├── BadLetters             texts or settings of letters that can't be used
    ├── BadManifest            a line of an ingest manifest that can't be read
    ├── FileRefused            a file that the archive does not accept, with the reason
    │   └── ExtractionFailed   its text could not be read
    ├── BlobMissing            an original that the catalogue names is not in the store
    ├── BlobDamaged            an original's bytes no longer have their SHA-256
    ├── BackupRefused          a backup or an export that can't be made or put back there
    ├── BackupDamaged          a backup is not what it was
    ├── KeyUnusable            a key of the seals is missing, unreadable, or another archive's
    ├── KeyRefused             a key is replaced only by two different persons
    ├── NotMigrated            the database is an earlier version's
    ├── CatalogueNotEmpty      a catalogue is rebuilt into an empty database only
    ├── CatalogueLost          the database is empty, and the files beside it are not
    ├── RecordDamaged          a document's record beside the database is missing or torn
    │   └── RecordDisagrees    …or says something else than the database, so that nothing is written over it
    ├── WithdrawalsDamaged     a line of the withdrawals' file that can't be read
    ├── ListsDamaged           a list of metadata for download is not what was written
    ├── UnknownDocument        no such document, or none that the reader may see
    │   └── DocumentWithdrawn  a document that was public and was withdrawn
    │       └── PublicityEnded …or whose last public day has passed
    ├── AccountRefused         an account of staff can't be made or changed that way
    ├── SignInRefused          somebody may not sign in, or not now
    ├── RequestRefused         something that may not happen to a request for disclosure, or not now
    ├── UnknownRequest         no such request for disclosure
    ├── ReportRefused          an annual report, or figures for it, that can't be made or kept so
    │   └── ReportUnreadable   …or a file that can't be examined as one
    ├── PersonalDataDamaged    what is personal about a request was changed or is damaged
    ├── DecisionRefused        a review decision that the rules don't allow
    │   └── DoubtfulValue      a correction that is likely a slip, unless the person says that it is none
    ├── PrecheckFailed         the pre-check of a version came to no end
    ├── RecogniserMissing      what recognises text in pictures is not installed
    ├── RecognitionBusy        another process recognises what waits
    ├── NightBusy              another night is at work
    └── DrillBusy              another restore drill is at work

Texts are Chinese sentences, for staff and citizens. Most errors pass through to the edge, where they become an HTTP
status or an exit code. They are caught on the way only if a job continues without what failed and reports it (a
file of an intake, a check of ``verify``), or if another error says more.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from archive.plain import one_line

# How many lines of a file an error names; a file of another kind has nothing but bad ones.
SHOWN = 20
# What an error quotes of a file may be the whole of it.
_AT_LENGTH = re.compile("(“[^“”]{200})[^“”]+”")


class GongkaiError(Exception):
    """Base of all errors that are reported to a person as a sentence instead of a traceback.

    What it quotes is cut short.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(_AT_LENGTH.sub("\\1…”", text))


class BadSettings(GongkaiError):
    """A setting or environment variable that can't be used."""


class NoArchive(GongkaiError):
    """The data folder holds no archive, or none may be made in it; ``what`` says what it is, and what to do."""

    def __init__(self, folder: str, what: str) -> None:
        super().__init__(f"{folder} {what}")
        self.folder = folder


class WrongUser(GongkaiError):
    """A command is run by another user than the one to whom the data folder, or something in it, belongs."""


class DiskFull(GongkaiError):
    """There is no room for what should be written; ``path`` says where, ``disk`` where its file system begins."""

    def __init__(self, path: str, disk: str) -> None:
        where = f"{path}（在文件系统 {disk}）" if disk else path
        super().__init__(f"磁盘已满：{where} 写不进去。请腾出空间，再重新运行。")
        self.path = path


class NotRecorded(GongkaiError):
    """Something holds, because the database has it, and the files beside it could not be brought up to date."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"这项操作已经生效，但档案记录没有写成：{why.rstrip('。')}。"
            "故障排除后，再运行任何一个命令（如 gongkai verify）都会补写。"
        )


class BadTaxonomy(GongkaiError):
    """An installation's own lists of issuers, topics and genres can't be used; ``reason`` is a Chinese sentence."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"分类表 {path}：{reason}")
        self.reason = reason


class BadLetters(GongkaiError):
    """Texts or settings of the letters about requests that can't be used."""


class BadManifest(GongkaiError):
    """A line of an ingest manifest that can't be read; ``line`` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"清单第 {line} 行：{reason}")
        self.line = line
        self.reason = reason


class BadCalendar(GongkaiError):
    """Lines of a file of holiday notices that can't be used; ``problems`` are Chinese sentences, one a line."""

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        more = [f"（另有 {len(problems) - SHOWN} 处）"] if len(problems) > SHOWN else []
        first = f"日历文件 {name} 不能采用，有 {len(problems)} 处需要改正："
        super().__init__("\n".join((first, *problems[:SHOWN], *more)))
        self.name = name
        self.problems = problems


class YearMissing(GongkaiError):
    """Working days are counted in a year whose holidays are not known, or were not known on the day ``as_of``."""

    def __init__(self, year: int, as_of: date | None = None) -> None:
        known = f"按 {as_of} 已有的通知，" if as_of else ""
        super().__init__(
            f"{known}缺 {year} 年放假安排，不能推算。国务院办公厅的通知一般在上一年 11 月前后发布，"
            "请用 gongkai calendar import 录入。"
        )
        self.year = year
        self.as_of = as_of


class FileRefused(GongkaiError):
    """A file that the archive does not accept. ``reason`` is a Chinese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ExtractionFailed(FileRefused):
    """The text of a file could not be read."""


class BlobMissing(GongkaiError):
    """An original that the catalogue names is not in the store."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"原件缺失：{digest}。请从备份恢复。")
        self.digest = digest


class BlobDamaged(GongkaiError):
    """An original's bytes no longer have the SHA-256 they were stored under."""

    def __init__(self, digest: str, found: str) -> None:
        super().__init__(f"原件损坏：应为 {digest}，实为 {found}。请从备份恢复。")
        self.digest = digest
        self.found = found


class BackupRefused(GongkaiError):
    """A backup or an export that can't be made or restored there, with advice on what to do."""


class BackupDamaged(GongkaiError):
    """A backup has changed since it was made."""

    def __init__(self, name: str, what: str) -> None:
        super().__init__(f"备份 {name} 已损坏（{what}），没有恢复任何内容。请换一份备份。")
        self.name = name
        self.what = what


class KeyUnusable(GongkaiError):
    """A key of the seals is missing, unreadable, or another archive's; nothing is public until it is there."""


class KeyRefused(GongkaiError):
    """A key is replaced only by two different persons, with a reason."""

    def __init__(self) -> None:
        super().__init__("须写明两名不同的经办人（--by、--and）和理由，没有改动。")


class NotMigrated(GongkaiError):
    """The database is an earlier version's. It is brought up by a command, which makes a backup first."""

    def __init__(self) -> None:
        super().__init__("数据库是旧版本的，还没有升级。请先停止服务，运行 gongkai migrate（会先作备份）。")


class CatalogueNotEmpty(GongkaiError):
    """A catalogue can only be rebuilt into an empty database."""

    def __init__(self) -> None:
        super().__init__(
            "数据库里已有文件，不能再由档案记录重建。请先把原数据库移到别处，或改用新的 GONGKAI_DATABASE_URL。"
        )


class CatalogueDamaged(GongkaiError):
    """The database contains something that the program did not write."""

    def __init__(self) -> None:
        super().__init__(
            "数据库的内容已损坏。请停止写入，把数据库移到别处，再运行 gongkai rebuild-catalogue 由档案记录重建。"
        )


class CatalogueLost(GongkaiError):
    """The database is empty, but the files beside it hold documents."""

    def __init__(self, folder: str) -> None:
        super().__init__(
            f"数据库是空的，而 {folder} 中有档案记录：数据库可能丢失，或 GONGKAI_DATABASE_URL 有误。"
            "请恢复备份，或运行 gongkai rebuild-catalogue 由档案记录重建。"
        )


class RecordDamaged(GongkaiError):
    """A document's record beside the database is missing or damaged."""

    def __init__(self, id: str, what: str) -> None:
        super().__init__(f"文件 {id} 的档案记录{what}。")
        self.id = id


class RecordDisagrees(RecordDamaged):
    """A document's record says something else than the database: one of them was changed from outside."""

    def __init__(self, id: str) -> None:
        super().__init__(id, "与数据库不一致，没有执行。其中之一被改动过，请运行 gongkai verify 查明；可以先撤回该文件")


class WithdrawalsDamaged(GongkaiError):
    """A damaged line of the withdrawals' file. Nothing is served until it is repaired, so that none is undone."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__(f"撤回登记 {name} 第 {line} 行读不出或被改动。请从备份恢复该文件。")
        self.line = line


class ListsDamaged(GongkaiError):
    """A list for download is not what was written; ``name`` is its file's."""

    def __init__(self, name: str) -> None:
        super().__init__(f"元数据清单 {name} 已损坏，请运行 gongkai lists 重做。")
        self.name = name


class UnknownDocument(GongkaiError):
    """No such document, or none that the reader may see. The two cases look alike."""

    def __init__(self, id: str) -> None:
        super().__init__(f"没有编号为“{id}”的文件。")
        self.id = id


class DocumentWithdrawn(UnknownDocument):
    """A document that was public and was withdrawn. ``replacement`` is the id of a public one to read instead."""

    def __init__(self, id: str, reason: str, at: datetime, replacement: str | None) -> None:
        super().__init__(id)
        self.reason = one_line(reason)
        self.at = at
        self.replacement = replacement


class PublicityEnded(DocumentWithdrawn):
    """A document whose last public day has passed (公示期满). Nobody withdrew it, and nothing replaces it."""

    def __init__(self, id: str, until: date, at: datetime) -> None:
        super().__init__(id, f"公开期限到 {until} 为止，已满。", at, None)
        self.until = until


class AccountRefused(GongkaiError):
    """An account can't be made or changed that way; nothing was changed. ``field`` is that of a form which is wrong."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.field = field


class SignInRefused(GongkaiError):
    """A sign-in that failed. It doesn't say which part was wrong."""


class RequestRefused(GongkaiError):
    """Something that may not happen to a request for disclosure, or not now; ``reason`` is a Chinese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReportRefused(GongkaiError):
    """An annual report, or figures for one, that can't be made or kept so; ``reason`` is a Chinese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ReportUnreadable(ReportRefused):
    """A file that can't be examined as an annual report."""


class UnknownRequest(GongkaiError):
    """There is no request for disclosure with this id or number."""

    def __init__(self, name: str) -> None:
        super().__init__(f"没有登记号为“{name}”的申请。")


class EntryRefused(GongkaiError):
    """Something that may not be entered in a register, or not so; ``reason`` is a Chinese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownEntry(GongkaiError):
    """A register has no such entry."""

    def __init__(self, register: str) -> None:
        super().__init__(f"{register}里没有这一条。")


class PersonalDataDamaged(GongkaiError):
    """What is personal about a request can't be decrypted by the key that it names: it was changed, or is damaged."""

    def __init__(self, id: str, field: str) -> None:
        super().__init__(f"申请（内部编号 {id}）的{field}被改动或已损坏，不能解密。请从备份恢复，并查明原因。")
        self.id = id
        self.field = field


class DecisionRefused(GongkaiError):
    """A review decision that the rules don't allow."""

    def __init__(self, id: str, reason: str) -> None:
        super().__init__(f"文件 {id}：{reason}")
        self.id = id
        self.reason = reason


class DoubtfulValue(DecisionRefused):
    """A correction that is likely a slip. It is made if the person says that it is none."""


class PrecheckFailed(GongkaiError):
    """The pre-check of a version came to no end, which counts as a stop that is open."""

    def __init__(self, id: str, why: str) -> None:
        super().__init__(
            f"文件 {id}：发布前检查没有做成（{why}），在做成以前不能公开。"
            "请运行 gongkai review check 再试；仍不成的，把文件另存后作为新版本接收，或告知维护人员。"
        )
        self.id = id


class RecogniserMissing(GongkaiError):
    """What recognises text in pictures of pages is not installed."""

    def __init__(self) -> None:
        super().__init__("识别扫描件文字的组件没有安装。请在程序的文件夹里运行 ./run ocr（约 150 MB），装好后再试。")


class RecognitionBusy(GongkaiError):
    """Another process recognises what waits."""

    def __init__(self) -> None:
        super().__init__("另一个识别扫描件的进程正在运行，请等它结束后再试。")


class NightBusy(GongkaiError):
    """Another process does what is to be done each night."""

    def __init__(self) -> None:
        super().__init__("另一个 gongkai nightly 正在运行，请等它结束后再试。")


class DrillBusy(GongkaiError):
    """Another process drills a restore in the same place."""

    def __init__(self) -> None:
        super().__init__("另一个 gongkai drill 正在运行，请等它结束后再试。")

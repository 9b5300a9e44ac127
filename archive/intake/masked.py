"""A masked copy of a document, for the public: a new version of it, which is reviewed as every version is.

The version with the original stays kept and is never public by this. Of the copy it is proven that the words are gone,
by reading and searching it again and by another pre-check. If anything is left, nothing is brought in.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from pathlib import Path

from archive.chinese import sought
from archive.decisions import acts, precheck
from archive.decisions.precheck import PERSONAL, Concern
from archive.describe.metadata import MANIFEST
from archive.document import Document, File, Metadata
from archive.errors import DecisionRefused, FileRefused
from archive.extract import Sandbox, media_type
from archive.extract.limits import Limits
from archive.extract.mediatype import IMAGES, PDF
from archive.extract.process.tasks import Task
from archive.intake.adding import Item
from archive.intake.keeping import FIELD_LABELS
from archive.intake.receive import Intake, Receipt, Result
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue

# Two hundred pages are drawn and painted in about a minute.
LIMITS = Limits(cpu_seconds=120, wall_seconds=180.0, ocr_seconds=0)
_CHOSEN = "指定的文字"
_BY_LAW = "密级标志和内部标志须按保密规定处理，不能靠遮盖公开。"
_ELSEWHERE = "请用编制它的软件遮盖后，作为新版本收入。"
_MOST = 100
_EXCERPTS, _AROUND = 20, 15
# What file systems allow, in bytes.
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Wish:
    """Words to be masked, and by which name the log knows them: a finding's rule, or that a person chose them."""

    words: str
    rule: str = _CHOSEN


@dataclass(frozen=True, slots=True)
class Copy:
    """A file of the masked version: its path, how often each of the words was masked in it, and what to look at.

    ``unknown`` are pages that are pictures, whose words the program does not know. ``excerpts`` show the lines as they
    are to be.
    """

    file: File
    path: Path
    counts: tuple[int, ...]
    unknown: tuple[int, ...]
    excerpts: tuple[str, ...]

    @property
    def masked(self) -> bool:
        return any(self.counts)

    @property
    def drawn(self) -> bool:
        """Tell whether the copy consists of pictures now."""
        return self.masked and self.file.media_type == PDF


@dataclass(frozen=True, slots=True)
class Copies:
    """The files of a masked version, the document's own first, and what was masked in them."""

    document: Document
    wishes: tuple[Wish, ...]
    files: tuple[Copy, ...]

    @property
    def masks(self) -> Mapping[str, int]:
        """How many places were masked by each rule."""
        found = Counter[str]()
        for copy in self.files:
            for wish, count in zip(self.wishes, copy.counts, strict=True):
                found[wish.rule] += count
        return {rule: count for rule, count in found.items() if count}

    @property
    def told(self) -> str:
        """Say what was masked, without repeating it."""
        whole = f"遮盖 {sum(self.masks.values())} 处（{'、'.join(self.masks)}）"
        for copy in self.files:
            if copy.unknown:
                pages = "、".join(map(str, copy.unknown[:10])) + ("等" if len(copy.unknown) > 10 else "")
                whole += f"；《{copy.file.name}》第 {pages} 页是图片，其中的文字须由人查看"
        return whole


def wished(document: Document, findings: Sequence[str], typed: str) -> tuple[Wish, ...]:
    """Return what is to be masked: the findings with these digests, and the lines of what was typed.

    Raises DecisionRefused where that can't be masked, or is nothing.
    """
    known = {each.digest: each for each in precheck.findings(document)}
    wishes: dict[str, Wish] = {}
    for digest in findings:
        found = known.get(digest)
        if found is None or found.spot is None or found.kind not in PERSONAL:
            raise DecisionRefused(document.id, f"选中的检查发现中有不能遮盖的。{_BY_LAW}")
        wishes.setdefault(words := found.spot.words(document), Wish(words, found.kind.value))
    for line in filter(None, map(str.strip, typed.splitlines())):
        if precheck.is_mark(line):
            raise DecisionRefused(document.id, _BY_LAW)
        wishes.setdefault(line, Wish(line))
    if not wishes:
        raise DecisionRefused(document.id, "请先选择要遮盖的检查发现，或者写出要遮盖的文字。")
    if len(wishes) > _MOST:
        raise DecisionRefused(document.id, f"一次最多遮盖 {_MOST} 种文字，请分几次遮盖。")
    for each in wishes:
        if reason := sought.unfit(each):
            raise DecisionRefused(document.id, reason)
    return tuple(wishes.values())


@contextmanager
def copies(blobs: Blobs, sandbox: Sandbox, document: Document, wishes: tuple[Wish, ...]) -> Iterator[Copies]:
    """Make the copies of a document's files in a folder that goes afterwards, and prove that the words are gone.

    Raises DecisionRefused with a sentence where they are not, or where nothing was found.
    """
    words = [wish.words for wish in wishes]
    with tempfile.TemporaryDirectory(prefix="gongkai-") as folder:
        files = []
        parts = [(document.file, document.text), *((part.file, part.text) for part in document.attachments)]
        for at, (file, text) in enumerate(parts):
            place = Path(folder) / str(at)
            place.mkdir()
            try:
                files.append(_copy(blobs, sandbox, file, text, words, place))
            except FileRefused as refused:
                raise DecisionRefused(document.id, f"《{file.name}》：{refused.reason}") from refused
        missing = [at for at, _ in enumerate(words) if not any(copy.counts[at] for copy in files)]
        if missing:
            which = "、".join(precheck.masked(words[at]) for at in missing[:3])
            raise DecisionRefused(document.id, f"在文件中没有找到“{which}”，没有遮盖。请照原件上的写法填写。")
        made = Copies(document, wishes, tuple(files))
        _prove(sandbox, made)
        yield made


def bring_in(
    catalogue: Catalogue,
    blobs: Blobs,
    sandbox: Sandbox,
    made: Copies,
    person: str,
    reason: str,
    source: str,
    last: int | None = None,
) -> Receipt:
    """Bring masked copies in as the document's next version. Raises DecisionRefused; then nothing is recorded.

    ``last`` is the number of the document's last event that the person knows of.
    """
    check_reason(made.document.id, made.wishes, reason)
    document, words = made.document, [wish.words for wish in made.wishes]
    main, *others = made.files
    item = Item(
        main.path,
        source,
        _stated(document.metadata, words, whole=main.drawn),
        tuple(copy.path for copy in others),
        f"{made.told}：{reason.strip()}",
        replaces=(document.id, document.version),
        last=last,
        masks=made.masks,
    )
    receipt = Intake(catalogue, blobs, sandbox, person).receive(item)
    if receipt.result is not Result.CHANGED:
        raise DecisionRefused(document.id, f"遮盖后的文件没有收入：{receipt.reason}")
    return receipt


def check_reason(id: str, wishes: Sequence[Wish], reason: str) -> None:
    """Raise DecisionRefused for no reason, and for one that repeats what is masked: it stays in the log."""
    acts.required(id, reason, "遮盖必须写明理由。")
    if sought.find(reason, [wish.words for wish in wishes]):
        raise DecisionRefused(id, "理由中重复了要遮盖的文字。理由会一直留在记录里，请改写。")


def _copy(blobs: Blobs, sandbox: Sandbox, file: File, text: str, words: Sequence[str], place: Path) -> Copy:
    original = blobs.path(file.digest)
    blobs.verify(file.digest)
    told, content = sandbox.make(Task.MASK, original, file.media_type, words=list(words))
    counts, unknown = _numbers(told.get("masked"), len(words)), _numbers(told.get("unknown"))
    name = sought.masked(file.name, words)
    path = place / _file_name(name)
    if content:
        path.write_bytes(content)
    else:
        shutil.copyfile(original, path)
    # What was read from a picture, or in another order than it is drawn, has no place on the page.
    if file.media_type in IMAGES | {PDF} and len(sought.find(text, words)) > sum(counts):
        raise FileRefused(f"有的文字在页面上找不到位置，不能遮盖。{_ELSEWHERE}")
    lines = [line for line in text.split("\n") if sought.find(line, words)]
    shown = [_excerpt(line, words) for line in lines[:_EXCERPTS]]
    return Copy(replace(file, name=name), path, tuple(counts), tuple(unknown if content else ()), tuple(shown))


def _prove(sandbox: Sandbox, made: Copies) -> None:
    """Raise DecisionRefused unless the words are in no copy, and another pre-check finds fewer places."""
    id, words = made.document.id, [wish.words for wish in made.wishes]
    before = Counter(each.kind for each in precheck.findings(made.document) if each.spot)
    for each in precheck.findings(made.document):
        if each.spot and each.kind in PERSONAL and sought.find(each.spot.words(made.document), words):
            before[each.kind] -= 1
    after = Counter[Concern]()
    for copy in made.files:
        name = copy.file.name
        try:
            kind = media_type(copy.path, name)
            told, _ = sandbox.make(Task.PROVE, copy.path, kind, words=words)
            read = sandbox.extract(copy.path, kind)
        except FileRefused as refused:
            raise DecisionRefused(id, f"《{name}》遮盖后读不出来，没有收入：{refused.reason}") from refused
        left = told.get("remains")
        if not isinstance(left, list):
            raise DecisionRefused(id, f"《{name}》遮盖后没有查成，没有收入。请再试一次。")
        if left:
            where = "、".join(dict.fromkeys(str(each[1]) for each in left))
            raise DecisionRefused(id, f"《{name}》遮盖后再查，{where}里还有要遮盖的文字，所以没有收入。{_ELSEWHERE}")
        text = "\n".join((read.title or "", *read.paragraphs))
        again = replace(
            made.document, metadata=Metadata(""), file=copy.file, text=text, attachments=(), concealed=read.concealed
        )
        after.update(each.kind for each in precheck.findings(again) if each.spot)
    for kind in PERSONAL:
        if after[kind] > before[kind]:
            raise DecisionRefused(
                id, f"遮盖后再作发布前检查，仍有遮盖前没有的“{kind.value}”，所以没有收入。请把整个号码一起遮盖。"
            )


def _stated(metadata: Metadata, words: Sequence[str], whole: bool) -> dict[str, str]:
    """Return what goes on to be stated of the new version, masked: what a manifest stated, or all where no text is."""
    stated = {}
    for name in ("title", *FIELD_LABELS):
        value = getattr(metadata, name)
        if value is None or not (whole or metadata.sources.get(name) == MANIFEST):
            continue
        if isinstance(value, date):
            stated[name] = value.isoformat()
        else:
            stated[name] = sought.masked(value.value if isinstance(value, Enum) else str(value), words)
    return stated


def _numbers(found: object, count: int | None = None) -> list[int]:
    """Check numbers that a process said. Raises FileRefused."""
    if not isinstance(found, list) or not all(type(each) is int and each >= 0 for each in found):
        raise FileRefused(f"遮盖没有做成，文件可能已损坏。{_ELSEWHERE}")
    if count is not None and len(found) != count:
        raise FileRefused(f"遮盖没有做成，文件可能已损坏。{_ELSEWHERE}")
    return found


def _file_name(name: str) -> str:
    """Return a name that a file can bear: with masks it may have grown too long."""
    stem, dot, kind = name.replace("/", "_").rpartition(".")
    whole = f"{stem or kind}{dot}{kind if stem else ''}"
    while len(whole.encode()) > _LONGEST_NAME:
        stem = stem[:-1] if stem else ""
        kind = kind if len(kind) < 10 else kind[:-1]
        whole = f"{stem}{dot}{kind}"
    return whole if whole.strip(".") else "文件"


def _excerpt(line: str, words: Sequence[str]) -> str:
    found = sought.find(line, words)
    start, end = min(each[1] for each in found), max(each[2] for each in found)
    shown = sought.masked(line, words).replace("\t", "　")
    before, after = max(0, start - _AROUND), end + _AROUND
    return ("…" if before else "") + shown[before:after][:200] + ("…" if after < len(shown) else "")

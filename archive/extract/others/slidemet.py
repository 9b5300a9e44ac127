"""What a presentation shows and what was met in it, which is told the same way in every format."""

from dataclasses import dataclass, field

from archive.extract.extraction import Extraction
from archive.extract.others.slidetable import SlideTable
from archive.extract.text.assemble import Lines, assemble, table_labels
from archive.extract.text.carriers import Carriers
from archive.extract.text.characters import squeezed
from archive.extract.text.concealed import Concealed, Unseen, comments_told
from archive.extract.text.tables import Setter, covered_told


@dataclass(slots=True)
class Met:
    """The lines of a presentation, what it does not show, and counts of what a reviewer should know."""

    lines: Lines = field(default_factory=Lines)
    concealed: Concealed = field(default_factory=Concealed)
    title: str | None = None
    setter: Setter = field(default_factory=Setter)
    carriers: Carriers = field(default_factory=Carriers)
    shown: int = 0
    hidden: int = 0
    pictures: int = 0
    notes: int = 0
    broken: int = 0
    comments: int = 0
    unseen: int = 0
    doubtful: int = 0
    unknown_lists: int = 0
    tables: int = 0
    covered: int = 0
    # What was read of masters and layouts, and what is not seen of them on some slides.
    _repeated: set[str] = field(default_factory=set)
    _unseen_there: dict[str, str] = field(default_factory=dict)

    def add_repeated(self, text: str) -> None:
        """Add a text of a master or a layout, which many slides show, once."""
        if text not in self._repeated:
            self._repeated.add(text)
            self.lines.add_row(text)

    def add_unseen_there(self, kind: str, text: str) -> None:
        """Note a text of a master or a layout that one slide does not show: it counts if none does."""
        self._unseen_there.setdefault(text, kind)

    def add_table(self, table: SlideTable, where: str) -> None:
        self.tables += 1
        for row in table.rows(self.setter):
            self.lines.add_set(row, self.tables)
        for text in table.covered:
            self.covered += len(squeezed(text))
            self.concealed.add(f"{where}{Unseen.MERGED}", text)

    def extraction(self) -> Extraction:
        for text, kind in self._unseen_there.items():
            if text not in self._repeated:
                self.unseen += 1
                self.concealed.add(kind, text)
        counted = (
            (self.broken, "有 {} 张幻灯片已损坏，没有读出文字，请核对原件。"),
            (self.hidden, "有 {} 张幻灯片设为隐藏，没有收入正文，请核对；公开前请删除。"),
            (self.unseen, "幻灯片上有 {} 处文字看不见，没有收入正文，请核对；公开前请删除。"),
            (
                self.doubtful,
                "幻灯片上有 {} 个字看不看得见不能确定（白色而底色不明，或者上面盖着图），仍收入正文，请与原件核对。",
            ),
            (self.notes, "有 {} 张幻灯片带有备注，没有收入正文；公开前请删除备注。"),
            (self.unknown_lists, "幻灯片上有 {} 处自动编号的格式不认识，以阿拉伯数字写出，请与原件核对。"),
            (self.pictures, "正文含有 {} 幅图片，其中的文字检索不到。"),
        )
        told = [sentence.format(count) for count, sentence in counted if count]
        told += self.carriers.told()
        if self.comments:
            told.append(comments_told("幻灯片上", self.comments))
        if self.covered:
            told.append(covered_told(self.covered))
        return assemble(
            self.title,
            self.lines.found,
            labels=table_labels(self.lines.tables),
            rows=self.lines.rows,
            warnings=[*told, *self.setter.told],
            concealed=self.concealed.lines,
        )

"""Words on the masters and layouts of a presentation."""

from pathlib import Path

import pytest

from tests.archive.extract.slides import (
    MAIN,
    at,
    placed,
    read,
    relations,
    shape,
    slide,
    write_pptx,
)


def words(text: str, run: str = "", place: str = at(0, 0)) -> str:
    return placed(text, place, run=run)


def following(layout: str, master: str, about_layout: str = "", slides: int = 1, ground: str = "") -> dict[str, str]:
    """Return the parts of a layout and a master that slides follow, and of a layout that none does."""
    prompt = shape("单击此处编辑母版标题样式", kind="title")

    def part(kind: str, drawn: str, more: str = "") -> str:
        tree = f"<p:cSld>{ground}<p:spTree>{prompt}{drawn}</p:spTree></p:cSld>"
        return f"<p:{kind} {MAIN} {more}>{tree}</p:{kind}>"

    up = {"a": ("slideMaster", "../slideMasters/m.xml")}
    return {
        **{
            f"ppt/slides/_rels/slide{n}.xml.rels": relations({"a": ("slideLayout", "../slideLayouts/l.xml")})
            for n in range(1, slides + 1)
        },
        "ppt/slideLayouts/l.xml": part("sldLayout", layout, about_layout),
        "ppt/slideLayouts/_rels/l.xml.rels": relations(up),
        "ppt/slideLayouts/unused.xml": part("sldLayout", words("模板下载网")),
        "ppt/slideMasters/m.xml": part("sldMaster", master),
        "ppt/slideMasters/_rels/m.xml.rels": relations({"b": ("slideLayout", "../slideLayouts/l.xml")}),
    }


def test_words_on_the_master_and_the_layout_are_read_once_after_the_first_slide(tmp_path: Path) -> None:
    more = following(words("内部资料"), words("云溪县供热办") + words("内部资料") + "<p:pic/>", slides=2)
    found = read(write_pptx(tmp_path / "a", [shape("甲"), shape("乙")], more))
    assert found.paragraphs == ("甲", "内部资料", "云溪县供热办", "乙")
    assert found.concealed == ("没有显示的母版或版式上的文字：模板下载网",)
    assert any("1 幅图片" in each for each in found.warnings)


@pytest.mark.parametrize(
    ("of_slide", "of_layout", "shown"),
    [('showMasterSp="0"', "", ()), ("", 'showMasterSp="false"', ("版式",)), ('show="0"', "", ())],
)
def test_what_the_slide_or_the_layout_hides_of_the_master_is_not_read(
    tmp_path: Path, of_slide: str, of_layout: str, shown: tuple[str, ...]
) -> None:
    more = following(words("版式"), words("母版"), of_layout)
    found = read(write_pptx(tmp_path / "a", [slide(shape("甲"), of_slide)], more))
    assert found.paragraphs == (*(() if "show=" in of_slide else ("甲",)), *shown)
    assert "没有显示的母版或版式上的文字：母版" in found.concealed


def test_words_on_the_master_are_judged_by_what_they_stand_on_and_what_covers_them(tmp_path: Path) -> None:
    white = "<a:rPr><a:solidFill><a:srgbClr val='FFFFFF'/></a:solidFill></a:rPr>"
    blue = "<a:solidFill><a:srgbClr val='0000FF'/></a:solidFill>"
    more = following("", words("白字", white) + words("供热办"), slides=2)
    cover = f"<p:sp><p:nvSpPr/><p:spPr>{at(0, 0, 1000, 500)}<a:prstGeom prst='rect'/>{blue}</p:spPr></p:sp>"
    found = read(write_pptx(tmp_path / "a", [cover + shape("甲"), shape("乙")], more))
    assert found.paragraphs == ("甲", "乙", "供热办")
    assert any("母版上" in each and "白字" in each for each in found.concealed)
    assert not any("供热办" in each for each in found.concealed)
    dark = following("", words("白字", white), ground=f"<p:bg><p:bgPr>{blue}</p:bgPr></p:bg>")
    assert read(write_pptx(tmp_path / "a", [shape("甲")], dark)).paragraphs == ("甲", "白字")

from archive.extract.text.concealed import Concealed


def test_each_thing_is_listed_once_and_what_says_nothing_is_left_out() -> None:
    found = Concealed()
    for text in ("张三", " 张\u200b三 ", "——", "", "x" * 300):
        found.add("批注", text)
    assert found.lines == ("批注：张三", f"批注：{'x' * 196}…")
    assert found.characters == 304


def test_a_long_list_is_cut_and_the_rest_is_counted() -> None:
    found = Concealed()
    for number in range(310):
        found.add("批注", f"第{number}条")
    assert len(found.lines) == 301
    assert found.lines[-1] == "另有 10 处看不见的内容没有列出，请用办公软件查看原件。"


def test_a_place_is_told_by_the_text_before_it_and_is_never_cut_off() -> None:
    found = Concealed()
    found.near = ""
    found.add("隐藏文字", "甲")
    found.near = "  第一条　为了规范本县城乡建设管理活动。"
    found.add("隐藏文字", "x" * 300)
    first, second = found.lines
    assert first == "隐藏文字：甲（在开头）"
    assert second.endswith("xx…（在“为了规范本县城乡建设管理活动。”之后）") and len(second) == 200

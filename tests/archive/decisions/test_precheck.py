"""Finding what a reviewer must look at and passing what only looks like it, on cases with known answers."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from archive.decisions import precheck
from archive.decisions.precheck import BLOCKING, Concern
from archive.document import Attachment, Document, File, Metadata, Place
from tests.growth import grows

CASES = Path(__file__).with_name("precheck_cases.tsv")
LOOK_ALIKE = "-"


def cases() -> Iterator[tuple[str, list[str]]]:
    for line in CASES.read_text(encoding="utf-8").splitlines()[1:]:
        kind, _, text = line.partition("\t")
        yield kind, text.replace("␉", "\t").split("⏎")


def in_text(paragraphs: Sequence[str]) -> list[tuple[int, Concern, str]]:
    """Find concerns in a text alone, each with its paragraph, counted from 0."""
    document = Document("", 1, Metadata(title=""), File("0" * 64, "", "text/plain", 0), "\n".join(paragraphs))
    return [(each.spot.pieces[0][0], each.kind, each.excerpt) for each in precheck.in_parts(document) if each.spot]


def test_recall_and_precision_on_marked_places_and_look_alikes() -> None:
    right: Counter[str] = Counter()
    wrong: list[str] = []
    known: Counter[str] = Counter()
    missed = []
    for kind, paragraphs in cases():
        found = {each.name for _, each, _ in in_text(paragraphs)}
        known[kind] += 1
        if kind in found:
            right[kind] += 1
        elif kind != LOOK_ALIKE:
            missed.append(f"{kind}: {paragraphs}")
        wrong += [f"{each}: {paragraphs}" for each in found - {kind}]
    marked = sum(known.values()) - known[LOOK_ALIKE]
    recall, precision = sum(right.values()) / marked, sum(right.values()) / (sum(right.values()) + len(wrong))
    print(f"{marked} places, {known[LOOK_ALIKE]} look-alikes: recall {recall:.3f}, precision {precision:.3f}")
    print(", ".join(f"{kind} {right[kind]}/{known[kind]}" for kind in known if kind != LOOK_ALIKE))
    print("\n".join([f"missed {each}" for each in missed] + [f"wrong {each}" for each in wrong]))
    assert marked >= 200 and known[LOOK_ALIKE] >= 200
    assert recall >= 0.98, missed
    # What stops a document is found each time.
    assert not [each for each in missed if Concern[each.partition(":")[0]] in BLOCKING]
    assert precision >= 0.95, wrong


@pytest.mark.parametrize(
    "line",
    [
        "1 李秀英 440305198703142539 13853901267 1200",
        "13853901267 440305198703142539",
        "44030519870314253913853901267",
        "李秀英440305198703142539/13853901267",
        "1 李秀英 440305870314253 13853901267",
    ],
)
def test_two_numbers_of_one_person_in_a_line_are_both_found(line: str) -> None:
    assert {kind for _, kind, _ in in_text([line])} == {Concern.IDENTITY, Concern.MOBILE}


@pytest.mark.parametrize("unit", ["1 ", "1、", "11 ", "138 5390 1267 ", "1_-(", "密 ", "— ", "护照 ", "身份证"])
def test_a_line_of_figures_and_signs_is_read_in_time_in_proportion_to_it(unit: str) -> None:
    assert grows(lambda text: list(in_text([text])), unit * 3_000, unit * 12_000, most=10)


def made(text: str, attachments: tuple[Attachment, ...] = (), concealed: tuple[str, ...] = ()) -> Document:
    file = File("0" * 64, "甲.docx", "application/octet-stream", 1)
    return Document("d", 1, Metadata("关于防汛工作的通知"), file, text, attachments, concealed=concealed)


def test_a_finding_says_where_it_stands_and_shows_no_number_whole() -> None:
    text = "各镇：\n申请人王某，身份证号11010519491231002X，请核对。"
    part = Attachment(File("1" * 64, "名册.pdf", "application/pdf", 1), text, places=(Place(0, "第 3 页"),))
    first, second = precheck.findings(made(text, attachments=(part,)))
    assert (first.kind, first.where, first.blocks) == (Concern.IDENTITY, "正文第 2 段", True)
    assert second.where == "附件《名册.pdf》第 2 段（第 3 页）"
    assert "11010519491231002X" not in first.excerpt
    assert "身份证号110" in first.excerpt


@pytest.mark.parametrize(
    "text, shown",
    [
        # The neighbour is cut in the middle, the punctuation is not that of the normalised text.
        (
            "户主李秀英，440305198703142539，电话（自用）：13853901267；",
            ["**39，电话（自用）：138******67；", "户主李秀英，440*************39，电话（自用）：138*"],
        ),
        ("手机：１３８５３９０１２６７。", ["手机：１３８******６７。"]),
        # Over a line's end, over lines, over cells.
        ("联系人（王某）：138\n53901267；周一", ["联系人（王某）：138******67；周一"]),
        ("王某，电话（自用）：138\n5390\n1267", ["王某，电话（自用）：138******67"]),
        ("王某（本人）\t138\t5390\t1267", ["138******67"]),
        ("密级：机密（13853901267）", ["密级：机密（138******67）", "密级：机密（138******67）"]),
    ],
)
def test_an_excerpt_is_the_text_as_it_stands_with_whole_numbers_masked(text: str, shown: list[str]) -> None:
    found = precheck.in_parts(made(text))
    assert sorted(each.excerpt for each in found) == sorted(shown)


def test_what_a_file_conceals_is_told() -> None:
    (found,) = precheck.findings(made("正文。", concealed=("批注（张三）：此处有误",)))
    assert (found.kind, found.excerpt, found.blocks) == (Concern.CONCEALED, "批注（张三）：此处有误", False)


def test_sections_that_the_preamble_names_and_the_text_has_not() -> None:
    preamble = "本报告内容包括总体情况、主动公开情况、收费及减免情况、存在的问题等内容。"
    headings = ["一、总体情况", "全年平稳。", "二、主动公开政府信息情况", "共三件。"]
    headings += ["三、存在的主要问题", "人手不足。"]
    found = [(kind, said) for _, kind, said in in_text([preamble, *headings])]
    assert found == [(Concern.UNKEPT_PROMISE, "收费及减免情况")]


@pytest.mark.parametrize("table", [[], ["机关\t件数", "财政局\t3"]])
def test_a_heading_without_content(table: list[str]) -> None:
    text = ["一、总体情况", "全年平稳。", "二、申请情况", *table, "三、问题", "人手不足。"]
    kinds = [kind for _, kind, _ in in_text(text)]
    assert kinds == ([] if table else [Concern.EMPTY_HEADING])


@pytest.mark.slow
@pytest.mark.parametrize("piece", ["内容包括、", "路", "\t1", "《", "机 密 ", "住址：路"])
def test_a_long_paragraph_is_read_through(piece: str) -> None:
    # An algorithm that takes quadratic time would need a minute.
    assert len(list(in_text([piece * (100_000 // len(piece))]))) < 2


@pytest.mark.slow
@pytest.mark.parametrize("rows", [["138", "1234", "5678"], ["1"] * 11, ["手机 138", "1234", "5678"]])
def test_a_wide_table_is_read_in_proportion_to_its_cells(rows: Sequence[str]) -> None:
    def work(text: str) -> None:
        list(in_text(text.split("\n")))

    assert grows(work, *("\n".join("\t".join([row] * count) for row in rows) for count in (500, 4000)), most=16)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("王某13812345678.docx", Concern.MOBILE),
        ("救助名单_13812345678_终.xlsx", Concern.MOBILE),
        ("13812345678_13912345678.txt", Concern.MOBILE),
        ("11010519491231002X.pdf", Concern.IDENTITY),
        ("处罚-11010519491231002X-决定.pdf", Concern.IDENTITY),
        ("机密.docx", Concern.SECRECY),
        ("机密★10年.docx", Concern.SECRECY),
        ("【秘密】会议纪要.docx", Concern.SECRECY),
        ("（机密）会议纪要.docx", Concern.SECRECY),
        ("绝密-会议纪要.docx", Concern.SECRECY),
        ("内部资料.docx", Concern.INTERNAL),
        ("云政办字〔2019〕40号(2).docx", None),
        ("t20190514_1234567.html", None),
        ("国家秘密载体管理办法.docx", None),
        ("保守商业秘密 工作要点.docx", None),
        ("0539-6211226办公电话.txt", None),
    ],
)
def test_names_of_files_are_read_too(name: str, kind: Concern | None) -> None:
    file = File("0" * 64, name, "text/plain", 1)
    document = replace(made("正文。"), file=file)
    part = replace(made("正文。"), attachments=(Attachment(file, "正文。"),))
    for each in (document, part):
        assert {found.kind for found in precheck.findings(each)} == ({kind} if kind else set())
        assert all("文件名" in found.where and "13812345678" not in found.where for found in precheck.findings(each))


@pytest.mark.parametrize(
    ("stated", "kind"),
    [
        ({"title": "关于王某13812345678的通知"}, Concern.MOBILE),
        ({"title": "【机密】会议纪要"}, Concern.SECRECY),
        ({"issuer": "王某 11010519491231002X"}, Concern.IDENTITY),
        ({"column": "公示/13812345678"}, Concern.MOBILE),
        ({"index_code": "11010519491231002X"}, Concern.IDENTITY),
        ({"source_url": "http://a.example/x?id=11010519491231002X&y=1"}, Concern.IDENTITY),
        ({"source_url": "http://a.example/%E6%9C%BA%E5%AF%86.htm"}, Concern.SECRECY),
        (
            {"source_url": "http://a.example/art/2019/5/14/art_1234_5678.html", "index_code": "000014349/2019-00032"},
            None,
        ),
    ],
)
def test_what_is_stated_is_read_too(stated: dict[str, str], kind: Concern | None) -> None:
    metadata = Metadata(**{"title": "关于防汛工作的通知", **stated})  # type: ignore[arg-type]  # each takes a text
    found = precheck.findings(replace(made("正文。"), metadata=metadata))
    assert {each.kind for each in found} == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("隐藏文字：机密★10年（在“防汛工作的通知”之后）", Concern.SECRECY),
        ("第 1 页被遮盖的文字：身份证号11010519491231002X", Concern.IDENTITY),
        ("工作表“表”第 2 行（隐藏行）：王某\t13812345678", Concern.MOBILE),
        ("批注（张三）：内部资料（在开头）", Concern.INTERNAL),
        ("批注（张三）：此处有误", None),
    ],
)
def test_what_is_hidden_is_looked_through_as_the_text_is(line: str, kind: Concern | None) -> None:
    part = Attachment(File("1" * 64, "名册.pdf", "application/pdf", 1), "正文。", concealed=(line,))
    for document in (made("正文。", concealed=(line,)), made("正文。", attachments=(part,))):
        found = [each for each in precheck.findings(document) if each.kind is not Concern.CONCEALED]
        assert [each.kind for each in found] == ([kind] if kind else [])
        assert all("隐藏内容" in each.where for each in found)


def test_two_numbers_in_a_title_are_two_findings() -> None:
    metadata = Metadata("王某13812345678、李某13912345678")
    assert len(precheck.findings(replace(made("正文。"), metadata=metadata))) == 2


@pytest.mark.slow
@pytest.mark.alike
@pytest.mark.parametrize(
    "piece",
    [
        *(
            "王某13812345678，",
            "王某13812345678\t",
            "11010519491231002X；",
            "4111111111111111，",
            "1\t",
            "一三八",
            "一 ",
        ),
        *("咨询电话：13812345678、", "138\t1234\t5678\t", "值班咨询电话联系局", "13812345678（", "机密\t"),
    ],
)
def test_a_long_line_that_is_full_of_findings_takes_time_in_proportion(piece: str) -> None:
    def work(text: str) -> None:
        precheck.findings(made(text))

    work(piece * 10)
    assert grows(work, piece * 2000, piece * 8000, most=10)


@pytest.mark.slow
@pytest.mark.parametrize("row", ["110105\t194X\t12310\t02X", "1\t1\t0\t1\t0\t5\t1\t9\t4\tX\t1\t2\t3\t1\t0\t0\t2\tX"])
def test_an_x_in_the_midst_of_figures_is_no_number_of_a_person(row: str) -> None:
    assert [*in_text([row, row.lower()])] == []


@pytest.mark.parametrize(
    "piece", ["13\n", "6217\n", "1\t2\n", "一\n", "\n1 ", "138 1234 5678\n\n", "1\t", "1·2·3·4·5·6·7·8·9\n"]
)
def test_many_lines_of_figures_take_time_in_proportion(piece: str) -> None:
    def work(text: str) -> None:
        precheck.findings(made(text))

    work(piece * 10)
    assert grows(work, piece * 500, piece * 2000, most=10)


@pytest.mark.parametrize(
    "number",
    ["6217.0000.0000.0006", "六二一七〇〇〇〇〇〇〇〇〇〇〇六", "6217、0000、0000、0006", "6217  0000  0000  0006"],
)
def test_no_number_is_shown_whole_however_it_is_written(number: str) -> None:
    (found,) = precheck.findings(made(f"各镇：\n银行卡号{number}，请核对。"))
    assert found.kind is Concern.CARD and "*****" in found.excerpt and number[5:-5] not in found.excerpt


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        *(("機密★10年", Concern.SECRECY), ("秘密●5年", Concern.SECRECY), ("絕密◆", Concern.SECRECY)),
        *(("张三 138.0013.8000", Concern.MOBILE), ("张三 138—0013—8000。", Concern.MOBILE)),
    ],
)
def test_marks_and_numbers_in_other_hands_stop_a_document(line: str, kind: Concern) -> None:
    assert kind in {found for _, found, _ in in_text(("关于防汛的通知", line))}


@pytest.mark.parametrize("line", ["版本 138.0013.8000.1", "不属于国家秘密的，应当公开", "保守秘密，人人有责"])
def test_what_only_looks_like_a_mark_or_a_number_stops_nothing(line: str) -> None:
    assert not [found for _, found, _ in in_text(("关于防汛的通知", line)) if found in BLOCKING]


@pytest.mark.parametrize(
    ("paragraphs", "stands"),
    [
        (["户主王某，电话１３８１２３４５６７８。"], ["１３８１２３４５６７８"]),
        (["序号㈠\t王某\t138 1234 5678\t㎡"], ["138 1234 5678"]),
        (["户主身份证110105194912", "31002X，已核对"], ["11010519491231002X"]),
        (["户主身份证 110105", " 19491231", "", "002X，已核对"], ["11010519491231002X"]),
        (["手机１３８", "１２３４ ", "５６７８"], ["１３８１２３４５６７８"]),
        (["姓名\t电话", "王某㎡\t138", "低保\t1234", "城关\t5678"], ["13812345678"]),
        (["密级：机密★长期"], ["密级：机密★长期"]),
        # Marks that stand on a letter, and what nobody sees, are passed over.
        (["e\u0301户主13812345678"], ["13812345678"]),
        (["户主1381\u03054567\u200b890"], ["1381\u03054567\u200b890"]),
    ],
)
def test_a_finding_knows_where_exactly_it_stands(paragraphs: list[str], stands: list[str]) -> None:
    document = Document(
        "a", 1, Metadata("题"), File("0" * 64, "a.txt", "text/plain", 1), "\n".join(["题", *paragraphs])
    )
    attached = Attachment(document.file, document.text, concealed=("批注（张三）：见13912345678（在“某”之后）",))
    spots = [each.spot for each in precheck.findings(replace(document, attachments=(attached,)))]
    whole = replace(document, attachments=(attached,))
    found = [each.words(whole) for each in spots if each]
    assert found == [*stands, *stands, "13912345678"]
    assert [each.part for each in spots if each] == [0] * len(stands) + [1] * (len(stands) + 1)


@pytest.mark.parametrize(
    ("line", "marked"),
    [
        ("村民王某住云溪县城关镇人民路5号楼3单元201室。", "云溪县城关镇人民路5号楼3单元201室"),
        ("现居：山东省临沂市兰山区金雀山街道花园小区3栋2单元", "山东省临沂市兰山区金雀山街道花园小区3栋2单元"),
        ("在幸福小区3栋2单元", "幸福小区3栋2单元"),
        ("１\t云溪县幸福花园小区３栋２单元\t空", "云溪县幸福花园小区３栋２单元"),
    ],
)
def test_an_address_is_marked_with_its_town(line: str, marked: str) -> None:
    document = Document("a", 1, Metadata("关于补助的通知"), File("0" * 64, "a.txt", "text/plain", 1), text=line)
    (found,) = [each for each in precheck.findings(document) if each.kind is Concern.ADDRESS]
    assert found.spot and found.spot.words(document) == marked

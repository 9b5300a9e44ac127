"""An imagined request, with which a letter of each kind can be shown."""

from datetime import date

from archive.official import Paper
from archive.registers.requests.letters.kinds import KINDS
from archive.registers.requests.letters.office import IMAGINED, Office
from archive.registers.requests.letters.texts import Texts
from archive.registers.requests.letters.writing import Facts, write
from archive.registers.requests.outcomes import Content

FACTS = Facts(
    request="2026-0012",
    applicant="张明样",
    personal=("云溪县云兴街道样例路8号", "0500-5550199"),
    wanted="云溪县2025年农村公路养护资金分配情况",
    submitted=date(2026, 3, 2),
    received=date(2026, 3, 2),
    due=date(2026, 3, 30),
    supplement="一、写明所需信息的年度；\n二、写明所需信息是资金分配文件，还是资金使用的明细。",
    supplement_by=date(2026, 3, 25),
    third_party="云溪样例养护有限公司",
    other_organ="云溪县财政局",
    concerned="2025年农村公路养护合同的单价部分",
    days=20,
    extended=date(2026, 4, 27),
    ground="所需信息涉及多个年度的档案，需要逐件核对",
    fee="本月第11件至第35件申请，共25件：第11件至第30件每件100元，第31件至第35件每件200元，合计3000元。",
    paying="凭本通知到云溪县政务服务中心一楼非税收入窗口缴纳。",
    disclosed="2025年农村公路养护合同的总价和工程量。",
    contents={
        Content.WAY: "《关于下达2025年农村公路养护资金的通知》（云财建〔2025〕8号，2025年3月14日印发），"
        "可在政府信息公开平台获取，存档号 2025-0008。",
        Content.INFORMATION: "随本答复书提供《2025年农村公路养护资金分配表》复印件1份，共3页。",
        Content.OPEN_PART: "随本答复书提供《2025年农村公路养护资金分配表》，其中第3页的合同单价已经遮盖。",
        Content.REASONS: "该信息属于上述规定的情形：公开后会对有关当事人的合法权益造成损害。",
        Content.LAW: "《不动产登记暂行条例》第二十七条",
        Content.SEARCH: "2026-0012-检1",
        Content.ORGAN: "云溪县交通运输局，联系电话：0500-5550160。",
        Content.EARLIER: "云依申请复〔2026〕2号，2026年1月20日",
        Content.CHANNEL: "云溪县信访局接待大厅，或者拨打12345政务服务便民热线。",
        Content.WHERE: "《云溪年鉴（2025）》，可在云溪县图书馆查阅，或者向出版单位购买。",
    },
    searched=("2026-0012-检1",),
)
DATED = date(2026, 3, 9)


def sample(id: str, texts: Texts, office: Office = IMAGINED) -> Paper:
    """Return a sample of a kind of letter. Raises BadLetters, and KeyError for an unknown kind."""
    number = office.pattern(KINDS[id]).written(DATED.year, 5)
    return write(id, FACTS, office, texts, number, DATED).paper

"""The words by which staff know states, findings and events, at the desk and on the command line."""

import re

from archive.decisions import corrections
from archive.document import Outcome, Settlement, Status
from archive.intake.receive import Result
from archive.registers.jobs import ASKED, State
from archive.store.audit import Event

STATES = {
    Status.WAITING: "待审",
    Status.PUBLISHED: "已公开",
    Status.REFUSED: "不予发布",
    Status.WITHDRAWN: "已撤回",
}
# Of what is published, when its last public day has passed.
ENDED = "公示期满"
OUTCOMES = {Outcome.PASSED: "通过", Outcome.FAILED: "不通过"}
RESULTS = {
    Result.TAKEN: "新接收",
    Result.CHANGED: "新版本",
    Result.HELD: "已有",
    Result.REFUSED: "拒收",
    ASKED: "等您决定",
}
JOBS = {
    State.WAITING: "排队等候",
    State.RUNNING: "正在接收",
    State.ASKING: "有文件等您决定",
    State.DONE: "已经办完",
    State.GIVEN_UP: "没有做完",
}
SETTLEMENTS = {
    Settlement.KEEP: "可以公开，保留",
    Settlement.MASKED: "新版本中已遮盖",
    Settlement.MISTAKEN: "误报，不是所指的内容",
}
ACTIONS = {
    **{
        "receive": "接收",
        "copy": "另一来源送来同一文件",
        "uncopy": "一个来源改送别的文件",
        "classify": "标注公开属性",
        "examine": "审查",
    },
    **{"precheck": "发布前检查", "settle": "处理检查发现", "approve": "批准公开", "takeover": "确认既有公开"},
    **{"reject": "退回", "withdraw": "撤回", "view": "查看原件", "look": "事后复看", "validity": "登记有效性"},
    **{"relation": "确认文件关系", "turn": "效力状态到期变化", "export": "导出日志", "rebuild": "重建目录"},
    **{"key": "更换密钥", "seal": "重新盖章", "account.add": "新建账号", "account.change": "改变角色或单位"},
    **{"account.disable": "停用账号", "account.enable": "启用账号", "account.reset": "重置密码和验证器"},
    **{"account.password": "更换密码", "account.second-factor": "设置验证器"},
    **{"correct": "更正信息", "schedule": "定时公开", "unschedule": "取消定时公开", "not_published": "到时没有公开"},
    **{"ended": "公开期限已满"},
    **{"mask": "遮盖，成为新版本", "remedy": "改好退回意见", "separate": "认定为两件", "attached": "另一件成为附件"},
    **{"reread": "重新读取原件，成为新版本", "reread.run": "重新读取一批原件"},
    "hold": "登记既有内容的校验值",
    **{"request": "办理申请", "request.view": "查看申请人信息", "request.import": "导入登记簿"},
    **{"request.search": "检索情况记录", "request.findable": "确认供检索的文字"},
    **{"request.export": "导出登记簿", "request.key": "更换申请人信息的密钥", "request.terms": "日历变化，重算期限"},
    **{"book": "登记其他登记簿", "book.view": "查看登记簿里的个人信息", "book.import": "导入其他登记簿"},
    **{"book.export": "导出其他登记簿", "recommend": "改动优先答复"},
}


def deed(event: Event) -> str:
    """Return what was done in an event, of a correction also what was made of what, of validity what holds when."""
    if event.action == "correct":
        field = str(event.details["field"])
        before, after = (corrections.shown(field, kept(event.details[each])) for each in ("before", "after"))
        return f"更正信息：{corrections.label(field)}由“{before}”改为“{after}”"
    if event.action == "validity":
        said = event.details
        until = f"，到 {said['until']}" if said.get("until") else ""
        return f"登记有效性（{said['validity']}，自 {said['since']} 起{until}）"
    return ACTIONS.get(event.action, event.action)


def kept(value: object) -> str | None:
    return value if isinstance(value, str) else None


# Sentences about commands, which nobody types at the desk: the page has what they lead to.
_COMMANDS = re.compile(r"[^。；]*(?:gongkai |--\w|用 classify)[^。；]*[。；]?")


def without_commands(told: str) -> str:
    """Return what the archive says, for somebody at a page.

    >>> without_commands("没有标明公开属性，按不公开处理；请先用 classify 标注。")
    '没有标明公开属性，按不公开处理。'
    """
    left = _COMMANDS.sub("", told).rstrip("；")
    return left if not left or left.endswith("。") else f"{left}。"

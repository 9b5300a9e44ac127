"""The words by which staff know states, findings and events, at the desk and on the command line."""

import re

from archive.document import Outcome, Settlement, Status

STATES = {
    Status.WAITING: "待审",
    Status.PUBLISHED: "已公开",
    Status.REFUSED: "不予发布",
    Status.WITHDRAWN: "已撤回",
}
OUTCOMES = {Outcome.PASSED: "通过", Outcome.FAILED: "不通过"}
SETTLEMENTS = {
    Settlement.KEEP: "可以公开，保留",
    Settlement.MASKED: "新版本中已遮盖",
    Settlement.MISTAKEN: "误报，不是所指的内容",
}
ACTIONS = {
    **{"receive": "接收", "copy": "另一来源送来同一文件", "classify": "标注公开属性", "examine": "审查"},
    **{"precheck": "发布前检查", "settle": "处理检查发现", "approve": "批准公开", "takeover": "确认既有公开"},
    **{"reject": "退回", "withdraw": "撤回", "look": "查看原件", "validity": "登记有效性", "relate": "确认文件关系"},
}
# Sentences about commands, which nobody types at the desk: the page has what they lead to.
_COMMANDS = re.compile(r"[^。；]*(?:gongkai |--\w|用 classify)[^。；]*[。；]?")


def without_commands(told: str) -> str:
    """Return what the archive says, for somebody at a page.

    >>> without_commands("没有标明公开属性，按不公开处理；请先用 classify 标注。")
    '没有标明公开属性，按不公开处理。'
    """
    left = _COMMANDS.sub("", told).rstrip("；")
    return left if not left or left.endswith("。") else f"{left}。"

"""Roles of staff, and which act each allows: one table, so that a right is looked up and never spelt in a page.

Those who decide, those who look after accounts and those who watch both are three (三员分立): no role mixes them.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Role(StrEnum):
    SOURCE = "来源单位"
    REVIEWER = "审查员"
    PUBLISHER = "发布人"
    CLERK = "申请受理员"
    HEAD = "机构负责人"
    AUDITOR = "审计员"
    ADMINISTRATOR = "系统管理员"


class Act(StrEnum):
    BRING = "收文"
    SEE = "查看待审文件"
    CORRECT = "更正信息"
    EXAMINE = "审查"
    APPROVE = "批准公开"
    REFUSE = "退回"
    WITHDRAW = "撤回"
    FORCE = "单人特批"
    VALIDITY = "登记有效性"
    RELATE = "确认文件关系"
    LOOK = "事后复看"
    RECOMMEND = "维护优先答复"
    READ_LOG = "查阅审计日志"
    EXPORT_LOG = "导出审计日志"
    MANAGE = "管理账号"
    SEE_NIGHTS = "查看夜间任务"
    SEE_REQUESTS = "查看申请登记簿"
    HANDLE_REQUESTS = "办理申请"
    OVERSEE_REQUESTS = "批准延期和作废"
    OPEN_PERSONS = "查看申请人信息"
    EXPORT_REQUESTS = "导出申请登记簿"
    EXPORT_PERSONS = "导出申请人信息"
    SEE_BOOKS = "查看其他登记簿"
    KEEP_BOOKS = "登记其他登记簿"
    EXPORT_BOOKS = "导出其他登记簿"
    ANSWER_FINDINGS = "办理日常监测"


_DESK = frozenset({Role.REVIEWER, Role.PUBLISHER, Role.HEAD})
ALLOWED: Mapping[Act, frozenset[Role]] = {
    Act.BRING: frozenset({Role.SOURCE, Role.REVIEWER, Role.CLERK}),
    Act.SEE: _DESK | {Role.SOURCE, Role.CLERK, Role.AUDITOR},
    Act.CORRECT: frozenset({Role.SOURCE, Role.REVIEWER, Role.CLERK}),
    Act.EXAMINE: frozenset({Role.REVIEWER}),
    Act.APPROVE: frozenset({Role.PUBLISHER}),
    Act.REFUSE: frozenset({Role.REVIEWER, Role.PUBLISHER}),
    Act.WITHDRAW: frozenset({Role.PUBLISHER}),
    Act.FORCE: frozenset({Role.HEAD}),
    Act.VALIDITY: frozenset({Role.REVIEWER}),
    Act.RELATE: frozenset({Role.REVIEWER}),
    Act.LOOK: frozenset({Role.REVIEWER, Role.PUBLISHER}),
    # As with what is published: all the public sees it at once.
    Act.RECOMMEND: frozenset({Role.PUBLISHER}),
    Act.READ_LOG: frozenset({Role.AUDITOR}),
    Act.EXPORT_LOG: frozenset({Role.AUDITOR}),
    Act.MANAGE: frozenset({Role.ADMINISTRATOR}),
    Act.SEE_NIGHTS: frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    # Who asked for what is told to those who answer, and to nobody else.
    Act.SEE_REQUESTS: frozenset({Role.CLERK, Role.HEAD, Role.AUDITOR}),
    Act.HANDLE_REQUESTS: frozenset({Role.CLERK}),
    Act.OVERSEE_REQUESTS: frozenset({Role.HEAD}),
    Act.OPEN_PERSONS: frozenset({Role.CLERK}),
    Act.EXPORT_REQUESTS: frozenset({Role.CLERK, Role.HEAD}),
    Act.EXPORT_PERSONS: frozenset({Role.CLERK}),
    Act.SEE_BOOKS: _DESK | {Role.CLERK, Role.AUDITOR},
    Act.KEEP_BOOKS: frozenset({Role.CLERK}),
    Act.EXPORT_BOOKS: frozenset({Role.CLERK, Role.HEAD}),
    # One answers and another closes, so that more than those who keep the other registers have to be able to.
    Act.ANSWER_FINDINGS: frozenset({Role.REVIEWER, Role.CLERK, Role.HEAD}),
}
# Acts after which a stranger at an open desk could have done harm: the password or a code is asked for again.
STEPPED_UP = frozenset(
    {
        *(Act.APPROVE, Act.WITHDRAW, Act.FORCE, Act.MANAGE, Act.EXPORT_LOG, Act.RECOMMEND),
        *(Act.OPEN_PERSONS, Act.EXPORT_PERSONS, Act.EXPORT_REQUESTS, Act.EXPORT_BOOKS),
    }
)
# Roles whose holders sign in with a second factor, unless the installation makes it optional.
SECOND_FACTOR = frozenset(Role) - {Role.SOURCE}
# Whoever looks after accounts could give themselves any right; whoever watches would watch themselves.
_ALONE = (Role.ADMINISTRATOR, Role.AUDITOR)


def may(roles: Iterable[Role], act: Act) -> bool:
    """Tell whether somebody with these roles may do an act."""
    return not ALLOWED[act].isdisjoint(roles)


def conflict(roles: Iterable[Role]) -> Role | None:
    """Return a role that may not be held together with the others, or None."""
    held = frozenset(roles)
    return next((each for each in _ALONE if each in held and len(held) > 1), None)

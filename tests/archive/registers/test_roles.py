"""Which role may do what: each cell of the table."""

from itertools import combinations

import pytest

from archive.registers.roles import ALLOWED, SECOND_FACTOR, STEPPED_UP, Act, Role, conflict, may

# Written out once more, so that a right is not given by a slip: a letter stands where the role may do the act.
TABLE = """
                来源单位 审查员 发布人 申请受理员 机构负责人 审计员 系统管理员
收文               x      x      .      x         .       .       .
查看待审文件        x      x      x      x         x       x       .
更正信息            x      x      .      x         .       .       .
审查               .      x      .      .         .       .       .
批准公开            .      .      x      .         .       .       .
退回               .      x      x      .         .       .       .
撤回               .      .      x      .         .       .       .
单人特批            .      .      .      .         x       .       .
登记有效性          .      x      .      .         .       .       .
确认文件关系        .      x      .      .         .       .       .
事后复看            .      x      x      .         .       .       .
维护优先答复        .      .      x      .         .       .       .
查阅审计日志        .      .      .      .         .       x       .
导出审计日志        .      .      .      .         .       x       .
管理账号            .      .      .      .         .       .       x
查看夜间任务        .      .      .      .         .       x       x
查看申请登记簿      .      .      .      x         x       x       .
办理申请            .      .      .      x         .       .       .
批准延期和作废      .      .      .      .         x       .       .
查看申请人信息      .      .      .      x         .       .       .
导出申请登记簿      .      .      .      x         x       .       .
导出申请人信息      .      .      .      x         .       .       .
查看其他登记簿      .      x      x      x         x       x       .
登记其他登记簿      .      .      .      x         .       .       .
导出其他登记簿      .      .      .      x         x       .       .
办理日常监测        .      x      .      x         x       .       .
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]


@pytest.mark.parametrize("row", ROWS[1:], ids=lambda row: row[0])
def test_every_role_may_do_what_the_table_says(row: list[str]) -> None:
    roles = list(map(Role, ROWS[0]))
    assert [may([role], Act(row[0])) for role in roles] == [cell == "x" for cell in row[1:]]


def test_the_table_has_every_act_and_role() -> None:
    assert set(ROWS[0]) == set(Role)
    assert [row[0] for row in ROWS[1:]] == list(Act)
    assert set(ALLOWED) == set(Act)


def test_nobody_examines_and_approves_by_one_role() -> None:
    assert ALLOWED[Act.EXAMINE].isdisjoint(ALLOWED[Act.APPROVE])
    assert STEPPED_UP >= {Act.APPROVE, Act.WITHDRAW, Act.FORCE, Act.MANAGE, Act.OPEN_PERSONS}
    assert {role for act in STEPPED_UP for role in ALLOWED[act]} <= SECOND_FACTOR


def test_those_who_manage_and_those_who_watch_do_nothing_else() -> None:
    for pair in combinations(Role, 2):
        alone = {Role.ADMINISTRATOR, Role.AUDITOR} & set(pair)
        assert (conflict(pair) in alone) if alone else conflict(pair) is None
    assert conflict([Role.AUDITOR]) is None


def test_before_whatever_is_exported_a_proof_is_asked_for() -> None:
    assert {each for each in Act if each.value.startswith("导出")} <= STEPPED_UP

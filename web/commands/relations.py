"""Commands about the relations that documents state, and about confirming or refusing them."""

from datetime import date

import click

from archive.decisions import relations as related
from archive.decisions.relations import RelationKind
from archive.registers.roles import Act
from web.commands.deciding import decider
from web.commands.history import DAY
from web.commands.installation import reported, services
from web.commands.usage import Commands
from web.commands.words import RELATION

_PERSON = click.option("--person", required=True, help="Who decides.")
_REASON = click.option("--reason", default="", help="On what ground; kept in the audit log.")
_SINCE = click.option("--since", type=DAY, help="The day the repeal or amendment takes effect (default: today).")


@click.group(cls=Commands)
def relations() -> None:
    """Relations that documents state (修改、废止、解读、转发、答复): confirm or refuse them."""


@relations.command("list")
@click.argument("id", required=False)
@reported
def relations_list(id: str | None) -> None:
    """List undecided relations, with the documents that may be meant."""
    with services() as opened:
        for each in related.proposals(opened.catalogue, id):
            target = f"《{each.stated.title}》" if each.stated.title else ""
            click.echo(f"{each.id}  {each.document_id}  {each.stated.kind}  {target}{each.stated.number or ''}")
            click.echo(f"    原文：{each.stated.sentence[:120]}")
            click.echo(f"    可能是：{'、'.join(each.candidates) or '档案中没有找到'}")


@relations.command()
@click.argument("number", type=int)
@click.option("--target", required=True, metavar="ID", help="The other document.")
@_SINCE
@_PERSON
@_REASON
@reported
def confirm(number: int, target: str, since: date | None, person: str, reason: str) -> None:
    """Confirm relation NUMBER. A repeal or an amendment also changes the other document's validity."""
    with services() as opened:
        who = decider(opened, person, Act.RELATE)
        kind = related.confirm(opened.catalogue, number, target, who, since or opened.catalogue.today(), reason)
    turned = "，其效力状态已登记" if kind in (RelationKind.REPEALS, RelationKind.AMENDS) else ""
    click.echo(f"关系 {number} 已确认：{kind} {target}{turned}")


@relations.command()
@click.argument("number", type=int)
@_PERSON
@_REASON
@reported
def refuse(number: int, person: str, reason: str) -> None:
    """Reject relation NUMBER."""
    with services() as opened:
        related.refuse(opened.catalogue, number, decider(opened, person, Act.RELATE), reason)
    click.echo(f"关系 {number} 不成立，已登记")


@relations.command("add")
@click.argument("id")
@click.argument("kind", type=RELATION)
@click.option("--target", required=True, metavar="ID", help="The other document.")
@_SINCE
@_PERSON
@click.option("--reason", required=True, help="On what ground.")
@reported
def relations_add(id: str, kind: RelationKind, target: str, since: date | None, person: str, reason: str) -> None:
    """Record a relation that the text of document ID does not state."""
    with services() as opened:
        who = decider(opened, person, Act.RELATE)
        related.add(opened.catalogue, id, kind, target, who, reason, since or opened.catalogue.today())
    click.echo(f"{id}: 已登记：{kind} {target}")

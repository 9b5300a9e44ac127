"""The commands about the packages that the program runs on: the bill of materials, and what is known of them."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from archive.chinese.dates import OFFICE_TIME
from web.commands.installation import reported
from web.installation import advisories as lists
from web.installation.bill import cyclonedx, locked

# After so long a list says little of today.
OLD = timedelta(days=30)


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@reported
def sbom(file: Path | None) -> None:
    """Write the bill of materials to FILE (default: standard output): CycloneDX JSON of every locked package."""
    text = json.dumps(cyclonedx(locked()), ensure_ascii=False, indent=2) + "\n"
    if file:
        file.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@reported
def advisories(files: tuple[Path, ...]) -> None:
    """Say which locked packages have advisories in FILES: JSON of OSV, folders or zips of it. Asks no network.

    Exits with 1 if there is one, or if not everything could be looked up.
    """
    packages = locked()
    looked = lists.look(files, packages)
    for each in looked.found:
        others = f"（{'、'.join(each.others)}）" if each.others else ""
        fixed = f"；修复于 {'、'.join(each.fixed)}" if each.fixed else ""
        doubt = "" if each.sure else "；版本范围无法比较，请人工核对"
        click.echo(f"{each.package.name} {each.package.version}  {each.id}{others}  {each.summary}{fixed}{doubt}")
    newest = f"{looked.newest.astimezone(OFFICE_TIME):%Y-%m-%d}" if looked.newest else "不详"
    looked_at = f"查了 {len(packages)} 个软件包，安全公告 {looked.advisories} 条，最新的一条 {newest}"
    doubts = []
    if looked.unreadable:
        named = "、".join(looked.unreadable[:3])
        doubts.append(f"清单中有 {len(looked.unreadable)} 份读不出，没有查（如 {named}）")
    if looked.newest is None or datetime.now(UTC) - looked.newest > OLD:
        doubts.append("清单不新，此后的公告没有查，请换新的清单")
    if looked.found:
        click.echo(f"{looked_at}：有公告 {len(looked.found)} 条，请升级程序，或者请开发者判断是否受影响。")
    elif not doubts:
        click.echo(f"{looked_at}：没有发现。")
    for doubt in doubts:
        click.echo(f"gongkai: {looked_at}：{doubt}。", err=True)
    sys.exit(1 if looked.found or doubts else 0)

"""Commands about the letters on requests: checking their texts, showing a sample. They need no archive."""

import sys
from pathlib import Path

import click

from archive.errors import BadLetters
from archive.registers.requests.letters import office as offices
from archive.registers.requests.letters import texts as files
from archive.registers.requests.letters.kinds import KINDS, SHARED, Blank
from web.commands import jobs
from web.commands.installation import reported, warn_without_archive
from web.commands.usage import Commands
from web.commands.words import Words
from web.installation.settings import Settings

_KIND = Words({kind.id: (kind.id, kind.label) for kind in (*KINDS.values(), *SHARED.values())})


@click.group(cls=Commands)
def letters() -> None:
    """Check and show the letters on requests for disclosure."""


@letters.command("check")
@reported
def letters_check() -> None:
    """Check each text, the county's own before the shipped one, and the settings of the office.

    Lists each kind with its blanks. Exits with 1, the file and the reason when one can't be used.
    """
    data = Settings.from_environment().data
    warn_without_archive("文书文本")
    found, faults = files.load(data)
    try:
        office = offices.load(data)
    except BadLetters as error:
        faults.append(str(error))
    else:
        if office is None:
            jobs.say(
                f"注意：本机关的名称、文号等还没有填写：{data / offices.FOLDER / offices.FILE}，样例暂用虚构的机关。"
            )
    for kind in (*SHARED.values(), *KINDS.values()):
        whose = "不能用" if kind.id not in found else "本单位" if found[kind.id].own else "随软件提供"
        blanks = "、".join(f"{blank}*" if blank in kind.needs else blank for blank in Blank if blank in kind.blanks)
        click.echo(f"{kind.id}\t{kind.label}\t{whose}\t{blanks}")
    click.echo("带 * 的空必须有。")
    for fault in faults:
        click.echo(f"gongkai: {fault}", err=True)
    sys.exit(1 if faults else 0)


@letters.command("show")
@click.argument("kind", type=_KIND, metavar="KIND")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write a docx there.")
@click.option("--source", is_flag=True, help="Print the text's file, to be changed and kept as the county's own.")
@reported
def letters_show(kind: str, output: Path | None, source: bool) -> None:
    """Show a sample of a letter, filled in for an imagined request; KIND, or its name, as `letters check` lists it."""
    # Word's library is loaded only where a letter is made.
    from archive.official import docx_of
    from archive.registers.requests.letters.samples import sample

    data = Settings.from_environment().data
    warn_without_archive("文书文本")
    if source:
        click.echo(files.source({**KINDS, **SHARED}[kind], data), nl=False)
        return
    if kind in SHARED:
        raise click.BadParameter(f"“{kind}”是各文书共用的文字，没有样例；用 --source 看它的文本。", param_hint="KIND")
    paper = sample(kind, files.load(data)[0], offices.load(data) or offices.IMAGINED)
    if output is None:
        click.echo(paper.text)
        return
    with output.open("xb") as file:
        file.write(docx_of(paper))
    click.echo(f"已写入 {output}。")

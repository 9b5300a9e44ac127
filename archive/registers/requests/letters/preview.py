"""Shows a paper as HTML paragraphs, as the desk previews it. A blank that is not filled in is marked."""

from html import escape

from archive.official import Break, Paper, Table, written
from archive.registers.requests.letters.texts import BLANK


def previewed(paper: Paper) -> str:
    """Return a paper's paragraphs as HTML, each with the class of its part. Everything in it is escaped."""
    shown = [*(_p("title", line) for line in paper.title), _p("number", paper.number), _p("addressee", paper.addressee)]
    for part in paper.body:
        if isinstance(part, Table):
            shown.append(_table(part))
        else:
            kind, told = ("title", part.title) if isinstance(part, Break) else ("text", part.splitlines())
            shown += [_p(kind, line) for line in told]
    return "\n".join(each for each in (*shown, _p("signed", paper.signed), _p("dated", written(paper.dated))) if each)


def _p(kind: str, text: str) -> str:
    return f'<p class="letter-{kind}">{_marked(text)}</p>' if text.strip() else ""


def _table(table: Table) -> str:
    cell = ["td"] * len(table.rows)
    cell[:1] = ["th" if table.head else "td"]
    rows = (
        "<tr>" + "".join(f"<{tag}>{_marked(each)}</{tag}>" for each in row) + "</tr>"
        for tag, row in zip(cell, table.rows, strict=True)
    )
    return f'<table class="letter-table">{"".join(rows)}</table>'


def _marked(text: str) -> str:
    """Escape a text, and mark what is still to be filled in."""
    return BLANK.sub(lambda blank: f"<mark>{blank[0]}</mark>", escape(text))

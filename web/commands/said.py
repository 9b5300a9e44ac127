"""What a page of results says about the search itself, in lines for a terminal: the sentences of the page."""

from collections.abc import Iterator

from web.search.results import SearchPage


def searched_as(page: SearchPage) -> Iterator[str]:
    """Yield how a search was read, what else may have been meant, and what the site itself says, above the results."""
    if page.corrections:
        yield f"您是不是要找：{'、'.join(each.label for each in page.corrections)}"
    if page.expansions:
        said = "，".join(f"{each.word}（{'、'.join(each.others)}）" for each in page.expansions)
        yield f"已同时检索：{said}"
    if page.excluded:
        yield f"已按减号排除：{'、'.join(page.excluded)}"
    if page.aside:
        yield f"“{'”“'.join(page.aside)}”不必在文中出现。"
    if page.offers:
        yield f"也可以：{'、'.join(f'{each.label}（{each.count} 件）' for each in page.offers)}"
    yield from page.misread
    for bet in page.bets:
        told = (bet.title, bet.text, *map("：".join, bet.facts), bet.url)
        yield f"【{bet.source}】{'  '.join(filter(None, told))}"
        if bet.rest:
            yield f"其余 {bet.rest} 处：{bet.rest_url}"
    if page.answer:
        sentence = "".join(piece.text for piece in page.answer.sentence)
        yield f"【文件中的原句】{sentence}（《{page.answer.title}》）"

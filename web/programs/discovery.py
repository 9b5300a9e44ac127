"""How crawlers and browsers find this site's pages: robots.txt, site maps, OpenSearch."""

from flask import Blueprint, Response

from archive.errors import UnknownDocument
from archive.store import publications
from web.http.addresses import document_url
from web.http.current import absolute, services
from web.programs import xml

discovery = Blueprint("discovery", __name__)
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
# The protocol allows 50,000.
ADDRESSES = 10_000


@discovery.get("/robots.txt")
def robots() -> Response:
    """Allow documents and lists of them. Result lists and switched looks are endless, so they are disallowed."""
    lines = (
        "User-agent: *",
        *(f"Disallow: {path}" for path in ("/search", "/api/", "/oai", "/*?*elder=", "/*?*contrast=", "/*?*size=")),
        *(f"Disallow: {path}" for path in ("/*?*simple=", "/*?*terminal=", "/forget")),
        *(f"Disallow: /documents/*/{path}" for path in ("useful", "pages/")),
        f"Sitemap: {absolute('/sitemap.xml')}",
    )
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@discovery.get("/sitemap.xml")
def sitemap() -> Response:
    """List the site maps, each of up to ``ADDRESSES`` documents in order of last change."""
    root = xml.root(SITEMAP, "sitemapindex")
    for place in publications.places(services().catalogue, ADDRESSES):
        xml.add(xml.add(root, "sitemap"), "loc", absolute(f"/sitemaps/{place}.xml"))
    return xml.answer(root, "application/xml")


@discovery.get("/sitemaps/<int:after>.xml")
def sitemap_after(after: int) -> Response:
    """List documents with the day of their last change."""
    if after not in publications.places(services().catalogue, ADDRESSES):
        raise UnknownDocument(str(after))
    root = xml.root(SITEMAP, "urlset")
    for each in publications.after(services().catalogue, after, ADDRESSES, withdrawn=False):
        url = xml.add(root, "url")
        xml.add(url, "loc", absolute(document_url(each.id)))
        xml.add(url, "lastmod", each.at.isoformat(timespec="seconds"))
    return xml.answer(root, "application/xml")


@discovery.get("/opensearch.xml")
def opensearch() -> Response:
    """Describe this site's search, so that a browser can add it to its search box."""
    name = services().settings.site_name
    root = xml.root(OPENSEARCH, "OpenSearchDescription")
    # OpenSearch allows 16 and 1024 characters.
    xml.add(root, "ShortName", name[:16])
    xml.add(root, "Description", f"在“{name}”中检索公开的文件")
    xml.add(root, "InputEncoding", "UTF-8")
    xml.add(root, "Language", "zh-CN")
    for kind, path in (
        ("text/html", "/search?q={searchTerms}"),
        ("application/atom+xml", "/search.atom?q={searchTerms}"),
    ):
        xml.add(root, "Url", attributes={"type": kind, "method": "get", "template": absolute(path)})
    icon = xml.add(root, "Image", absolute("/static/favicon.svg"))
    icon.set("type", "image/svg+xml")
    return xml.answer(root, "application/opensearchdescription+xml")

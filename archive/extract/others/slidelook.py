"""What a slide's letters look like on their ground: whether they stand out from it, and whether something covers them.

Only what is certain is called unseen: white letters over a picture, a gradient or a shape that reaches only partly
below them may stand on a dark ground. Sections are those of ECMA-376 part 1.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from lxml import etree

from archive.extract.containers.elements import child_of, kind_of
from archive.extract.containers.relations import relations
from archive.extract.containers.zipguard import parse_part
from archive.extract.others.slideplace import Box, box_on_slide, contains, is_plain, touch
from archive.extract.text.concealed import WHITISH, Unseen

_MIXED, _CLEAR, _WHOLE = "mixed", "clear", "whole"
# What each part follows: a slide all of these, a layout those after the first, and so on.
_FOLLOWED = ("slideLayout", "slideMaster", "theme")
_ROOTS = ("sld", "sldLayout", "sldMaster")
PRESENTATION = "ppt/presentation.xml"
# Kinds of placeholders whose letters have a style of their own.
_SMALL = ("dt", "ftr", "sldNum", "hdr")
_PAPER = "FFFFFF"
_HEX = re.compile(r"[0-9A-Fa-f]{6}")
_FILLS = ("noFill", "solidFill", "gradFill", "blipFill", "pattFill", "grpFill")
_SHAPES = ("sp", "grpSp", "graphicFrame", "pic")
# The names of a theme's colours where a master does not say otherwise (19.3.1.6).
_NAMES = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
_NAMED = {"white": "FFFFFF", "black": "000000", "snow": "FFFAFA", "red": "FF0000", "blue": "0000FF", "yellow": "FFFF00"}


class Parts:
    """The parts of a presentation that many slides follow, each parsed once; what is given is not to be changed."""

    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self._parts = parts
        self._roots: dict[str, etree._Element] = {}
        self._related: dict[str, dict[str, tuple[str, str]]] = {}
        self._places: dict[str, list[tuple[etree._Element, etree._Element]]] = {}
        self._colours: dict[str, dict[str, str]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def root(self, name: str) -> etree._Element:
        if name not in self._roots:
            self._roots[name] = parse_part(self._parts[name])
        return self._roots[name]

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        if name not in self._related:
            self._related[name] = relations(self._parts, name)
        return self._related[name]

    def places(self, name: str) -> list[tuple[etree._Element, etree._Element]]:
        """Return the placeholders of a layout or a master: what each is for, and its shape."""
        if name not in self._places:
            shapes = self.root(name).iterfind("{*}cSld/{*}spTree/{*}sp")
            self._places[name] = [(holder, each) for each in shapes if (holder := _holder(each)) is not None]
        return self._places[name]

    def colours(self, name: str) -> dict[str, str]:
        """Return the colours of a theme by their names."""
        if name not in self._colours:
            self._colours[name] = {}
            for each in self.root(name).iterfind("{*}themeElements/{*}clrScheme/*"):
                value = next((one.get("lastClr") or one.get("val") or "" for one in each), "")
                if _HEX.fullmatch(value):
                    self._colours[name][kind_of(each)] = value.upper()
        return self._colours[name]


class SlideLook:
    """The looks of one slide, with those of the layout, the master and the theme that it follows.

    Also those of a layout or a master, of which nothing but what it draws is left; ``above`` is what lies over it, from
    the nearest to the slide.
    """

    def __init__(
        self,
        parts: Parts,
        slide: etree._Element,
        related: Mapping[str, tuple[str, str]],
        above: Sequence[etree._Element] = (),
    ) -> None:
        self._related = related
        usual = child_of(parts.root(PRESENTATION), "defaultTextStyle")
        self._usual = etree.Element("none") if usual is None else usual
        # What the slide draws, from the bottom to the top.
        shapes = (each for root in (slide, *above) for each in root.iter("{*}sp", "{*}pic", "{*}graphicFrame"))
        self._drawing = [each for each in shapes if _is_drawn(each)]
        self._followed: list[etree._Element] = []
        self._places: list[list[tuple[etree._Element, etree._Element]]] = []
        self._theme: dict[str, str] = {"lt1": "FFFFFF", "dk1": "000000"}
        self._names = dict(_NAMES)
        root_kind = kind_of(slide)
        for kind in _FOLLOWED[_ROOTS.index(root_kind) if root_kind in _ROOTS else 0 :]:
            name = next((target for each, target in related.values() if each == kind and target in parts), None)
            if name is None:
                break
            root, related = parts.root(name), parts.related(name)
            if kind == "theme":
                self._theme |= parts.colours(name)
            else:
                self._followed.append(root)
                self._places.append(parts.places(name))
                self._read_names(root.find("{*}clrMap"))
        self._read_names(slide.find("{*}clrMap"))
        for root in (slide, *above):
            self._read_names(root.find("{*}clrMapOvr/{*}overrideClrMapping"))
        # By which the page has its colour, the nearest first.
        self._pages = (*above[::-1], slide, *self._followed)
        # Of each text body and level, the colour of letters that state none.
        self._colours: dict[tuple[etree._Element, int], str] = {}
        # What was found of each shape: its ground, what is below it, what covers it, its place, and what it follows.
        self._grounds: dict[etree._Element, str] = {}
        self._belows: dict[etree._Element, str] = {}
        self._covers: dict[etree._Element, str] = {}
        self._boxes: dict[etree._Element, Box | None] = {}
        self._modelled: dict[etree._Element, list[etree._Element]] = {}

    def of(self, run: etree._Element) -> tuple[Unseen | None, bool]:
        """Return why a run is not seen, and whether that is in doubt, in which case it counts as seen.

        It is in doubt where white letters have a ground that is not known, or something that may be clear lies on it.
        """
        shape = _shape_of(run)
        if shape is None:
            return None, False
        if shape not in self._covers:
            self._covers[shape] = self._cover(shape)
        cover = self._covers[shape]
        if cover == _WHOLE:
            return Unseen.COVERED, False
        colour = self._colour(run, shape)
        if colour == _CLEAR:
            return Unseen.INVISIBLE, False
        if cover == _MIXED:
            return None, True
        if colour in ("", _MIXED):
            return None, False
        ground = self._ground(run, shape)
        if ground == _MIXED:
            return None, _is_white(colour)
        return (Unseen.GROUND if _alike(colour, ground) else None), False

    def _read_names(self, names: etree._Element | None) -> None:
        self._names |= {} if names is None else {str(key): str(value) for key, value in names.attrib.items()}

    def _colour(self, run: etree._Element, shape: etree._Element) -> str:
        """Return the colour of a run's letters; "" if that is not known."""
        properties = child_of(run, "rPr")
        if properties is not None:
            line = child_of(properties, "ln")
            if line is not None and line.find("{*}noFill") is None:
                return _MIXED
            if found := self._fill(properties):
                return found
        body = next(run.iterancestors("{*}txBody", "{*}txbxContent"), None)
        paragraph = next(run.iterancestors("{*}p"), None)
        level = None if paragraph is None else child_of(paragraph, "pPr")
        number = int(level.get("lvl", "0")) + 1 if level is not None and level.get("lvl", "0").isdecimal() else 1
        key = shape if body is None else body, number
        if key not in self._colours:
            self._colours[key] = self._usual_colour(shape, body, number)
        return self._colours[key]

    def _usual_colour(self, shape: etree._Element, body: etree._Element | None, number: int) -> str:
        """Return the colour of letters of a level in a text body that state none themselves."""
        stated = None if body is None else body.find(f"{{*}}lstStyle/{{*}}lvl{number}pPr/{{*}}defRPr")
        if stated is not None and (found := self._fill(stated)):
            return found
        font = shape.find("{*}style/{*}fontRef")
        if font is not None:
            return self._of_element(next(iter(font), None))
        return next(filter(None, map(self._fill, self._inherited(shape, number))), "")

    def _inherited(self, shape: etree._Element, number: int) -> Iterator[etree._Element]:
        """Yield what is said of the letters of a shape elsewhere, the nearest first.

        That is by the layout and the master for those in a placeholder (19.3.1.36), and by the presentation for all.
        """
        yield from self._of_placeholder(shape, number)
        if (stated := self._usual.find(f"{{*}}lvl{number}pPr/{{*}}defRPr")) is not None:
            yield stated

    def _of_placeholder(self, shape: etree._Element, number: int) -> Iterator[etree._Element]:
        holder = _holder(shape)
        if holder is None:
            return
        for other in self._models(shape):
            if (stated := other.find(f"{{*}}txBody/{{*}}lstStyle/{{*}}lvl{number}pPr/{{*}}defRPr")) is not None:
                yield stated
        kind = holder.get("type", "obj")
        style = "titleStyle" if kind in ("title", "ctrTitle") else "otherStyle" if kind in _SMALL else "bodyStyle"
        for root in self._followed:
            if (stated := root.find(f"{{*}}txStyles/{{*}}{style}/{{*}}lvl{number}pPr/{{*}}defRPr")) is not None:
                yield stated

    def _models(self, shape: etree._Element) -> list[etree._Element]:
        """Return the placeholders of the layout and the master that one follows."""
        if shape not in self._modelled:
            holder = _holder(shape)
            first = (
                next((each for other, each in places if holder is not None and _follows(holder, other)), None)
                for places in self._places
            )
            self._modelled[shape] = [each for each in first if each is not None]
        return self._modelled[shape]

    def _box(self, shape: etree._Element) -> Box | None:
        """Return where a shape lies on the slide, by itself or as the placeholder that it follows; None if unknown."""
        if shape not in self._boxes:
            places = map(box_on_slide, (shape, *self._models(shape)))
            self._boxes[shape] = next((each for each in places if each is not None), None)
        return self._boxes[shape]

    def _ground(self, run: etree._Element, shape: etree._Element) -> str:
        properties = child_of(run, "rPr")
        highlight = None if properties is None else child_of(properties, "highlight")
        if highlight is not None:
            return self._of_element(next(iter(highlight), None))
        for each in run.iterancestors("{*}tc", "{*}tbl"):
            if kind_of(each) == "tc":
                cell = each.find("{*}tcPr")
                if cell is not None and (found := self._fill(cell)):
                    return self._below(shape) if found == _CLEAR else found
            elif each.find("{*}tblPr/{*}tableStyleId") is not None:
                return _MIXED
        if shape not in self._grounds:
            self._grounds[shape] = self._of_shape(shape)
        return self._grounds[shape]

    def _of_shape(self, shape: etree._Element) -> str:
        """Return the colour of the ground that a shape gives its text, its own or what is below it."""
        own = self._own_fill(shape)
        return self._below(shape) if own in ("", _CLEAR) else own

    def _own_fill(self, shape: etree._Element) -> str:
        """Return what fills a shape: by itself, else as its style, or the placeholder that it follows, says."""
        properties = shape.find("{*}spPr")
        if properties is not None and (found := self._fill(properties)):
            return found
        reference = shape.find("{*}style/{*}fillRef")
        if reference is not None and reference.get("idx", "0") not in ("0", "1000"):
            colour = self._of_element(next(iter(reference), None))
            # A theme may shade it, but not so far as to make white of another colour.
            return _MIXED if _is_white(colour) else colour
        for each in self._models(shape):
            place = each.find("{*}spPr")
            if place is not None and (found := self._fill(place)):
                return found
        return ""

    def _below(self, shape: etree._Element) -> str:
        """Return the colour of what lies below a shape: the last one before it that reaches there, else the page."""
        if shape not in self._belows:
            self._belows[shape] = self._colour_below(shape)
        return self._belows[shape]

    def _colour_below(self, shape: etree._Element) -> str:
        box = self._box(shape)
        for each in (*self._around(shape)[0][::-1], *self._behind):
            place = self._box(each)
            if box is not None and place is not None and not touch(box, place):
                continue
            if kind_of(each) in ("pic", "grpSp", "graphicFrame"):
                return _MIXED
            fill = self._own_fill(each)
            if fill in ("", _CLEAR):
                continue
            whole = box is not None and place is not None and contains(place, box) and is_plain(each)
            return fill if whole else _MIXED
        return self._page()

    def _page(self) -> str:
        """Return the colour of the slide's background (19.3.1.1), white where none is stated."""
        for root in self._pages:
            ground = root.find("{*}cSld/{*}bg")
            if ground is None:
                continue
            properties, reference = ground.find("{*}bgPr"), ground.find("{*}bgRef")
            if properties is not None:
                found = self._fill(properties)
                return _PAPER if found in ("", _CLEAR) else found
            if reference is not None:
                # Above the first of each list the theme may have gradients and pictures.
                plain = reference.get("idx", "") in ("1", "1001")
                return self._of_element(next(iter(reference), None)) if plain else _MIXED
        return _PAPER

    def _around(self, shape: etree._Element) -> tuple[list[etree._Element], list[etree._Element]]:
        """Return what is drawn before and after a shape."""
        if shape not in self._drawing:
            return self._drawing, []
        at = self._drawing.index(shape)
        return self._drawing[:at], self._drawing[at + 1 :]

    @cached_property
    def _behind(self) -> list[etree._Element]:
        """What the layout and the master draw below the slide, from the top to the bottom."""
        return [each for root in self._followed for each in [*_drawn(root)][::-1]]

    @cached_property
    def _moves(self) -> bool:
        """Tell whether anything moves; programs write a timing on slides where nothing does, too."""
        return any(next(each.iterfind("{*}timing//{*}spTgt"), None) is not None for each in self._pages)

    def _cover(self, shape: etree._Element) -> str:
        """Tell whether what is drawn later lies over all of a shape.

        ``_WHOLE`` if so, ``_MIXED`` where that may let it be seen, as what moves does, else "".
        """
        box = self._box(shape)
        if box is None:
            return ""
        found = ""
        for later in self._around(shape)[1]:
            place = self._box(later)
            if place is not None and contains(place, box) and (hides := self._hides(later)):
                if hides == _WHOLE and not self._moves:
                    return _WHOLE
                found = _MIXED
        return found

    def _hides(self, shape: etree._Element) -> str:
        """Tell whether a shape hides what lies wholly below it: ``_WHOLE``, ``_MIXED`` where it may not, or ""."""
        kind = kind_of(shape)
        if kind == "graphicFrame":
            return _MIXED
        if kind == "pic":
            return _WHOLE if is_plain(shape) and self._is_photograph(shape.find("{*}blipFill")) else _MIXED
        if _holder(shape) is not None and not any(each.text for each in shape.iter("{*}t")):
            # Not every program draws an empty placeholder.
            return _MIXED
        properties = shape.find("{*}spPr")
        own = None if properties is None else next(properties.iterchildren(*(f"{{*}}{each}" for each in _FILLS)), None)
        if own is None:
            fill = self._own_fill(shape)
            whole = fill not in ("", _CLEAR, _MIXED)
        else:
            fill = kind_of(own)
            if fill == "noFill":
                return ""
            clear = any(kind_of(each).startswith("alpha") for each in own.iter("{*}*"))
            whole = self._is_photograph(own) if fill == "blipFill" else fill != "grpFill" and not clear
            if fill == "solidFill" and clear:
                return ""
        if fill in ("", _CLEAR):
            return ""
        return _WHOLE if whole and is_plain(shape) else _MIXED if is_plain(shape) else ""

    def _is_photograph(self, fill: etree._Element | None) -> bool:
        """Tell whether a picture is of a kind in which nothing is clear, and is shown whole."""
        blip = None if fill is None else fill.find("{*}blip")
        if blip is None or any(kind_of(each).startswith(("alpha", "clrChange")) for each in blip.iter("{*}*")):
            return False
        name = next((str(value) for key, value in blip.attrib.items() if str(key).endswith("}embed")), "")
        return self._related.get(name, ("", ""))[1].lower().endswith((".jpg", ".jpeg"))

    def _fill(self, properties: etree._Element) -> str:
        """Return the colour of a fill (20.1.8): ``_CLEAR`` for none, "" where nothing is stated."""
        for each in properties.iterchildren("{*}*"):
            kind = kind_of(each)
            if kind not in _FILLS:
                continue
            if kind == "noFill":
                return _CLEAR
            if kind == "solidFill":
                return self._of_element(next(iter(each), None))
            if kind == "gradFill":
                stops = {self._of_element(next(iter(stop), None)) for stop in each.iterfind("{*}gsLst/{*}gs")}
                if stops and all(map(_is_white, stops)):
                    return _PAPER
                return stops.pop() if len(stops) == 1 else _MIXED
            return _MIXED
        return ""

    def _of_element(self, element: etree._Element | None) -> str:
        """Return a colour (20.1.2.3); ``_MIXED`` for one that is made lighter, darker or clear, or not known."""
        if element is None or len(element):
            return _MIXED
        kind, value = kind_of(element), element.get("val", "")
        if kind == "srgbClr":
            found = value
        elif kind == "schemeClr":
            found = self._theme.get(self._names.get(value, value), "")
        elif kind == "sysClr":
            found = element.get("lastClr", "")
        elif kind == "prstClr":
            found = _NAMED.get(value, "")
        elif kind == "scrgbClr":
            shares = [element.get(name, "").removesuffix("%") for name in ("r", "g", "b")]
            whole = all(share in ("100000", "100") for share in shares)
            found = _PAPER if whole else ""
        else:
            found = ""
        return found.upper() if _HEX.fullmatch(found) else _MIXED


def _is_drawn(shape: etree._Element) -> bool:
    """Tell whether a shape is drawn by itself: neither within a table or object, nor in place of another."""
    return next(shape.iterancestors("{*}graphicFrame", "{*}Fallback"), None) is None


def _holder(shape: etree._Element) -> etree._Element | None:
    named = child_of(shape, "nvSpPr")
    return None if named is None else named.find("{*}nvPr/{*}ph")


def _shape_of(run: etree._Element) -> etree._Element | None:
    return next(run.iterancestors(*(f"{{*}}{each}" for each in _SHAPES)), None)


def _drawn(root: etree._Element) -> Iterator[etree._Element]:
    """Yield what a layout or a master draws on its slides: placeholders are only places."""
    for each in root.iterfind("{*}cSld/{*}spTree/{*}*"):
        if kind_of(each) in _SHAPES and each.find("{*}*/{*}nvPr/{*}ph") is None:
            yield each


def _follows(holder: etree._Element, other: etree._Element) -> bool:
    if holder.get("idx") is not None and holder.get("idx") == other.get("idx"):
        return True
    return holder.get("type") is not None and holder.get("type") == other.get("type")


def _is_white(colour: str) -> bool:
    return _HEX.fullmatch(colour) is not None and all(int(colour[at : at + 2], 16) >= WHITISH for at in (0, 2, 4))


def _alike(one: str, other: str) -> bool:
    return one == other or _is_white(one) and _is_white(other)

"""Interpreting a PDF page so that each item knows how it was painted: colour, opacity, clip, layer.

pdfminer leaves that out: a character does not know its rendering mode, a shape does not know whether it is opaque, and
a form does not inherit the state it is painted with. Sections are those of ISO 32000-1.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from typing import Any, cast

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LTComponent, LTContainer
from pdfminer.pdfinterp import PDFGraphicState, PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, dict_value, list_value, resolve1, stream_value
from pdfminer.psparser import literal_name
from pdfminer.utils import MATRIX_IDENTITY, apply_matrix_rect, mult_matrix, translate_matrix

from archive.extract.pdf.annotations import Overlay
from archive.extract.pdf.fonts import Face
from archive.extract.pdf.layers import is_hidden
from archive.extract.pdf.operators import operations
from archive.extract.pdf.paint import Box, Paint, colour_of, common, ordered

# How many parts of a path are compared with each other.
_PARTS = 60
# From this rendering mode on, text narrows the clip to its outlines (9.3.6).
_CLIPS = 4
_EVERYWHERE: Box = (-inf, -inf, inf, inf)


class State(PDFGraphicState):
    """A graphics state with opacity and clip. A clip that is not a rectangle is kept as the box around it."""

    def __init__(self) -> None:
        super().__init__()
        self.opacity = 1.0
        # Blended into what is below, or through a mask (11.3.5, 11.6.5.3).
        self.blended = False
        self.clip: Box | None = None
        self.clip_is_exact = True

    def copy(self) -> "State":
        other = State.__new__(State)
        other.__dict__.update(self.__dict__)
        return other

    def clipped(self, box: Box, exact: bool) -> None:
        """Narrow the clip."""
        self.clip = box if self.clip is None else common(self.clip, box)
        self.clip_is_exact = self.clip_is_exact and exact

    def paint(self, mode: int = 0, off: bool = False, whole: bool = True) -> Paint:
        colour = colour_of(self.ncs.name, self.ncs.ncomponents, self.ncolor)
        plain = not self.blended and self.opacity >= 0.99 and colour is not None
        return Paint(colour, self.opacity, plain and whole and self.clip_is_exact, self.clip, mode, off)


def paint_of(item: LTComponent) -> Paint:
    """Return how an item was painted by ``Device``."""
    paint: Paint = vars(item)["paint"]
    return paint


def _note(item: LTComponent, paint: Paint) -> None:
    # pdfminer's items have no place for it.
    vars(item)["paint"] = paint


class Shade(LTComponent):
    """An area filled with a gradient."""


class Run(LTComponent):
    """The characters of a string: what each shows ("" if that is not known), its box and its size."""

    def __init__(self, face: Face, matrix: Any, paint: Paint) -> None:
        self.face = face
        self.matrix = matrix
        self.paint = paint
        self.characters: list[tuple[str, float, float, float, float, float]] = []

    def set(self, state: Any, parts: Iterable[object]) -> tuple[float, float]:
        """Set strings and the distances between them (9.4.3); return the place after them."""
        face, decode, size = self.face, self.face.font.decode, state.fontsize
        scaling = state.scaling * 0.01
        gap = state.charspace * scaling
        blank = 0 if face.font.is_multibyte() else state.wordspace * scaling
        step = 0.001 * size * scaling
        is_vertical = face.is_vertical
        low = face.descent * size + state.rise
        a, b, c, d, e, f = self.matrix
        wide = size * scaling
        is_level = not (b or c or is_vertical) and a > 0 and d > 0 and wide > 0
        x, y = state.linematrix
        y0, y1 = d * (y + low) + f, d * (y + low + size) + f
        add = self.characters.append
        is_first = True
        for part in parts:
            if isinstance(part, int | float):
                moved = -part * step
                x, y = (x, y + moved) if is_vertical else (x + moved, y)
                is_first = False
            elif isinstance(part, bytes) and is_level:
                for code in decode(part):
                    text, width = face[code]
                    if not is_first:
                        x += gap
                    is_first = False
                    x0 = a * x + e
                    x += width * wide
                    add((text, x0, y0, a * x + e, y1, y1 - y0))
                    if code == 32:
                        x += blank
            elif isinstance(part, bytes):
                for code in decode(part):
                    text, width = face[code]
                    if not is_first:
                        x, y = (x, y + gap) if is_vertical else (x + gap, y)
                    is_first = False
                    self._place(text, x, y, self._box(code, width * wide, size, low, state.rise))
                    after = width * wide + (blank if code == 32 else 0)
                    x, y = (x, y + after) if is_vertical else (x + after, y)
        return x, y

    def _box(self, code: int, advance: float, size: float, low: float, rise: float) -> Box:
        """Return the box of a character around its origin (9.7.4.3)."""
        if not self.face.is_vertical:
            return 0, low, advance, low + size
        right, up = cast(Any, self.face.font.char_disp(code))
        left = size * 0.5 if right is None else right * size * 0.001
        top = (1000 - up) * size * 0.001
        return -left, top + rise + advance, size - left, top + rise

    def _place(self, text: str, x: float, y: float, box: Box) -> None:
        x0, y0, x1, y1 = ordered(apply_matrix_rect(translate_matrix(self.matrix, (x, y)), box))
        self.characters.append((text, x0, y0, x1, y1, x1 - x0 if self.face.is_vertical else y1 - y0))

    def bound(self) -> None:
        """Set the box around all characters, and the smallest size."""
        _, lefts, bottoms, rights, tops, sizes = zip(*self.characters, strict=True)
        self.set_bbox((min(lefts), min(bottoms), max(rights), max(tops)))
        self.size: float = min(sizes)


class Over(LTContainer[LTComponent]):
    """What an overlay's appearance draws."""

    def __init__(self, box: Box, overlay: Overlay) -> None:
        super().__init__(box)
        self.overlay = overlay


class Device(PDFPageAggregator):
    """A device that notes how each item is painted (``paint_of``).

    ``seen`` is the part of the page that is shown, ``placed`` the matrix that places the page's coordinates.
    """

    def __init__(self, manager: PDFResourceManager) -> None:
        # No layout analysis: pdfminer's takes most of the time and knows neither table cells nor Chinese.
        super().__init__(manager, laparams=None)
        self.seen: Box = (0.0, 0.0, 0.0, 0.0)
        self.placed: Any = MATRIX_IDENTITY
        # By the identity of the font, which the face keeps.
        self._faces: dict[int, Face] = {}
        self.state = State()
        self.off = False

    def begin_page(self, page: PDFPage, ctm: Any) -> None:
        super().begin_page(page, ctm)
        # A box of no size is not one.
        boxes = [box for box in (ordered(apply_matrix_rect(ctm, page.cropbox)), self.cur_item.bbox) if _has_size(box)]
        shown = common(boxes[0], boxes[-1]) if boxes else _EVERYWHERE
        self.seen = shown if _has_size(shown) else boxes[-1]
        self.off = False
        self.placed = ctm

    @contextmanager
    def over(self, overlay: Overlay) -> Iterator[None]:
        """Collect what is drawn in an ``Over``, also if it breaks off."""
        below, depth = self.cur_item, len(self._stack)
        inside: Any = Over(below.bbox, overlay)
        self.cur_item, self.off = inside, False
        try:
            yield
        finally:
            del self._stack[depth:]
            self.cur_item = below
            below.add(inside)

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        """Add the characters of a string as one item, which is several times faster than pdfminer's one for each."""
        font = textstate.font
        face = self._faces.get(id(font)) or self._faces.setdefault(id(font), Face(font))
        run = Run(face, mult_matrix(textstate.matrix, self.ctm), graphicstate.paint(textstate.render, self.off))
        textstate.linematrix = run.set(textstate, seq)
        if run.characters:
            run.bound()
            self.cur_item.add(run)

    def render_image(self, name: str, stream: Any) -> None:
        super().render_image(name, stream)
        masked = any(key in stream for key in ("SMask", "Mask", "ImageMask", "IM"))
        _note(self.cur_item._objs[-1], self.state.paint(off=self.off, whole=not masked))

    def paint_path(self, gstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Sequence[Any]) -> None:
        parts = [part for part in _parts(path) if len(part) > 1]
        # One part may be a hole in another.
        whole = fill and _apart([ordered(apply_matrix_rect(self.ctm, _around(part))) for part in parts])
        paint = gstate.paint(off=self.off, whole=whole)
        for part in parts:
            before = len(self.cur_item._objs)
            super().paint_path(gstate, stroke, fill, evenodd, part)
            for item in self.cur_item._objs[before:]:
                _note(item, paint)

    def shade(self, state: State) -> None:
        item = Shade(self.seen if state.clip is None else state.clip)
        _note(item, state.paint(off=self.off))
        self.cur_item.add(item)


def _has_size(box: Box) -> bool:
    return box[0] < box[2] and box[1] < box[3]


class Interpreter(PDFPageInterpreter):
    """An interpreter that keeps opacity, clip and layers, and passes its state on to forms.

    ``overlays`` are drawn over the page that is processed next.
    """

    def __init__(self, manager: PDFResourceManager, device: Device, hidden: frozenset[int] = frozenset()) -> None:
        super().__init__(manager, device)
        self._device = device
        # The numbers of the optional content groups that are not shown.
        self._hidden = hidden
        self._inherited: State | None = None
        # For each open marked content, whether it is not shown.
        self._marked: list[bool] = []
        self._form: Box | None = None
        self.overlays: Sequence[Overlay] = ()

    def render_contents(self, resources: Any, streams: Any, ctm: Any = MATRIX_IDENTITY) -> None:
        super().render_contents(resources, streams, ctm)
        for overlay in self.overlays:
            if overlay.appearance is not None and not overlay.stale:
                self._draw(overlay, overlay.appearance, ctm)
        self.overlays = ()

    def execute(self, streams: Sequence[object]) -> None:
        """Execute content streams as one (7.8.2), but none within itself."""
        self.stream_ids.clear()
        parts: list[bytes] = []
        for each in streams:
            stream = stream_value(each)
            if stream.objid is not None and stream.objid not in self.parent_stream_ids:
                self.stream_ids.add(stream.objid)
                parts.append(stream.get_data())
        known: dict[bytes, tuple[Callable[..., object], int]] = {}
        for name, operands in operations(b"\n".join(parts)):
            if name not in known:
                known[name] = self._operator(name)
            act, count = known[name]
            # Some operators take from the stack as many as the colour space has components.
            self.argstack = operands[: len(operands) - count]
            if len(operands) >= count:
                act(*operands[len(operands) - count :])

    def _operator(self, name: bytes) -> tuple[Callable[..., object], int]:
        """Return what executes an operator, and how many operands it has."""
        written = name.decode("latin-1").replace("*", "_a").replace('"', "_w").replace("'", "_q")
        act = getattr(self, f"do_{written}", None)
        return (act, act.__code__.co_argcount - 1) if act is not None else (_ignore, 0)

    def _draw(self, overlay: Overlay, appearance: PDFStream, ctm: Any) -> None:
        """Draw the appearance of an annotation as a form (12.5.5); a broken one ends where it breaks."""
        self.init_state(ctm)
        self._form = ordered(apply_matrix_rect(ctm, overlay.box))
        own = resolve1(appearance.get("Resources"))
        with self._device.over(overlay):
            try:
                inner = self.subinterp()
                inner.render_contents(own or self.resources, [appearance], mult_matrix(overlay.matrix, ctm))
            except MemoryError:
                raise
            except Exception:
                # pdfminer lets any error through.
                overlay.lost = True

    def subinterp(self) -> "Interpreter":
        inner = Interpreter(self.rsrcmgr, self._device, self._hidden)
        inner.parent_stream_ids |= self.parent_stream_ids | self.stream_ids
        inner._inherited = self._state.copy()
        if self._form is not None:
            inner._inherited.clipped(self._form, exact=True)
        return inner

    @property
    def _state(self) -> State:
        return cast(State, self.graphicstate)

    def init_state(self, ctm: Any) -> None:
        super().init_state(ctm)
        self.graphicstate = self._inherited.copy() if self._inherited else State()

    def do_gs(self, name: Any) -> None:
        """Set opacity and blending (11.6.4.4, 11.6.5)."""
        found = resolve1(dict_value(self.resources.get("ExtGState", {})).get(literal_name(name)))
        settings = found if isinstance(found, dict) else {}
        opacity, blend, mask = (resolve1(settings.get(key)) for key in ("ca", "BM", "SMask"))
        if isinstance(opacity, int | float):
            self._state.opacity = float(opacity)
        if blend is not None or mask is not None:
            mode = blend[0] if isinstance(blend, list) and blend else blend
            plain = mode is None or literal_name(mode) in ("Normal", "Compatible")
            self._state.blended = not plain or isinstance(mask, dict)

    def do_W(self) -> None:
        if self.curpath:
            parts = _parts(self.curpath)
            box = ordered(apply_matrix_rect(self.ctm, _around(self.curpath)))
            self._state.clipped(box, exact=len(parts) == 1 and _is_rectangle(parts[0], self.ctm))

    def do_W_a(self) -> None:
        self.do_W()

    def do_TJ(self, seq: Any) -> None:
        super().do_TJ(seq)
        if self.textstate.render >= _CLIPS:
            self._state.clip_is_exact = False

    def do_sh(self, name: object) -> None:
        self._device.shade(self._state)

    def do_BMC(self, tag: Any) -> None:
        self._mark(False)
        super().do_BMC(tag)

    def do_BDC(self, tag: Any, props: Any) -> None:
        hidden = False
        if self._hidden and literal_name(tag) == "OC" and not isinstance(props, dict):
            known = dict_value(self.resources.get("Properties", {}))
            hidden = is_hidden(known.get(literal_name(props)), self._hidden)
        self._mark(hidden)
        super().do_BDC(tag, props)

    def do_EMC(self) -> None:
        if self._marked:
            self._device.off = self._marked.pop()
        super().do_EMC()

    def _mark(self, hidden: bool) -> None:
        self._marked.append(self._device.off)
        self._device.off = self._device.off or hidden

    def do_EI(self, obj: Any) -> None:
        self._device.state = self._state
        super().do_EI(obj)

    def do_Do(self, xobjid_arg: Any) -> None:
        self._device.state = self._state
        before, self._form = self._device.off, None
        found = self.xobjmap.get(literal_name(xobjid_arg))
        if found is not None:
            stream = stream_value(found)
            self._device.off = before or is_hidden(stream.get("OC"), self._hidden)
            if "BBox" in stream:
                placed: Any = list_value(stream.get("Matrix", [1, 0, 0, 1, 0, 0]))
                box: Any = list_value(stream["BBox"])
                self._form = ordered(apply_matrix_rect(mult_matrix(placed, self.ctm), box))
        super().do_Do(xobjid_arg)
        self._device.off = before


def _ignore() -> None:
    """Do nothing for an operator that is not known."""


def _parts(path: Sequence[Any]) -> list[Sequence[Any]]:
    """Split a path where its parts begin; one that does not begin with a part is not drawn."""
    starts = [at for at, step in enumerate(path) if step[0] == "m"]
    if not starts or starts[0]:
        return []
    return [path[start:end] for start, end in zip(starts, [*starts[1:], len(path)], strict=True)]


def _around(path: Iterable[Sequence[Any]]) -> Box:
    """Return the box around all points of a path."""
    numbers = [step[1:] for step in path]
    across = [float(each) for step in numbers for each in step[::2]] or [0.0]
    down = [float(each) for step in numbers for each in step[1::2]] or [0.0]
    return min(across), min(down), max(across), max(down)


def _is_rectangle(path: Sequence[Any], ctm: Any) -> bool:
    """Tell whether a path is a rectangle along the page's sides."""
    points = {(float(step[-2]), float(step[-1])) for step in path if len(step) > 2}
    across, down = {x for x, _ in points}, {y for _, y in points}
    level = (ctm[1] == ctm[2] == 0) or (ctm[0] == ctm[3] == 0)
    straight = all(step[0] in "mlh" for step in path)
    return level and straight and len(across) == len(down) == 2 and len(points) == 4


def _apart(boxes: Sequence[Box]) -> bool:
    """Tell whether no two boxes overlap; False for too many to compare."""
    if len(boxes) > _PARTS:
        return False
    return not any(
        one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
        for at, one in enumerate(boxes)
        for other in boxes[:at]
    )

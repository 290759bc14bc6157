"""A shorter way through WeasyPrint for the lines of `white-space: pre`, of which our long tables are made.

WeasyPrint lays out each line as if floats, footnotes, leaders and several inline boxes could stand in it. Where
there is nothing but one text, a line is its model, moved down and with other words. Whatever is not so simple, and
each line that is not as high as the model, goes the usual way. A test holds that the bytes come out the same.
"""

from collections.abc import Iterator
from typing import Any

from weasyprint.formatting_structure.boxes import TextBox
from weasyprint.layout import block
from weasyprint.layout.inline import get_next_linebox
from weasyprint.layout.inline import iter_line_boxes as usual_way
from weasyprint.layout.percent import resolve_percentages
from weasyprint.text.ffi import FROM_UNITS, pango
from weasyprint.text.line_break import create_layout, line_size


def install() -> None:
    """From now on WeasyPrint goes the shorter way, in this process."""
    block.iter_line_boxes = iter_line_boxes


def remove() -> None:
    """And from now on it does not."""
    block.iter_line_boxes = usual_way


def iter_line_boxes(
    context: Any, box: Any, position_y: Any, bottom_space: Any, skip_stack: Any, around: Any, *others: Any
) -> Iterator[tuple[Any, Any]]:
    """In place of WeasyPrint's, with its arguments: the lines of `box`, each with where the next one starts."""
    if not _is_plain(context, box, around, others):
        yield from usual_way(context, box, position_y, bottom_space, skip_stack, around, *others)
        return
    resolve_percentages(box, around)
    box.text_indent = 0
    model = None
    while True:
        line, resume_at = _like(model, context, box, position_y, skip_stack) if model else (None, None)
        if line is None:
            line, resume_at = get_next_linebox(context, box, position_y, bottom_space, skip_stack, around, *others)
            if line is None:
                return
            model = line if len(line.children) == 1 else model
        position_y = line.position_y + line.height
        yield line, resume_at
        if resume_at is None:
            return
        skip_stack = resume_at


def _is_plain(context: Any, box: Any, around: Any, others: tuple[Any, ...]) -> bool:
    style = box.style
    return (
        style["white_space"] == "pre"
        and len(box.children) == 1
        and type(box.children[0]) is TextBox
        and not context.excluded_shapes
        and not context.footnotes
        and style["text_indent"].value == 0
        and style["direction"] == around.style["direction"] == "ltr"
        and style["text_align_all"] in ("start", "left", "end", "right")
        and others[-2:] == (None, None)  # no style of a first letter or line
    )


def _like(model: Any, context: Any, box: Any, position_y: Any, skip_stack: Any) -> tuple[Any, Any]:
    """The next line made after `model`; (None, None) where that cannot be, such as for the last line."""
    ((index, inside),) = skip_stack.items()
    if index != 0 or not inside:
        return None, None
    (start,) = inside
    source = box.children[0]
    words, newline, _rest = source.text.encode()[start:].partition(b"\n")
    if not words or not newline:
        return None, None
    layout = create_layout(words.decode(), source.style, context, None, source.justification_spacing)
    first_line, _index = layout.get_first_line()
    width, height = line_size(first_line, source.style)
    baseline = pango.pango_layout_get_baseline(layout.layout) * FROM_UNITS
    layout.deactivate()
    before = model.children[0]
    if height != before.height or baseline + before.margin_top != before.baseline:
        return None, None
    text = before.copy_with_text(layout.text)
    text.width, text.pango_layout = width, layout
    line = model.copy_with_children([text])
    line.width = width
    if box.style["text_align_all"] in ("end", "right"):
        text.position_x += before.width - width
        line.position_x += model.width - width
    text.position_y += position_y - model.position_y
    line.position_y = position_y
    return line, {0: {start + len(words) + 1: None}}

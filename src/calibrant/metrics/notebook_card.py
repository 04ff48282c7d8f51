"""Card: what a notebook shows of a result, in the colours and letters of the notebook itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

__all__ = ["Tile", "card_html"]

RULE = "1px solid rgba(128,128,128,.4)"  # seen on light and on dark


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of a card: what it is called, the number as text, and lines below it."""

    label: str
    text: str
    below: tuple[str, ...] = ()


def card_html(
    *,
    title: str,
    headline: str,
    tiles: Sequence[Tile],
    picture: str,
    summary: str,
    folded: Sequence[str],
    notes: Sequence[str],
) -> str:
    """Card in HTML, without script, style sheet or colours of its own.

    Parameters
    ----------
    title, headline : str
        What was measured, and what may be said of it; no headline where nothing may.
    tiles : sequence of Tile
        The numbers that matter most.
    picture : str
        SVG, or nothing. It and `folded` are HTML; all else is text, and escaped.
    summary : str
        What the folded part is called.
    folded : sequence of str
        Tables that open on a click.
    notes : sequence of str
        Sentences at the foot.
    """
    told = [f'<div style="opacity:.75">{escape(title)}</div>']
    if headline:
        told.append(f'<div style="font-weight:600;margin:.2em 0 .5em">{escape(headline)}</div>')
    numbers = "".join(map(_tile_html, tiles))
    told += [f'<div style="display:flex;flex-wrap:wrap;gap:.4em 1.8em">{numbers}</div>'] * bool(
        tiles
    )
    body = f'<div style="flex:1 1 18em;min-width:0">{"".join(told)}</div>'
    beside = f'<div style="flex:none">{picture}</div>' if picture else ""
    rest = "\n".join(folded)
    foot = "".join(f'<p style="margin:.4em 0 0">{escape(note)}</p>' for note in notes)
    return (
        f'<div style="border:{RULE};border-radius:4px;padding:.7em 1em;max-width:46em;'
        'overflow-wrap:anywhere">\n'
        f'<div style="display:flex;flex-wrap:wrap;gap:.6em 1.5em">{body}{beside}</div>\n'
        f'<details style="margin-top:.5em;overflow-x:auto"><summary>{escape(summary)}</summary>\n'
        f"{rest}\n</details>\n{foot}</div>"
    )


def _tile_html(tile: Tile) -> str:
    small = '<div style="opacity:.75;font-size:85%">'
    below = "".join(f"{small}{escape(line)}</div>" for line in tile.below)
    return (
        f"<div>{small}{escape(tile.label)}</div>"
        f'<div style="font-size:130%">{escape(tile.text)}</div>{below}</div>'
    )

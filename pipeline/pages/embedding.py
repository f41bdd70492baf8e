"""Putting everything a page needs into its one file.

Here: scripts, styles, fonts and data as text, the content security policy over them, and folium's map. Not here: what a
page shows (``country``, ``dossier``, ``brief``), HTML (``templates``).
"""

import base64
import hashlib
import json
import zlib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
FONTS = (("thai", "U+02D7, U+0303, U+0331, U+0E01-0E5B, U+200C-200D, U+25CC"), ("latin", ""))
FONT_WEIGHTS = (400, 600)


@cache
def environment() -> Environment:
    """Jinja2, escaping everything, refusing a name it does not know."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def static_text(*files: str) -> str:
    """Files of ``static``, concatenated without change."""
    return "\n".join((STATIC / file).read_text(encoding="utf-8") for file in files)


def script(*files: str) -> Markup:
    """JavaScript files of ``static`` as the text of one script element."""
    return safe_script(static_text(*files))


def safe_script(text: str) -> Markup:
    """Script text that cannot end its element early."""
    return Markup(text.replace("</script", "<\\/script").replace("<!--", "<\\!--"))  # noqa: S704


def style(*files: str) -> Markup:
    """Style sheets of ``static`` as the text of one style element; none may end it early."""
    return Markup(static_text(*files).replace("</style", ""))  # noqa: S704


@cache
def fonts() -> Markup:
    """Sarabun as ``@font-face`` rules with the fonts in them."""
    rules = []
    for script_name, letters in FONTS:
        for weight in FONT_WEIGHTS:
            data = (STATIC / "sarabun" / f"sarabun-{script_name}-{weight}-normal.woff2").read_bytes()
            span = f"unicode-range:{letters};" if letters else ""
            rules.append(
                f"@font-face{{font-family:Sarabun;font-weight:{weight};font-display:block;{span}"
                f"src:url(data:font/woff2;base64,{base64.b64encode(data).decode()}) format('woff2')}}"
            )
    return Markup("\n".join(rules))  # noqa: S704


def json_text(value: Any) -> Markup:
    """A value as the text of a JSON script element: no markup in it can end the element.

    >>> json_text({"name": "</script>"})
    Markup('{"name":"\\\\u003c/script>"}')
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704


def packed_json(value: Any) -> str:
    """A value as deflated JSON in base64, as ``Page.unpackedJson`` reads it."""
    return packed_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


@lru_cache(maxsize=64)
def packed_text(text: str) -> str:
    """A text, deflated, in base64. A script packed so runs under the hash of the text it unpacks to."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def security_policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """A content security policy under which only these scripts and styles run, and nothing is fetched."""

    def hashes(texts: Sequence[str]) -> str:
        return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(t.encode()).digest()).decode()}'" for t in texts)

    return (
        f"default-src 'none'; script-src {hashes(scripts)}; style-src {hashes(styles)}; img-src data:;"
        " font-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def folium_map(name: str, bounds: Sequence[Sequence[float]]) -> tuple[Markup, Markup]:
    """folium's map: its element and its script.

    folium sets up the element, the map with its options, the bounds, the scale, and the panes that keep borders and
    campuses above the districts. Scripts find the map in the variable that has the name of its element. The districts
    are drawn by ``map.js``: one layer in TopoJSON that is restyled needs an eighth of the bytes of a folium choropleth
    per map. The zoom buttons are there too, since folium gives them no titles in two languages.

    Of folium's figure only body and script are used: its header holds links to files on the internet and a viewport
    that forbids zooming. folium numbers its variables at random; here they get names, so that the same figures give the
    same bytes.

    Args:
        name: the name of the element and of the variable.
        bounds: what the map shows at first, as ((south, west), (north, east)) in degrees.
    """
    import folium
    from folium.map import CustomPane

    made = folium.Map(tiles=None, zoom_control=False, zoom_snap=0.1, attribution_control=False, control_scale=True)
    borders = CustomPane("borders", z_index=450, pointer_events=False).add_to(made)
    campuses = CustomPane("campuses", z_index=451, pointer_events=True).add_to(made)
    made.fit_bounds(bounds)
    figure: Any = made.get_root()
    figure.render()
    element, code = figure.html.render(), figure.script.render()
    for part, given in ((made, name), (borders, f"{name}_borders"), (campuses, f"{name}_campuses")):
        element, code = (text.replace(part.get_name(), given) for text in (element, code))
    return Markup(element), safe_script(code)  # noqa: S704

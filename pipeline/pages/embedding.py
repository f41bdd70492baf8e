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
    """Set up Jinja2, which escapes everything and refuses a name that it does not know.

    Returns:
        The environment of all templates, the same on every call.
    """
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def static_text(*files: str) -> str:
    """Read files of ``static``.

    Args:
        files: their paths in that folder.

    Returns:
        Their texts, one after the other, unchanged.
    """
    return "\n".join((STATIC / file).read_text(encoding="utf-8") for file in files)


def script(*files: str) -> Markup:
    """Read JavaScript files of ``static`` as one script.

    Args:
        files: their paths in that folder, in the order in which they run.

    Returns:
        The text of one script element.
    """
    return safe_script(static_text(*files))


def safe_script(text: str) -> Markup:
    """Escape a script so that it cannot end its element early.

    Args:
        text: JavaScript.

    Returns:
        The same program as the text of a script element.
    """
    return Markup(text.replace("</script", "<\\/script").replace("<!--", "<\\!--"))  # noqa: S704


def style(*files: str) -> Markup:
    """Read style sheets of ``static`` as one.

    Args:
        files: their paths in that folder; of rules in conflict the last one applies.

    Returns:
        The text of one style element, which it cannot end early.
    """
    return Markup(static_text(*files).replace("</style", ""))  # noqa: S704


@cache
def fonts() -> Markup:
    """Embed the font Sarabun.

    Returns:
        ``@font-face`` rules with the fonts in them, in base64.
    """
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
    """Write a value as the text of a JSON script element: no markup in it can end the element.

    Args:
        value: anything that JSON knows.

    Returns:
        JSON without spaces, in which ``<`` is escaped.

    >>> json_text({"name": "</script>"})
    Markup('{"name":"\\\\u003c/script>"}')
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704


def packed_json(value: Any) -> str:
    """Pack a value for ``Page.unpackedJson``.

    Args:
        value: anything that JSON knows.

    Returns:
        The value as JSON, deflated, in base64.
    """
    return packed_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


@lru_cache(maxsize=64)
def packed_text(text: str) -> str:
    """Pack a text. A script packed in this way runs under the hash of the text that it unpacks to.

    Args:
        text: of any length.

    Returns:
        The text in UTF-8, deflated, in base64.
    """
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def security_policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """Write a content security policy under which only these scripts and styles run, and nothing is fetched.

    Args:
        scripts: the text of each script element, and of each packed script.
        styles: the text of each style element.

    Returns:
        The content of a ``Content-Security-Policy`` header.
    """

    def hashes(texts: Sequence[str]) -> str:
        return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(t.encode()).digest()).decode()}'" for t in texts)

    return (
        f"default-src 'none'; script-src {hashes(scripts)}; style-src {hashes(styles)}; img-src data:;"
        " font-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def folium_map(name: str, bounds: Sequence[Sequence[float]]) -> tuple[Markup, Markup]:
    """Make folium's map.

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

    Returns:
        The HTML of the element, and the script that sets up the map in it.
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

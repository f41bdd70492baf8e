"""Putting everything a page needs into its one file.

Here: scripts, styles, fonts and data as text, the content security policy over them, and folium's map without
the files it would fetch. Not here: what a page shows (``country``), HTML (``templates``).
"""

import base64
import hashlib
import json
import re
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
def script(*files: str) -> Markup:
    """JavaScript files of ``static`` as the text of one script element."""
    text = "\n".join((STATIC / file).read_text(encoding="utf-8") for file in files)
    # What only a reader of the file needs: where its source map is, comments on lines of their own, indentation.
    for unneeded in (r"^//# sourceMappingURL=.*$", r"^ */\*[^*]*\*/$", r"^ *// .*$", r"^ +"):
        text = re.sub(unneeded, "", text, flags=re.MULTILINE)
    text = re.sub(r"\n{2,}", "\n", text)
    return safe_script(text)


def safe_script(text: str) -> Markup:
    """Script text that cannot end its element early."""
    return Markup(text.replace("</script", "<\\/script").replace("<!--", "<\\!--"))  # noqa: S704


@cache
def style(*files: str) -> Markup:
    """Style sheets of ``static`` as the text of one style element; pictures they would fetch are left out."""
    text = "\n".join((STATIC / file).read_text(encoding="utf-8") for file in files)
    text = re.sub(r"url\((?!data:|#)[^)]*\)", "none", text)
    text = re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))
    return Markup(text.replace("</style", ""))  # noqa: S704


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


def data(value: Any) -> Markup:
    """A value as the text of a JSON script element: no markup in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))  # noqa: S704


def packed(value: Any) -> str:
    """A value as deflated JSON in base64: for the many sentences that are read one at a time."""
    return packed_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False))


@lru_cache(maxsize=64)
def packed_text(text: str) -> str:
    """A text, deflated, in base64. A script so packed runs under the policy's hash of the text it unpacks to."""
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def security_policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """A content security policy under which only these scripts and styles run, and nothing is fetched."""

    def hashes(texts: Sequence[str]) -> str:
        return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(t.encode()).digest()).decode()}'" for t in texts)

    return (
        f"default-src 'none'; script-src {hashes(scripts)}; style-src {hashes(styles)}; img-src data:;"
        " font-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def folium_map(name: str, bounds: Sequence[Sequence[float]], after: str) -> tuple[Markup, Markup]:
    """folium's map, fitted to ``bounds`` ((south, west), (north, east)): its element and its script.

    ``after`` is a JavaScript function that is called with the map. folium's header is left out: it holds only
    what would be fetched, and a viewport that forbids zooming. Ids are fixed, so that the bytes are too.
    """
    import folium

    class OfflineMap(folium.Map):
        default_js: list[tuple[str, str]] = []  # noqa: RUF012  (folium's own class attributes, emptied)
        default_css: list[tuple[str, str]] = []  # noqa: RUF012

    offline = OfflineMap(tiles=None, zoom_control=False, zoom_snap=0.1, attribution_control=False)
    offline._id = name
    offline.fit_bounds(bounds)
    figure: Any = offline.get_root()
    figure.render()
    code = f"{figure.script.render()}\n{after}({offline.get_name()});"
    return Markup(figure.html.render()), safe_script(code)  # noqa: S704

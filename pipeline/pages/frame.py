"""What every page shows around its own content: banners, sources, ids, the map, the scripts.

Here: the frame, and how values and codes go into a page's data. Not here: that content (``country``, ``dossier``,
``brief``), the tables it comes from (``pipeline.figures``), how scripts and data get into a file (``embedding``).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import pandas as pd

from pipeline.categories import HOUSEHOLD_ROWS, POOLED_ROWS, PUBLISHED_COUNTS, PUBLISHED_RATES
from pipeline.criterion import COUNT, CRITERIA, Words
from pipeline.figures import Figures
from pipeline.layers import GROUPS
from pipeline.pages import classes, embedding

LIBRARIES = ("leaflet/leaflet.js", "topojson-client/topojson-client.min.js")
# The tables that every page reads.
FRAME = ("policy", "inputs", "district_criteria", "district_shapes")


def page(
    template: str,
    figures: Figures,
    scripts: Sequence[str],
    styles: Sequence[str],
    *,
    bounds: Sequence[float] | None = None,
    **content: Any,
) -> bytes:
    """Fill a template with its content, in the frame that all pages share.

    Args:
        template: a file of ``templates``.
        figures: the tables of the run that the page declares.
        scripts: files of ``static/app``, in addition to those that every page has.
        styles: files of ``static/app``.
        bounds: west, south, east, north in degrees of a page with a map. Its scripts are packed: they run after the
            libraries and after folium has set up the map.
        content: anything else that the template shows.

    Returns:
        The HTML, in UTF-8.
    """
    inline, packed = embedding.script(*_in_app("common.js", *scripts)), []
    sheets = [embedding.fonts(), embedding.style(*_in_app(*styles))]
    element = ""
    if bounds is not None:
        west, south, east, north = (float(edge) for edge in bounds)
        element, code = embedding.folium_map("map_thailand", ((south, west), (north, east)))
        inline = embedding.script(*_in_app("common.js", "boot.js"))
        packed = [embedding.script(*LIBRARIES), code, embedding.script(*_in_app(*scripts))]
        sheets.insert(1, embedding.style("leaflet/leaflet.css"))
    html = (
        embedding.environment()
        .get_template(template)
        .render(
            csp=embedding.security_policy([inline, *packed], sheets),
            script=inline,
            packed=[embedding.packed_text(code) for code in packed],
            styles=sheets,
            map_element=element,
            **{"code": "", **_of_every_page(figures), **content},
        )
    )
    return html.encode("utf-8")


def _in_app(*files: str) -> list[str]:
    return [f"app/{file}" for file in files]


def _of_every_page(figures: Figures) -> dict[str, Any]:
    """What every page shows of the run: policy, sources, kinds of figures."""
    policy, facts = figures.policy, figures["district_criteria"]
    maps = classes.map_words(figures.words)
    return {
        "policy": policy,
        "run_id": figures.run_id,
        "words": figures.words,
        "criteria": CRITERIA,
        "score": maps[-1],
        "maps": maps,
        "count": COUNT,
        "sample": figures.sample,
        "sources": figures.sources,
        "smallest_count": policy.households.smallest_count,
        "not_scored": [group for group, layers in GROUPS.items() if not any(layer.scored for layer in layers)],
        "national_rate_pct": float(facts["national_rate_pct"].max()),
        "unit": facts["poverty_unit"].dropna().iloc[0] if facts["poverty_unit"].notna().any() else "persons",
        "counts_by_source": _counts_by_source(facts["figures_from"]),
        "survey_year": _published_year(facts),
        "measure": policy.poverty.measure,
    }


def _published_year(facts: pd.DataFrame) -> int | None:
    """The survey year of the published figures; None where every district has household rows."""
    years = facts.loc[facts["published_by"].notna(), "survey_year"]
    return None if years.empty else int(years.max())


def _counts_by_source(figures_from: pd.Series) -> dict[str, int]:
    """How many districts have published figures, of these counts, household rows, and of these pooled ones."""
    counts = figures_from.value_counts()
    rates, counted, rows, pooled = (
        int(counts.get(name, 0)) for name in (PUBLISHED_RATES, PUBLISHED_COUNTS, HOUSEHOLD_ROWS, POOLED_ROWS)
    )
    return {"published": rates + counted, "counted": counted, "by_rows": rows + pooled, "pooled": pooled}


# Every page has this line, those of earlier versions too. If a run fails or is missed, the banner goes below it.
BANNER_MARKER = b"</header>\n"


def out_of_date(day: date, missed: date, *, failed: bool) -> bytes:
    """Write the banner of pages that are out of date.

    Args:
        day: the day the pages were made.
        missed: the day of the run that failed or did not start.
        failed: whether that run failed; else it did not start.

    Returns:
        HTML in UTF-8, one paragraph.
    """
    template = embedding.environment().get_template("out_of_date.html")
    html = template.render(day_of_run=day.isoformat(), missed=missed.isoformat(), failed=failed)
    return f"{html}\n".encode()


def word_lists(figures: Figures, names: Iterable[str]) -> dict[str, list[Words]]:
    """List the words of codes: ``coded`` columns hold positions in these lists.

    Args:
        figures: its ``words`` have the words of each kind of code.
        names: the kinds of code that a page shows.

    Returns:
        For each kind its words, in their order.
    """
    return {name: list(figures.words[name].values()) for name in names}


def coded(figures: Figures, name: str, values: Iterable[Any]) -> list[int | None]:
    """Write the codes of a column as positions in ``word_lists``.

    Args:
        figures: its ``words`` have the words of each kind of code.
        name: the kind of code.
        values: codes; some may be missing.

    Returns:
        Positions from 0, in the same order; None if the code is missing.
    """
    codes = list(figures.words[name])
    return [None if pd.isna(value) else codes.index(value) for value in values]


def number(value: Any, digits: int) -> float | None:
    """Round a number for a page's data.

    Args:
        value: a number, or what pandas has for a missing one.
        digits: decimals that are kept.

    Returns:
        The rounded number; None if it is missing.
    """
    return None if pd.isna(value) else round(float(value), digits)


def whole(value: Any) -> int | None:
    """Round to a whole number for a page's data.

    Args:
        value: a number, or what pandas has for a missing one.

    Returns:
        The nearest whole number; None if it is missing.
    """
    return None if pd.isna(value) else round(float(value))


def exact(value: Any) -> float | None:
    """Keep a number as it is for a page's data.

    Args:
        value: a number, or what pandas has for a missing one.

    Returns:
        The number with all its digits; None if it is missing.
    """
    return None if pd.isna(value) else float(value)


def flag(value: Any) -> int | None:
    """Write true and false for a page's data.

    Args:
        value: true, false, or what pandas has for a missing value.

    Returns:
        1 or 0; None if the value is missing.
    """
    return None if pd.isna(value) else int(bool(value))

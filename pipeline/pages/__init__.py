"""What planners open. Each page is one file that works from a USB stick with the network off.

``frame`` has what every page shows; ``country``, ``dossier`` and ``brief`` make the pages, with ``shortlist_section``,
and ``pictures`` the maps for letters; maps are drawn from ``classes`` and ``outlines``; ``embedding`` puts
scripts, styles, fonts and data into one file. ``templates`` and ``static`` hold HTML, CSS and JavaScript. Not here: any
figure that is not in a table already.
"""

from pipeline.pages import brief, classes, country, dossier, pictures

__all__ = ["brief", "classes", "country", "dossier", "pictures"]

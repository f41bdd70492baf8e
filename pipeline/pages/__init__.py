"""What planners open. Each page is one file that works from a USB stick with the network off.

``frame`` holds the tables of a run and what stands on every page; ``country``, ``dossier`` and ``brief`` build the
pages, ``pictures`` the maps for letters; ``classes`` and ``outlines`` are what maps are drawn from; ``embedding`` puts
scripts, styles, fonts and data into one file. ``templates`` and ``static`` hold HTML, CSS and JavaScript. Not here: any
figure that is not in a table already.
"""

from pipeline.pages import brief, classes, country, dossier, pictures

__all__ = ["brief", "classes", "country", "dossier", "pictures"]

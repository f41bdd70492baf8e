"""The figures of all pages and downloads, from the tables of a workspace: what the asset decorator hands to each."""

import pytest
from matplotlib.figure import Figure as Picture
from matplotlib.text import Text

from pipeline import downloads, sentences, workbooks
from pipeline.figures import Figures
from pipeline.pages import brief, country, dossier, pictures
from pipeline.policy import from_table
from pipeline.project import Paths
from pipeline.runs.publishing import RunIdentity
from pipeline.stored_tables import LoadedTables, Tables


def figures_of(paths: Paths) -> Figures:
    """The tables that any page or download declares, with policy, run id and words."""
    stored = Tables(paths.workspace)
    declared = {name for page in (brief, country, dossier, pictures) for name in page.TABLES}
    declared |= {*workbooks.WORKBOOK_TABLES, *downloads.DOWNLOAD_TABLES}
    tables = {name: stored.shapes(name) if name == "district_shapes" else stored(name) for name in declared}
    official = from_table(tables["policy"])
    return Figures(LoadedTables(tables), official, RunIdentity(paths).of(official), sentences.for_page(official))


def texts_of_picture(figures: Figures, layer: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text drawn in the picture of one map."""
    found: list[str] = []
    save = Picture.savefig

    def noting(picture: Picture, *given: object, **options: object) -> None:
        found.extend(text.get_text() for text in picture.findobj(Text))
        save(picture, *given, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Picture, "savefig", noting)
        patched.setattr(pictures, "MAPS", (layer,))
        pictures.map_pictures(figures)
    return found

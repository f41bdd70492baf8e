"""The figures of all pages and downloads, from the tables of a workspace: what the asset decorator hands to each."""

from pipeline import downloads, sentences, workbooks
from pipeline.figures import Figures
from pipeline.pages import brief, country, dossier, pictures
from pipeline.policy import from_table
from pipeline.runs.publishing import RunIdentity
from pipeline.workspace import LoadedTables, Paths, Tables


def figures_of(paths: Paths) -> Figures:
    """The tables that any page or download declares, with policy, run id and words."""
    stored = Tables(paths.workspace)
    declared = {name for page in (brief, country, dossier, pictures) for name in page.TABLES}
    declared |= {*workbooks.WORKBOOK_TABLES, *downloads.DOWNLOAD_TABLES}
    tables = {name: stored.shapes(name) if name == "district_shapes" else stored(name) for name in declared}
    official = from_table(tables["policy"])
    return Figures(LoadedTables(tables), official, RunIdentity(paths).of(official), sentences.for_page(official))

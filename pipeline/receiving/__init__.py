"""Files brought in: fetched from the sources in a table, or taken up from the inbox, checked, and put in their place.

Here: the table of sources (``source_table``), addresses that may be reached (``reaching``), downloads
(``downloading``, ``portals``), what a file contains (``content``), the check of a file before it replaces another
(``staged``), its place and its sidecar (``filing``), what became of it (``outcome_records``), and the two ways in
(``fetching``, ``inbox``). Not here: what the content of a file means (``sources``, ``households``), when files are
brought in (``orchestration``). Nothing here reaches a network unless a source is switched on.
"""

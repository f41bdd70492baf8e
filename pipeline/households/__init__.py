"""Household rows, from files under agreement to figures of districts: the only room that reads rows of households.

In the order of the data: ``files`` lists what was received, ``mapping`` names its columns, ``opening`` opens a file for
DuckDB (``workbook`` for .xlsx), ``staging`` reads it to typed rows with pseudonyms (``pseudonyms``), ``placing`` finds
the districts (``placing``), ``balance`` accounts for every row, ``counting`` runs these steps, ``measures`` computes
what may be published, and ``kept`` keeps the result until something changes. The statements are in ``sql`` and run by
``database``. ``sample`` invents rows. Other rooms get counts of districts, and file, line, column and reason of each
row that is not used. Not here: the poverty criterion (``criteria.poverty``), assets.
"""

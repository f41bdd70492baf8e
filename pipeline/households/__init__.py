"""Household rows, from files under agreement to figures of districts: the only room that reads rows of households.

In the order of the data: ``files`` lists what was received, ``mapping`` names its columns and ``answers`` its words,
``opening`` opens a file for DuckDB, ``staging`` reads it to typed rows with pseudonyms (``pseudonyms``), ``placing``
finds the districts, ``joining`` makes households of the rows, ``balance`` accounts for every row, ``counting`` runs
these steps, ``measures`` computes what may be published, and ``kept`` keeps the result until something changes. The
statements are in ``sql`` and run by ``database``. ``sample`` invents rows. Other rooms get counts of districts, and
file, line, column and reason of each row that is not used. Not here: the criterion (``criteria.poverty``), assets.
"""

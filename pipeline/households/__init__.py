"""Household rows, from files under agreement to figures of districts: the only room that ever sees a household.

``files`` opens what was received (``encodings``, ``workbook``), ``mapping`` names its columns, ``pseudonyms`` hides who
it is, ``spellings`` finds the district, ``steps`` runs it all in DuckDB (``sql``), ``intake`` keeps the result,
``measures`` makes what may be published, and ``sample`` invents rows to try it with. What leaves this room is counts of
districts, and of each row not used its file, line, column and reason. Not here: the poverty criterion
(``criteria.poverty``), assets.
"""

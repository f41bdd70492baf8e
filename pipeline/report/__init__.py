"""Output on a terminal, printed with rich.

Here: ``inputs``, ``listing``, ``explained``, ``comparisons`` and ``policies``, one module per group of commands, and
``terminal``, which they share. Not here: pages (``pages``), any figure that another module has not computed.
"""

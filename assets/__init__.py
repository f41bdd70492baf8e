"""What exists, in reading order: ``raw``, ``district``, ``pilots``; ``checks`` warns. How is said in ``pipeline``."""

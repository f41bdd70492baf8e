"""District boundaries: the outline of each district, from the boundary file that the user has.

``boundary_folder`` chooses the file, ``vector_files`` opens it, ``district_layer`` finds the layer of districts and
which district each shape is, ``coverage`` gives neighbours one common border. Not here: codes and names
(``gazetteer``), neighbours and distances (``pipeline.places``), maps (``pipeline.pages``).
"""

from pipeline.sources.boundaries.boundary_folder import CARRIED, district_shapes, read_boundary_file
from pipeline.sources.boundaries.coverage import WGS84

__all__ = ["CARRIED", "WGS84", "district_shapes", "read_boundary_file"]

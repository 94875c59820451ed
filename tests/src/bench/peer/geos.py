# Points in outlines by GEOS: candidates from its STRtree, the decision by prepared geometries, all in bulk calls so that Python costs nothing.
# Arguments: a file with one WKT polygon a line, a file of x, y pairs as native doubles. Prints version, hits and seconds of one core.
import sys
import time

import numpy
import shapely

outlines = numpy.array(shapely.from_wkt(open(sys.argv[1]).read().splitlines()))
places = numpy.fromfile(sys.argv[2]).reshape(-1, 2)
points = shapely.points(places)
shapely.prepare(outlines)
tree = shapely.STRtree(outlines)
tree.query(points[:1000])
start = time.process_time()
found, candidates = tree.query(points)
inside = shapely.intersects_xy(outlines[candidates], places[found, 0], places[found, 1])
hits = len(numpy.unique(found[inside]))
print(shapely.geos_version_string, hits, time.process_time() - start)

"""Head models: a morphable mesh, an OBJ file or the built-in head."""

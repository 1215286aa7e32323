"""Public data sets that are not lists of pictures: videos, JSON labels and HDF5, each with its official protocols."""

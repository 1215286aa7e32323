"""The networks of the FeatherNets papers and of this project, behind one registry."""

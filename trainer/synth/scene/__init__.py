"""Scenes: meshes, light, rooms, setups and the rasteriser."""

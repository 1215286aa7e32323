"""The connected cameras, and the panel with the settings of the open one."""

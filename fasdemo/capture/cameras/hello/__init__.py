"""Windows Hello cameras: a colour and an infrared camera with a pulsed lamp in one USB device."""

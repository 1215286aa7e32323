"""A server for other software: REST, WebSocket, MJPEG preview, MQTT and webhooks; see `docs/serve.md`."""

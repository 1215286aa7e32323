"""The file format of labelled sessions: schema, reader, writer, repair and deletion."""

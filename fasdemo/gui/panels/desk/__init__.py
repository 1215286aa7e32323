"""Parts of the recording desk beside the form: conditions, the last seconds, coverage and export."""

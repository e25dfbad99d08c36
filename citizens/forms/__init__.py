"""Forms: wording, widgets and the cleaning of what people type."""

"""The systems that come with the package, as model files."""

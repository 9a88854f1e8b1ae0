"""The version, once: the package's metadata, its documentation and CITATION.cff are held to it."""

__version__ = "0.2.0"

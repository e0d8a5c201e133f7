"""The templates of this package, set up alike wherever one is filled."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment(folder: str, autoescape: bool) -> Environment:
    """Return an environment over a folder beside this module; a name that nobody fills is an error."""
    return Environment(
        loader=PackageLoader("advisor.render", folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=autoescape,
    )

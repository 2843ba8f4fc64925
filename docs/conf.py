"""Settings of the documentation site: `nox -s docs` builds it strictly into build/site."""

from typing import Any

from futureagi_simulate import __version__
from futureagi_simulate_api import models

for _name in models.__all__:
    setattr(models, _name, getattr(models, _name))  # autodoc finds only what was imported already

project = "futureagi-simulate"
author = "futureagi-simulate contributors"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_copybutton"]
default_role = "code"  # docstrings write names in single backticks
nitpicky = False
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
suppress_warnings = ["misc.highlighting_failure", "ref.python"]
copybutton_prompt_text = "$ "
copybutton_line_continuation_character = "\\"

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "groupwise"
autodoc_default_options = {"members": True, "undoc-members": True, "exclude-members": "__init__, __new__"}
autodoc_mock_imports: list[str] = []
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"futureagi-simulate {__version__}"
html_copy_source = False
html_show_sphinx = False
html_extra_path = ["llms.txt"]
html_static_path = ["static"]


def _escape(_app: object, _what: str, _name: str, _obj: object, _options: object, lines: list[str]) -> None:
    """Escape the asterisk of "*=90" in docstrings: it isn't emphasis."""
    lines[:] = [line.replace('"*=', '"\\*=') for line in lines]


def setup(app: Any) -> None:
    """Register what docstrings need."""
    app.connect("autodoc-process-docstring", _escape)

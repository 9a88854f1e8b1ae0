"""The documentation: executed, offline, with live nodes in the text. `make docs` builds it; a warning is an error.

What the code knows already is not written a second time: keywords, quantities, commands and the view come from it.
"""

import sys
from pathlib import Path
from typing import Any

from docutils.nodes import SkipNode
from latex2mathml.converter import convert

import nodescope
from nodescope.hosts.fragment import loader

HERE = Path(__file__).parent
MADE = HERE / "_made"
sys.path.insert(0, str(HERE))

from generated import write_all  # noqa: E402  # beside this file
from reveal import Reveal  # noqa: E402

project, author, version = "nodescope", "nodescope contributors", nodescope.__version__
release = version
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "sphinx_copybutton"]
exclude_patterns = ["_build"]
templates_path = ["_templates"]

nb_execution_mode = "force"
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True
nb_code_prompt_show = "See what it prints"
nb_code_prompt_hide = "What it prints"
nb_mime_priority_overrides = [("html", "text/html", 0), ("html", "application/vnd.jupyter.widget-view+json", None)]
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline"]
myst_heading_anchors = 3

autodoc_default_options = {"members": False}
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
nitpicky = False

html_theme = "pydata_sphinx_theme"
html_title = "nodescope"
html_static_path = ["_made/static"]
html_js_files = ["live.js"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_context = {"default_mode": "auto"}
html_copy_source = False
html_theme_options = {
    "navbar_align": "left",
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"index": []}
copyright = "MIT licence"  # noqa: A001  # Sphinx's name
html_math_renderer = "mathml"
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

_ONE_BUNDLE = loader()


def _share_the_bundle(_app: Any, _page: str, _template: str, context: dict[str, Any], _tree: Any) -> None:
    """Every live node of a page brings the bundle along; a site has it once, in a file of its own.

    What opens an output is called by the words that stand on it, and by no others.
    """
    if body := context.get("body"):
        context["body"] = body.replace(_ONE_BUNDLE, "").replace('<summary aria-label="Toggle hidden content">', "<summary>")


def _inline(self: Any, node: Any) -> None:
    self.body.append(convert(node.astext()))
    raise SkipNode


def _displayed(self: Any, node: Any) -> None:
    self.body.append(f'<div class="math">{convert(node.astext(), display="block")}</div>')
    raise SkipNode


def _bars_are_bars(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """|x| is a length, no substitution of reStructuredText."""
    lines[:] = [line if line.lstrip().startswith((">>>", "...", "+", "=")) else line.replace("|", r"\|") for line in lines]


def setup(app: Any) -> None:
    """Formulas are MathML, which browsers show by themselves: other renderers load a script from elsewhere."""
    write_all(MADE, _ONE_BUNDLE)
    app.add_directive("reveal", Reveal)
    app.add_html_math_renderer("mathml", (_inline, None), (_displayed, None))
    app.connect("autodoc-process-docstring", _bars_are_bars, priority=400)  # before numpydoc
    app.connect("html-page-context", _share_the_bundle)

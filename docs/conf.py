"""The documentation site, by Sphinx. Build: make docs (as strictly as `make check` does)."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from mosseval.version import __version__ as version  # noqa: E402

project = "mosseval"
author = "the mosseval authors"
copyright = "the mosseval authors, Apache-2.0"
release = version
extensions = ["myst_parser", "sphinx.ext.autodoc", "docs_commands", "docs_docstrings"]
exclude_patterns = ["_static"]

myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
add_module_names = False
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = f"mosseval {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

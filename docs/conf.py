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
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "docs_commands",
    "docs_docstrings",
    "docs_html",
]
templates_path = ["_templates"]
exclude_patterns = ["_static", "_templates"]

myst_heading_anchors = 4
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
add_module_names = False
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", Arial, sans-serif'
MONO = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace'

html_theme = "furo"
html_title = f"mosseval {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {
        "font-stack": SANS,
        "font-stack--monospace": MONO,
        "color-foreground-primary": "#16202c",
        "color-foreground-secondary": "#4a5667",
        "color-sidebar-caption-text": "#4a5667",
        "color-brand-primary": "#00558f",
        "color-brand-content": "#00558f",
        "color-code-background": "#f7f8fa",
        "color-inline-code-background": "#eef1f5",
        "color-table-border": "#d8dee6",
    },
    "dark_css_variables": {
        "color-background-primary": "#10161d",
        "color-background-secondary": "#18202a",
        "color-foreground-primary": "#e8edf3",
        "color-foreground-secondary": "#a9b5c4",
        "color-sidebar-caption-text": "#a9b5c4",
        "color-brand-primary": "#7cc4ff",
        "color-brand-content": "#7cc4ff",
        "color-code-background": "#18202a",
        "color-inline-code-background": "#202a36",
        "color-table-border": "#303c4a",
    },
}
"""The colours of the product's own pages (evaluator/mosseval/web/assets/look.css)."""
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

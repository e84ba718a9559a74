"""How pages, reports and charts look: templates, stylesheets, charts as SVG, and numbers as people write them."""

"""Charts as geometry; one template draws them as SVG."""

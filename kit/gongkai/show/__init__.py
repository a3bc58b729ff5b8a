"""Present built reports: index pages, the site, PDFs, JupyterLab, live preview."""

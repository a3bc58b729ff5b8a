"""Where built reports are seen: the page of all of them, paper, JupyterLab, a page that follows."""

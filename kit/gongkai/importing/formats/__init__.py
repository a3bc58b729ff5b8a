"""Documents of every format read into blocks: paragraphs, and tables of cells with their places."""

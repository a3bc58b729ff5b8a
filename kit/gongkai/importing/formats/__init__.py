"""Read documents of every format into blocks: paragraphs and tables of cells with places."""

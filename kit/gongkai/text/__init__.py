"""Read and compare what people type: files, figures, placeholders, names, sentences."""

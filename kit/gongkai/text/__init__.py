"""What people type, as it is read and compared: files, figures, placeholders, names, sentences."""

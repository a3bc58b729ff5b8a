"""Reports as office files: what a public page says, written for Word and for spreadsheets."""

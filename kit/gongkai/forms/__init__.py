"""The official forms, as data, and what reads them: a new edition is one YAML file here."""

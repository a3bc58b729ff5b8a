"""The official forms, one YAML file per edition, and the code that reads them."""

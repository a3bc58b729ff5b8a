"""x. Imports: errors."""


def write_index(o): ...

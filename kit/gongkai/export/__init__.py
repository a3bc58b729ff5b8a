"""Convert executed notebooks to pages: `content` selects outputs, `exporters` serve nbconvert.

The home of nbconvert.
"""

"""Executed notebooks become pages: `pages` decides what a copy holds, `exporters` serves nbconvert.

The home of nbconvert.
"""

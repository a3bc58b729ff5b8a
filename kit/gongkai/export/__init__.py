"""Executed notebooks become pages: `content` is what a copy holds, `exporters` serves nbconvert.

The home of nbconvert.
"""

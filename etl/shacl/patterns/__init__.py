"""The patterns of shapes: regular expressions, with the meaning that XPath gives them.

blocks       the blocks of Unicode
characters   sets of characters, and those that have names
expression   what patterns are made of, as a tree
parsing      patterns read
automaton    matching in a time that grows with the text alone
matching     which patterns Python's `re` matches, and which the automaton
"""

from etl.shacl.patterns.matching import Matcher, matcher, replacer

__all__ = ["Matcher", "matcher", "replacer"]

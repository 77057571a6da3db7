"""The patterns of shapes: regular expressions, with the meaning that XPath gives them.

blocks       the blocks of Unicode
characters   sets of characters, and those that have names
expression   patterns read into a tree
automaton    matching in a time that grows with the text alone
matching     which patterns Python's `re` matches, and which the automaton
"""

from etl.validation.patterns.matching import Matcher, matcher, replacer

__all__ = ["Matcher", "matcher", "replacer"]

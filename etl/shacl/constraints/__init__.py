"""The constraint components of SHACL Core, one module for each section of its chapter 4.

model         what a constraint is
value_type    4.1   class, datatype, nodeKind
cardinality   4.2   minCount, maxCount
value_range   4.3   minExclusive to maxInclusive
strings       4.4   minLength to uniqueLang
pairs         4.5   equals, disjoint, lessThan, lessThanOrEquals
logic         4.6   not, and, or, xone
shape_based   4.7   node, qualifiedValueShape
other         4.8   closed, hasValue, in
"""

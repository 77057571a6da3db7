"""The search index of a generation: films and people by all that they are called.

    search.sqlite
      label     every name: of which film or person, why it is theirs, folded, year, weight
      found     FTS5 over the words of the labels, and the year
      word      each of those words, and how many labels have it
      typo      hashes of each word, and of it with one letter left out → word

It is a function of the triples in the store, and is kept in step as these come and go.
"""

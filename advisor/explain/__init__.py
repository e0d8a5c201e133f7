"""Explain: a judgement to the result document, with words from the rules, the dictionary and the lexicon."""

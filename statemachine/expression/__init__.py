"""The expression language: tokens, the grammar, the abstract syntax tree and its places."""

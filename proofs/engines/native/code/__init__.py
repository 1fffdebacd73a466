"""Code generation: terms and rules as text of LLVM's intermediate representation."""

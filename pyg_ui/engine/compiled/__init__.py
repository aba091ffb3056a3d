"""Parts of a step in C++, compiled on the machine they run on, where it has a compiler. Nothing needs them."""

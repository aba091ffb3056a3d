"""Kernels in C++, compiled on the machine where they run if it has a compiler. Everything also works without them."""

// GPT's usual activation: x / 2 * (1 + tanh(u)), u = sqrt(2 / pi) * (x + 0.044715 * x^3).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "vectors.h"

// tanh by e^(-2|u|), which stays exact where tanh is near -1.
inline Floats gelu(Floats x) {
    const Floats doubled = 1.5957691216057308f * (x + 0.044715f * x * x * x);  // 2 u
    const Floats power = exponential(doubled < 0.0f ? doubled : -doubled);
    return x * (doubled < 0.0f ? power : all(1.0f)) / (1.0f + power);
}

inline void gelu(const float* from, int64_t count, float* to) {
    const int64_t whole = count / kLanes * kLanes;
    for (int64_t i = 0; i < whole; i += kLanes) store(to + i, gelu(load(from + i)));
    float rest[kLanes] = {};
    std::copy(from + whole, from + count, rest);
    store(rest, gelu(load(rest)));
    std::copy(rest, rest + count - whole, to + whole);
}

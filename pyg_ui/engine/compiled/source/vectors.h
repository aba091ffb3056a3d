// Vectors of as many fp32 values as the processor takes at once, in GCC's vector extension.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#ifdef __AVX512F__
#include <immintrin.h>
constexpr int64_t kLanes = 16;
#else
constexpr int64_t kLanes = 8;
#endif
using Floats = float __attribute__((vector_size(4 * kLanes)));
using Integers = int32_t __attribute__((vector_size(4 * kLanes)));
using Words = uint32_t __attribute__((vector_size(4 * kLanes)));
using Halves = uint16_t __attribute__((vector_size(2 * kLanes)));  // of bf16, the upper halves of fp32

// Reads a value from memory of any type and alignment.
template <typename Value>
Value read(const void* from) {
    Value value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

inline Floats load(const float* from) { return read<Floats>(from); }

inline Floats load(const uint16_t* from) {
    const Halves halves = read<Halves>(from);
#ifdef __AVX512F__  // GCC makes four steps of the other way
    const __m256i narrow = reinterpret_cast<__m256i>(halves);
    return reinterpret_cast<Floats>(reinterpret_cast<Words>(_mm512_maskz_cvtepu16_epi32(-1, narrow)) << 16);
#else
    return reinterpret_cast<Floats>(__builtin_convertvector(halves, Words) << 16);
#endif
}

// Loads once; GCC would otherwise load for each use.
inline Floats load_once(const float* from) {
    Floats values = load(from);
#if defined(__AVX512F__)
    __asm__("" : "+v"(values));
#elif defined(__AVX2__)
    __asm__("" : "+x"(values));
#endif
    return values;
}

inline void store(float* to, Floats values) { std::memcpy(to, &values, sizeof values); }

inline Floats all(float value) { return value - Floats{}; }

// The first `count` of the values, then zeros.
inline Floats first_lanes(Floats values, int64_t count) {
    Integers lanes{};
    for (int32_t i = 0; i < kLanes; ++i) lanes[i] = i;
    return lanes < static_cast<int32_t>(std::min(count, kLanes)) ? values : Floats{};
}

inline float total(Floats v) {
#ifdef __AVX512F__
    return _mm512_reduce_add_ps(v);
#else
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
#endif
}

inline float widen(float value) { return value; }

inline float widen(uint16_t half) {
    const uint32_t bits = static_cast<uint32_t>(half) << 16;
    return read<float>(&bits);
}

inline void narrow(float value, float& to) { to = value; }

// Rounds to the nearest, ties to even; NaN stays NaN.
inline void narrow(float value, uint16_t& to) {
    const uint32_t bits = read<uint32_t>(&value);
    const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1)) >> 16;
    to = static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? bits >> 16 | 0x40u : rounded);
}

// e to the power of numbers up to 0, with an error below 1e-7: 2^n times the polynomial of Cephes' expf for the rest.
inline Floats exponential(Floats x) {
    const Floats shift = all(12582912.0f);  // 1.5 * 2^23: adding it rounds to whole numbers
    const Floats n = (x * 1.44269504088896341f + shift) - shift;
    const Floats r = n * 2.12194440e-4f + (n * -0.693359375f + x);
    Floats p = all(1.9875691500e-4f);
    for (const float coefficient :
         {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f})
        p = p * r + coefficient;
    p = p * r * r + r + 1.0f;
    p *= reinterpret_cast<Floats>((__builtin_convertvector(n, Integers) + 127) << 23);
    return x < -87.0f ? Floats{} : p;
}

// The 8-bit matmul: rows of numbers from 0 to 255 times weights from -127 to 127, summed exactly.
#pragma once

#ifdef __AVX2__

#include <cmath>
#include <cstdint>

#include "panels.h"

constexpr int32_t kZeroPoint = 128;     // added to rounded rows, because the matmul takes numbers from 0 to 255
constexpr float kRefinement = 2 * 127;  // rounding loses at most half a step, which is 127 finer steps

// Rounds a row to whole numbers from -127 to 127 and adds the zero point; the step is the row's own. Returns the sum of
// the absolute whole numbers. This and `round_loss` equal torch's operators to the bit.
inline float round_row(const float* from, int64_t size, uint8_t* to, float& step) {
    float largest = 0, sum = 0;
#pragma omp simd reduction(max : largest)
    for (int64_t i = 0; i < size; ++i) largest = std::fabs(from[i]) > largest ? std::fabs(from[i]) : largest;
    const float own = std::fma(largest, 1.0f / 127, 1.17549435e-38f);
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < size; ++i) {
        const float number = std::nearbyint(from[i] / own);
        sum += std::fabs(number);
        to[i] = static_cast<uint8_t>(static_cast<int32_t>(number) + kZeroPoint);
    }
    step = std::isnan(sum) ? sum : own;
    return sum;
}

// Writes what rounding to `numbers` lost, in whole numbers of finer steps.
inline void round_loss(const float* from, const uint8_t* numbers, int64_t size, float step, float fine, uint8_t* to) {
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
        const float lost = std::fma(-static_cast<float>(numbers[i] - kZeroPoint), step, from[i]);
        to[i] = static_cast<uint8_t>(static_cast<int32_t>(std::nearbyint(lost / fine)) + kZeroPoint);
    }
}

// Multiplies four neighbours each, unsigned times signed, and adds the results. Without VNNI pairs are added in 16 bits
// first, so weights must be paired: see int8_rounding. In assembler, because GCC would move all sums at each step.
struct Int8Sums {
    static void add(Bytes& sums, Bytes rows, Bytes weights) {
#ifdef HAS_WIDE_PANELS
        __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(rows), "v"(weights));
#elif defined(__AVXVNNI__)
        __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sums) : "x"(rows), "x"(weights));
#else
        const Bytes pairs = _mm256_maddubs_epi16(rows, weights);
        sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
        __asm__("" : "+x"(sums));  // GCC would collect pairs of several sums first, and run out of registers
#endif
    }
};

#endif

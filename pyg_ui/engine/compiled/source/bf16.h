// Matmuls with bf16 weights: of a few fp32 rows on any processor, and of bf16 rows where it multiplies bf16.
#pragma once

#include <cstdint>

#include "panels.h"
#include "vectors.h"

// M rows times N outputs; the values of rows and weights are in the order of `interleave`.
template <int M, int N>
void multiply_bf16_tile(const float* rows, const uint16_t* weights, int64_t num_in, float* out, int64_t num_out) {
    Floats sums[M][N] = {};
    for (int64_t i = 0; i < num_in; i += 2 * kLanes)
        for (int n = 0; n < N; ++n) {
            const Words pairs = read<Words>(weights + n * num_in + i);  // of bf16, the upper halves of fp32
            const Floats even = reinterpret_cast<Floats>(pairs << 16);
            const Floats odd = reinterpret_cast<Floats>(pairs & 0xffff0000u);
            for (int m = 0; m < M; ++m) {
                const float* row = rows + m * num_in + i;
                sums[m][n] += load(row) * even;
                sums[m][n] += load(row + kLanes) * odd;
            }
        }
    for (int m = 0; m < M; ++m)
        for (int n = 0; n < N; ++n) out[m * num_out + n] = total(sums[m][n]);
}

// Sorts each two vectors' values: first those at even places, then those at odd ones.
inline void interleave(const float* from, int64_t count, float* to) {
    for (int64_t i = 0; i < count; i += 2 * kLanes)
        for (int64_t lane = 0; lane < kLanes; ++lane) {
            to[i + lane] = from[i + 2 * lane];
            to[i + kLanes + lane] = from[i + 2 * lane + 1];
        }
}

#if defined(__AVX512BF16__) && defined(HAS_WIDE_PANELS)
#define HAS_BF16_PANELS

// Multiplies two neighbours each and adds the results, in fp32.
struct Bf16Sums {
    static void add(Bytes& sums, Bytes rows, Bytes weights) {
        __asm__("vdpbf16ps %2, %1, %0" : "+v"(sums) : "v"(rows), "v"(weights));
    }
};

#endif

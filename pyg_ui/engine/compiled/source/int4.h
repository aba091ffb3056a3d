// The 4-bit matmul: rows of numbers from 0 to 255 times weights that are one of sixteen levels less a middle, and a step
// for each 32 inputs of an output. The numbers of a group are summed exactly, the groups in fp32 in their order.
//
// Of 64 inputs, an output has a block of 36 bytes: two groups of sixteen bytes, then a step and a middle for each group.
// The lower halves of four bytes are four neighbours, and the upper halves are the next four. Packed like bytes, in
// panels, a block is nine quads.
#pragma once

#ifdef __AVX2__

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "int8.h"
#include "panels.h"

constexpr int64_t kGroup = 32, kGroupQuads = kGroup / kQuad, kBlockInputs = 2 * kGroup, kBlockBytes = 36;
constexpr int kNumLevels = 16, kLargestMiddle = 19;
// Closer together near the middle, where most weights are. The largest level and middle sum to 64, so that two products
// of a number up to 255 fit into 16 bits: processors without VNNI add those.
constexpr int8_t kLevels[kNumLevels] = {-45, -37, -30, -24, -18, -12, -7, -2, 2, 7, 12, 18, 24, 30, 37, 45};

using Numbers = int8_t __attribute__((vector_size(sizeof(Bytes))));
using Lanes = int32_t __attribute__((vector_size(sizeof(Bytes))));
using Reals = float __attribute__((vector_size(sizeof(Bytes))));

// Takes bytes of `from`, each within its own 16 bytes.
inline Numbers pick(Numbers from, Numbers places) {
#ifdef HAS_WIDE_PANELS
    return reinterpret_cast<Numbers>(
        _mm512_shuffle_epi8(reinterpret_cast<Bytes>(from), reinterpret_cast<Bytes>(places)));
#else
    return reinterpret_cast<Numbers>(
        _mm256_shuffle_epi8(reinterpret_cast<Bytes>(from), reinterpret_cast<Bytes>(places)));
#endif
}

// The same sixteen bytes in each 16 bytes.
inline Numbers repeat_sixteen(const int8_t* from) {
    Numbers repeated;
    for (size_t at = 0; at < sizeof repeated; at += 16) std::memcpy(reinterpret_cast<char*>(&repeated) + at, from, 16);
    return repeated;
}

// Widens one of the two groups of a block of a panel: numbers from -64 to 64, in quads, and the steps of the outputs.
inline void widen_group(const int8_t* block, int group, int8_t* numbers, float* steps) {
    constexpr int8_t kMiddles[2][16] = {{1, 1, 1, 1, 5, 5, 5, 5, 9, 9, 9, 9, 13, 13, 13, 13},
                                        {3, 3, 3, 3, 7, 7, 7, 7, 11, 11, 11, 11, 15, 15, 15, 15}};
    constexpr int64_t kStep = kPanel * kQuad;
    const Numbers levels = repeat_sixteen(kLevels), middles = repeat_sixteen(kMiddles[group]);
    for (int v = 0; v < kPanelVectors; ++v, block += sizeof(Bytes), numbers += sizeof(Bytes), steps += kOutputs) {
        const Lanes marks = read<Lanes>(block + 2 * kGroup / 8 * kStep);
        const Numbers middle = pick(reinterpret_cast<Numbers>(marks), middles);
        const Reals wide = __builtin_convertvector(marks >> (16 * group) & 255, Reals);
        std::memcpy(steps, &wide, sizeof wide);
#pragma GCC unroll 4
        for (int pair = 0; pair < kGroupQuads / 2; ++pair) {
            const Lanes both = read<Lanes>(block + (group * kGroupQuads / 2 + pair) * kStep);
            const Numbers lower = pick(levels, reinterpret_cast<Numbers>(both & 0x0f0f0f0f)) - middle;
            const Numbers upper = pick(levels, reinterpret_cast<Numbers>(both >> 4 & 0x0f0f0f0f)) - middle;
            std::memcpy(numbers + 2 * pair * kStep, &lower, sizeof lower);
            std::memcpy(numbers + (2 * pair + 1) * kStep, &upper, sizeof upper);
        }
    }
}

#ifdef HAS_WIDE_PANELS
constexpr int kVectorsAtOnce = 2;
#else
constexpr int kVectorsAtOnce = 1;
#endif

// Adds M rows, `stride` apart, times some widened groups of a part of a panel to sums (M, panel).
template <int M>
__attribute__((noinline)) void multiply_groups(const uint8_t* rows, int64_t stride, const int8_t* numbers,
                                               const float* steps, int64_t num_groups, float* to) {
    Reals sums[M][kVectorsAtOnce];
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m)
#pragma GCC unroll 8
        for (int v = 0; v < kVectorsAtOnce; ++v) sums[m][v] = read<Reals>(to + m * kPanel + v * kOutputs);
    for (int64_t group = 0; group < num_groups; ++group, rows += kGroup, steps += kPanel) {
        Bytes exact[M][kVectorsAtOnce] = {};
        for (int64_t quad = 0; quad < kGroupQuads; ++quad, numbers += kPanel * kQuad) {
            Bytes some[kVectorsAtOnce];
#pragma GCC unroll 8
            for (int v = 0; v < kVectorsAtOnce; ++v) some[v] = read<Bytes>(numbers + v * sizeof(Bytes));
#pragma GCC unroll 8
            for (int m = 0; m < M; ++m) {
                const Bytes row = repeat_quad(rows + m * stride + quad * kQuad);
#pragma GCC unroll 8
                for (int v = 0; v < kVectorsAtOnce; ++v) Int8Sums::add(exact[m][v], row, some[v]);
            }
        }
#pragma GCC unroll 8
        for (int v = 0; v < kVectorsAtOnce; ++v) {
            const Reals step = read<Reals>(steps + v * kOutputs);
#pragma GCC unroll 8
            for (int m = 0; m < M; ++m)
                sums[m][v] += __builtin_convertvector(reinterpret_cast<Lanes>(exact[m][v]), Reals) * step;
        }
    }
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m)
#pragma GCC unroll 8
        for (int v = 0; v < kVectorsAtOnce; ++v)
            std::memcpy(to + m * kPanel + v * kOutputs, &sums[m][v], sizeof sums[m][v]);
}

using Groups = void (*)(const uint8_t*, int64_t, const int8_t*, const float*, int64_t, float*);

inline Groups groups_of(int64_t num_rows) {
    switch (num_rows) {
        case 1: return multiply_groups<1>;
        case 2: return multiply_groups<2>;
        case 3: return multiply_groups<3>;
        case 4: return multiply_groups<4>;
        case 5: return multiply_groups<std::min(5, kRowsAtOnce)>;
        default: return multiply_groups<kRowsAtOnce>;
    }
}

// Sums of all rows with a panel's weights, in its outputs' units: (M, panel). Rows are whole blocks of inputs.
inline void multiply_int4_panel(const uint8_t* rows, int64_t num_rows, int64_t num_in, const int8_t* panel,
                                float* sums) {
    constexpr int64_t kMostBlocks = 4, kBlock = kBlockBytes * kPanel;
    alignas(64) int8_t numbers[kMostBlocks * kBlockInputs * kPanel];
    alignas(64) float steps[kMostBlocks * 2 * kPanel];
    const int64_t at_once = num_rows <= kRowsAtOnce ? 1 : kMostBlocks;  // widened ones stay in the nearest cache
    const int64_t ahead = std::max<int64_t>(2, at_once) * kBlock;
    const int64_t num_parts = (num_rows + kRowsAtOnce - 1) / kRowsAtOnce, most = (num_rows + num_parts - 1) / num_parts;
    std::fill(sums, sums + num_rows * kPanel, 0.0f);
    for (int64_t first = 0; first < num_in; first += at_once * kBlockInputs) {
        const int64_t num_groups = std::min(2 * at_once, (num_in - first) / kGroup);
        for (int64_t group = 0; group < num_groups; ++group) {
            const int8_t* const block = panel + (first / kBlockInputs + group / 2) * kBlock;
            for (int64_t line = 0; line < kBlock / 2; line += kLine)
                __builtin_prefetch(block + ahead + group % 2 * kBlock / 2 + line);
            widen_group(block, group % 2, numbers + group * kGroup * kPanel, steps + group * kPanel);
        }
        for (int64_t m = 0; m < num_rows; m += most) {
            const Groups multiply = groups_of(std::min(most, num_rows - m));
            for (int64_t n = 0; n < kPanel; n += kVectorsAtOnce * kOutputs)
                multiply(rows + m * num_in + first, num_in, numbers + n * kQuad, steps + n, num_groups,
                         sums + m * kPanel + n);
        }
    }
}

#endif

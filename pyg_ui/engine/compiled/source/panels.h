// Matmuls of rows with weights packed in panels of outputs, (N / panel, K / 4, panel, 4) with K in bytes. A thread reads
// a panel as one stream, and four neighbouring bytes of an output's inputs are one lane of a vector. A type with a
// function `add` says how a lane is multiplied and summed.
#pragma once

#ifdef __AVX2__

#include <immintrin.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "vectors.h"

#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
#define HAS_WIDE_PANELS
using Bytes = __m512i;
constexpr int kRowsAtOnce = 6, kPanelVectors = 4;  // sums in registers: of some rows, each in some vectors
#else
using Bytes = __m256i;
constexpr int kRowsAtOnce = 4, kPanelVectors = 3;
#endif
constexpr int64_t kQuad = 4;  // bytes of a lane
constexpr int64_t kOutputs = sizeof(Bytes) / kQuad, kPanel = kPanelVectors * kOutputs;
constexpr int64_t kLine = 64, kLines = (kPanel * kQuad + kLine - 1) / kLine;  // bytes of a cache line; lines of a panel's quad

inline int64_t whole(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

// Transposes 32 bytes of each of eight rows to eight vectors with four bytes of each row, `step` apart.
inline void transpose_quads(const int8_t* from, int64_t stride, int8_t* to, int64_t step) {
    __m256i in[8], out[8];
    for (int row = 0; row < 8; ++row)
        in[row] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + row * stride));
    for (int pair = 0; pair < 8; pair += 2) {
        out[pair] = _mm256_unpacklo_epi32(in[pair], in[pair + 1]);
        out[pair + 1] = _mm256_unpackhi_epi32(in[pair], in[pair + 1]);
    }
    for (int half = 0; half < 8; half += 4)
        for (int side = 0; side < 2; ++side) {
            in[half + 2 * side] = _mm256_unpacklo_epi64(out[half + side], out[half + 2 + side]);
            in[half + 2 * side + 1] = _mm256_unpackhi_epi64(out[half + side], out[half + 2 + side]);
        }
    for (int quad = 0; quad < 4; ++quad) {
        const __m256i low = _mm256_permute2x128_si256(in[quad], in[quad + 4], 0x20);
        const __m256i high = _mm256_permute2x128_si256(in[quad], in[quad + 4], 0x31);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + quad * step), low);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + (quad + 4) * step), high);
    }
}

// The same four neighbours in each lane.
inline Bytes repeat_quad(const uint8_t* from) {
    const auto quad = read<int32_t>(from);
#ifdef HAS_WIDE_PANELS
    return _mm512_set1_epi32(quad);
#else
    return _mm256_set1_epi32(quad);
#endif
}

// Multiplies M rows, `stride` apart, by a panel's weights for some quads, and adds the results to sums (M, panel), or
// starts the sums where `is_first`. For each quad, some lines of the weights that are `ahead` are prefetched into the
// nearest cache. Not inlined, because GCC would then keep the sums in memory.
template <typename Sums, int M, int num_lines>
__attribute__((noinline)) void multiply_tile(const uint8_t* rows, int64_t stride, const int8_t* weights,
                                             int64_t num_quads, bool is_first, int64_t ahead, int32_t* to) {
    Bytes sums[M][kPanelVectors];
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m)
#pragma GCC unroll 8
        for (int v = 0; v < kPanelVectors; ++v)
            sums[m][v] = is_first ? Bytes{} : read<Bytes>(to + m * kPanel + v * kOutputs);
    for (int64_t quad = 0; quad < num_quads; ++quad, weights += kPanel * kQuad) {
        Bytes some[kPanelVectors];
#pragma GCC unroll 8
        for (int v = 0; v < kPanelVectors; ++v) some[v] = read<Bytes>(weights + v * sizeof(Bytes));
#pragma GCC unroll 8
        for (int line = 0; line < num_lines; ++line) __builtin_prefetch(weights + ahead + line * kLine);
#pragma GCC unroll 8
        for (int m = 0; m < M; ++m) {
            const Bytes row = repeat_quad(rows + m * stride + quad * kQuad);
#pragma GCC unroll 8
            for (int v = 0; v < kPanelVectors; ++v) Sums::add(sums[m][v], row, some[v]);
        }
    }
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m)
#pragma GCC unroll 8
        for (int v = 0; v < kPanelVectors; ++v)
            std::memcpy(to + m * kPanel + v * kOutputs, &sums[m][v], sizeof sums[m][v]);
}

using Tile = void (*)(const uint8_t*, int64_t, const int8_t*, int64_t, bool, int64_t, int32_t*);

template <typename Sums, int num_lines>
Tile tile_of(int64_t num_rows) {
    switch (num_rows) {
        case 1: return multiply_tile<Sums, 1, num_lines>;
        case 2: return multiply_tile<Sums, 2, num_lines>;
        case 3: return multiply_tile<Sums, 3, num_lines>;
        case 4: return multiply_tile<Sums, 4, num_lines>;
        case 5: return multiply_tile<Sums, std::min(5, kRowsAtOnce), num_lines>;
        default: return multiply_tile<Sums, kRowsAtOnce, num_lines>;
    }
}

// Sums of all rows (M, K) with a panel's weights: (M, panel). K, in bytes, is a multiple of kQuad.
template <typename Sums>
void multiply_panel(const uint8_t* rows, int64_t num_rows, int64_t num_in, const int8_t* panel, int32_t* sums) {
    constexpr int64_t kFarAhead = 2048, kFewRows = 32;
    if (num_rows <= kRowsAtOnce)
        return tile_of<Sums, kLines>(num_rows)(rows, num_in, panel, num_in / kQuad, true, kFarAhead, sums);
    // One part of the weights stays in the nearest cache for all rows; the first rows prefetch the next part.
    const int64_t num_groups = (num_rows + kRowsAtOnce - 1) / kRowsAtOnce;
    const int64_t most = (num_rows + num_groups - 1) / num_groups;
    const int64_t at_once = num_rows <= kFewRows ? 256 : 512;
    for (int64_t first = 0; first < num_in; first += at_once) {
        const int64_t num_quads = std::min(at_once, num_in - first) / kQuad, part = num_quads * kPanel * kQuad;
        for (int64_t m = 0, line = 0; m < num_rows; m += most) {
            const int64_t count = std::min(most, num_rows - m);
            const bool has_half = line + kLines / 2 <= kLines && num_groups < kLines;
            const Tile tile = has_half        ? tile_of<Sums, kLines / 2>(count)
                              : line < kLines ? tile_of<Sums, 1>(count)
                                              : tile_of<Sums, 0>(count);
            tile(rows + m * num_in + first, num_in, panel + first * kPanel, num_quads, first == 0, part + line * kLine,
                 sums + m * kPanel);
            line += has_half ? kLines / 2 : 1;
        }
    }
}

// Packs weights (N, K), K in bytes, in panels; zeros fill the last panel and the last quads.
inline void pack_panel(const int8_t* weights, int64_t num_out, int64_t num_in, int64_t panel, int8_t* packed) {
    constexpr int64_t kRows = 8, kStep = kPanel * kQuad;
    const int64_t stride = whole(num_in, kQuad), first = panel * kPanel, num_rows = std::min(kPanel, num_out - first);
    const int8_t* const from = weights + first * num_in;
    int8_t* const to = packed + first * stride;
    if (num_rows < kPanel || stride != num_in) std::memset(to, 0, kPanel * stride);
    int64_t done = 0;  // of whole groups of rows
    for (; done + 32 <= num_in; done += 32)
        for (int64_t row = 0; row + kRows <= num_rows; row += kRows)
            transpose_quads(from + row * num_in + done, num_in, to + done * kPanel + row * kQuad, kStep);
    for (int64_t row = 0; row < num_rows; ++row)
        for (int64_t i = row < num_rows / kRows * kRows ? done : 0; i < num_in; ++i)
            to[i / kQuad * kStep + row * kQuad + i % kQuad] = from[row * num_in + i];
}

#endif
